/* A libcuda.so.1 of three functions, for a child on whose LD_LIBRARY_PATH it lies: what they answer stands in
   STAND_IN_CUDA_VERSION (12040 is 12.4), STAND_IN_CUDA_INIT (a CUresult) and STAND_IN_CUDA_DEVICES. */

#include <stdlib.h>

static int told(const char *name, int otherwise) {
    const char *value = getenv(name);
    return value ? atoi(value) : otherwise;
}

int cuInit(unsigned int flags) {
    (void)flags;
    return told("STAND_IN_CUDA_INIT", 0);
}

int cuDriverGetVersion(int *version) {
    *version = told("STAND_IN_CUDA_VERSION", 12080);
    return 0;
}

int cuDeviceGetCount(int *count) {
    *count = told("STAND_IN_CUDA_DEVICES", 1);
    return 0;
}
