/* The figures of a whole device: memory, utilisation, power, heat, clocks, memory faults. */

#ifndef FIGURES_H
#define FIGURES_H

#include "entry.h"

/* Memory */

static void memory_of(const struct Target *at, nvmlMemory_v2_t *memory)
{
    const struct Mig *mig = at->mig;
    memory->total = mig ? mig->memory_total_bytes : at->device->memory_total_bytes;
    memory->used = mig ? mig->memory_used_bytes : at->device->memory_used_bytes;
    memory->reserved = mig ? mig->memory_reserved_bytes : at->device->memory_reserved_bytes;
    unsigned long long taken = memory->used + memory->reserved;
    memory->free = memory->total > taken ? memory->total - taken : 0;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    BEGIN_ON(nvmlDeviceGetMemoryInfo, device, EITHER);
    NEED(memory);
    nvmlMemory_v2_t told;
    memory_of(&at, &told);
    memory->total = told.total;
    memory->free = told.free;
    memory->used = told.used + told.reserved; /* "Sum of Reserved and Allocated" */
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory)
{
    BEGIN_ON(nvmlDeviceGetMemoryInfo_v2, device, EITHER);
    NEED(memory);
    if (memory->version != nvmlMemory_v2)
        return done(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    memory_of(&at, memory);
    return done(NVML_SUCCESS);
}

/* How busy it is */

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *utilization)
{
    BEGIN_ON(nvmlDeviceGetUtilizationRates, device, EITHER);
    NEED_NO_MIG();
    NEED(utilization);
    utilization->gpu = at.device->gpu_percent;
    utilization->memory = at.device->memory_percent;
    return done(NVML_SUCCESS);
}

#define CODEC_FUNCTION(function)                                                                            \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *utilization, unsigned int *samplingPeriodUs)   \
    {                                                                                                       \
        BEGIN_ON(function, device, EITHER);                                                                 \
        NEED_NO_MIG();                                                                                      \
        NEED(utilization && samplingPeriodUs);                                                              \
        *utilization = 0;                                                                                   \
        *samplingPeriodUs = 167000;                                                                         \
        return done(NVML_SUCCESS);                                                                          \
    }

CODEC_FUNCTION(nvmlDeviceGetEncoderUtilization)
CODEC_FUNCTION(nvmlDeviceGetDecoderUtilization)

nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device, nvmlPcieUtilCounter_t counter, unsigned int *value)
{
    BEGIN_ON(nvmlDeviceGetPcieThroughput, device, A_GPU);
    NEED(value && counter < NVML_PCIE_UTIL_COUNT);
    *value = 1000;
    done(NVML_SUCCESS);
    sleep_us(20000); /* it measures over that time (nvml.h) */
    return NVML_SUCCESS;
}

/* Power, heat, clocks */

static uint64_t energy_of(const struct Target *at)
{
    pass(at->gpu, at->device, played_us, now_us());
    return (uint64_t)at->gpu->energy_mj;
}

