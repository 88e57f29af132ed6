/* A stand-in for LiveKit's library that lets a room be entered and then meets a fault of its own, as the real one does when one of
   its threads panics. It says just enough for a client to get that far.

   cc -shared -fPIC -o liblivekit_ffi.so failing_livekit.c -lpthread */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*callback)(const uint8_t *bytes, size_t count);
static callback tell;

/* A protobuf message with a little room. */
struct message {
    uint8_t bytes[256];
    size_t count;
};

static void put_varint(struct message *to, uint64_t value) {
    for (; value >= 0x80; value >>= 7) to->bytes[to->count++] = (uint8_t)(value | 0x80);
    to->bytes[to->count++] = (uint8_t)value;
}

static void put_number(struct message *to, unsigned field, uint64_t value) {
    put_varint(to, field << 3);
    put_varint(to, value);
}

static void put_bytes(struct message *to, unsigned field, const void *bytes, size_t count) {
    put_varint(to, field << 3 | 2);
    put_varint(to, count);
    memcpy(to->bytes + to->count, bytes, count);
    to->count += count;
}

static void put_message(struct message *to, unsigned field, const struct message *inner) {
    put_bytes(to, field, inner->bytes, inner->count);
}

/* {1: {1: handle}} */
static struct message owned(uint64_t handle) {
    struct message number = {0}, whole = {0};
    put_number(&number, 1, handle);
    put_message(&whole, 1, &number);
    return whole;
}

static uint64_t read_varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) break;
    }
    return value;
}

/* A number in a message; 0 when it is not there. */
static uint64_t find(const uint8_t *at, const uint8_t *end, unsigned field) {
    uint64_t found = 0;
    while (at < end) {
        uint64_t key = read_varint(&at, end);
        uint64_t value = read_varint(&at, end);
        if ((key & 7) == 2) {
            at += value;
        } else if (key >> 3 == field) {
            found = value;
        }
    }
    return found;
}

static void *join(void *id) {
    struct message room = owned(1), me = owned(2), facts = {0}, result = {0}, joined = {0}, event = {0};
    put_bytes(&facts, 1, "RM_1", 4);
    put_bytes(&facts, 2, "home", 4);
    put_message(&room, 2, &facts);
    facts.count = 0;
    put_bytes(&facts, 1, "PA_1", 4);
    put_bytes(&facts, 3, "companion-edge", 14);
    put_message(&me, 2, &facts);
    put_message(&result, 1, &room);
    put_message(&result, 2, &me);
    put_number(&joined, 1, (uint64_t)(uintptr_t)id);
    put_message(&joined, 3, &result);
    put_message(&event, 5, &joined);
    tell(event.bytes, event.count);
    return NULL;
}

static void *fail(void *unused) {
    (void)unused;
    /* Somebody waits by now. */
    usleep(200000);
    static const char why[] = "index out of bounds: the len is 1 but the index is 1";
    struct message panic = {0}, event = {0};
    put_bytes(&panic, 1, why, sizeof why - 1);
    put_message(&event, 20, &panic);
    tell(event.bytes, event.count);
    return NULL;
}

static void later(void *(*body)(void *), void *argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument) == 0) pthread_detach(thread);
}

void livekit_ffi_initialize(callback cb, bool capture_logs, const char *sdk, const char *version) {
    (void)capture_logs, (void)sdk, (void)version;
    tell = cb;
}

uint64_t livekit_ffi_request(const uint8_t *bytes, size_t count, const uint8_t **response, size_t *response_count) {
    static uint64_t last = 100; /* Handles of things; asked from several threads. */
    const uint8_t *at = bytes, *end = bytes + count;
    unsigned kind = (unsigned)(read_varint(&at, end) >> 3);
    read_varint(&at, end);
    struct message *answer = calloc(1, sizeof *answer), content = {0};
    if (answer == NULL) return 0;
    if (kind == 3) later(join, (void *)(uintptr_t)find(at, end, 4));
    if (kind == 5) later(fail, NULL);
    /* A source of sound, a track, an echo canceller. */
    if (kind == 26 || kind == 16 || kind == 50) {
        struct message thing = owned(__atomic_add_fetch(&last, 1, __ATOMIC_RELAXED));
        put_message(&content, 1, &thing);
    }
    put_message(answer, kind, &content);
    *response = answer->bytes;
    *response_count = answer->count;
    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

bool livekit_ffi_drop_handle(uint64_t handle) {
    (void)handle;
    return true;
}
