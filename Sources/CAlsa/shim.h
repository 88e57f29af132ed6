#pragma once
// ALSA's library, and a door to its error handler, which is variadic.
#include <alsa/asoundlib.h>

static void calsa_ignore(const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file; (void)line; (void)function; (void)error; (void)format;
}
/// Keeps the library from writing to standard error; every call returns its error as well.
static inline void calsa_silence(void) { snd_lib_error_set_handler(calsa_ignore); }
