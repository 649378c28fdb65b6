/* What every call goes through: the lock, the count, the scenario as it is now, its delays and its faults. */

#ifndef CALLS_H
#define CALLS_H

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsing.h"
#include "passing.h"

/* A handle names a GPU or a MIG instance, for one life of the library: from the first nvmlInit to the last
 * nvmlShutdown.
 */
struct nvmlDevice_st {
    char uuid[TEXT_SIZE];
    unsigned life;
    struct nvmlDevice_st *next;
};

/* What a handle stands for in the scenario as it is now; `mig` is NULL for a GPU. */
struct Target {
    struct Device *device;
    struct Mig *mig;
    struct Gpu *gpu;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned starts; /* nvmlInit less nvmlShutdown */
static unsigned life;
static nvmlDevice_t handles;
static struct Scenario scenario;
static bool readable;
static uint64_t played_us; /* when the scenario was written */
static struct stat seen;
static uint64_t uncounted[FUNCTION_COUNT];
static uint64_t *calls; /* by function; in a file of this process's own, where the test reads them */
static uint64_t all_calls;

static uint64_t now_us(void)
{
    return scenario.clock_us == NONE ? real_us() : scenario.clock_us;
}

/* After a fork nothing of the parent's state holds, and what it counts is its own. */
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    starts = 0;
    life++;
    if (calls && calls != uncounted)
        munmap(calls, sizeof uncounted);
    calls = NULL;
    all_calls = 0;
    memset(uncounted, 0, sizeof uncounted);
    for (struct Gpu *gpu = gpus; gpu; gpu = gpu->next)
        memset(gpu->calls, 0, sizeof gpu->calls);
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, in_child);
}

static void open_calls(void)
{
    const char *folder = getenv("NVML_SIM_CALLS");
    calls = uncounted;
    if (!folder)
        return;
    char path[4096];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(path, sizeof path, "%s/%ld-%lld%09ld.calls", folder, (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    if (!ftruncate(file, sizeof uncounted)) {
        void *mapped = mmap(NULL, sizeof uncounted, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED)
            calls = mapped;
    }
    close(file);
}

/* Read the scenario's file when it is another than last time. What cannot be read makes every call fail. */
static void refresh(void)
{
    const char *path = getenv("NVML_SIM_SCENARIO");
    struct stat now;
    if (!path || stat(path, &now)) {
        readable = false;
        memset(&seen, 0, sizeof seen);
        return;
    }
    if (readable && now.st_ino == seen.st_ino && now.st_size == seen.st_size && now.st_dev == seen.st_dev &&
        now.st_mtim.tv_sec == seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec)
        return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &now)) {
        if (file >= 0)
            close(file);
        readable = false;
        return;
    }
    size_t size = (size_t)now.st_size, have = 0;
    char *content = malloc(size + 1);
    if (!content)
        abort();
    for (ssize_t part; have < size && (part = read(file, content + have, size - have)) > 0;)
        have += (size_t)part;
    close(file);
    content[have] = 0;
    struct Scenario fresh;
    char wrong[240];
    bool sound = parse_scenario(content, &fresh, wrong, sizeof wrong);
    free(content);
    seen = now;
    if (!sound) {
        fprintf(stderr, "simulated NVML: %s: %s\n", path, wrong);
        readable = false;
        return;
    }
    uint64_t written_us = (uint64_t)now.st_mtim.tv_sec * 1000000u + (uint64_t)now.st_mtim.tv_nsec / 1000u;
    if (fresh.clock_us != NONE)
        written_us = fresh.clock_us; /* a clock held still: nothing passed before the test moved it */
    else if (readable && scenario.clock_us == NONE)
        for (size_t i = 0; i < scenario.devices.count; i++) {
            struct Device *device = &scenario.devices.items[i];
            pass(gpu_of(device->uuid), device, played_us, written_us);
        }
    free_scenario(&scenario);
    scenario = fresh;
    played_us = written_us;
    readable = true;
    for (size_t i = 0; i < scenario.devices.count; i++) {
        struct Device *device = &scenario.devices.items[i];
        pass(gpu_of(device->uuid), device, played_us, now_us());
    }
}

static bool due(enum Function called, enum Function wanted, uint64_t call, uint64_t any_call, uint64_t from, uint64_t to)
{
    if (wanted == ANY_FUNCTION)
        return any_call && any_call >= from && any_call <= to;
    if (called == FN_nvmlInitWithFlags || called == FN_nvmlInit) /* one door, whichever way a binding opens it */
        called = wanted == called ? called : FN_nvmlInit_v2;
    return called == wanted && call >= from && call <= to;
}

