#pragma once
// The readline-compatible face of libedit: line editing with history, wide characters included.
#include <stdio.h>
#include <editline/readline.h>
