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

typedef struct conn_run_options conn_run_options;
typedef struct conn_shape conn_shape;
typedef struct conn_arena conn_arena;

// Version 8 of the interface, of onnxruntime 1.8, has all that is used.
enum {
    CONN_API_VERSION = 8, CONN_FLOAT = 1, CONN_INT64 = 7, CONN_BOOL = 9, CONN_WARNING = 2, CONN_ERROR = 3, CONN_ARENA = 1,
    CONN_DEFAULT = 0, CONN_INVALID_ARGUMENT = 2
};

typedef struct {
    void *before_code[1];
    int (*code)(const conn_status *);
    const char *(*message)(const conn_status *);
    conn_status *(*create_environment)(int level, const char *name, conn_environment **);
    void *before_session[3];
    conn_status *(*create_session)(const conn_environment *, const char *path, const conn_options *, conn_session **);
    conn_status *(*create_session_from_memory)(
        const conn_environment *, const void *model, size_t bytes, const conn_options *, conn_session **);
    conn_status *(*run)(
        conn_session *, const conn_run_options *, const char *const *input_names, const conn_value *const *inputs,
        size_t input_count, const char *const *output_names, size_t output_count, conn_value **outputs);
    conn_status *(*create_options)(conn_options **);
    void *before_pattern[6];
    conn_status *(*disable_memory_pattern)(conn_options *);
    void *before_threads[6];
    conn_status *(*set_intra_threads)(conn_options *, int);
    conn_status *(*set_inter_threads)(conn_options *, int);
    void *before_run_options[13];
    conn_status *(*create_run_options)(conn_run_options **);
    void *before_tensor[9];
    conn_status *(*create_tensor)(
        const conn_memory *, void *data, size_t bytes, const int64_t *shape, size_t dimensions, int type, conn_value **);
    void *before_data[1];
    conn_status *(*data)(conn_value *, void **);
    void *before_dimensions[9];
    conn_status *(*dimension_count)(const conn_shape *, size_t *);
    conn_status *(*dimensions)(const conn_shape *, int64_t *, size_t);
    void *before_shape[2];
    conn_status *(*shape)(const conn_value *, conn_shape **);
    void *before_memory[3];
    conn_status *(*create_memory)(int allocator, int type, conn_memory **);
    void *before_release[22];
    void (*release_environment)(conn_environment *);
    void (*release_status)(conn_status *);
    void (*release_memory)(conn_memory *);
    void (*release_session)(conn_session *);
    void (*release_value)(conn_value *);
    void (*release_run_options)(conn_run_options *);
    void *before_release_shape[1];
    void (*release_shape)(conn_shape *);
    void (*release_options)(conn_options *);
    void *before_setting[29];
    conn_status *(*set)(conn_options *, const char *key, const char *value);
    void *before_allocator[13];
    conn_status *(*register_arena)(conn_environment *, const conn_memory *, const conn_arena *);
    void *before_release_arena[12];
    void (*release_arena)(conn_arena *);
    void *before_arena[6];
    conn_status *(*create_arena)(const char *const *keys, const size_t *values, size_t count, conn_arena **);
    conn_status *(*set_run)(conn_run_options *, const char *key, const char *value);
} conn_functions;

#define CONN_PLACE(function, place) \
    _Static_assert(offsetof(conn_functions, function) == (place) * sizeof(void *), "order of onnxruntime's functions")
CONN_PLACE(run, 9);
CONN_PLACE(disable_memory_pattern, 17);
CONN_PLACE(set_intra_threads, 24);
CONN_PLACE(create_run_options, 39);
CONN_PLACE(create_tensor, 49);
CONN_PLACE(data, 51);
CONN_PLACE(dimension_count, 61);
CONN_PLACE(shape, 65);
CONN_PLACE(create_memory, 69);
CONN_PLACE(release_environment, 92);
CONN_PLACE(release_options, 100);
CONN_PLACE(set, 130);
CONN_PLACE(register_arena, 144);
CONN_PLACE(release_arena, 157);
CONN_PLACE(create_arena, 164);
CONN_PLACE(set_run, 165);
#undef CONN_PLACE

/// @return The functions of `library`, a handle of dlopen; NULL if it is another library.
static inline const conn_functions *conn_find(void *library) {
    typedef struct {
        const conn_functions *(*functions)(uint32_t version);
        const char *(*version)(void);
    } base;
    const base *(*find)(void) = (const base *(*)(void))dlsym(library, "OrtGetApiBase");
    return find ? find()->functions(CONN_API_VERSION) : NULL;
}

/// @return The place of the largest of `count` numbers, the first of equals.
static inline size_t conn_largest(const float *numbers, size_t count) {
    size_t best = 0;
    for (size_t index = 1; index < count; index++) {
        if (numbers[index] > numbers[best]) best = index;
    }
    return best;
}
