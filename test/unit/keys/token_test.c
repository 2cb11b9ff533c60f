// The master key in a token, against SoftHSM2 in a folder of its own.
#include "keys/token.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

#define PIN    "clear-pin-4711"
#define SO_PIN "87654321"
#define ATTRIBUTE(type, value)                                                                                         \
    {                                                                                                                  \
        (type), &(value), sizeof(value)                                                                                \
    }

enum { PATH_LEN = 300, THREAD_COUNT = 4, DERIVE_COUNT = 25 };

static char folder[64], log_path[96], module_path[PATH_LEN];
static const char module_hint[] = "SoftHSM2 (libsofthsm2.so) is not installed; script/bootstrap --tests installs it.\n";

// The library by itself, as another program would use it, beside the provider's way to it.
struct raw {
    CK_FUNCTION_LIST *f;
    CK_SESSION_HANDLE session;
    CK_SLOT_ID slot;
    bool is_mine; // it was not in use when it was loaded
};

static struct raw raw_load(void)
{
    struct raw raw = { 0 };
    raw.f = p11_kit_module_load(module_path, P11_KIT_MODULE_UNMANAGED);
    assert_non_null(raw.f);
    CK_RV answer = p11_kit_module_initialize(raw.f);
    assert_true(answer == CKR_OK || answer == CKR_CRYPTOKI_ALREADY_INITIALIZED);
    raw.is_mine = answer == CKR_OK;
    return raw;
}

static void raw_unload(struct raw *raw)
{
    if (raw->is_mine) {
        assert_int_equal(p11_kit_module_finalize(raw->f), CKR_OK);
    }
    p11_kit_module_release(raw->f);
}

static CK_SLOT_ID raw_slot(const struct raw *raw, const char *label)
{
    CK_SLOT_ID slots[16];
    CK_ULONG count = 16;
    assert_int_equal(raw->f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        assert_int_equal(raw->f->C_GetTokenInfo(slots[i], &info), CKR_OK);
        bool is_blank = (info.flags & CKF_TOKEN_INITIALIZED) == 0;
        size_t len = p11_kit_space_strlen(info.label, sizeof info.label);
        if (label == NULL ? is_blank : !is_blank && strlen(label) == len && memcmp(info.label, label, len) == 0) {
            return slots[i];
        }
    }
    fail_msg("there is no token %s", label != NULL ? label : "that is blank");
    return 0;
}

static struct raw raw_open(const char *label, CK_USER_TYPE user)
{
    struct raw raw = raw_load();
    raw.slot = raw_slot(&raw, label);
    assert_int_equal(raw.f->C_OpenSession(raw.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &raw.session),
                     CKR_OK);
    const char *pin = user == CKU_SO ? SO_PIN : PIN;
    assert_int_equal(raw.f->C_Login(raw.session, user, (CK_BYTE *)(uintptr_t)pin, strlen(pin)), CKR_OK);
    return raw;
}

static void raw_close(struct raw *raw)
{
    assert_int_equal(raw->f->C_CloseSession(raw->session), CKR_OK);
    raw_unload(raw);
}

static void token_make(const char *label)
{
    CK_BYTE padded[32];
    memset(padded, ' ', sizeof padded);
    memcpy(padded, label, strlen(label));
    struct raw raw = raw_load();
    CK_BYTE so_pin[] = SO_PIN;
    assert_int_equal(raw.f->C_InitToken(raw_slot(&raw, NULL), so_pin, strlen(SO_PIN), padded), CKR_OK);
    raw_unload(&raw); // SoftHSM puts the token into its lasting slot when it starts the next time
}

static void user_pin_make(const char *label)
{
    struct raw raw = raw_open(label, CKU_SO);
    CK_BYTE pin[] = PIN;
    assert_int_equal(raw.f->C_InitPIN(raw.session, pin, strlen(PIN)), CKR_OK);
    raw_close(&raw);
}

