/* The scenario: what tests/simulated_driver/scenario.py says, as structs, parsed from the file the test writes. */

#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"

#define NONE UINT64_MAX
#define TEXT_SIZE 96

enum Kind { COMPUTE, GRAPHICS, MPS };

struct Process {
    unsigned pid;
    uint64_t memory_bytes; /* NONE: not available */
    enum Kind kind;
    uint64_t gpu_instance_id; /* NONE: not on a MIG instance, or on the one it is listed under */
    uint64_t compute_instance_id;
};

struct Busy {
    unsigned pid;
    unsigned sm_percent;
};

struct Sample {
    unsigned pid;
    uint64_t time_stamp_us;
    unsigned sm_percent;
    unsigned mem_percent;
    bool ignores_last_seen;
};

/* Percent. */
struct Gpm {
    bool told;
    double sm_active, sm_occupancy, tensor_active, dram_bandwidth;
};

/* Arrays that grow: `count` entries are in use. */
#define LIST(type) struct { struct type *items; size_t count; }

struct Mig {
    char uuid[TEXT_SIZE], name[TEXT_SIZE];
    unsigned index, gpu_instance_id, compute_instance_id;
    uint64_t memory_total_bytes, memory_used_bytes, memory_reserved_bytes;
    LIST(Process) processes;
    struct Gpm gpm;
};

struct Device {
    char uuid[TEXT_SIZE], name[TEXT_SIZE];
    uint64_t memory_total_bytes, memory_used_bytes, memory_reserved_bytes;
    unsigned gpu_percent, memory_percent, power_mw, power_limit_mw, temperature_c, sm_clock_mhz, memory_clock_mhz;
    uint64_t energy_mj, event_reasons, ecc_errors;
    unsigned compute_mode, persistence, architecture, retired_pending, remap_pending, remap_failed, virtualization;
    unsigned mig_mode, max_mig;
    LIST(Mig) migs;
    LIST(Process) processes;
    LIST(Busy) busy;
    LIST(Sample) samples;
    struct Gpm gpm;
};

struct Fault {
    enum Function function;
    int code;
    uint64_t from_call, to_call; /* the first call is 1; to_call NONE: for good */
    char device[TEXT_SIZE];      /* empty: any */
};

struct Delay {
    enum Function function;
    uint64_t microseconds, from_call, to_call;
};

struct Scenario {
    char driver_version[TEXT_SIZE];
    int cuda_version;
    uint64_t clock_us; /* NONE: the real clock */
    LIST(Device) devices;
    LIST(Fault) faults;
    LIST(Delay) delays;
};

/* A new entry at the end of a list, zeroed. Abort is the right answer to no memory in test equipment. */
#define ADD(list) \
    ((list)->items = grown((list)->items, (list)->count, sizeof *(list)->items), &(list)->items[(list)->count++])

static void *grown(void *items, size_t count, size_t size)
{
    char *more = realloc(items, (count + 1) * size);
    if (!more)
        abort();
    memset(more + count * size, 0, size);
    return more;
}

static void free_scenario(struct Scenario *scenario)
{
    for (size_t i = 0; i < scenario->devices.count; i++) {
        struct Device *device = &scenario->devices.items[i];
        for (size_t j = 0; j < device->migs.count; j++)
            free(device->migs.items[j].processes.items);
        free(device->migs.items);
        free(device->processes.items);
        free(device->busy.items);
        free(device->samples.items);
    }
    free(scenario->devices.items);
    free(scenario->faults.items);
    free(scenario->delays.items);
    memset(scenario, 0, sizeof *scenario);
}

#endif
