/* A simulated libnvidia-ml.so.1: NVML's ABI, played from a scenario that a test writes.
 *
 * It is compiled against NVIDIA's own nvml.h, which declares every structure and function here, and answers as that
 * header documents. It reads the scenario named by NVML_SIM_SCENARIO again whenever the file has changed, and counts
 * its calls in a file of the folder NVML_SIM_CALLS.
 */

#define _GNU_SOURCE
#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include <nvml.h>

#include "calls.h"

#define BEGIN(function)                         \
    do {                                        \
        int refused = begin(FN_##function);     \
        if (refused >= 0)                       \
            return (nvmlReturn_t)refused;       \
    } while (0)

/* With `at` set to what `device` stands for. */
#define BEGIN_ON(function, device, takes)                                 \
    struct Target at;                                                     \
    do {                                                                  \
        int refused = begin_on(FN_##function, (device), (takes), &at);    \
        if (refused >= 0)                                                 \
            return (nvmlReturn_t)refused;                                 \
    } while (0)

#define NEED(condition)                              \
    do {                                             \
        if (!(condition))                            \
            return done(NVML_ERROR_INVALID_ARGUMENT); \
    } while (0)

/* For what is "not currently supported on MIG-enabled GPUs" (nvml.h), whichever handle is given. */
#define NEED_NO_MIG()                             \
    do {                                          \
        if (at.device->mig_mode)                  \
            return done(NVML_ERROR_NOT_SUPPORTED); \
    } while (0)

/* A function that tells one figure of a GPU. */
#define FIGURE(function, type, expression)                     \
    nvmlReturn_t function(nvmlDevice_t device, type *figure)   \
    {                                                          \
        BEGIN_ON(function, device, A_GPU);                     \
        NEED(figure);                                          \
        *figure = (type)(expression);                          \
        return done(NVML_SUCCESS);                             \
    }

static nvmlReturn_t tell_text(const char *told, char *target, unsigned size)
{
    NEED(target);
    if (strlen(told) + 1 > size)
        return done(NVML_ERROR_INSUFFICIENT_SIZE);
    strcpy(target, told);
    return done(NVML_SUCCESS);
}

/* Start and stop */

static nvmlReturn_t start(enum Function called)
{
    int refused = begin(called);
    if (refused >= 0)
        return (nvmlReturn_t)refused;
    if (!starts++)
        life++;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlInit(void)
{
    return start(FN_nvmlInit);
}

nvmlReturn_t nvmlInit_v2(void)
{
    return start(FN_nvmlInit_v2);
}

nvmlReturn_t nvmlInitWithFlags(unsigned int flags)
{
    (void)flags;
    return start(FN_nvmlInitWithFlags);
}

nvmlReturn_t nvmlShutdown(void)
{
    BEGIN(nvmlShutdown);
    if (!starts)
        return done(NVML_ERROR_UNINITIALIZED);
    starts--;
    return done(NVML_SUCCESS);
}

const char *nvmlErrorString(nvmlReturn_t result)
{
    if (begin(FN_nvmlErrorString) < 0)
        done(NVML_SUCCESS);
    switch (result) {
    case NVML_SUCCESS: return "Success";
    case NVML_ERROR_UNINITIALIZED: return "Uninitialized";
    case NVML_ERROR_INVALID_ARGUMENT: return "Invalid Argument";
    case NVML_ERROR_NOT_SUPPORTED: return "Not Supported";
    case NVML_ERROR_NO_PERMISSION: return "Insufficient Permissions";
    case NVML_ERROR_ALREADY_INITIALIZED: return "Already Initialized";
    case NVML_ERROR_NOT_FOUND: return "Not Found";
    case NVML_ERROR_INSUFFICIENT_SIZE: return "Insufficient Size";
    case NVML_ERROR_DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case NVML_ERROR_TIMEOUT: return "Timeout";
    case NVML_ERROR_LIBRARY_NOT_FOUND: return "NVML Shared Library Not Found";
    case NVML_ERROR_FUNCTION_NOT_FOUND: return "Function Not Found";
    case NVML_ERROR_GPU_IS_LOST: return "GPU is lost";
    case NVML_ERROR_RESET_REQUIRED: return "GPU requires reset";
    case NVML_ERROR_LIB_RM_VERSION_MISMATCH: return "Driver/library version mismatch";
    case NVML_ERROR_ARGUMENT_VERSION_MISMATCH: return "Argument version mismatch";
    default: return "Unknown Error";
    }
}

/* The machine */

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length)
{
    BEGIN(nvmlSystemGetDriverVersion);
    return tell_text(scenario.driver_version, version, length);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length)
{
    char told[TEXT_SIZE + 16];
    BEGIN(nvmlSystemGetNVMLVersion);
    snprintf(told, sizeof told, "%d.%s", scenario.cuda_version / 1000, scenario.driver_version);
    return tell_text(told, version, length);
}

#define CUDA_VERSION_FUNCTION(function)            \
    nvmlReturn_t function(int *cudaDriverVersion)  \
    {                                              \
        BEGIN(function);                           \
        NEED(cudaDriverVersion);                   \
        *cudaDriverVersion = scenario.cuda_version; \
        return done(NVML_SUCCESS);                 \
    }

CUDA_VERSION_FUNCTION(nvmlSystemGetCudaDriverVersion)
CUDA_VERSION_FUNCTION(nvmlSystemGetCudaDriverVersion_v2)

nvmlReturn_t nvmlSystemGetProcessName(unsigned int pid, char *name, unsigned int length)
{
    char path[40], told[64] = "";
    BEGIN(nvmlSystemGetProcessName);
    NEED(name && length);
    snprintf(path, sizeof path, "/proc/%u/comm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return done(NVML_ERROR_NOT_FOUND);
    if (!fgets(told, sizeof told, file))
        told[0] = 0;
    fclose(file);
    told[strcspn(told, "\n")] = 0;
    snprintf(name, length, "%s", told); /* a longer name is cut (nvml.h) */
    return done(NVML_SUCCESS);
}

/* Handles */

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

/* Processes */

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

/* Whose time the multiprocessors were */

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

/* Accounting is off, as it is unless an administrator turns it on. */

FIGURE(nvmlDeviceGetAccountingMode, nvmlEnableState_t, NVML_FEATURE_DISABLED)
FIGURE(nvmlDeviceGetAccountingBufferSize, unsigned int, 4000)

nvmlReturn_t nvmlDeviceGetAccountingPids(nvmlDevice_t device, unsigned int *count, unsigned int *pids)
{
    BEGIN_ON(nvmlDeviceGetAccountingPids, device, A_GPU);
    NEED(count);
    (void)pids;
    *count = 0;
    return done(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetAccountingStats(nvmlDevice_t device, unsigned int pid, nvmlAccountingStats_t *stats)
{
    BEGIN_ON(nvmlDeviceGetAccountingStats, device, A_GPU);
    NEED(stats);
    (void)pid;
    return done(NVML_ERROR_NOT_FOUND);
}

/* MIG */

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

/* GPM */

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
