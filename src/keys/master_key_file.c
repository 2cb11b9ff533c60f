#include "keys/master_key_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/new_file.h"
#include "base/text.h"
#include "crypto/mac.h"
#include "keys/component.h"

/*
 * The four forms of the file. Every line but the first is "name: value", in this order, nothing else.
 *
 *   cardwright master key 1          cardwright master key 1
 *   seal: mode                       seal: passphrase
 *   key: <64 hex digits>             kdf: argon2id13
 *   check: <16 hex digits>           passes: <decimal>
 *                                    memory: <bytes, decimal>
 *   cardwright master key 1          salt: <32 hex digits>
 *   seal: components                 nonce: <48 hex digits>
 *   parts: <2 to 4>                  key: <96 hex digits: ciphertext and tag>
 *   value: <10 hex digits>
 *   check: <16 hex digits>           cardwright master key 1
 *                                    seal: pkcs11
 *                                    module: <path>
 *                                    token: <label>
 *                                    key: <label>
 *                                    value: <10 hex digits>
 *                                    check: <16 hex digits>
 *
 * The check is the start of the SHA-256 of all lines before it. The tag covers all lines before the key.
 */
#define FIRST_LINE "cardwright master key 1\n"
#define KDF        "argon2id13"

enum {
    FILE_LEN_MAX = 1024,
    CHECK_LEN = 8,
    SALT_LEN = crypto_pwhash_SALTBYTES,
    NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEALED_LEN = MASTER_KEY_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert(MASTER_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one length for both keys");
_Static_assert(FILE_LEN_MAX <= (int)SECRET_LEN_MAX, "the file passes through a secret");

const char *const master_key_seal_names[] = { "mode", "passphrase", "components", "pkcs11", NULL };

struct cost {
    uint64_t passes; // argon2id's t
    uint64_t memory; // bytes
};

// A file may ask for another cost, but a changed file must not make the program take all memory before its tag is seen.
static const struct cost COST_MIN = { crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN };
static const struct cost COST_NEW = { crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE };
static const struct cost COST_MAX = { crypto_pwhash_OPSLIMIT_SENSITIVE, crypto_pwhash_MEMLIMIT_SENSITIVE };

static bool is_given(const struct secret *passphrase)
{
    return passphrase != NULL && passphrase->len > 0;
}

static status passphrase_stretch(struct secret *out, const struct secret *passphrase, const uint8_t salt[SALT_LEN],
                                 struct cost cost)
{
    TRY(secret_init(out, MASTER_KEY_LEN));
    int failed = crypto_pwhash(out->at, out->len, (const char *)passphrase->at, passphrase->len, salt, cost.passes,
                               (size_t)cost.memory, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) {
        secret_release(out);
        return OUT_OF_MEMORY;
    }
    return OK;
}

static status check_compute(uint8_t check[CHECK_LEN], text lines)
{
    uint8_t digest[SHA256_LEN];
    TRY(sha256(digest, &(struct bytes_view){ lines.at, lines.len }, 1));
    memcpy(check, digest, CHECK_LEN);
    return OK;
}

// The file is put together in a secret, for it may hold the key in clear.

static void append(struct secret *file, const char *string)
{
    size_t len = strlen(string);
    assert(file->len + len <= FILE_LEN_MAX);
    memcpy(file->at + file->len, string, len);
    file->len += len;
}

static void append_number(struct secret *file, const char *name, uint64_t value)
{
    char line[64];
    snprintf(line, sizeof line, "%s: %llu\n", name, (unsigned long long)value);
    append(file, line);
}

static void append_hex(struct secret *file, const char *name, const uint8_t *bytes, size_t len)
{
    append(file, name);
    append(file, ": ");
    assert(file->len + 2 * len <= FILE_LEN_MAX);
    bytes_to_hex((char *)file->at + file->len, bytes, len);
    file->len += 2 * len;
    append(file, "\n");
}

static void append_line(struct secret *file, const char *name, const char *value)
{
    append(file, name);
    append(file, ": ");
    append(file, value);
    append(file, "\n");
}

static status append_check(struct secret *file)
{
    uint8_t check[CHECK_LEN];
    TRY(check_compute(check, text_bytes(file->at, file->len)));
    append_hex(file, "check", check, sizeof check);
    return OK;
}

static status write_by_passphrase(struct secret *file, const struct secret *key, const struct secret *passphrase,
                                  const struct runtime *runtime)
{
    uint8_t salt[SALT_LEN], nonce[NONCE_LEN], sealed[SEALED_LEN];
    runtime_random(runtime, salt, sizeof salt);
    runtime_random(runtime, nonce, sizeof nonce);
    append_line(file, "kdf", KDF);
    append_number(file, "passes", COST_NEW.passes);
    append_number(file, "memory", COST_NEW.memory);
    append_hex(file, "salt", salt, sizeof salt);
    append_hex(file, "nonce", nonce, sizeof nonce);

    struct secret stretched = { 0 };
    TRY(passphrase_stretch(&stretched, passphrase, salt, COST_NEW));
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, key->at, key->len, file->at, file->len, NULL, nonce,
                                               stretched.at);
    secret_release(&stretched);
    append_hex(file, "key", sealed, sizeof sealed);
    return OK;
}

// What fits between "name: " and the end of its line, and back.
static bool is_name(text name, size_t room)
{
    return name.len > 0 && name.len < room && !text_has_control(name);
}

static status write_by_pkcs11(struct secret *file, const struct master_key_place *place)
{
    const struct token_place *token = &place->token;
    if (!is_name(text_of(token->module), sizeof token->module) ||
        !is_name(text_of(token->token), sizeof token->token) || !is_name(text_of(token->key), sizeof token->key)) {
        return INVALID_INPUT;
    }
    append_line(file, "module", token->module);
    append_line(file, "token", token->token);
    append_line(file, "key", token->key);
    append_hex(file, "value", place->value, sizeof place->value);
    return append_check(file);
}

static status file_write(struct secret *file, const struct master_key_place *place, const struct secret *key,
                         const struct secret *passphrase, const struct runtime *runtime)
{
    append(file, FIRST_LINE);
    append_line(file, "seal", master_key_seal_names[place->seal]);
    switch (place->seal) {
    case MASTER_KEY_BY_MODE:
        append_hex(file, "key", key->at, key->len);
        return append_check(file);
    case MASTER_KEY_BY_PASSPHRASE:
        return write_by_passphrase(file, key, passphrase, runtime);
    case MASTER_KEY_BY_COMPONENTS:
        append_number(file, "parts", (uint64_t)place->part_count);
        append_hex(file, "value", place->value, sizeof place->value);
        return append_check(file);
    case MASTER_KEY_BY_PKCS11:
        break;
    }
    return write_by_pkcs11(file, place);
}

status master_key_file_create(const char *path, const struct master_key_place *place, const struct secret *key,
                              const struct secret *passphrase, const struct runtime *runtime)
{
    assert(place->seal > MASTER_KEY_BY_PASSPHRASE || key->len == MASTER_KEY_LEN);
    assert(place->seal != MASTER_KEY_BY_PASSPHRASE || is_given(passphrase));
    struct secret buffer;
    TRY(secret_init(&buffer, FILE_LEN_MAX));
    struct secret file = { buffer.at, 0 };
    status result = file_write(&file, place, key, passphrase, runtime);
    if (result == OK) {
        result = new_file_write(path, file.at, file.len);
    }
    secret_release(&buffer);
    return result;
}

// Reading. Whatever is wrong in the file's text is one error: DATA_DAMAGED.

static bool is_credential(const char *path)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (directory == NULL || directory[0] != '/') {
        return false;
    }
    size_t len = strlen(directory);
    return strncmp(path, directory, len) == 0 && path[len] == '/' && strchr(path + len + 1, '/') == NULL;
}

