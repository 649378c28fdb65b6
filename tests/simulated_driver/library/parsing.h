/* Reads the file that scenario_file.py writes.
 *
 * The file has one thing a line: a word, then key=value pairs in any order, all of them and no others. Text is
 * percent-encoded, "-" stands for None. `process`, `busy`, `sample` and `gpm` belong to the last `device` or `mig`
 * above them, `mig` to the last `device`. The last line is "end".
 */

#ifndef PARSING_H
#define PARSING_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "scenario.h"

/* One line while it is read; the first thing wrong with it is kept in `wrong`. */
#define MOST_PAIRS 40
struct Line {
    struct { const char *key, *value; bool used; } pairs[MOST_PAIRS];
    size_t count;
    char wrong[160];
};

__attribute__((format(printf, 2, 3))) static void say_wrong(struct Line *line, const char *format, ...)
{
    if (line->wrong[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line->wrong, sizeof line->wrong, format, arguments);
    va_end(arguments);
}

static const char *value_of(struct Line *line, const char *key)
{
    for (size_t i = 0; i < line->count; i++)
        if (!strcmp(line->pairs[i].key, key)) {
            line->pairs[i].used = true;
            return line->pairs[i].value;
        }
    say_wrong(line, "%s is missing", key);
    return "0";
}

/* A whole number; None becomes NONE. */
static uint64_t number(struct Line *line, const char *key)
{
    const char *value = value_of(line, key);
    if (!strcmp(value, "-"))
        return NONE;
    char *after;
    errno = 0;
    unsigned long long read = strtoull(value, &after, 10);
    if (errno || after == value || *after || *value == '-')
        say_wrong(line, "%s=%.40s is no number", key, value);
    return read;
}

static unsigned small(struct Line *line, const char *key)
{
    uint64_t read = number(line, key);
    if (read > UINT32_MAX)
        say_wrong(line, "%s has more than 32 bits", key);
    return (unsigned)read;
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

static void text(struct Line *line, const char *key, char target[TEXT_SIZE])
{
    const char *value = value_of(line, key);
    size_t length = 0;
    if (!strcmp(value, "-"))
        value = "";
    for (; *value; value++) {
        int byte = (unsigned char)*value;
        if (byte == '%') {
            int high = hex_digit(value[1]), low = high < 0 ? -1 : hex_digit(value[2]);
            if (low < 0) {
                say_wrong(line, "%s is not percent-encoded", key);
                return;
            }
            byte = high * 16 + low;
            value += 2;
        }
        if (length + 1 >= TEXT_SIZE) {
            say_wrong(line, "%s is longer than %d bytes", key, TEXT_SIZE - 1);
            return;
        }
        target[length++] = (char)byte;
    }
    target[length] = 0;
}

static enum Function function(struct Line *line)
{
    const char *name = value_of(line, "function");
    if (!strcmp(name, "*"))
        return ANY_FUNCTION;
    for (int i = 0; i < FUNCTION_COUNT; i++)
        if (!strcmp(name, FUNCTION_NAMES[i]))
            return (enum Function)i;
    say_wrong(line, "there is no function %.60s", name);
    return UNKNOWN_FUNCTION;
}

static double percent(struct Line *line, const char *key)
{
    return (double)number(line, key) / 1e6; /* written in millionths, so that no locale matters */
}

static void parse_device(struct Line *line, struct Device *device)
{
    text(line, "uuid", device->uuid);
    text(line, "name", device->name);
    device->memory_total_bytes = number(line, "memory_total_bytes");
    device->memory_used_bytes = number(line, "memory_used_bytes");
    device->memory_reserved_bytes = number(line, "memory_reserved_bytes");
    device->gpu_percent = small(line, "gpu_percent");
    device->memory_percent = small(line, "memory_percent");
    device->power_mw = small(line, "power_mw");
    device->power_limit_mw = small(line, "power_limit_mw");
    device->energy_mj = number(line, "energy_mj");
    device->temperature_c = small(line, "temperature_c");
    device->sm_clock_mhz = small(line, "sm_clock_mhz");
    device->memory_clock_mhz = small(line, "memory_clock_mhz");
    device->event_reasons = number(line, "event_reasons");
    device->compute_mode = small(line, "compute_mode");
    device->persistence = small(line, "persistence");
    device->architecture = small(line, "architecture");
    device->ecc_errors = number(line, "ecc_errors");
    device->retired_pending = small(line, "retired_pending");
    device->remap_pending = small(line, "remap_pending");
    device->remap_failed = small(line, "remap_failed");
    device->virtualization = small(line, "virtualization");
    device->mig_mode = small(line, "mig_mode");
    device->max_mig = small(line, "max_mig");
}

static void parse_mig(struct Line *line, struct Mig *mig)
{
    text(line, "uuid", mig->uuid);
    text(line, "name", mig->name);
    mig->index = small(line, "index");
    mig->gpu_instance_id = small(line, "gpu_instance_id");
    mig->compute_instance_id = small(line, "compute_instance_id");
    mig->memory_total_bytes = number(line, "memory_total_bytes");
    mig->memory_used_bytes = number(line, "memory_used_bytes");
    mig->memory_reserved_bytes = number(line, "memory_reserved_bytes");
}

static void parse_process(struct Line *line, struct Process *process)
{
    process->pid = small(line, "pid");
    process->memory_bytes = number(line, "memory_bytes");
    process->gpu_instance_id = number(line, "gpu_instance_id");
    process->compute_instance_id = number(line, "compute_instance_id");
    const char *kind = value_of(line, "kind");
    if (!strcmp(kind, "compute"))
        process->kind = COMPUTE;
    else if (!strcmp(kind, "graphics"))
        process->kind = GRAPHICS;
    else if (!strcmp(kind, "mps"))
        process->kind = MPS;
    else
        say_wrong(line, "kind=%.40s is none", kind);
}

/* Read one line, cut in place, into the scenario. */
static void parse_line(struct Line *line, const char *word, struct Scenario *scenario)
{
    struct Device *device =
        scenario->devices.count ? &scenario->devices.items[scenario->devices.count - 1] : NULL;
    struct Mig *mig = device && device->migs.count ? &device->migs.items[device->migs.count - 1] : NULL;
    if (!strcmp(word, "machine")) {
        text(line, "driver_version", scenario->driver_version);
        scenario->cuda_version = (int)small(line, "cuda_version");
        scenario->clock_us = number(line, "clock_us");
    } else if (!strcmp(word, "device")) {
        parse_device(line, ADD(&scenario->devices));
    } else if (!strcmp(word, "fault")) {
        struct Fault *fault = ADD(&scenario->faults);
        fault->function = function(line);
        fault->code = (int)small(line, "code");
        fault->from_call = number(line, "from_call");
        fault->to_call = number(line, "to_call");
        text(line, "device", fault->device);
    } else if (!strcmp(word, "delay")) {
        struct Delay *delay = ADD(&scenario->delays);
        delay->function = function(line);
        delay->microseconds = number(line, "microseconds");
        delay->from_call = number(line, "from_call");
        delay->to_call = number(line, "to_call");
    } else if (!device) {
        say_wrong(line, "no device stands above it");
    } else if (!strcmp(word, "mig")) {
        parse_mig(line, ADD(&device->migs));
    } else if (!strcmp(word, "process")) {
        parse_process(line, mig ? ADD(&mig->processes) : ADD(&device->processes));
    } else if (!strcmp(word, "gpm")) {
        struct Gpm *gpm = mig ? &mig->gpm : &device->gpm;
        gpm->told = true;
        gpm->sm_active = percent(line, "sm_active");
        gpm->sm_occupancy = percent(line, "sm_occupancy");
        gpm->tensor_active = percent(line, "tensor_active");
        gpm->dram_bandwidth = percent(line, "dram_bandwidth");
    } else if (!strcmp(word, "busy")) {
        struct Busy *busy = ADD(&device->busy);
        busy->pid = small(line, "pid");
        busy->sm_percent = small(line, "sm_percent");
    } else if (!strcmp(word, "sample")) {
        struct Sample *sample = ADD(&device->samples);
        sample->pid = small(line, "pid");
        sample->time_stamp_us = number(line, "time_stamp_us");
        sample->sm_percent = small(line, "sm_percent");
        sample->mem_percent = small(line, "mem_percent");
        sample->ignores_last_seen = small(line, "ignores_last_seen");
    } else {
        say_wrong(line, "no line begins like this");
    }
}

/* Parse a whole file's text, cutting it up. False, with a sentence in `wrong`, when it is none of ours. */
static bool parse_scenario(char *content, struct Scenario *scenario, char *wrong, size_t wrong_size)
{
    memset(scenario, 0, sizeof *scenario);
    char *rest = content;
    bool ended = false;
    for (unsigned at = 1; rest && *rest && !ended; at++) {
        struct Line line = {.count = 0};
        char *start = strsep(&rest, "\n");
        const char *word = strsep(&start, " ");
        ended = !strcmp(word, "end");
        for (char *pair; start && (pair = strsep(&start, " "));) {
            char *value = strchr(pair, '=');
            if (!value || line.count == MOST_PAIRS) {
                say_wrong(&line, "pairs of key=value are expected");
                break;
            }
            *value++ = 0;
            line.pairs[line.count].key = pair;
            line.pairs[line.count++].value = value;
        }
        if (!ended)
            parse_line(&line, word, scenario);
        for (size_t i = 0; i < line.count; i++)
            if (!line.pairs[i].used)
                say_wrong(&line, "nobody knows %.40s", line.pairs[i].key);
        if (line.wrong[0]) {
            snprintf(wrong, wrong_size, "line %u (%.20s): %s", at, word, line.wrong);
            free_scenario(scenario);
            return false;
        }
    }
    if (!ended) {
        snprintf(wrong, wrong_size, "the last line is not \"end\"");
        free_scenario(scenario);
    }
    return ended;
}

#endif
