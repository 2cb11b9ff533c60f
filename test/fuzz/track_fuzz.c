/*
 * Any bytes as data of a magnetic stripe. The first one says as what: '1' and '2' a line of track 1 or 2, whose parts must
 * make the line again; 'p' a packed track 2, which must pack again to the same; 't' and 'u' a template of track 1 or 2 and
 * its fields, a line each, where whatever is printed must parse.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "crypto/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { LINE_ROOM = 256 };

struct line {
    char at[LINE_ROOM];
    size_t len;
};

static void append(struct line *line, text t)
{
    assert(t.len <= sizeof line->at - line->len);
    if (t.len > 0) {
        memcpy(line->at + line->len, t.at, t.len);
    }
    line->len += t.len;
}

static void append_or(struct line *line, text t, text none)
{
    append(line, t.len > 0 ? t : none);
}

static text composed(struct line *out, enum track track, const struct track_data *data)
{
    text separator = track == TRACK_1 ? TEXT("^") : TEXT("=");
    if (track == TRACK_1) {
        append(out, TEXT("B"));
    }
    append(out, data->pan);
    append(out, separator);
    if (track == TRACK_1) {
        append(out, data->name);
        append(out, separator);
    }
    append_or(out, data->expiry, separator);
    append_or(out, data->service_code, separator);
    append(out, data->discretionary);
    return text_bytes(out->at, out->len);
}

static bool same_line(text line, text made)
{
    if (line.len != made.len) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        char c = line.at[i];
        if (c != made.at[i] && !(c == 'D' && made.at[i] == '=')) {
            return false;
        }
    }
    return true;
}

static void pack_and_unpack(text line)
{
    uint8_t packed[TRACK_EQUIVALENT_LEN_MAX];
    char again[TRACK_2_LEN_MAX];
    size_t len = 0, again_len = 0;
    assert(track_2_pack(packed, &len, line));
    assert(track_2_unpack(again, &again_len, (struct bytes_view){ packed, len }));
    assert(same_line(line, text_bytes(again, again_len)));
}

static void read_line(enum track track, text line)
{
    struct track_data data;
    struct line made = { .len = 0 };
    static const struct track_data none;
    if (!track_parse(&data, track, line)) {
        assert(memcmp(&data, &none, sizeof none) == 0);
        return;
    }
    assert(line.len <= (track == TRACK_1 ? TRACK_1_LEN_MAX : TRACK_2_LEN_MAX));
    assert(same_line(line, composed(&made, track, &data)));
    char lrc = track_lrc(track, line);
    assert(track == TRACK_1 ? lrc >= 0x20 && lrc <= 0x5F : lrc >= 0x30 && lrc <= 0x3F);
    if (track == TRACK_2) {
        pack_and_unpack(line);
    }
}

static void read_packed(struct bytes_view packed)
{
    char line[TRACK_2_LEN_MAX];
    uint8_t again[TRACK_EQUIVALENT_LEN_MAX];
    size_t len = 0, again_len = 0;
    if (!track_2_unpack(line, &len, packed)) {
        assert(len == 0);
        return;
    }
    assert(track_2_pack(again, &again_len, text_bytes(line, len)));
    assert(again_len == packed.len && memcmp(again, packed.at, again_len) == 0);
    read_line(TRACK_2, text_bytes(line, len));
}

static void print_line(enum track track, text rest)
{
    struct track_fields fields = { 0 };
    text *const places[] = { &fields.pan,       &fields.name, &fields.expiry, &fields.service_code,
                             &fields.key_index, &fields.pvv,  &fields.cvv };
    char line[TRACK_LEN_MAX];
    size_t len = 0;
    text template = TEXT_ABSENT;
    text_split(&rest, '\n', &template);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        text_split(&rest, '\n', places[i]); // too few lines: the others are absent
    }
    status result = track_print(line, &len, track, template, &fields);
    assert(result == OK || (result == INVALID_INPUT && len == 0));
    if (result == OK) {
        struct track_data data;
        assert(track_parse(&data, track, text_bytes(line, len)));
        read_line(track, text_bytes(line, len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0) {
        return 0;
    }
    text rest = text_bytes(bytes + 1, len - 1);
    switch (bytes[0]) {
    case '1':
        read_line(TRACK_1, rest);
        break;
    case '2':
        read_line(TRACK_2, rest);
        break;
    case 'p':
        read_packed((struct bytes_view){ rest.at, rest.len });
        break;
    case 't':
        print_line(TRACK_1, rest);
        break;
    case 'u':
        print_line(TRACK_2, rest);
        break;
    default:
        break;
    }
    return 0;
}