static bool is_private(const char *path, const struct stat *stat)
{
    mode_t others = stat->st_mode & (S_IRWXG | S_IRWXO);
    // systemd lets a service's user read its credentials by an ACL, whose mask shows as the group's right to read. The
    // group itself has none, and the directory is closed to all but that user.
    return others == 0 || (others == S_IRGRP && is_credential(path));
}

static status file_read(struct secret *buffer, text *out, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); // a FIFO must not keep the start waiting
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? KEY_UNAVAILABLE : SYSTEM_FAULT;
    }
    status result = OK;
    struct stat stat;
    if (fstat(fd, &stat) != 0) {
        result = SYSTEM_FAULT;
    } else if (!S_ISREG(stat.st_mode) || !is_private(path, &stat)) {
        result = FORBIDDEN;
    }
    size_t len = 0;
    while (result == OK && len < buffer->len) {
        ssize_t got = read(fd, buffer->at + len, buffer->len - len);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            len += (size_t)got;
        } else if (errno != EINTR) {
            result = STORAGE_FAULT;
        }
    }
    close(fd);
    *out = text_bytes(buffer->at, len);
    return result;
}

static bool take_line(text *rest, const char *name, text *value)
{
    int64_t end = text_find(*rest, '\n');
    if (end < 0) {
        return false;
    }
    text line = text_slice(*rest, 0, (size_t)end);
    size_t name_len = strlen(name);
    if (!text_starts_with(line, text_of(name)) || !text_starts_with(text_slice(line, name_len, line.len), TEXT(": "))) {
        return false;
    }
    *value = text_slice(line, name_len + 2, line.len);
    *rest = text_slice(*rest, (size_t)end + 1, rest->len);
    return true;
}

