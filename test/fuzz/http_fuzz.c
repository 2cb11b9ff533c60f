/*
 * What the HTTP layer makes of a request target, a Range header and a query, from any bytes: the first line is the target,
 * the second the Range header, the rest a JSON body for an operation that the path finds.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/byte_range.h"
#include "api/server.h"
#include "base/limits.h"
#include "server/http_target.h"

enum { CONTENT_LEN = 1000 };

static void check_range(text header)
{
    struct byte_range range;
    if (byte_range_parse(&range, header, CONTENT_LEN) == OK) {
        assert(range.len > 0 && range.from + range.len <= CONTENT_LEN);
        assert(range.partial || range.len == CONTENT_LEN);
    }
}

static void check_operation(const struct operation *operation, const struct http_target *target, text body,
                            struct arena *arena)
{
    struct faults faults;
    uint64_t present;
    faults_init(&faults, arena);
    if (operation->in != NULL) {
        void *input = arena_take(arena, operation->in->size);
        assert(input != NULL);
        status decoded = shape_decode(operation->in, input, &present, body, operation->patch, arena, &faults);
        assert((decoded == OK) == (faults.count == 0));
    }
    if (operation->query != NULL) {
        void *query = arena_take(arena, operation->query->size);
        assert(query != NULL);
        status decoded =
            shape_decode_pairs(operation->query, query, &present, target->query, target->query_count, arena, &faults);
        (void)decoded;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const methods[] = { "GET", "POST", "PATCH", "DELETE", "HEAD" };
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    assert(arena != NULL);
    text rest = arena_copy(arena, text_bytes(data, len)), line, range = TEXT_ABSENT;
    struct http_target target;
    text_split(&rest, '\n', &line);
    if (text_split(&rest, '\n', &range)) {
        check_range(range);
    }
    if (http_target_parse(arena, &target, line) == OK) {
        assert(target.path.len > 0 && target.path.at[0] == '/' &&
               memchr(target.path.at, '\0', target.path.len) == NULL);
        for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
            text parts[CALL_PATH_ID_COUNT_MAX];
            int part_count;
            bool known;
            const struct operation *operation =
                operation_find(text_of(methods[i]), target.path, parts, &part_count, &known);
            if (operation != NULL) {
                check_operation(operation, &target, rest, arena);
            }
        }
    }
    arena_free(arena);
    return 0;
}
