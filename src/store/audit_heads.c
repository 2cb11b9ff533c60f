#include "store/audit_heads.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/time_text.h"

static const char HEADS[] = "SELECT id, audit_sequence, audit_hash FROM lane WHERE audit_sequence > 0 ORDER BY id";
static const char HASH_AT[] = "SELECT hash FROM audit WHERE lane = $1 AND sequence = $2";
static const char preface[] = "cardwright audit head 1\n";

enum {
    HEAD_LEN_MAX = 256,
    SIGNED_LEN_MAX = HEAD_LEN_MAX + sizeof preface,
    LINE_LEN_MAX = HEAD_LEN_MAX + 2 * SIGNATURE_LEN + 8
};

static size_t with_preface(char out[SIGNED_LEN_MAX], const char *head, size_t len)
{
    memcpy(out, preface, sizeof preface - 1);
    memcpy(out + sizeof preface - 1, head, len);
    return sizeof preface - 1 + len;
}

static status write_key(FILE *file, struct keyring *keyring, int64_t key_id)
{
    uint8_t key[PUBLIC_KEY_LEN];
    char hex[2 * PUBLIC_KEY_LEN];
    TRY(keyring_public_key(keyring, key_id, key));
    bytes_to_hex(hex, key, sizeof key);
    return fprintf(file, "ed25519 %.*s\n", (int)sizeof hex, hex) > 0 ? OK : SYSTEM_FAULT;
}

static status write_head(FILE *file, struct keyring *keyring, int64_t key_id, struct rows *rows, int64_t now_ms)
{
    char time[25], hash[2 * SHA256_LEN], head[HEAD_LEN_MAX], message[SIGNED_LEN_MAX], hex[2 * SIGNATURE_LEN];
    uint8_t signature[SIGNATURE_LEN];
    text stored = row_blob(rows, 2);
    if (stored.len != SHA256_LEN) {
        return DATA_DAMAGED;
    }
    bytes_to_hex(hash, stored.at, stored.len);
    time_print(time, now_ms);
    int len = snprintf(head, sizeof head, "%s %" PRId64 " %" PRId64 " %.*s", time, row_i64(rows, 0), row_i64(rows, 1),
                       (int)sizeof hash, hash);
    TRY(keyring_sign(keyring, key_id, signature, message, with_preface(message, head, (size_t)len)));
    bytes_to_hex(hex, signature, sizeof signature);
    return fprintf(file, "%s %.*s\n", head, (int)sizeof hex, hex) > 0 ? OK : SYSTEM_FAULT;
}