FIGURE(nvmlDeviceGetPowerUsage, unsigned int, at.device->power_mw)
FIGURE(nvmlDeviceGetEnforcedPowerLimit, unsigned int, at.device->power_limit_mw)
FIGURE(nvmlDeviceGetPowerManagementLimit, unsigned int, at.device->power_limit_mw)
FIGURE(nvmlDeviceGetTotalEnergyConsumption, unsigned long long, energy_of(&at))
FIGURE(nvmlDeviceGetFanSpeed, unsigned int, 30)
FIGURE(nvmlDeviceGetPerformanceState, nvmlPstates_t, at.device->gpu_percent ? NVML_PSTATE_0 : NVML_PSTATE_8)
FIGURE(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, at.device->event_reasons)
FIGURE(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long, at.device->event_reasons)
FIGURE(nvmlDeviceGetSupportedClocksEventReasons, unsigned long long, 0x1FF)
FIGURE(nvmlDeviceGetSupportedClocksThrottleReasons, unsigned long long, 0x1FF)

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensorType, unsigned int *temp)
{
    BEGIN_ON(nvmlDeviceGetTemperature, device, A_GPU);
    NEED(temp && sensorType == NVML_TEMPERATURE_GPU);
    *temp = at.device->temperature_c;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_t *temperature)
{
    BEGIN_ON(nvmlDeviceGetTemperatureV, device, A_GPU);
    NEED(temperature);
    if (temperature->version != nvmlTemperature_v1)
        return done(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    NEED(temperature->sensorType == NVML_TEMPERATURE_GPU);
    temperature->temperature = (int)at.device->temperature_c;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *clock)
{
    BEGIN_ON(nvmlDeviceGetClockInfo, device, A_GPU);
    NEED(clock && type < NVML_CLOCK_COUNT);
    *clock = type == NVML_CLOCK_MEM ? at.device->memory_clock_mhz : at.device->sm_clock_mhz;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *clock)
{
    BEGIN_ON(nvmlDeviceGetMaxClockInfo, device, A_GPU);
    NEED(clock && type < NVML_CLOCK_COUNT);
    *clock = type == NVML_CLOCK_MEM ? 10501 : 2520;
    return done(NVML_SUCCESS);
}

/* Faults of the memory */

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t *current, nvmlEnableState_t *pending)
{
    BEGIN_ON(nvmlDeviceGetEccMode, device, A_GPU);
    NEED(current && pending);
    *current = *pending = NVML_FEATURE_ENABLED;
    return done(NVML_SUCCESS);
}

static unsigned long long ecc_errors(const struct Target *at, nvmlMemoryErrorType_t type)
{
    return type == NVML_MEMORY_ERROR_TYPE_UNCORRECTED ? at->device->ecc_errors : 0;
}

nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, nvmlMemoryErrorType_t errorType,
                                         nvmlEccCounterType_t counterType, unsigned long long *eccCounts)
{
    BEGIN_ON(nvmlDeviceGetTotalEccErrors, device, A_GPU);
    NEED(eccCounts && errorType < NVML_MEMORY_ERROR_TYPE_COUNT && counterType < NVML_ECC_COUNTER_TYPE_COUNT);
    *eccCounts = ecc_errors(&at, errorType);
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetMemoryErrorCounter(nvmlDevice_t device, nvmlMemoryErrorType_t errorType,
                                             nvmlEccCounterType_t counterType, nvmlMemoryLocation_t locationType,
                                             unsigned long long *count)
{
    BEGIN_ON(nvmlDeviceGetMemoryErrorCounter, device, EITHER);
    NEED(count && errorType < NVML_MEMORY_ERROR_TYPE_COUNT && counterType < NVML_ECC_COUNTER_TYPE_COUNT);
    NEED(locationType < NVML_MEMORY_LOCATION_COUNT);
    *count = locationType == NVML_MEMORY_LOCATION_DRAM ? ecc_errors(&at, errorType) : 0;
    return done(NVML_SUCCESS);
}

FIGURE(nvmlDeviceGetRetiredPagesPendingStatus, nvmlEnableState_t, at.device->retired_pending)

nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned int *corrRows, unsigned int *uncRows,
                                       unsigned int *isPending, unsigned int *failureOccurred)
{
    BEGIN_ON(nvmlDeviceGetRemappedRows, device, A_GPU);
    NEED(corrRows && uncRows && isPending && failureOccurred);
    if (at.device->architecture < NVML_DEVICE_ARCH_AMPERE || (at.device->mig_mode && at.device->migs.count))
        return done(NVML_ERROR_NOT_SUPPORTED);
    *corrRows = 0;
    *uncRows = at.device->remap_pending || at.device->remap_failed;
    *isPending = at.device->remap_pending;
    *failureOccurred = at.device->remap_failed;
    return done(NVML_SUCCESS);
}

#endif
