#pragma once
// The C interface of sherpa-onnx 2.0.1: synthesis. Structs of options have that version's layout, which is checked below; kinds of
// models that are not used here are room left free, to be zero.
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define CSHERPA_VERSION "2.0.1"

typedef struct csherpa_voice csherpa_voice;

typedef struct {
    const char *model;
    const char *lexicon;
    const char *tokens;
    const char *data_dir;
    float noise_scale;
    float noise_scale_w;
    float length_scale;
    const char *dict_dir;
    int32_t num_threads;
    int32_t debug;
    const char *provider;
    uint8_t other_models[352];
    const char *rule_fsts;
    int32_t max_num_sentences;
    const char *rule_fars;
    float silence_scale;
} csherpa_voice_config;

typedef struct {
    const float *samples;
    int32_t n;
    int32_t sample_rate;
} csherpa_audio;

typedef struct {
    float silence_scale;
    float speed;
    int32_t sid;
    const float *reference_audio;
    int32_t reference_audio_len;
    int32_t reference_sample_rate;
    const char *reference_text;
    int32_t num_steps;
    const char *extra;
    const int32_t *phoneme_codepoints;
    const int32_t *phoneme_codepoints_lens;
    int32_t phoneme_codepoints_num_sentences;
    const char *const *tokens;
    const int32_t *tokens_lens;
    int32_t tokens_num_sentences;
} csherpa_generation_config;

_Static_assert(offsetof(csherpa_voice_config, provider) == 64, "layout of sherpa-onnx " CSHERPA_VERSION);
_Static_assert(offsetof(csherpa_voice_config, max_num_sentences) == 432, "layout of sherpa-onnx " CSHERPA_VERSION);
_Static_assert(sizeof(csherpa_voice_config) == 456, "layout of sherpa-onnx " CSHERPA_VERSION);
_Static_assert(offsetof(csherpa_generation_config, phoneme_codepoints) == 56, "layout of sherpa-onnx " CSHERPA_VERSION);
_Static_assert(sizeof(csherpa_generation_config) == 104, "layout of sherpa-onnx " CSHERPA_VERSION);

typedef int32_t (*csherpa_progress)(const float *samples, int32_t n, float progress, void *argument);

/// The functions, as found in the library.
typedef struct {
    const char *(*version)(void);
    csherpa_voice *(*create_voice)(const csherpa_voice_config *);
    void (*destroy_voice)(csherpa_voice *);
    int32_t (*sample_rate)(csherpa_voice *);
    const csherpa_audio *(*generate)(
        csherpa_voice *, const char *text, const csherpa_generation_config *, csherpa_progress, void *argument);
    void (*destroy_audio)(const csherpa_audio *);
} csherpa_functions;

/// Looks the functions up in `library`, a handle of dlopen.
/// @return NULL, or the name of the first that is not there.
static inline const char *csherpa_find(void *library, csherpa_functions *functions) {
#define CSHERPA_FIND(field, name) \
    do { \
        *(void **)&functions->field = dlsym(library, name); \
        if (!functions->field) return name; \
    } while (0)
    CSHERPA_FIND(version, "SherpaOnnxGetVersionStr");
    CSHERPA_FIND(create_voice, "SherpaOnnxCreateOfflineTts");
    CSHERPA_FIND(destroy_voice, "SherpaOnnxDestroyOfflineTts");
    CSHERPA_FIND(sample_rate, "SherpaOnnxOfflineTtsSampleRate");
    CSHERPA_FIND(generate, "SherpaOnnxOfflineTtsGenerateWithConfig");
    CSHERPA_FIND(destroy_audio, "SherpaOnnxDestroyOfflineTtsGeneratedAudio");
#undef CSHERPA_FIND
    return NULL;
}
