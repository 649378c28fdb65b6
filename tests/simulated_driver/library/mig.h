/* MIG instances below their GPU. */

#ifndef MIG_H
#define MIG_H

#include "handles.h"

/* Whether the product has MIG at all: data-centre parts from Ampere on, which Ada's are not. */
static bool has_mig(const struct Device *device)
{
    return device->mig_mode || (device->max_mig && device->architecture >= NVML_DEVICE_ARCH_AMPERE &&
                                device->architecture != NVML_DEVICE_ARCH_ADA);
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *currentMode, unsigned int *pendingMode)
{
    BEGIN_ON(nvmlDeviceGetMigMode, device, A_GPU);
    NEED(currentMode && pendingMode);
    if (!has_mig(at.device))
        return done(NVML_ERROR_NOT_SUPPORTED);
    *currentMode = *pendingMode = at.device->mig_mode;
    return done(NVML_SUCCESS);
}

FIGURE(nvmlDeviceGetMaxMigDeviceCount, unsigned int, at.device->mig_mode ? at.device->max_mig : 0)

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *migDevice)
{
    BEGIN_ON(nvmlDeviceGetMigDeviceHandleByIndex, device, A_GPU);
    if (!has_mig(at.device))
        return done(NVML_ERROR_NOT_SUPPORTED);
    NEED(migDevice && index < at.device->max_mig);
    for (size_t i = 0; at.device->mig_mode && i < at.device->migs.count; i++)
        if (at.device->migs.items[i].index == index)
            return give(FN_nvmlDeviceGetMigDeviceHandleByIndex, at.device->migs.items[i].uuid, migDevice);
    return done(NVML_ERROR_NOT_FOUND);
}

#define INSTANCE_ID_FUNCTION(function, field)                         \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *id)      \
    {                                                                 \
        BEGIN_ON(function, device, A_MIG_INSTANCE);                   \
        NEED(id);                                                     \
        *id = at.mig->field;                                          \
        return done(NVML_SUCCESS);                                    \
    }

INSTANCE_ID_FUNCTION(nvmlDeviceGetGpuInstanceId, gpu_instance_id)
INSTANCE_ID_FUNCTION(nvmlDeviceGetComputeInstanceId, compute_instance_id)

nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned int *isMigDevice)
{
    BEGIN_ON(nvmlDeviceIsMigDeviceHandle, device, EITHER);
    NEED(isMigDevice);
    *isMigDevice = at.mig != NULL;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t migDevice, nvmlDevice_t *device)
{
    BEGIN_ON(nvmlDeviceGetDeviceHandleFromMigDeviceHandle, migDevice, A_MIG_INSTANCE);
    NEED(device);
    *device = handle_of(at.device->uuid);
    return done(NVML_SUCCESS);
}

#define ATTRIBUTES_FUNCTION(function)                                                 \
    nvmlReturn_t function(nvmlDevice_t device, nvmlDeviceAttributes_t *attributes)    \
    {                                                                                 \
        BEGIN_ON(function, device, EITHER);                                           \
        NEED(attributes);                                                             \
        if (!at.mig)                                                                  \
            return done(NVML_ERROR_NOT_SUPPORTED);                                    \
        *attributes = (nvmlDeviceAttributes_t){                                       \
            .multiprocessorCount = 14,                                                \
            .sharedCopyEngineCount = 1,                                               \
            .gpuInstanceSliceCount = 1,                                               \
            .computeInstanceSliceCount = 1,                                           \
            .memorySizeMB = at.mig->memory_total_bytes >> 20,                         \
        };                                                                            \
        return done(NVML_SUCCESS);                                                    \
    }

ATTRIBUTES_FUNCTION(nvmlDeviceGetAttributes)
ATTRIBUTES_FUNCTION(nvmlDeviceGetAttributes_v2)

#endif