/* The code a fault has for this call, -1 without one. `uuid` is of the device called, NULL for faults of none. */
static int fault_of(enum Function called, uint64_t call, uint64_t any_call, const char *uuid)
{
    for (size_t i = 0; i < scenario.faults.count; i++) {
        const struct Fault *fault = &scenario.faults.items[i];
        if (uuid ? strcmp(fault->device, uuid) : fault->device[0])
            continue;
        if (due(called, fault->function, call, any_call, fault->from_call, fault->to_call))
            return fault->code;
    }
    return -1;
}

static int device_fault(enum Function called, const struct Target *target)
{
    struct Gpu *gpu = target->gpu;
    struct Gpu *named = target->mig ? gpu_of(target->mig->uuid) : gpu;
    uint64_t call = ++named->calls[called], any_call = ++named->calls[FUNCTION_COUNT];
    int code = fault_of(called, call, any_call, named->uuid);
    if (code < 0 && target->mig) { /* an instance goes with its GPU */
        code = fault_of(called, call, any_call, gpu->uuid);
        if (code != NVML_ERROR_GPU_IS_LOST && code != NVML_ERROR_RESET_REQUIRED)
            code = -1;
    }
    return code;
}

static void sleep_us(uint64_t microseconds)
{
    struct timespec left = {(time_t)(microseconds / 1000000u), (long)(microseconds % 1000000u) * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

static bool never_starred(enum Function called)
{
    return called <= FN_nvmlErrorString; /* starting, stopping, and naming an error */
}

/* Begin a call: -1 with the lock held, else the answer with it free. */
static int begin(enum Function called)
{
    pthread_mutex_lock(&lock);
    if (!calls)
        open_calls();
    uint64_t call = ++calls[called], any_call = never_starred(called) ? 0 : ++all_calls;
    refresh();
    for (size_t i = 0; i < scenario.delays.count; i++) {
        const struct Delay *delay = &scenario.delays.items[i];
        if (!due(called, delay->function, call, any_call, delay->from_call, delay->to_call))
            continue;
        uint64_t microseconds = delay->microseconds;
        pthread_mutex_unlock(&lock);
        sleep_us(microseconds);
        pthread_mutex_lock(&lock);
        refresh();
        break;
    }
    int code = -1;
    if (called > FN_nvmlShutdown && called != FN_nvmlErrorString && !starts)
        code = NVML_ERROR_UNINITIALIZED;
    else if (!readable && called != FN_nvmlErrorString && called != FN_nvmlShutdown)
        code = NVML_ERROR_UNKNOWN;
    else
        code = fault_of(called, call, any_call, NULL);
    if (code >= 0)
        pthread_mutex_unlock(&lock);
    return code;
}

static nvmlReturn_t done(nvmlReturn_t code)
{
    pthread_mutex_unlock(&lock);
    return code;
}

static bool find_device(const char *uuid, struct Target *target)
{
    for (size_t i = 0; i < scenario.devices.count; i++) {
        struct Device *device = &scenario.devices.items[i];
        target->device = device;
        target->mig = NULL;
        if (!strcmp(device->uuid, uuid)) {
            target->gpu = gpu_of(device->uuid);
            return true;
        }
        for (size_t j = 0; device->mig_mode && j < device->migs.count; j++)
            if (!strcmp(device->migs.items[j].uuid, uuid)) {
                target->mig = &device->migs.items[j];
                target->gpu = gpu_of(device->uuid);
                return true;
            }
    }
    return false;
}

static nvmlDevice_t handle_of(const char *uuid)
{
    for (nvmlDevice_t handle = handles; handle; handle = handle->next)
        if (handle->life == life && !strcmp(handle->uuid, uuid))
            return handle;
    nvmlDevice_t handle = grown(NULL, 0, sizeof *handle);
    memcpy(handle->uuid, uuid, TEXT_SIZE);
    handle->life = life;
    handle->next = handles;
    return handles = handle;
}

enum Takes { A_GPU, A_MIG_INSTANCE, EITHER };

/* Begin a call about a device: -1 with the lock held and the target found, else the answer with it free. */
static int begin_on(enum Function called, nvmlDevice_t device, enum Takes takes, struct Target *target)
{
    int code = begin(called);
    if (code >= 0)
        return code;
    nvmlDevice_t known = handles;
    while (known && known != device)
        known = known->next;
    if (!known || known->life != life)
        return (int)done(NVML_ERROR_INVALID_ARGUMENT);
    if (!find_device(known->uuid, target)) /* gone: a GPU fell off the bus, an instance was destroyed */
        return (int)done(strncmp(known->uuid, "MIG-", 4) ? NVML_ERROR_GPU_IS_LOST : NVML_ERROR_INVALID_ARGUMENT);
    code = device_fault(called, target);
    if (code >= 0)
        return (int)done((nvmlReturn_t)code);
    if (target->mig ? takes == A_GPU : takes == A_MIG_INSTANCE)
        return (int)done(NVML_ERROR_INVALID_ARGUMENT);
    return -1;
}

#endif
