#pragma once
// libedit: line editing with history, wide characters included. Its functions are variadic, which Swift cannot call, so each use
// has a small typed name here.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>
#include <histedit.h>

// The C library has it, but declares it only to X/Open programs.
extern int wcwidth(wchar_t character);

/// What the editor waits for besides keys. `on_wake` runs on the editing thread when `wake` becomes readable; it empties `wake` and
/// says what to do: 0 go on (the line is drawn anew), 1 give the line up.
typedef struct {
    int input;
    int wake;
    int (*on_wake)(void *context);
    void *context;
    const char *prompt;
} CEditLineWait;

static inline CEditLineWait *cedit_wait(EditLine *editor) {
    void *wait = NULL;
    el_get(editor, EL_CLIENTDATA, &wait);
    return (CEditLineWait *)wait;
}

static inline char *cedit_prompt(EditLine *editor) {
    // libedit does not change the prompt; its type only fails to say so.
    return (char *)cedit_wait(editor)->prompt;
}

/// Reads one character, or lets `on_wake` act.
static inline int cedit_read(EditLine *editor, wchar_t *character) {
    CEditLineWait *wait = cedit_wait(editor);
    mbstate_t state = {0};
    for (;;) {
        struct pollfd ready[2] = {{wait->input, POLLIN, 0}, {wait->wake, POLLIN, 0}};
        if (poll(ready, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (ready[1].revents) {
            if (wait->on_wake(wait->context) != 0) {
                errno = EINTR;
                return -1;
            }
            el_set(editor, EL_REFRESH);
            continue;
        }
        char byte = 0;
        ssize_t count = read(wait->input, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return (int)count;
        size_t length = mbrtowc(character, &byte, 1, &state);
        if (length == (size_t)-2) continue;  // more bytes of this character are to come
        if (length == (size_t)-1) {          // no UTF-8: skip what cannot be read
            state = (mbstate_t){0};
            continue;
        }
        if (length == 0) *character = 0;
        return 1;
    }
}

static inline EditLine *cedit_open(FILE *input, FILE *output, FILE *errors, CEditLineWait *wait) {
    EditLine *editor = el_init("companion-edge", input, output, errors);
    if (editor == NULL) return NULL;
    el_set(editor, EL_CLIENTDATA, wait);
    el_set(editor, EL_PROMPT, cedit_prompt);
    el_set(editor, EL_GETCFN, cedit_read);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_SIGNAL, 0);
    // Keys that every terminal user expects.
    el_set(editor, EL_BIND, "\033[1~", "ed-move-to-beg", NULL);
    el_set(editor, EL_BIND, "\033[4~", "ed-move-to-end", NULL);
    el_set(editor, EL_BIND, "\033[3~", "ed-delete-next-char", NULL);
    el_set(editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    return editor;
}

static inline History *cedit_history_open(EditLine *editor, int size) {
    History *list = history_init();
    if (list == NULL) return NULL;
    HistEvent event;
    history(list, &event, H_SETSIZE, size);
    history(list, &event, H_SETUNIQUE, 1);
    el_set(editor, EL_HIST, history, list);
    return list;
}

static inline int cedit_history_add(History *list, const char *line) {
    HistEvent event;
    return history(list, &event, H_ENTER, line);
}