// Pulls the token: every session of this process is gone, and the sign-in with them.
static void sessions_lose(const char *label)
{
    struct raw raw = raw_load();
    assert_int_equal(raw.f->C_CloseAllSessions(raw_slot(&raw, label)), CKR_OK);
    raw_unload(&raw);
}

static CK_OBJECT_HANDLE key_of(const struct raw *raw, const char *label)
{
    CK_ATTRIBUTE wanted = { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) };
    CK_OBJECT_HANDLE found[2];
    CK_ULONG count = 0;
    assert_int_equal(raw->f->C_FindObjectsInit(raw->session, &wanted, 1), CKR_OK);
    assert_int_equal(raw->f->C_FindObjects(raw->session, found, 2, &count), CKR_OK);
    assert_int_equal(raw->f->C_FindObjectsFinal(raw->session), CKR_OK);
    assert_int_equal(count, 1);
    return found[0];
}

static const uint8_t known_key[MASTER_KEY_LEN] = { 0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
                                                   0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
                                                   0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4 };

// Brings the known key into the token, as bounded as a master key has to be but for one attribute.
static void key_import(const char *label, CK_KEY_TYPE type, CK_ULONG len, CK_ATTRIBUTE_TYPE changed)
{
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        CK_BBOOL value;
    } bounds[] = {
        { CKA_TOKEN, CK_TRUE }, { CKA_PRIVATE, CK_TRUE }, { CKA_SENSITIVE, CK_TRUE }, { CKA_EXTRACTABLE, CK_FALSE },
        { CKA_SIGN, CK_TRUE },  { CKA_VERIFY, CK_FALSE }, { CKA_ENCRYPT, CK_FALSE },  { CKA_DECRYPT, CK_FALSE },
        { CKA_WRAP, CK_FALSE }, { CKA_UNWRAP, CK_FALSE }, { CKA_DERIVE, CK_FALSE },
    };
    enum { BOUND_COUNT = sizeof bounds / sizeof bounds[0], OTHER_COUNT = 4 };
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BBOOL values[BOUND_COUNT];
    CK_ATTRIBUTE attributes[OTHER_COUNT + BOUND_COUNT] = {
        ATTRIBUTE(CKA_CLASS, class),
        ATTRIBUTE(CKA_KEY_TYPE, type),
        { CKA_VALUE, (void *)(uintptr_t)known_key, len },
        { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
    };
    for (size_t i = 0; i < BOUND_COUNT; i++) {
        values[i] = bounds[i].type == changed ? !bounds[i].value : bounds[i].value;
        attributes[OTHER_COUNT + i] = (CK_ATTRIBUTE)ATTRIBUTE(bounds[i].type, values[i]);
    }
    struct raw raw = raw_open("Cardwright", CKU_USER);
    CK_OBJECT_HANDLE key;
    assert_int_equal(raw.f->C_CreateObject(raw.session, attributes, OTHER_COUNT + BOUND_COUNT, &key), CKR_OK);
    raw_close(&raw);
}

static struct token_place place_of(const char *token, const char *key)
{
    struct token_place place;
    snprintf(place.module, sizeof place.module, "%s", module_path);
    snprintf(place.token, sizeof place.token, "%s", token);
    snprintf(place.key, sizeof place.key, "%s", key);
    return place;
}

static struct secret secret_of(const char *string)
{
    struct secret secret;
    assert_int_equal(secret_init_copy(&secret, string, strlen(string)), OK);
    return secret;
}

static status open_with(struct master_key **out, const struct token_place *place, const char *pin_string,
                        char why[TOKEN_WHY_LEN])
{
    struct secret pin = secret_of(pin_string);
    memset(why, 'x', TOKEN_WHY_LEN);
    status result = token_open(out, place, &pin, why);
    secret_release(&pin);
    assert_non_null(memchr(why, '\0', TOKEN_WHY_LEN));
    assert_null(strstr(why, pin_string[0] != '\0' ? pin_string : PIN));
    return result;
}

