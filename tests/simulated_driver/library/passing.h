/* What passes with time on a GPU, kept over all rewrites of the scenario: utilisation samples and energy. */

#ifndef PASSING_H
#define PASSING_H

#include <time.h>

#include "scenario.h"

/* Drivers keep 72 samples and wrap in about ten seconds (open-gpu-kernel-modules, ctrl2080perf.h). */
#define RING 72
#define TICK_US 140000u

/* The GPU at one tick: what each process had of it, and its figures. */
struct Tick {
    uint64_t time_stamp_us;
    unsigned gpu_percent, memory_percent, power_mw, sm_clock_mhz, memory_clock_mhz;
    struct Busy *busy;
    size_t count;
};

struct Gpu {
    char uuid[TEXT_SIZE];
    uint64_t calls[FUNCTION_COUNT + 1]; /* the last counts them all */
    bool lived;
    uint64_t ticked_us; /* up to when ticks have been made */
    struct Tick ring[RING];
    size_t newest, ticks;
    uint64_t counted_us; /* up to when energy has been counted */
    uint64_t told_mj;    /* the scenario's figure that was counted from */
    double energy_mj;
    struct Gpu *next;
};

static struct Gpu *gpus;

static struct Gpu *gpu_of(const char *uuid)
{
    for (struct Gpu *gpu = gpus; gpu; gpu = gpu->next)
        if (!strcmp(gpu->uuid, uuid))
            return gpu;
    struct Gpu *gpu = grown(NULL, 0, sizeof *gpu);
    memcpy(gpu->uuid, uuid, TEXT_SIZE);
    gpu->next = gpus;
    return gpus = gpu;
}

static uint64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void tick(struct Gpu *gpu, const struct Device *device, uint64_t now_us)
{
    gpu->newest = (gpu->newest + 1) % RING;
    if (gpu->ticks < RING)
        gpu->ticks++;
    struct Tick *made = &gpu->ring[gpu->newest];
    if (made->count != device->busy.count) {
        free(made->busy);
        made->busy = device->busy.count ? malloc(device->busy.count * sizeof *made->busy) : NULL;
        if (device->busy.count && !made->busy)
            abort();
        made->count = device->busy.count;
    }
    if (made->count)
        memcpy(made->busy, device->busy.items, made->count * sizeof *made->busy);
    made->time_stamp_us = now_us;
    made->gpu_percent = device->gpu_percent;
    made->memory_percent = device->memory_percent;
    made->power_mw = device->power_mw;
    made->sm_clock_mhz = device->sm_clock_mhz;
    made->memory_clock_mhz = device->memory_clock_mhz;
}

/* Let time pass on the GPU up to `now_us` while it is as `device` says; `since_us` is when that began.
 *
 * After a clock was set back, time goes on from there and what is in the ring keeps its later stamps.
 */
static void pass(struct Gpu *gpu, const struct Device *device, uint64_t since_us, uint64_t now_us)
{
    if (!gpu->lived) {
        gpu->lived = true;
        gpu->ticked_us = gpu->counted_us = since_us < now_us ? since_us : now_us;
        gpu->told_mj = device->energy_mj;
        gpu->energy_mj = (double)device->energy_mj;
    }
    if (gpu->told_mj != device->energy_mj) {
        gpu->told_mj = device->energy_mj;
        gpu->energy_mj = (double)device->energy_mj;
        gpu->counted_us = now_us;
    }
    if (now_us > gpu->counted_us)
        gpu->energy_mj += (double)device->power_mw * (double)(now_us - gpu->counted_us) / 1e6;
    gpu->counted_us = now_us;
    if (now_us < gpu->ticked_us)
        gpu->ticked_us = now_us;
    uint64_t due = (now_us - gpu->ticked_us) / TICK_US;
    if (due > RING) {
        gpu->ticked_us += (due - RING) * TICK_US;
        due = RING;
    }
    for (; due; due--) {
        gpu->ticked_us += TICK_US;
        tick(gpu, device, gpu->ticked_us);
    }
}

/* One process's share as told to a caller. */
struct Share {
    unsigned pid, sm_percent, mem_percent;
    uint64_t time_stamp_us;
};
typedef LIST(Share) Shares;

/* Who was busy after `last_seen_us`: for each process the mean over the ticks since, with the stamp of its newest;
 * behind them the scenario's explicit samples as they are.
 */
static void shares_since(const struct Gpu *gpu, const struct Device *device, uint64_t last_seen_us, Shares *shares)
{
    uint64_t ticks = 0;
    shares->count = 0;
    for (size_t back = 0; back < gpu->ticks; back++) {
        const struct Tick *made = &gpu->ring[(gpu->newest + RING - back) % RING];
        if (made->time_stamp_us <= last_seen_us)
            continue;
        ticks++;
        for (size_t i = 0; i < made->count; i++) {
            const struct Busy *busy = &made->busy[i];
            struct Share *share = NULL;
            if (!busy->sm_percent)
                continue;
            if (i < shares->count && shares->items[i].pid == busy->pid)
                share = &shares->items[i]; /* as a rule they stand in the same order in every tick */
            for (size_t j = 0; !share && j < shares->count; j++)
                if (shares->items[j].pid == busy->pid)
                    share = &shares->items[j];
            if (!share) {
                share = ADD(shares);
                share->pid = busy->pid;
            }
            share->sm_percent += busy->sm_percent; /* the sum, for now */
            if (made->time_stamp_us > share->time_stamp_us)
                share->time_stamp_us = made->time_stamp_us;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < shares->count; i++) {
        struct Share *share = &shares->items[i];
        share->sm_percent = (unsigned)((share->sm_percent + ticks / 2) / ticks);
        if (share->sm_percent) /* "that had some non-zero utilization" (nvml.h) */
            shares->items[kept++] = *share;
    }
    shares->count = kept;
    for (size_t i = 0; i < device->samples.count; i++) {
        const struct Sample *sample = &device->samples.items[i];
        if (sample->time_stamp_us <= last_seen_us && !sample->ignores_last_seen)
            continue;
        *ADD(shares) = (struct Share){sample->pid, sample->sm_percent, sample->mem_percent, sample->time_stamp_us};
    }
}

#endif