// The tail of the file as it is: a head that stands there need not be written again.
static bool already_written(const char *path, int64_t lane, int64_t sequence)
{
    char tail[8192 + 1], wanted[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    off_t len = lseek(fd, 0, SEEK_END);
    off_t from = len > 8192 ? len - 8192 : 0;
    ssize_t read_len = pread(fd, tail, 8192, from);
    close(fd);
    tail[read_len > 0 ? read_len : 0] = '\0';
    snprintf(wanted, sizeof wanted, " %" PRId64 " %" PRId64 " ", lane, sequence);
    return strstr(tail, wanted) != NULL;
}

// A line that a crash or a full disk cut short says nothing: the next one begins in its place.
static status cut_torn_line(int fd)
{
    char tail[LINE_LEN_MAX];
    off_t len = lseek(fd, 0, SEEK_END), from = len > LINE_LEN_MAX ? len - LINE_LEN_MAX : 0;
    ssize_t whole = pread(fd, tail, sizeof tail, from);
    while (whole > 0 && tail[whole - 1] != '\n') {
        whole--;
    }
    return whole >= 0 && (from + whole == len || ftruncate(fd, from + whole) == 0) ? OK : SYSTEM_FAULT;
}

status audit_heads_export(struct database *database, struct keyring *keyring, const char *path, int64_t now_ms)
{
    int64_t key_id = keyring_current(keyring, KEY_SIGN, NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (file == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return SYSTEM_FAULT;
    }
    struct rows rows = { 0 };
    status result = cut_torn_line(fd);
    if (result == OK && lseek(fd, 0, SEEK_END) == 0) {
        result = write_key(file, keyring, key_id);
    }
    if (result == OK) {
        result = database_query(database, &rows, HEADS, NO_ARGS);
    }
    while (result == OK && rows_next(&rows)) {
        if (!already_written(path, row_i64(&rows, 0), row_i64(&rows, 1))) {
            result = write_head(file, keyring, key_id, &rows, now_ms);
        }
    }
    status closed = rows_close(&rows);
    result = result != OK ? result : closed;
    bool durable = fflush(file) == 0 && fdatasync(fd) == 0;
    bool file_closed = fclose(file) == 0;
    return result == OK && !(durable && file_closed) ? SYSTEM_FAULT : result;
}

// By any of the installation's keys, whichever was the current one then.
static status verify_signature(struct keyring *keyring, const uint8_t signature[SIGNATURE_LEN], const char *message,
                               size_t len)
{
    int64_t key_ids[KEY_VERSION_MAX];
    int count = keyring_all_of(keyring, KEY_SIGN, key_ids);
    status result = DATA_DAMAGED;
    for (int i = 0; i < count && result == DATA_DAMAGED; i++) {
        uint8_t key[PUBLIC_KEY_LEN];
        TRY(keyring_public_key(keyring, key_ids[i], key));
        result = signature_verify(key, signature, message, len);
    }
    return result;
}

static status verify_head(struct database *database, struct keyring *keyring, const char *line, const char **why)
{
    text rest = text_of(line), time, lane_text, sequence_text, hash_text;
    int64_t lane, sequence;
    uint8_t hash[SHA256_LEN], signature[SIGNATURE_LEN];
    char message[SIGNED_LEN_MAX];
    *why = "is not a head";
    bool read = text_split(&rest, ' ', &time) && text_split(&rest, ' ', &lane_text) &&
                text_split(&rest, ' ', &sequence_text) && text_split(&rest, ' ', &hash_text) &&
                text_to_int64(lane_text, &lane) && text_to_int64(sequence_text, &sequence) &&
                bytes_from_hex(hash, sizeof hash, hash_text) && bytes_from_hex(signature, sizeof signature, rest);
    if (!read) {
        return AUDIT_BROKEN;
    }
    size_t head_len = (size_t)(rest.at - line) - 1;
    *why = "has a signature that does not verify";
    if (verify_signature(keyring, signature, message, with_preface(message, line, head_len)) != OK) {
        return AUDIT_BROKEN;
    }
    *why = "names a record that is not in the database, or is another one there: the tail was cut or rewritten";
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, HASH_AT, ARGS(value_i64(lane), value_i64(sequence))));
    bool same = false;
    if (rows_next(&rows)) {
        text stored = row_blob(&rows, 0);
        same = stored.len == SHA256_LEN && memcmp(stored.at, hash, SHA256_LEN) == 0;
    }
    TRY(rows_close(&rows));
    return same ? OK : AUDIT_BROKEN;
}

// The key in the first line must be one of the keyring's own: a file signed by another proves nothing.
static status verify_key(struct keyring *keyring, const char *line)
{
    text rest = text_of(line), word;
    uint8_t named[PUBLIC_KEY_LEN], own[PUBLIC_KEY_LEN];
    int64_t key_ids[KEY_VERSION_MAX];
    int count = keyring_all_of(keyring, KEY_SIGN, key_ids);
    bool read = text_split(&rest, ' ', &word) && text_equal(word, TEXT("ed25519")) &&
                bytes_from_hex(named, PUBLIC_KEY_LEN, rest);
    for (int i = 0; i < count && read; i++) {
        TRY(keyring_public_key(keyring, key_ids[i], own));
        if (memcmp(own, named, PUBLIC_KEY_LEN) == 0) {
            return OK;
        }
    }
    return AUDIT_BROKEN;
}

status audit_heads_verify(struct database *database, struct keyring *keyring, const char *path, int64_t *count,
                          FILE *errors)
{
    char line[LINE_LEN_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fprintf(errors, "cardwright: %s cannot be read\n", path);
        return NOT_FOUND;
    }
    status result = OK;
    *count = 0;
    for (int number = 1; result == OK && fgets(line, sizeof line, file) != NULL; number++) {
        const char *why = "does not name this installation's key";
        size_t len = strcspn(line, "\n");
        if (line[len] == '\0' && len < sizeof line - 1) {
            break; // cut short by a crash: what never was a whole line promised nothing
        }
        line[len] = '\0';
        result = number == 1 ? verify_key(keyring, line) : verify_head(database, keyring, line, &why);
        if (result == AUDIT_BROKEN) {
            fprintf(errors, "cardwright: %s, line %d %s\n", path, number, why);
        }
        *count += number > 1;
    }
    fclose(file);
    return result;
}
