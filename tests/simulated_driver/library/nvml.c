/* A simulated libnvidia-ml.so.1: NVML's ABI, played from a scenario that a test writes.
 *
 * It is compiled against NVIDIA's own nvml.h, which declares every structure and function here, and answers as that
 * header documents. It reads the scenario named by NVML_SIM_SCENARIO again whenever the file has changed, and counts
 * its calls in a file of the folder NVML_SIM_CALLS.
 */

#define _GNU_SOURCE
#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include <nvml.h>

#include "entry.h"

#include "figures.h"
#include "gpm.h"
#include "handles.h"
#include "mig.h"
#include "processes.h"
#include "utilization.h"

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