static struct master_key *open_key(const char *key)
{
    struct master_key *master = NULL;
    char why[TOKEN_WHY_LEN];
    struct token_place place = place_of("Cardwright", key);
    if (open_with(&master, &place, PIN, why) != OK) {
        fail_msg("%s", why);
    }
    return master;
}

static status generate(const char *key)
{
    char why[TOKEN_WHY_LEN] = "";
    struct token_place place = place_of("Cardwright", key);
    struct secret pin = secret_of(PIN);
    status result = token_generate(&place, &pin, why);
    secret_release(&pin);
    assert_int_equal(result == OK, why[0] == '\0');
    return result;
}

static status derive(struct master_key *master, uint8_t out[MASTER_KEY_LEN], const char *context)
{
    struct secret derived;
    status result = master_key_derive(master, &derived, TEXT("key block"), context, strlen(context));
    if (result == OK) {
        memcpy(out, derived.at, MASTER_KEY_LEN);
    }
    secret_release(&derived);
    return result;
}

static void expect_refused(const struct token_place *place, const char *pin, status expected, const char *word)
{
    struct master_key *master = NULL;
    char why[TOKEN_WHY_LEN];
    assert_int_equal(open_with(&master, place, pin, why), expected);
    if (strstr(why, word) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", why, word);
    }
}

static void test_generate_and_derive(void **state)
{
    (void)state;
    uint8_t first[MASTER_KEY_LEN], again[MASTER_KEY_LEN], other[MASTER_KEY_LEN];
    assert_int_equal(generate("generated"), OK);

    struct master_key *master = NULL;
    char why[TOKEN_WHY_LEN];
    struct token_place place = place_of("Cardwright", "generated");
    assert_int_equal(open_with(&master, &place, PIN, why), OK);
    assert_string_equal(why, "");
    assert_string_equal(master_key_provider_name(master), "pkcs11");
    assert_int_equal(derive(master, first, "row 1"), OK);
    assert_int_equal(derive(master, other, "row 2"), OK);
    assert_memory_not_equal(first, other, MASTER_KEY_LEN);
    master_key_free(master);

    master = open_key("generated"); // as the next start does
    assert_int_equal(derive(master, again, "row 1"), OK);
    assert_memory_equal(first, again, MASTER_KEY_LEN);

    assert_int_equal(generate("generated"), FILE_EXISTS);
    assert_int_equal(derive(master, again, "row 1"), OK);
    assert_memory_equal(first, again, MASTER_KEY_LEN);
    master_key_free(master);

    assert_int_equal(generate("generated too"), OK);
    master = open_key("generated too");
    assert_int_equal(derive(master, other, "row 1"), OK);
    assert_memory_not_equal(first, other, MASTER_KEY_LEN);
    master_key_free(master);
}

static CK_RV attribute_of(const struct raw *raw, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL *value)
{
    CK_ATTRIBUTE attribute = { type, value, sizeof *value };
    return raw->f->C_GetAttributeValue(raw->session, key, &attribute, 1);
}

