/* How every exported function begins and ends. */

#ifndef ENTRY_H
#define ENTRY_H

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

#endif
