/* Which processes hold memory of a device. */

#ifndef PROCESSES_H
#define PROCESSES_H

#include "entry.h"

#define NO_INSTANCE 0xFFFFFFFFu
#define EVERY_KIND 3 /* NVML_PROCESS_MODE_ALL; the kinds before it are NVML's modes, too */

struct Entry {
    unsigned pid, gpu_instance_id, compute_instance_id;
    unsigned long long memory_bytes;
};
static LIST(Entry) entries;

static void add_entries(const struct Process *processes, size_t count, unsigned kind, const struct Mig *of,
                        const struct Mig *only)
{
    for (size_t i = 0; i < count; i++) {
        const struct Process *process = &processes[i];
        uint64_t gpu_instance = process->gpu_instance_id, compute_instance = process->compute_instance_id;
        if (kind != EVERY_KIND && (unsigned)process->kind != kind)
            continue;
        if (of && gpu_instance == NONE)
            gpu_instance = of->gpu_instance_id;
        if (of && compute_instance == NONE)
            compute_instance = of->compute_instance_id;
        if (only && (gpu_instance != only->gpu_instance_id ||
                     (compute_instance != NONE && compute_instance != only->compute_instance_id)))
            continue;
        struct Entry *entry = ADD(&entries);
        entry->pid = process->pid;
        entry->memory_bytes = process->memory_bytes; /* None's value is that of NVML_VALUE_NOT_AVAILABLE */
        entry->gpu_instance_id = gpu_instance == NONE ? NO_INSTANCE : (unsigned)gpu_instance;
        entry->compute_instance_id = compute_instance == NONE ? NO_INSTANCE : (unsigned)compute_instance;
    }
}

/* Gather the processes of a GPU, its instances included, or of one instance. */
static void gather(const struct Target *at, unsigned kind)
{
    const struct Device *device = at->device;
    entries.count = 0;
    add_entries(device->processes.items, device->processes.count, kind, NULL, at->mig);
    for (size_t i = 0; device->mig_mode && i < device->migs.count; i++) {
        const struct Mig *mig = &device->migs.items[i];
        if (!at->mig || at->mig == mig)
            add_entries(mig->processes.items, mig->processes.count, kind, mig, NULL);
    }
}

/* "Querying per-instance information using MIG device handles is not supported if the device is in vGPU Host
 * virtualization mode" (nvml.h).
 */
static bool hides_instances(const struct Target *at)
{
    return at->mig && (at->device->virtualization == NVML_GPU_VIRTUALIZATION_MODE_HOST_VGPU ||
                       at->device->virtualization == NVML_GPU_VIRTUALIZATION_MODE_HOST_VSGA);
}

static nvmlReturn_t fits(unsigned int *room, const void *target)
{
    unsigned int had = *room;
    *room = (unsigned int)entries.count;
    if (had < entries.count)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    return entries.count && !target ? NVML_ERROR_INVALID_ARGUMENT : NVML_SUCCESS;
}

#define PROCESSES_FUNCTION(function, kind, type, instances)                                            \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *infoCount, type *infos)                   \
    {                                                                                                  \
        BEGIN_ON(function, device, EITHER);                                                            \
        NEED(infoCount);                                                                               \
        if (hides_instances(&at))                                                                      \
            return done(NVML_ERROR_NOT_SUPPORTED);                                                     \
        gather(&at, kind);                                                                             \
        nvmlReturn_t code = fits(infoCount, infos);                                                    \
        for (size_t i = 0; code == NVML_SUCCESS && i < entries.count; i++) {                           \
            infos[i].pid = entries.items[i].pid;                                                       \
            infos[i].usedGpuMemory = entries.items[i].memory_bytes;                                    \
            instances                                                                                  \
        }                                                                                              \
        return done(code);                                                                             \
    }
#define WITH_INSTANCES                                                        \
    infos[i].gpuInstanceId = entries.items[i].gpu_instance_id;                \
    infos[i].computeInstanceId = entries.items[i].compute_instance_id;

PROCESSES_FUNCTION(nvmlDeviceGetComputeRunningProcesses, COMPUTE, nvmlProcessInfo_v1_t, )
PROCESSES_FUNCTION(nvmlDeviceGetComputeRunningProcesses_v2, COMPUTE, nvmlProcessInfo_v2_t, WITH_INSTANCES)
PROCESSES_FUNCTION(nvmlDeviceGetComputeRunningProcesses_v3, COMPUTE, nvmlProcessInfo_t, WITH_INSTANCES)
PROCESSES_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses, GRAPHICS, nvmlProcessInfo_v1_t, )
PROCESSES_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses_v2, GRAPHICS, nvmlProcessInfo_v2_t, WITH_INSTANCES)
PROCESSES_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses_v3, GRAPHICS, nvmlProcessInfo_t, WITH_INSTANCES)
PROCESSES_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses, MPS, nvmlProcessInfo_v1_t, )
PROCESSES_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses_v2, MPS, nvmlProcessInfo_v2_t, WITH_INSTANCES)
PROCESSES_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses_v3, MPS, nvmlProcessInfo_t, WITH_INSTANCES)

nvmlReturn_t nvmlDeviceGetRunningProcessDetailList(nvmlDevice_t device, nvmlProcessDetailList_t *plist)
{
    BEGIN_ON(nvmlDeviceGetRunningProcessDetailList, device, EITHER);
    /* A wrong version is an invalid argument here, unlike elsewhere (nvml.h). */
    NEED(plist && plist->version == nvmlProcessDetailList_v1 && plist->mode < NVML_PROCESS_MODE_MAX);
    if (at.device->architecture < NVML_DEVICE_ARCH_HOPPER || hides_instances(&at))
        return done(NVML_ERROR_NOT_SUPPORTED);
    gather(&at, plist->mode);
    nvmlReturn_t code = fits(&plist->numProcArrayEntries, plist->procArray);
    for (size_t i = 0; code == NVML_SUCCESS && i < entries.count; i++) {
        nvmlProcessDetail_v1_t *told = &plist->procArray[i];
        told->pid = entries.items[i].pid;
        told->usedGpuMemory = entries.items[i].memory_bytes;
        told->gpuInstanceId = entries.items[i].gpu_instance_id;
        told->computeInstanceId = entries.items[i].compute_instance_id;
        told->usedGpuCcProtectedMemory = at.device->mig_mode ? (unsigned long long)NVML_VALUE_NOT_AVAILABLE : 0;
    }
    return done(code);
}

#endif