static void test_generated_key_stays(void **state)
{
    (void)state;
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        CK_BBOOL expected;
    } bounds[] = {
        { CKA_ALWAYS_SENSITIVE, CK_TRUE }, { CKA_NEVER_EXTRACTABLE, CK_TRUE }, { CKA_LOCAL, CK_TRUE },
        { CKA_PRIVATE, CK_TRUE },          { CKA_MODIFIABLE, CK_FALSE },       { CKA_COPYABLE, CK_FALSE },
    };
    assert_int_equal(generate("stays"), OK);
    struct raw raw = raw_open("Cardwright", CKU_USER);
    CK_OBJECT_HANDLE key = key_of(&raw, "stays");
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        CK_BBOOL value = !bounds[i].expected;
        assert_int_equal(attribute_of(&raw, key, bounds[i].type, &value), CKR_OK);
        assert_int_equal(value, bounds[i].expected);
    }

    CK_BYTE bytes[64];
    CK_ATTRIBUTE clear = { CKA_VALUE, bytes, sizeof bytes };
    assert_int_equal(raw.f->C_GetAttributeValue(raw.session, key, &clear, 1), CKR_ATTRIBUTE_SENSITIVE);

    // Under a key that may wrap, and in any other use.
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG len = 32;
    CK_ATTRIBUTE wrapping_key[] = { ATTRIBUTE(CKA_VALUE_LEN, len), ATTRIBUTE(CKA_TOKEN, no), ATTRIBUTE(CKA_WRAP, yes) };
    CK_MECHANISM making = { CKM_AES_KEY_GEN, NULL, 0 }, wrapping = { CKM_AES_KEY_WRAP, NULL, 0 },
                 block = { CKM_AES_ECB, NULL, 0 }, mac = { CKM_AES_CMAC, NULL, 0 };
    CK_OBJECT_HANDLE wrapper;
    CK_ULONG wrapped_len = sizeof bytes;
    assert_int_equal(raw.f->C_GenerateKey(raw.session, &making, wrapping_key, 3, &wrapper), CKR_OK);
    assert_int_equal(raw.f->C_WrapKey(raw.session, &wrapping, wrapper, key, bytes, &wrapped_len),
                     CKR_KEY_UNEXTRACTABLE);
    assert_int_equal(raw.f->C_WrapKey(raw.session, &wrapping, key, wrapper, bytes, &wrapped_len),
                     CKR_KEY_FUNCTION_NOT_PERMITTED);
    assert_int_not_equal(raw.f->C_EncryptInit(raw.session, &block, key), CKR_OK);
    assert_int_not_equal(raw.f->C_DecryptInit(raw.session, &block, key), CKR_OK);
    assert_int_equal(raw.f->C_SignInit(raw.session, &mac, key), CKR_OK);
    raw_close(&raw);
}

static void test_known_key(void **state)
{
    (void)state;
    key_import("known", CKK_AES, sizeof known_key, CKA_CLASS);
    struct master_key *in_token = NULL, *in_memory = NULL;
    char why[TOKEN_WHY_LEN];
    struct token_place place = place_of("Cardwright", "known");
    assert_int_equal(open_with(&in_token, &place, PIN, why), OK);
    assert_non_null(strstr(why, "was not made in the token"));
    struct secret key;
    assert_int_equal(secret_init_copy(&key, known_key, sizeof known_key), OK);
    assert_int_equal(master_key_in_memory(&in_memory, &key), OK);

    // SP 800-38B's key; the AES-CMAC of a zero block by `openssl mac` is 1A0B2DF267...
    static const uint8_t expected[MASTER_KEY_CHECK_LEN] = { 0x1a, 0x0b, 0x2d, 0xf2, 0x67 };
    uint8_t check_value[MASTER_KEY_CHECK_LEN];
    assert_int_equal(master_key_check_value(in_token, check_value), OK);
    assert_memory_equal(check_value, expected, sizeof expected);
    static const char *const contexts[] = { "", "1", "exactly one block", "a context that is longer than two blocks" };
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
        uint8_t by_token[MASTER_KEY_LEN], by_memory[MASTER_KEY_LEN];
        assert_int_equal(derive(in_token, by_token, contexts[i]), OK);
        assert_int_equal(derive(in_memory, by_memory, contexts[i]), OK);
        assert_memory_equal(by_token, by_memory, MASTER_KEY_LEN);
    }
    master_key_free(in_token);
    master_key_free(in_memory);
}