static bool take_word(text *rest, const char *name, text word)
{
    text value;
    return take_line(rest, name, &value) && text_equal(value, word);
}

static bool take_hex(text *rest, const char *name, void *out, size_t len)
{
    text value;
    return take_line(rest, name, &value) && bytes_from_hex(out, len, value);
}

static bool take_number(text *rest, const char *name, uint64_t *out, uint64_t min, uint64_t max)
{
    text value;
    return take_line(rest, name, &value) && text_to_uint64(value, out) && *out >= min && *out <= max;
}

static text before(text file, text rest)
{
    return text_slice(file, 0, file.len - rest.len);
}

static status take_check(text file, text rest)
{
    uint8_t expected[CHECK_LEN], check[CHECK_LEN];
    TRY(check_compute(expected, before(file, rest)));
    bool taken = take_hex(&rest, "check", check, sizeof check) && text_empty(rest);
    return taken && secret_equal(check, expected, sizeof check) ? OK : DATA_DAMAGED;
}

static status read_by_mode(struct secret *key, text file, text rest)
{
    return take_hex(&rest, "key", key->at, key->len) ? take_check(file, rest) : DATA_DAMAGED;
}

static status read_by_passphrase(struct secret *key, text file, text rest, const struct secret *passphrase)
{
    if (!is_given(passphrase)) {
        return KEY_UNAVAILABLE;
    }
    struct cost cost;
    uint8_t salt[SALT_LEN], nonce[NONCE_LEN], sealed[SEALED_LEN];
    if (!take_word(&rest, "kdf", TEXT(KDF)) ||
        !take_number(&rest, "passes", &cost.passes, COST_MIN.passes, COST_MAX.passes) ||
        !take_number(&rest, "memory", &cost.memory, COST_MIN.memory, COST_MAX.memory) ||
        !take_hex(&rest, "salt", salt, sizeof salt) || !take_hex(&rest, "nonce", nonce, sizeof nonce)) {
        return DATA_DAMAGED;
    }
    text header = before(file, rest);
    if (!take_hex(&rest, "key", sealed, sizeof sealed) || !text_empty(rest)) {
        return DATA_DAMAGED;
    }
    struct secret stretched = { 0 };
    TRY(passphrase_stretch(&stretched, passphrase, salt, cost));
    const uint8_t *associated = (const uint8_t *)header.at;
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(key->at, NULL, NULL, sealed, sizeof sealed, associated,
                                                            header.len, nonce, stretched.at);
    secret_release(&stretched);
    return failed == 0 ? OK : DATA_DAMAGED;
}

static bool take_name(text *rest, const char *name, char *out, size_t room)
{
    text value;
    if (!take_line(rest, name, &value) || !is_name(value, room)) {
        return false;
    }
    memcpy(out, value.at, value.len);
    out[value.len] = '\0';
    return true;
}

static status read_by_components(struct master_key_place *out, text file, text rest)
{
    uint64_t count = 0;
    bool taken = take_number(&rest, "parts", &count, COMPONENT_COUNT_MIN, COMPONENT_COUNT_MAX) &&
                 take_hex(&rest, "value", out->value, sizeof out->value);
    out->part_count = (int)count;
    return taken ? take_check(file, rest) : DATA_DAMAGED;
}

