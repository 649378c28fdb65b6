/* Handles, and what the device behind one is. */

#ifndef HANDLES_H
#define HANDLES_H

#include <strings.h>

#include "entry.h"

/* Give the handle of the device `uuid`, which is in the scenario. */
static nvmlReturn_t give(enum Function called, const char *uuid, nvmlDevice_t *device)
{
    struct Target at;
    if (!find_device(uuid, &at))
        return done(NVML_ERROR_NOT_FOUND);
    int code = device_fault(called, &at);
    if (code >= 0)
        return done((nvmlReturn_t)code);
    *device = handle_of(uuid);
    return done(NVML_SUCCESS);
}

#define COUNT_FUNCTION(function)                                \
    nvmlReturn_t function(unsigned int *deviceCount)            \
    {                                                           \
        BEGIN(function);                                        \
        NEED(deviceCount);                                      \
        *deviceCount = (unsigned int)scenario.devices.count;    \
        return done(NVML_SUCCESS);                              \
    }

COUNT_FUNCTION(nvmlDeviceGetCount)
COUNT_FUNCTION(nvmlDeviceGetCount_v2)

#define HANDLE_BY_INDEX_FUNCTION(function)                                         \
    nvmlReturn_t function(unsigned int index, nvmlDevice_t *device)                \
    {                                                                              \
        BEGIN(function);                                                           \
        NEED(device && index < scenario.devices.count);                            \
        return give(FN_##function, scenario.devices.items[index].uuid, device);    \
    }

HANDLE_BY_INDEX_FUNCTION(nvmlDeviceGetHandleByIndex)
HANDLE_BY_INDEX_FUNCTION(nvmlDeviceGetHandleByIndex_v2)

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device)
{
    BEGIN(nvmlDeviceGetHandleByUUID);
    NEED(uuid && device);
    return give(FN_nvmlDeviceGetHandleByUUID, uuid, device);
}

static unsigned index_of(const struct Target *at)
{
    return (unsigned)(at->device - scenario.devices.items);
}

static void tell_pci(const struct Target *at, nvmlPciInfo_t *pci)
{
    memset(pci, 0, sizeof *pci);
    pci->bus = 0x10 + index_of(at);
    pci->pciDeviceId = 0x233010DE;
    pci->pciSubSystemId = 0x16C110DE;
    snprintf(pci->busId, sizeof pci->busId, NVML_DEVICE_PCI_BUS_ID_FMT, NVML_DEVICE_PCI_BUS_ID_FMT_ARGS(pci));
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "%04X:%02X:%02X.0", pci->domain & 0xFFFFu,
             pci->bus & 0xFFu, pci->device & 0xFFu);
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *pciBusId, nvmlDevice_t *device)
{
    BEGIN(nvmlDeviceGetHandleByPciBusId_v2);
    NEED(pciBusId && device);
    for (size_t i = 0; i < scenario.devices.count; i++) {
        struct Target at = {.device = &scenario.devices.items[i]};
        nvmlPciInfo_t pci;
        tell_pci(&at, &pci);
        if (!strcasecmp(pci.busId, pciBusId) || !strcasecmp(pci.busIdLegacy, pciBusId))
            return give(FN_nvmlDeviceGetHandleByPciBusId_v2, at.device->uuid, device);
    }
    return done(NVML_ERROR_NOT_FOUND);
}

/* What the device is */

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length)
{
    BEGIN_ON(nvmlDeviceGetUUID, device, EITHER);
    return tell_text(at.mig ? at.mig->uuid : at.device->uuid, uuid, length);
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length)
{
    BEGIN_ON(nvmlDeviceGetName, device, EITHER);
    return tell_text(at.mig ? at.mig->name : at.device->name, name, length);
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int *index)
{
    BEGIN_ON(nvmlDeviceGetIndex, device, EITHER);
    NEED(index);
    *index = at.mig ? at.mig->index : index_of(&at);
    return done(NVML_SUCCESS);
}

#define PCI_FUNCTION(function)                                      \
    nvmlReturn_t function(nvmlDevice_t device, nvmlPciInfo_t *pci)  \
    {                                                               \
        BEGIN_ON(function, device, EITHER);                         \
        NEED(pci);                                                  \
        tell_pci(&at, pci);                                         \
        return done(NVML_SUCCESS);                                  \
    }

PCI_FUNCTION(nvmlDeviceGetPciInfo)
PCI_FUNCTION(nvmlDeviceGetPciInfo_v2)
PCI_FUNCTION(nvmlDeviceGetPciInfo_v3)

FIGURE(nvmlDeviceGetMinorNumber, unsigned int, index_of(&at))
FIGURE(nvmlDeviceGetBrand, nvmlBrandType_t, NVML_BRAND_NVIDIA)
FIGURE(nvmlDeviceGetArchitecture, nvmlDeviceArchitecture_t, at.device->architecture)
FIGURE(nvmlDeviceGetVirtualizationMode, nvmlGpuVirtualizationMode_t, at.device->virtualization)
FIGURE(nvmlDeviceGetPersistenceMode, nvmlEnableState_t, at.device->persistence)

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor)
{
    static const int tenths[] = {0, 0, 30, 50, 60, 70, 75, 80, 89, 90, 100}; /* by NVML's architecture */
    BEGIN_ON(nvmlDeviceGetCudaComputeCapability, device, EITHER);
    NEED(major && minor);
    int told = at.device->architecture < sizeof tenths / sizeof *tenths ? tenths[at.device->architecture] : 110;
    *major = told / 10;
    *minor = told % 10;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetComputeMode(nvmlDevice_t device, nvmlComputeMode_t *mode)
{
    BEGIN_ON(nvmlDeviceGetComputeMode, device, EITHER);
    NEED(mode);
    if (at.device->mig_mode && !at.mig)
        return done(NVML_ERROR_NOT_SUPPORTED); /* "If MIG is enabled on a GPU, device must be MIG device handle" */
    *mode = (nvmlComputeMode_t)at.device->compute_mode;
    return done(NVML_SUCCESS);
}

#endif
