/* Every function this library exports, once: what is counted, what can fail, what a test may leave out. */

#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#define FUNCTIONS(X)                               \
    X(nvmlInit)                                    \
    X(nvmlInit_v2)                                 \
    X(nvmlInitWithFlags)                           \
    X(nvmlShutdown)                                \
    X(nvmlErrorString)                             \
    X(nvmlSystemGetDriverVersion)                  \
    X(nvmlSystemGetNVMLVersion)                    \
    X(nvmlSystemGetCudaDriverVersion)              \
    X(nvmlSystemGetCudaDriverVersion_v2)           \
    X(nvmlSystemGetProcessName)                    \
    X(nvmlDeviceGetCount)                          \
    X(nvmlDeviceGetCount_v2)                       \
    X(nvmlDeviceGetHandleByIndex)                  \
    X(nvmlDeviceGetHandleByIndex_v2)               \
    X(nvmlDeviceGetHandleByUUID)                   \
    X(nvmlDeviceGetHandleByPciBusId_v2)            \
    X(nvmlDeviceGetUUID)                           \
    X(nvmlDeviceGetName)                           \
    X(nvmlDeviceGetIndex)                          \
    X(nvmlDeviceGetMinorNumber)                    \
    X(nvmlDeviceGetPciInfo)                        \
    X(nvmlDeviceGetPciInfo_v2)                     \
    X(nvmlDeviceGetPciInfo_v3)                     \
    X(nvmlDeviceGetBrand)                          \
    X(nvmlDeviceGetArchitecture)                   \
    X(nvmlDeviceGetCudaComputeCapability)          \
    X(nvmlDeviceGetVirtualizationMode)             \
    X(nvmlDeviceGetPersistenceMode)                \
    X(nvmlDeviceGetComputeMode)                    \
    X(nvmlDeviceGetMemoryInfo)                     \
    X(nvmlDeviceGetMemoryInfo_v2)                  \
    X(nvmlDeviceGetUtilizationRates)               \
    X(nvmlDeviceGetEncoderUtilization)             \
    X(nvmlDeviceGetDecoderUtilization)             \
    X(nvmlDeviceGetPowerUsage)                     \
    X(nvmlDeviceGetEnforcedPowerLimit)             \
    X(nvmlDeviceGetPowerManagementLimit)           \
    X(nvmlDeviceGetTotalEnergyConsumption)         \
    X(nvmlDeviceGetTemperature)                    \
    X(nvmlDeviceGetTemperatureV)                   \
    X(nvmlDeviceGetFanSpeed)                       \
    X(nvmlDeviceGetPerformanceState)               \
    X(nvmlDeviceGetClockInfo)                      \
    X(nvmlDeviceGetMaxClockInfo)                   \
    X(nvmlDeviceGetCurrentClocksEventReasons)      \
    X(nvmlDeviceGetCurrentClocksThrottleReasons)   \
    X(nvmlDeviceGetSupportedClocksEventReasons)    \
    X(nvmlDeviceGetSupportedClocksThrottleReasons) \
    X(nvmlDeviceGetEccMode)                        \
    X(nvmlDeviceGetTotalEccErrors)                 \
    X(nvmlDeviceGetMemoryErrorCounter)             \
    X(nvmlDeviceGetRetiredPagesPendingStatus)      \
    X(nvmlDeviceGetRemappedRows)                   \
    X(nvmlDeviceGetComputeRunningProcesses)        \
    X(nvmlDeviceGetComputeRunningProcesses_v2)     \
    X(nvmlDeviceGetComputeRunningProcesses_v3)     \
    X(nvmlDeviceGetGraphicsRunningProcesses)       \
    X(nvmlDeviceGetGraphicsRunningProcesses_v2)    \
    X(nvmlDeviceGetGraphicsRunningProcesses_v3)    \
    X(nvmlDeviceGetMPSComputeRunningProcesses)     \
    X(nvmlDeviceGetMPSComputeRunningProcesses_v2)  \
    X(nvmlDeviceGetMPSComputeRunningProcesses_v3)  \
    X(nvmlDeviceGetRunningProcessDetailList)       \
    X(nvmlDeviceGetProcessUtilization)             \
    X(nvmlDeviceGetProcessesUtilizationInfo)       \
    X(nvmlDeviceGetSamples)                        \
    X(nvmlDeviceGetPcieThroughput)                 \
    X(nvmlDeviceGetFieldValues)                    \
    X(nvmlDeviceGetAccountingMode)                 \
    X(nvmlDeviceGetAccountingBufferSize)           \
    X(nvmlDeviceGetAccountingPids)                 \
    X(nvmlDeviceGetAccountingStats)                \
    X(nvmlDeviceGetMigMode)                        \
    X(nvmlDeviceGetMaxMigDeviceCount)              \
    X(nvmlDeviceGetMigDeviceHandleByIndex)         \
    X(nvmlDeviceGetGpuInstanceId)                  \
    X(nvmlDeviceGetComputeInstanceId)              \
    X(nvmlDeviceIsMigDeviceHandle)                 \
    X(nvmlDeviceGetDeviceHandleFromMigDeviceHandle) \
    X(nvmlDeviceGetAttributes)                     \
    X(nvmlDeviceGetAttributes_v2)                  \
    X(nvmlGpmQueryDeviceSupport)                   \
    X(nvmlGpmSampleAlloc)                          \
    X(nvmlGpmSampleFree)                           \
    X(nvmlGpmSampleGet)                            \
    X(nvmlGpmMigSampleGet)                         \
    X(nvmlGpmMetricsGet)

enum Function {
#define X(name) FN_##name,
    FUNCTIONS(X)
#undef X
    FUNCTION_COUNT,
    ANY_FUNCTION = FUNCTION_COUNT,
    UNKNOWN_FUNCTION,
};

static const char *const FUNCTION_NAMES[FUNCTION_COUNT] = {
#define X(name) #name,
    FUNCTIONS(X)
#undef X
};

#endif
