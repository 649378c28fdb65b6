/* GPM: counters of the whole device, or of one MIG instance, between two samples. */

#ifndef GPM_H
#define GPM_H

#include "entry.h"

struct nvmlGpmSample_st {
    char uuid[TEXT_SIZE]; /* empty: not read yet */
    uint64_t taken_us;
    double graphics_percent;
    struct Gpm gpm;
};

static const struct Gpm *gpm_of(const struct Target *at)
{
    const struct Gpm *gpm = at->mig ? &at->mig->gpm : &at->device->gpm;
    return gpm->told && at->device->architecture >= NVML_DEVICE_ARCH_HOPPER ? gpm : NULL;
}

nvmlReturn_t nvmlGpmQueryDeviceSupport(nvmlDevice_t device, nvmlGpmSupport_t *gpmSupport)
{
    BEGIN_ON(nvmlGpmQueryDeviceSupport, device, EITHER);
    NEED(gpmSupport);
    if (gpmSupport->version != NVML_GPM_SUPPORT_VERSION)
        return done(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    gpmSupport->isSupportedDevice = gpm_of(&at) != NULL;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlGpmSampleAlloc(nvmlGpmSample_t *gpmSample)
{
    BEGIN(nvmlGpmSampleAlloc);
    NEED(gpmSample);
    *gpmSample = grown(NULL, 0, sizeof **gpmSample);
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlGpmSampleFree(nvmlGpmSample_t gpmSample)
{
    BEGIN(nvmlGpmSampleFree);
    NEED(gpmSample);
    free(gpmSample);
    return done(NVML_SUCCESS);
}

static nvmlReturn_t take_gpm_sample(const struct Target *at, nvmlGpmSample_t sample)
{
    const struct Gpm *gpm = gpm_of(at);
    NEED(sample);
    if (!gpm)
        return done(NVML_ERROR_NOT_SUPPORTED);
    memcpy(sample->uuid, at->mig ? at->mig->uuid : at->device->uuid, TEXT_SIZE);
    sample->taken_us = now_us();
    sample->graphics_percent = at->mig ? gpm->sm_active : at->device->gpu_percent;
    sample->gpm = *gpm;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlGpmSampleGet(nvmlDevice_t device, nvmlGpmSample_t gpmSample)
{
    BEGIN_ON(nvmlGpmSampleGet, device, EITHER);
    return take_gpm_sample(&at, gpmSample);
}

nvmlReturn_t nvmlGpmMigSampleGet(nvmlDevice_t device, unsigned int gpuInstanceId, nvmlGpmSample_t gpmSample)
{
    BEGIN_ON(nvmlGpmMigSampleGet, device, A_GPU);
    for (size_t i = 0; at.device->mig_mode && i < at.device->migs.count; i++)
        if (at.device->migs.items[i].gpu_instance_id == gpuInstanceId) {
            at.mig = &at.device->migs.items[i];
            return take_gpm_sample(&at, gpmSample);
        }
    return done(NVML_ERROR_INVALID_ARGUMENT);
}

static nvmlReturn_t gpm_value(const struct nvmlGpmSample_st *sample, unsigned metric, double *value)
{
    switch (metric) {
    case NVML_GPM_METRIC_GRAPHICS_UTIL: *value = sample->graphics_percent; return NVML_SUCCESS;
    case NVML_GPM_METRIC_SM_UTIL: *value = sample->gpm.sm_active; return NVML_SUCCESS;
    case NVML_GPM_METRIC_SM_OCCUPANCY: *value = sample->gpm.sm_occupancy; return NVML_SUCCESS;
    case NVML_GPM_METRIC_ANY_TENSOR_UTIL: *value = sample->gpm.tensor_active; return NVML_SUCCESS;
    case NVML_GPM_METRIC_DRAM_BW_UTIL: *value = sample->gpm.dram_bandwidth; return NVML_SUCCESS;
    default: return metric && metric < NVML_GPM_METRIC_MAX ? NVML_ERROR_NOT_SUPPORTED : NVML_ERROR_INVALID_ARGUMENT;
    }
}

nvmlReturn_t nvmlGpmMetricsGet(nvmlGpmMetricsGet_t *metricsGet)
{
    BEGIN(nvmlGpmMetricsGet);
    NEED(metricsGet);
    if (metricsGet->version != NVML_GPM_METRICS_GET_VERSION)
        return done(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    const struct nvmlGpmSample_st *first = metricsGet->sample1, *second = metricsGet->sample2;
    NEED(first && second && metricsGet->numMetrics <= NVML_GPM_METRIC_MAX);
    NEED(first->uuid[0] && !strcmp(first->uuid, second->uuid));
    /* "The interval between these two calls should be greater than 100ms due to the internal sample refresh rate":
     * closer together they hold the same counters, and there is nothing to tell.
     */
    bool apart = second->taken_us >= first->taken_us + 100000;
    for (unsigned i = 0; i < metricsGet->numMetrics; i++) {
        nvmlGpmMetric_t *metric = &metricsGet->metrics[i];
        memset(&metric->metricInfo, 0, sizeof metric->metricInfo);
        metric->value = 0;
        metric->nvmlReturn = gpm_value(second, metric->metricId, &metric->value);
        if (metric->nvmlReturn == NVML_SUCCESS && !apart)
            metric->nvmlReturn = NVML_ERROR_NO_DATA;
    }
    return done(NVML_SUCCESS);
}

#endif
