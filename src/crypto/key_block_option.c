#include "crypto/key_block_option.h"

#include <assert.h>
#include <string.h>

#include "crypto/key_block_text.h"

enum {
    HEAD_LEN = 4,                // id and length
    LONG_HEAD_LEN = 10,          // id, 00, 04 and four digits: any length a key block can have
    SHORT_LEN_MAX = 0xFF,        // what two digits hold
    LENGTH_DIGITS_MAX = 4,       // reaches past the longest key block
    PADDING_CHARACTERS_LEN = 32, // a divisor of 256, so that each is as likely as any other
};

static text id_of(const struct key_block_option *option)
{
    return text_bytes(option->id, sizeof option->id);
}

// Of good form by itself, and no other one before it has its id or is the padding.
static bool option_sound(const struct key_block_option *options, int at)
{
    text id = id_of(&options[at]);
    bool sound = text_all(id, is_upper_or_digit) && text_all(options[at].data, is_printable);
    for (int i = 0; i < at; i++) {
        text earlier = id_of(&options[i]);
        sound = sound && !text_equal(earlier, id) && !text_equal(earlier, TEXT("PB"));
    }
    return sound;
}

/* reading */

static text take_data(struct text_cursor *cursor)
{
    size_t len = cursor_number(cursor, 2, 16);
    size_t head = HEAD_LEN;
    if (len == 0) {
        size_t digits = cursor_number(cursor, 2, 16);
        if (digits > LENGTH_DIGITS_MAX) { // no digits at all give a length of 0, refused below
            cursor->failed = true;
            return TEXT_ABSENT;
        }
        len = cursor_number(cursor, digits, 16);
        head += 2 + digits;
    }
    if (len < head) {
        cursor->failed = true;
        return TEXT_ABSENT;
    }
    return cursor_take(cursor, len - head);
}

bool key_block_options_read(struct key_block_option options[KEY_BLOCK_OPTION_COUNT_MAX], int count, size_t block_len,
                            text at, size_t *len)
{
    assert(count >= 0 && count <= KEY_BLOCK_OPTION_COUNT_MAX);
    struct text_cursor cursor = { at, false };
    for (int i = 0; i < count; i++) {
        text id = cursor_take(&cursor, sizeof options[i].id);
        options[i].data = take_data(&cursor);
        if (cursor.failed || id.at == NULL) {
            return false;
        }
        memcpy(options[i].id, id.at, id.len);
        if (!option_sound(options, i)) {
            return false;
        }
    }
    *len = at.len - cursor.rest.len;
    return *len % block_len == 0;
}

/* writing */

static bool write_option(struct buffer *out, const struct key_block_option *option)
{
    buffer_append(out, option->id, sizeof option->id);
    if (HEAD_LEN + option->data.len <= SHORT_LEN_MAX) {
        buffer_print(out, "%02X", (unsigned int)(HEAD_LEN + option->data.len));
    } else {
        buffer_print(out, "00%02X%04X", LENGTH_DIGITS_MAX, (unsigned int)(LONG_HEAD_LEN + option->data.len));
    }
    buffer_append_text(out, option->data);
    return !out->failed;
}

static bool write_padding(struct buffer *out, const struct runtime *runtime, size_t block_len, size_t len)
{
    static const char characters[PADDING_CHARACTERS_LEN + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    char data[2 * 16];
    size_t data_len = (block_len - (len + HEAD_LEN) % block_len) % block_len;
    assert(data_len < sizeof data);
    runtime_random(runtime, data, data_len);
    for (size_t i = 0; i < data_len; i++) {
        data[i] = characters[(uint8_t)data[i] % PADDING_CHARACTERS_LEN];
    }
    const struct key_block_option padding = { { 'P', 'B' }, text_bytes(data, data_len) };
    return write_option(out, &padding);
}

bool key_block_options_write(struct buffer *out, int *written, const struct runtime *runtime,
                             const struct key_block_option *options, int count, size_t block_len)
{
    assert(count >= 0 && count <= KEY_BLOCK_OPTION_COUNT_MAX);
    size_t from = out->len;
    bool padded = false;
    for (int i = 0; i < count; i++) {
        if (!option_sound(options, i) || !write_option(out, &options[i])) {
            return false;
        }
        padded = text_equal(id_of(&options[i]), TEXT("PB"));
    }
    size_t len = out->len - from;
    *written = count;
    if (len % block_len == 0) {
        return !out->failed;
    }
    *written = count + 1;
    return !padded && count < KEY_BLOCK_OPTION_COUNT_MAX && write_padding(out, runtime, block_len, len);
}