static status read_by_pkcs11(struct master_key_place *out, text file, text rest)
{
    struct token_place *token = &out->token;
    bool taken = take_name(&rest, "module", token->module, sizeof token->module) &&
                 take_name(&rest, "token", token->token, sizeof token->token) &&
                 take_name(&rest, "key", token->key, sizeof token->key) &&
                 take_hex(&rest, "value", out->value, sizeof out->value);
    return taken ? take_check(file, rest) : DATA_DAMAGED;
}

static bool parse_seal(enum master_key_seal *out, text word)
{
    for (int i = 0; master_key_seal_names[i] != NULL; i++) {
        if (text_equal(word, text_of(master_key_seal_names[i]))) {
            *out = (enum master_key_seal)i;
            return true;
        }
    }
    return false;
}

// All but what a secret opens; *rest is what follows the line of the seal.
static status parse_place(struct master_key_place *out, text *rest, text file)
{
    text word;
    *out = (struct master_key_place){ 0 };
    if (!text_starts_with(file, TEXT(FIRST_LINE))) {
        return DATA_DAMAGED;
    }
    *rest = text_slice(file, sizeof FIRST_LINE - 1, file.len);
    if (!take_line(rest, "seal", &word) || !parse_seal(&out->seal, word)) {
        return DATA_DAMAGED;
    }
    return out->seal == MASTER_KEY_BY_COMPONENTS ? read_by_components(out, file, *rest)
           : out->seal == MASTER_KEY_BY_PKCS11   ? read_by_pkcs11(out, file, *rest)
                                                 : OK;
}

static status read_place(struct secret *buffer, struct master_key_place *out, text *file, text *rest, const char *path)
{
    TRY(secret_init(buffer, FILE_LEN_MAX));
    status result = file_read(buffer, file, path);
    if (result == OK) {
        result = parse_place(out, rest, *file);
    }
    if (result != OK) {
        *out = (struct master_key_place){ 0 }; // half of it would be believed
        secret_release(buffer);
    }
    return result;
}

status master_key_file_read(struct master_key_place *out, const char *path)
{
    struct secret buffer;
    text file, rest;
    TRY(read_place(&buffer, out, &file, &rest, path));
    secret_release(&buffer);
    return OK;
}

static status open_sealed(struct master_key **out, enum master_key_seal seal, text file, text rest,
                          const struct secret *passphrase)
{
    struct secret key;
    TRY(secret_init(&key, MASTER_KEY_LEN));
    status result =
        seal == MASTER_KEY_BY_MODE ? read_by_mode(&key, file, rest) : read_by_passphrase(&key, file, rest, passphrase);
    if (result == OK) {
        return master_key_in_memory(out, &key);
    }
    secret_release(&key);
    return result;
}

static status open_token(struct master_key **out, const struct master_key_place *place, const struct secret *pin,
                         char why[TOKEN_WHY_LEN])
{
    static const struct secret none = { 0 };
    TRY(token_open(out, &place->token, pin != NULL ? pin : &none, why));
    status judged = master_key_place_judge(place, *out);
    if (judged != OK) {
        master_key_free(*out);
        *out = NULL;
    }
    return judged;
}

status master_key_file_open(struct master_key **out, const char *path, const struct secret *passphrase,
                            char why[TOKEN_WHY_LEN])
{
    struct secret buffer;
    struct master_key_place place;
    text file, rest;
    *out = NULL;
    why[0] = '\0';
    TRY(read_place(&buffer, &place, &file, &rest, path));
    status result = KEY_UNAVAILABLE;
    if (place.seal == MASTER_KEY_BY_PKCS11) {
        result = open_token(out, &place, passphrase, why);
    } else if (place.seal != MASTER_KEY_BY_COMPONENTS) {
        result = open_sealed(out, place.seal, file, rest, passphrase);
    }
    secret_release(&buffer);
    return result;
}

status master_key_place_judge(const struct master_key_place *place, struct master_key *master)
{
    uint8_t value[MASTER_KEY_CHECK_LEN];
    TRY(master_key_check_value(master, value));
    return secret_equal(value, place->value, sizeof value) ? OK : DATA_DAMAGED;
}