static void test_unbounded_key(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        CK_ATTRIBUTE_TYPE type;
    } changes[] = {
        { "CKA_EXTRACTABLE", CKA_EXTRACTABLE }, { "CKA_SENSITIVE", CKA_SENSITIVE }, { "CKA_PRIVATE", CKA_PRIVATE },
        { "CKA_ENCRYPT", CKA_ENCRYPT },         { "CKA_DECRYPT", CKA_DECRYPT },     { "CKA_WRAP", CKA_WRAP },
        { "CKA_UNWRAP", CKA_UNWRAP },           { "CKA_DERIVE", CKA_DERIVE },       { "CKA_SIGN", CKA_SIGN },
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        key_import(changes[i].name, CKK_AES, sizeof known_key, changes[i].type);
        struct token_place place = place_of("Cardwright", changes[i].name);
        expect_refused(&place, PIN, FORBIDDEN, changes[i].name);
    }
    key_import("short", CKK_AES, 16, CKA_CLASS);
    key_import("generic", CKK_GENERIC_SECRET, sizeof known_key, CKA_CLASS);
    struct token_place place = place_of("Cardwright", "short");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no AES-256 key");
    place = place_of("Cardwright", "generic");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no AES-256 key");
    assert_int_equal(generate("generic"), FILE_EXISTS);
}

static void test_unavailable(void **state)
{
    (void)state;
    assert_int_equal(generate("key"), OK);
    struct token_place place = place_of("Cardwright", "key");
    expect_refused(&place, "another-pin", SIGN_IN_FAILED, "CKR_PIN_INCORRECT");
    expect_refused(&place, "1", SIGN_IN_FAILED, "CKR_PIN_");
    expect_refused(&place, "", KEY_UNAVAILABLE, "asks for a PIN");

    place = place_of("Cardwright", "ke");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no secret key with the label \"ke\"");
    place = place_of("Cardwrigh", "key");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no token with the label \"Cardwrigh\"");
    place = place_of("", "key"); // nor one that is blank
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no token");
    place = place_of("No user", "key");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no PIN yet");

    place = place_of("Twice", "key");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "2 tokens have the label \"Twice\"");
    key_import("twin", CKK_AES, sizeof known_key, CKA_CLASS);
    key_import("twin", CKK_AES, sizeof known_key, CKA_CLASS);
    place = place_of("Cardwright", "twin");
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "More than one secret key has the label \"twin\"");

    place = place_of("Cardwright", "key");
    snprintf(place.module, sizeof place.module, "%s/no.so", folder);
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "could not be loaded: /");
    snprintf(place.module, sizeof place.module, "%s/softhsm2.conf", folder); // no library at all
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "could not be loaded");

    char why[TOKEN_WHY_LEN] = "";
    place = place_of("Cardwright", "never made");
    struct secret wrong = secret_of("another-pin");
    assert_int_equal(token_generate(&place, &wrong, why), SIGN_IN_FAILED);
    assert_non_null(strstr(why, "CKR_PIN_INCORRECT"));
    secret_release(&wrong);
    expect_refused(&place, PIN, KEY_UNAVAILABLE, "no secret key");
}

