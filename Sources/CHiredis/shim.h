#pragma once
// How Redis writes commands and answers. The connection itself is ours: Debian's hiredis (0.14) has no TLS, and looks names up
// without a limit of time.
#include <hiredis/hiredis.h>
