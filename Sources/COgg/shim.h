#pragma once
// The Ogg container.
#include <ogg/ogg.h>