// SoftHSM never locks a PIN, but it keeps the token's flags in a file: CKA_OS_TOKENFLAGS, 8 bytes each for type, kind
// (2: a number) and value. Changes them and gives back those before.
static unsigned token_flags_change(const char *token_file, unsigned flags)
{
    static const uint8_t before[] = { 0, 0, 0, 0, 0x80, 0x00, 0x53, 0x4b, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0 };
    uint8_t bytes[4096];
    FILE *file = fopen(token_file, "r+b");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    uint8_t *at = memmem(bytes, len, before, sizeof before);
    assert_non_null(at);
    at += sizeof before;
    unsigned old = (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
    const uint8_t changed[] = { (uint8_t)(flags >> 24), (uint8_t)(flags >> 16), (uint8_t)(flags >> 8), (uint8_t)flags };
    assert_int_equal(fseek(file, at - bytes, SEEK_SET), 0);
    assert_int_equal(fwrite(changed, 1, sizeof changed, file), sizeof changed);
    fclose(file);
    return old;
}

static void test_pin_that_would_lock(void **state)
{
    (void)state;
    glob_t found;
    char pattern[96];
    snprintf(pattern, sizeof pattern, "%s/tokens/*/token.object", folder);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    unsigned old[8];
    assert_true(found.gl_pathc <= 8);
    struct token_place place = place_of("Cardwright", "generated");
    static const struct {
        CK_FLAGS flag;
        const char *word;
    } cases[] = { { CKF_USER_PIN_FINAL_TRY, "One more wrong PIN" }, { CKF_USER_PIN_LOCKED, "is locked" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < found.gl_pathc; j++) {
            old[j] = token_flags_change(found.gl_pathv[j], 0);
            token_flags_change(found.gl_pathv[j], old[j] | (unsigned)cases[i].flag);
        }
        expect_refused(&place, PIN, KEY_UNAVAILABLE, cases[i].word); // though it is the right one
        for (size_t j = 0; j < found.gl_pathc; j++) {
            token_flags_change(found.gl_pathv[j], old[j]);
        }
    }
    globfree(&found);
    master_key_free(open_key("generated"));
}

static bool log_has(const char *word)
{
    char text_[16384];
    int fd = open(log_path, O_RDONLY);
    ssize_t len = read(fd, text_, sizeof text_);
    close(fd);
    return len > 0 && memmem(text_, (size_t)len, word, strlen(word)) != NULL;
}

static void test_lost_session(void **state)
{
    (void)state;
    uint8_t first[MASTER_KEY_LEN], again[MASTER_KEY_LEN];
    struct master_key *master = open_key("generated");
    assert_int_equal(derive(master, first, "row 1"), OK);
    for (int i = 0; i < 2; i++) {
        sessions_lose("Cardwright");
        assert_int_equal(derive(master, again, "row 1"), OK);
        assert_memory_equal(first, again, MASTER_KEY_LEN);
    }
    assert_true(log_has("keys.token_reopened"));
    master_key_free(master);
}

static void user_pin_change(const char *from, const char *to)
{
    struct raw raw = raw_load();
    raw.slot = raw_slot(&raw, "Cardwright");
    assert_int_equal(raw.f->C_OpenSession(raw.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &raw.session),
                     CKR_OK);
    assert_int_equal(raw.f->C_Login(raw.session, CKU_USER, (CK_BYTE *)(uintptr_t)from, strlen(from)), CKR_OK);
    assert_int_equal(
        raw.f->C_SetPIN(raw.session, (CK_BYTE *)(uintptr_t)from, strlen(from), (CK_BYTE *)(uintptr_t)to, strlen(to)),
        CKR_OK);
    raw_close(&raw);
}

static void test_refused_pin_is_not_tried_again(void **state)
{
    (void)state;
    uint8_t out[MASTER_KEY_LEN];
    struct master_key *master = open_key("generated");
    sessions_lose("Cardwright");
    user_pin_change(PIN, "another-pin");
    assert_int_equal(derive(master, out, "row 1"), KEY_UNAVAILABLE);
    user_pin_change("another-pin", PIN); // with which it would open, were it tried
    assert_int_equal(derive(master, out, "row 1"), KEY_UNAVAILABLE);
    master_key_free(master);
    assert_true(log_has("keys.token_lost"));
}

static void test_other_key_in_its_place(void **state)
{
    (void)state;
    uint8_t first[MASTER_KEY_LEN], again[MASTER_KEY_LEN];
    assert_int_equal(generate("replaced"), OK);
    struct master_key *master = open_key("replaced");
    assert_int_equal(derive(master, first, "row 1"), OK);
    sessions_lose("Cardwright");
    struct raw raw = raw_open("Cardwright", CKU_USER);
    assert_int_equal(raw.f->C_DestroyObject(raw.session, key_of(&raw, "replaced")), CKR_OK);
    raw_close(&raw);
    assert_int_equal(derive(master, again, "row 1"), KEY_UNAVAILABLE);
    assert_int_equal(generate("replaced"), OK);
    assert_int_equal(derive(master, again, "row 1"), KEY_UNAVAILABLE);
    master_key_free(master);
    assert_true(log_has("Another key has come"));
}

static void test_two_master_keys(void **state)
{
    (void)state;
    uint8_t first[MASTER_KEY_LEN], again[MASTER_KEY_LEN];
    struct master_key *one = open_key("generated"), *other = open_key("generated"), *third = open_key("generated too");
    assert_int_equal(derive(one, first, "row 1"), OK);
    master_key_free(one);
    assert_int_equal(derive(other, again, "row 1"), OK);
    assert_memory_equal(first, again, MASTER_KEY_LEN);
    master_key_free(other);
    assert_int_equal(derive(third, again, "row 1"), OK);
    assert_memory_not_equal(first, again, MASTER_KEY_LEN);
    master_key_free(third);
}

struct thread_work {
    struct master_key *master;
    char context;
    uint8_t expected[MASTER_KEY_LEN];
    int good_count;
};

static void *thread_run(void *context)
{
    struct thread_work *work = context;
    for (int i = 0; i < DERIVE_COUNT; i++) {
        struct secret derived;
        status result = master_key_derive(work->master, &derived, TEXT("key block"), &work->context, 1);
        work->good_count += result == OK && memcmp(derived.at, work->expected, MASTER_KEY_LEN) == 0;
        secret_release(&derived);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct master_key *masters[] = { open_key("generated"), open_key("generated too") };
    struct thread_work works[THREAD_COUNT] = { 0 };
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        works[i].master = masters[i % 2];
        works[i].context = (char)('a' + i);
        assert_int_equal(derive(works[i].master, works[i].expected, (char[]){ works[i].context, '\0' }), OK);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread_run, &works[i]), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(works[i].good_count, DERIVE_COUNT);
    }
    master_key_free(masters[0]);
    master_key_free(masters[1]);
}

