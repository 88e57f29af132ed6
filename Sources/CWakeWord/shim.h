#pragma once
// What is used of TensorFlow Lite's C interface and of the sound analysis that `models install micro-wake-word` compiles. Both are
// found at run time by dlopen.
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cwake_model cwake_model;
typedef struct cwake_interpreter cwake_interpreter;
typedef struct cwake_tensor cwake_tensor;

typedef struct {
    float scale;
    int32_t zero_point;
} cwake_quantisation;

enum { CWAKE_UINT8 = 3, CWAKE_INT8 = 9 };

typedef struct {
    cwake_model *(*create_model)(const char *path);
    void (*delete_model)(cwake_model *);
    cwake_interpreter *(*create_interpreter)(const cwake_model *, const void *options);
    void (*delete_interpreter)(cwake_interpreter *);
    int (*allocate_tensors)(cwake_interpreter *);
    int (*invoke)(cwake_interpreter *);
    cwake_tensor *(*input)(const cwake_interpreter *, int32_t);
    const cwake_tensor *(*output)(const cwake_interpreter *, int32_t);
    int (*type)(const cwake_tensor *);
    int32_t (*dimension)(const cwake_tensor *, int32_t);
    size_t (*byte_size)(const cwake_tensor *);
    void *(*data)(const cwake_tensor *);
    cwake_quantisation (*quantisation)(const cwake_tensor *);
} cwake_functions;

typedef struct {
    void *(*create)(void);
    void (*destroy)(void *);
    void (*reset)(void *);
    size_t (*process)(void *, const int16_t *samples, size_t count, size_t *read, const uint16_t **values);
} cwake_frontend;

#define CWAKE_FIND(field, name) \
    do { \
        *(void **)&functions->field = dlsym(library, name); \
        if (!functions->field) return name; \
    } while (0)

/// Looks the functions up in `library`, a handle of dlopen.
/// @return NULL, or the name of the first that is not there.
static inline const char *cwake_find(void *library, cwake_functions *functions) {
    CWAKE_FIND(create_model, "TfLiteModelCreateFromFile");
    CWAKE_FIND(delete_model, "TfLiteModelDelete");
    CWAKE_FIND(create_interpreter, "TfLiteInterpreterCreate");
    CWAKE_FIND(delete_interpreter, "TfLiteInterpreterDelete");
    CWAKE_FIND(allocate_tensors, "TfLiteInterpreterAllocateTensors");
    CWAKE_FIND(invoke, "TfLiteInterpreterInvoke");
    CWAKE_FIND(input, "TfLiteInterpreterGetInputTensor");
    CWAKE_FIND(output, "TfLiteInterpreterGetOutputTensor");
    CWAKE_FIND(type, "TfLiteTensorType");
    CWAKE_FIND(dimension, "TfLiteTensorDim");
    CWAKE_FIND(byte_size, "TfLiteTensorByteSize");
    CWAKE_FIND(data, "TfLiteTensorData");
    CWAKE_FIND(quantisation, "TfLiteTensorQuantizationParams");
    return NULL;
}

static inline const char *cwake_find_frontend(void *library, cwake_frontend *functions) {
    CWAKE_FIND(create, "wake_frontend_create");
    CWAKE_FIND(destroy, "wake_frontend_destroy");
    CWAKE_FIND(reset, "wake_frontend_reset");
    CWAKE_FIND(process, "wake_frontend_process");
    return NULL;
}
#undef CWAKE_FIND
