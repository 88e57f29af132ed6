#pragma once
// What the program uses of two libraries that it does not need: they are installed by `models install`, found at run time by
// dlopen, and of one pinned version each. Declared here so that building takes neither their headers nor them.
#include "onnx.h"
#include "sherpa.h"
