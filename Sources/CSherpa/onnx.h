#pragma once
// What is used of onnxruntime's C interface, which is a table of functions whose order never changes; new ones go to its end.
// Only the places of those that are called matter here.
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

typedef struct conn_status conn_status;
typedef struct conn_environment conn_environment;
typedef struct conn_options conn_options;
typedef struct conn_session conn_session;
typedef struct conn_memory conn_memory;
typedef struct conn_value conn_value;

enum { CONN_API_VERSION = 1, CONN_FLOAT = 1, CONN_INT64 = 7, CONN_WARNING = 2, CONN_ERROR = 3, CONN_ARENA = 1, CONN_DEFAULT = 0 };

typedef struct {
    void *before_message[2];
    const char *(*message)(const conn_status *);
    conn_status *(*create_environment)(int level, const char *name, conn_environment **);
    void *before_session[3];
    conn_status *(*create_session)(const conn_environment *, const char *path, const conn_options *, conn_session **);
    void *before_run[1];
    conn_status *(*run)(
        conn_session *, const void *run_options, const char *const *input_names, const conn_value *const *inputs, size_t input_count,
        const char *const *output_names, size_t output_count, conn_value **outputs);
    conn_status *(*create_options)(conn_options **);
    void *before_threads[13];
    conn_status *(*set_intra_threads)(conn_options *, int);
    conn_status *(*set_inter_threads)(conn_options *, int);
    void *before_tensor[23];
    conn_status *(*create_tensor)(
        const conn_memory *, void *data, size_t bytes, const int64_t *shape, size_t dimensions, int type, conn_value **);
    void *before_data[1];
    conn_status *(*data)(conn_value *, void **);
    void *before_memory[17];
    conn_status *(*create_memory)(int allocator, int type, conn_memory **);
    void *before_release[22];
    void (*release_environment)(conn_environment *);
    void (*release_status)(conn_status *);
    void (*release_memory)(conn_memory *);
    void (*release_session)(conn_session *);
    void (*release_value)(conn_value *);
    void *before_release_options[3];
    void (*release_options)(conn_options *);
} conn_functions;

_Static_assert(offsetof(conn_functions, run) == 9 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, set_intra_threads) == 24 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, create_tensor) == 49 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, data) == 51 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, create_memory) == 69 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, release_environment) == 92 * sizeof(void *), "order of onnxruntime's functions");
_Static_assert(offsetof(conn_functions, release_options) == 100 * sizeof(void *), "order of onnxruntime's functions");

/// @return The functions of `library`, a handle of dlopen; NULL if it is another library.
static inline const conn_functions *conn_find(void *library) {
    typedef struct {
        const conn_functions *(*functions)(uint32_t version);
        const char *(*version)(void);
    } base;
    const base *(*find)(void) = (const base *(*)(void))dlsym(library, "OrtGetApiBase");
    return find ? find()->functions(CONN_API_VERSION) : NULL;
}
