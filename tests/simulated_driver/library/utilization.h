/* Whose time the multiprocessors were, and the ring of samples behind it. */

#ifndef UTILIZATION_H
#define UTILIZATION_H

#include "figures.h"

static Shares shares;

static void gather_shares(const struct Target *at, unsigned long long last_seen_us)
{
    pass(at->gpu, at->device, played_us, now_us());
    shares_since(at->gpu, at->device, last_seen_us, &shares);
}

nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t device, nvmlProcessUtilizationSample_t *utilization,
                                             unsigned int *processSamplesCount, unsigned long long lastSeenTimeStamp)
{
    BEGIN_ON(nvmlDeviceGetProcessUtilization, device, EITHER);
    NEED_NO_MIG();
    NEED(processSamplesCount);
    gather_shares(&at, lastSeenTimeStamp);
    unsigned int room = utilization ? *processSamplesCount : 0;
    *processSamplesCount = (unsigned int)shares.count;
    if (!shares.count)
        return done(NVML_ERROR_NOT_FOUND);
    if (room < shares.count)
        return done(NVML_ERROR_INSUFFICIENT_SIZE);
    for (size_t i = 0; i < shares.count; i++)
        utilization[i] = (nvmlProcessUtilizationSample_t){
            .pid = shares.items[i].pid,
            .timeStamp = shares.items[i].time_stamp_us,
            .smUtil = shares.items[i].sm_percent,
            .memUtil = shares.items[i].mem_percent,
        };
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetProcessesUtilizationInfo(nvmlDevice_t device, nvmlProcessesUtilizationInfo_t *info)
{
    BEGIN_ON(nvmlDeviceGetProcessesUtilizationInfo, device, EITHER);
    NEED(info);
    if (info->version != nvmlProcessesUtilizationInfo_v1)
        return done(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    NEED_NO_MIG();
    gather_shares(&at, info->lastSeenTimeStamp);
    unsigned int room = info->procUtilArray ? info->processSamplesCount : 0;
    info->processSamplesCount = (unsigned int)shares.count;
    if (!shares.count)
        return done(NVML_ERROR_NOT_FOUND);
    if (room < shares.count)
        return done(NVML_ERROR_INSUFFICIENT_SIZE);
    for (size_t i = 0; i < shares.count; i++)
        info->procUtilArray[i] = (nvmlProcessUtilizationInfo_v1_t){
            .timeStamp = shares.items[i].time_stamp_us,
            .pid = shares.items[i].pid,
            .smUtil = shares.items[i].sm_percent,
            .memUtil = shares.items[i].mem_percent,
        };
    return done(NVML_SUCCESS);
}

static unsigned sampled(const struct Tick *made, nvmlSamplingType_t type)
{
    switch (type) {
    case NVML_TOTAL_POWER_SAMPLES: return made->power_mw;
    case NVML_GPU_UTILIZATION_SAMPLES: return made->gpu_percent;
    case NVML_MEMORY_UTILIZATION_SAMPLES: return made->memory_percent;
    case NVML_PROCESSOR_CLK_SAMPLES: return made->sm_clock_mhz;
    case NVML_MEMORY_CLK_SAMPLES: return made->memory_clock_mhz;
    default: return 0; /* no codec is ever at work */
    }
}

nvmlReturn_t nvmlDeviceGetSamples(nvmlDevice_t device, nvmlSamplingType_t type, unsigned long long lastSeenTimeStamp,
                                  nvmlValueType_t *sampleValType, unsigned int *sampleCount, nvmlSample_t *samples)
{
    BEGIN_ON(nvmlDeviceGetSamples, device, EITHER);
    NEED(sampleValType && sampleCount && type < NVML_SAMPLINGTYPE_COUNT && !(samples && !*sampleCount));
    if (type == NVML_MODULE_POWER_SAMPLES || at.mig ||
        (at.device->mig_mode && type >= NVML_GPU_UTILIZATION_SAMPLES && type <= NVML_DEC_UTILIZATION_SAMPLES))
        return done(NVML_ERROR_NOT_SUPPORTED);
    pass(at.gpu, at.device, played_us, now_us());
    unsigned int newer = 0, room = *sampleCount;
    for (size_t back = at.gpu->ticks; back-- > 0;) { /* the oldest first */
        const struct Tick *made = &at.gpu->ring[(at.gpu->newest + RING - back) % RING];
        if (made->time_stamp_us <= lastSeenTimeStamp || (samples && newer == room))
            continue;
        if (samples) {
            samples[newer].timeStamp = made->time_stamp_us;
            samples[newer].sampleValue.uiVal = sampled(made, type);
        }
        newer++;
    }
    *sampleValType = NVML_VALUE_TYPE_UNSIGNED_INT;
    *sampleCount = newer;
    return done(newer ? NVML_SUCCESS : NVML_ERROR_NOT_FOUND);
}

nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int valuesCount, nvmlFieldValue_t *values)
{
    BEGIN_ON(nvmlDeviceGetFieldValues, device, EITHER);
    NEED(values && valuesCount > 0);
    for (int i = 0; i < valuesCount; i++) {
        values[i].timestamp = (long long)now_us();
        values[i].latencyUsec = 0;
        values[i].nvmlReturn = at.mig ? NVML_ERROR_INVALID_ARGUMENT : NVML_SUCCESS;
        values[i].valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
        if (at.mig)
            continue;
        if (values[i].fieldId == NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION)
            values[i].value.ullVal = energy_of(&at);
        else
            values[i].nvmlReturn = NVML_ERROR_NOT_SUPPORTED;
    }
    return done(NVML_SUCCESS);
}

#endif
