#pragma once
// The resampler of libspeexdsp.
#include <speex/speex_resampler.h>