static void test_log_has_no_pin(void **state)
{
    (void)state;
    assert_true(log_has("keys."));
    assert_false(log_has(PIN));
}

static bool module_find(void)
{
    static const char *const patterns[] = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/libsofthsm2.so",
                                            "/usr/lib*/pkcs11/libsofthsm2.so",
                                            "/usr/local/lib*/softhsm/libsofthsm2.so" };
    bool is_found = false;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0] && !is_found; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) == 0) {
            is_found = snprintf(module_path, sizeof module_path, "%s", found.gl_pathv[0]) < PATH_LEN;
            globfree(&found);
        }
    }
    return is_found;
}

static int group_set_up(void **state)
{
    (void)state;
    char path[96];
    strcpy(folder, "/tmp/token_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/tokens", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", folder);
    fclose(file);
    setenv("SOFTHSM2_CONF", path, 1);
    snprintf(log_path, sizeof log_path, "%s/log", folder);
    log_set_file(open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600));

    token_make("Cardwright");
    user_pin_make("Cardwright");
    token_make("No user");
    token_make("Twice");
    token_make("Twice");
    return 0;
}

static int entry_remove(const char *path, const struct stat *stat_, int type, struct FTW *walk)
{
    (void)stat_;
    (void)type;
    (void)walk;
    return remove(path);
}

static int group_tear_down(void **state)
{
    (void)state;
    log_set_file(STDERR_FILENO);
    return nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    if (!module_find()) {
        fputs(module_hint, stderr);
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generate_and_derive), // its keys are used below
        cmocka_unit_test(test_generated_key_stays),
        cmocka_unit_test(test_known_key),
        cmocka_unit_test(test_unbounded_key),
        cmocka_unit_test(test_unavailable),
        cmocka_unit_test(test_pin_that_would_lock),
        cmocka_unit_test(test_lost_session),
        cmocka_unit_test(test_refused_pin_is_not_tried_again),
        cmocka_unit_test(test_other_key_in_its_place),
        cmocka_unit_test(test_two_master_keys),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_log_has_no_pin),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
