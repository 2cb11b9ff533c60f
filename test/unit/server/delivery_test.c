/*
 * Delivery against real servers: a mail server without TLS, one that requires TLS and a sign-in, and an SMS gateway, all
 * from test/peers, and a real executor on a SQLite file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/key.h"
#include "domain/outbox.h"
#include "server/delivery.h"
#include "store/migrate.h"
#include "support/keys.h"
#include "unit/store/test_database.h"

extern char **environ;

enum { MAIL, MAIL_TLS, SMS, PEER_COUNT };

static struct test_database made;
static struct executor *executor;
static struct high_water *high_water;
static struct keyring *keyring;
static struct id_maker *ids;
static struct arena *arena;
static pid_t peers[PEER_COUNT];
static char folders[PEER_COUNT][128], urls[PEER_COUNT][64], certificate[128], other_certificate[128], log_path[128];
static FILE *log_file;

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* The servers. */

static void write_certificate(const char *certificate_path, const char *key_path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    assert_true(key != NULL && x509 != NULL);
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1,
                               -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_set_pubkey(x509, key);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x509, names, -1);
    assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
    FILE *file = fopen(certificate_path, "w");
    assert_true(file != NULL && PEM_write_X509(file, x509) == 1 && fclose(file) == 0);
    file = fopen(key_path, "w");
    assert_true(file != NULL && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(file) == 0);
    X509_EXTENSION_free(names);
    X509_free(x509);
    EVP_PKEY_free(key);
}

static void start_peer(int peer, const char *program, const char *key_path)
{
    char script[512];
    snprintf(script, sizeof script, "%s/%s", PEER_FOLDER, program);
    snprintf(folders[peer], sizeof folders[peer], "%s/peer-%d", made.name, peer);
    const char *plain[] = { "python3", script, "0", folders[peer], NULL };
    const char *tls[] = { "python3", script,   "0",    folders[peer], "--tls", certificate,
                          key_path,  "--auth", "till", "pass word",   NULL };
    assert_int_equal(
        posix_spawnp(&peers[peer], "python3", NULL, NULL, (char **)(peer == MAIL_TLS ? tls : plain), environ), 0);
}

static void read_port(int peer, const char *scheme, const char *path)
{
    char port_path[192];
    int port = 0;
    snprintf(port_path, sizeof port_path, "%s/port", folders[peer]);
    FILE *file = NULL;
    for (int i = 0; i < 1000 && file == NULL; i++) {
        wait_ms(10);
        file = fopen(port_path, "r");
    }
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &port), 1);
    fclose(file);
    snprintf(urls[peer], sizeof urls[peer], "%s://127.0.0.1:%d%s", scheme, port, path);
}

// The peer's n-th file, once it is there.
static void read_told(char out[4096], int peer, const char *name)
{
    char path[192];
    FILE *file = NULL;
    snprintf(path, sizeof path, "%s/%s", folders[peer], name);
    for (int i = 0; i < 500 && file == NULL; i++) {
        file = fopen(path, "r");
        wait_ms(file == NULL ? 10 : 0);
    }
    assert_non_null(file);
    out[fread(out, 1, 4095, file)] = '\0';
    fclose(file);
}

/* The outbox. */

static status run(status (*effect)(struct work *, void *), void *context)
{
    const struct write_rule rule = { .effect = effect };
    const struct actor actor = { .kind = ACTOR_SYSTEM, .organization_id = 1, .channel = CHANNEL_SCHEDULER };
    struct faults faults;
    struct write write = { .rule = &rule, .context = context, .actor = &actor, .arena = arena, .faults = &faults };
    return executor_run(executor, &write);
}

static status make_keys(struct work *work, void *context)
{
    (void)context;
    return key_create_missing(work);
}

static void load_keys(const struct database_options *options)
{
    struct database *database;
    struct key_loading loading;
    assert_int_equal(database_open(&database, options), OK);
    assert_int_equal(key_load_all(database, keyring, &loading), OK);
    database_close(database);
}

static status empty_outbox(struct work *work, void *context)
{
    (void)context;
    return work_run(work, "DELETE FROM outbox", NO_ARGS);
}

struct letter {
    int channel;
    const char *to, *body;
};

static status put(struct work *work, void *context)
{
    const struct letter *letter = context;
    const struct message message = {
        .channel = letter->channel,
        .to = text_of(letter->to),
        .subject = TEXT("Your code"),
        .body = text_of(letter->body),
        .subject_type = TEXT("otp"),
        .subject_id = 1,
        .expires_ms = work->now_ms + 600000,
    };
    return outbox_put(work, &message);
}

static void put_one(int channel, const char *to, const char *body)
{
    assert_int_equal(run(put, &(struct letter){ channel, to, body }), OK);
}

struct outcome {
    int64_t state, tries;
    char error[64];
};

static status read_outcome(struct work *work, void *context)
{
    struct outcome *outcome = context;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, "SELECT state, tries, error FROM outbox ORDER BY id DESC LIMIT 1", NO_ARGS));
    *outcome = (struct outcome){ 0 };
    if (rows_next(&rows)) {
        outcome->state = row_i64(&rows, 0);
        outcome->tries = row_i64(&rows, 1);
        snprintf(outcome->error, sizeof outcome->error, TEXT_FMT, TEXT_ARG(row_text(&rows, 2)));
    }
    return rows_close(&rows);
}

// What became of the newest message after one try.
static struct outcome await_outcome(void)
{
    struct outcome outcome = { 0 };
    for (int i = 0; i < 1000 && outcome.tries == 0; i++) {
        wait_ms(10);
        assert_int_equal(run(read_outcome, &outcome), OK);
    }
    return outcome;
}

static int set_up(void **state)
{
    (void)state;
    char path[128], key_path[128];
    struct database *database;
    int applied = 0;
    assert_true(test_database_make(&made, ENGINE_SQLITE));
    snprintf(certificate, sizeof certificate, "%s/certificate.pem", made.name);
    snprintf(other_certificate, sizeof other_certificate, "%s/other.pem", made.name);
    snprintf(key_path, sizeof key_path, "%s/key.pem", made.name);
    snprintf(path, sizeof path, "%s/other-key.pem", made.name);
    write_certificate(certificate, key_path);
    write_certificate(other_certificate, path);
    start_peer(MAIL, "smtp_sink.py", NULL);
    start_peer(MAIL_TLS, "smtp_sink.py", key_path);
    start_peer(SMS, "sms_sink.py", NULL);

    snprintf(log_path, sizeof log_path, "%s/log", made.name);
    log_file = fopen(log_path, "w");
    assert_non_null(log_file);
    log_set_file(fileno(log_file));
    arena = arena_new(1024 * 1024);
    snprintf(path, sizeof path, "%s/high-water", made.name);
    assert_int_equal(high_water_create(path), OK);
    assert_int_equal(high_water_open(&high_water, path), OK);
    keyring = test_keyring((const uint8_t[MASTER_KEY_LEN]){ 6 });
    const struct database_options creating = { .engine = ENGINE_SQLITE, .location = made.location, .create = true };
    assert_int_equal(database_open(&database, &creating), OK);
    assert_int_equal(migrate(database, runtime_now_ms(&runtime_real), &applied), OK);
    database_close(database);
    const struct executor_options options = {
        .database = { .engine = ENGINE_SQLITE, .location = made.location },
        .lane_count = 1,
        .keyring = keyring,
        .ids = &ids,
        .high_water = high_water,
        .runtime = &runtime_real,
    };
    assert_int_equal(executor_start(&executor, &options), OK);
    assert_int_equal(run(make_keys, NULL), OK);
    load_keys(&options.database);
    read_port(MAIL, "smtp", "");
    read_port(MAIL_TLS, "smtp", "");
    read_port(SMS, "http", "/messages");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < PEER_COUNT; i++) {
        kill(peers[i], SIGKILL);
        waitpid(peers[i], NULL, 0);
    }
    executor_stop(executor);
    high_water_close(high_water);
    keyring_free(keyring);
    arena_free(arena);
    log_set_file(2);
    fclose(log_file);
    test_database_drop(&made);
    return 0;
}

static struct delivery_options options_with(const char *smtp_url, const char *sms_url)
{
    static const struct secret token = { (uint8_t *)"to:ken", 6 };
    return (struct delivery_options){
        .executor = executor,
        .runtime = &runtime_real,
        .smtp_url = smtp_url,
        .mail_from = "cards@shop.example",
        .sms_url = sms_url,
        .sms_account = "AC1",
        .sms_from = "SHOP",
        .sms_token = &token,
    };
}

static struct outcome deliver_one(const struct delivery_options *options, int channel, const char *to, const char *body)
{
    struct delivery *delivery;
    assert_int_equal(run(empty_outbox, NULL), OK);
    put_one(channel, to, body);
    assert_int_equal(delivery_start(&delivery, options), OK);
    struct outcome outcome = await_outcome();
    delivery_stop(delivery);
    return outcome;
}

static void test_mail(void **state)
{
    (void)state;
    char told[4096];
    const struct delivery_options options = options_with(urls[MAIL], NULL);
    struct outcome outcome =
        deliver_one(&options, OUTBOX_EMAIL, "asha@example.com", "123456 is your code for Caf\xC3\xA9\n.\nend");
    assert_int_equal(outcome.state, OUTBOX_SENT);
    read_told(told, MAIL, "0001.json");
    assert_non_null(strstr(told, "\"mail_from\": \"cards@shop.example\""));
    assert_non_null(strstr(told, "\"rcpt_to\": [\"asha@example.com\"]"));
    assert_non_null(strstr(told, "\"subject\": \"Your code\""));
    assert_non_null(strstr(told, "123456 is your code for Caf\\u00e9"));
    assert_non_null(strstr(told, ".\\r\\nend"));
    assert_non_null(strstr(told, "\"tls\": false"));
}

static void test_mail_refused(void **state)
{
    (void)state;
    const struct {
        const char *to;
        int state;
        const char *error;
    } cases[] = {
        { "refused@example.com", OUTBOX_FAILED, "smtp_550" },
        { "later@example.com", OUTBOX_WAITING, "smtp_451" },
        { "eve@evil.example\r\nBcc: x@y.example", OUTBOX_FAILED, "invalid_text" },
    };
    const struct delivery_options options = options_with(urls[MAIL], NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome outcome = deliver_one(&options, OUTBOX_EMAIL, cases[i].to, "123456");
        assert_int_equal(outcome.state, cases[i].state);
        assert_string_equal(outcome.error, cases[i].error);
    }
}

static void test_mail_over_tls(void **state)
{
    (void)state;
    char told[4096];
    const struct {
        int peer;
        const char *ca_file, *password;
        int state;
        const char *error;
    } cases[] = {
        { MAIL_TLS, certificate, "pass word", OUTBOX_SENT, "" },
        { MAIL_TLS, certificate, "wrong", OUTBOX_WAITING, "sign_in" },
        { MAIL_TLS, other_certificate, "pass word", OUTBOX_WAITING, "tls" },
        { MAIL, certificate, "pass word", OUTBOX_WAITING, "tls" }, // a server that offers none
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery_options options = options_with(urls[cases[i].peer], NULL);
        options.require_tls = true;
        options.ca_file = cases[i].ca_file;
        options.mail_user = "till";
        const struct secret password = { (uint8_t *)cases[i].password, strlen(cases[i].password) };
        options.mail_password = &password;
        struct outcome outcome = deliver_one(&options, OUTBOX_EMAIL, "asha@example.com", "123456");
        assert_string_equal(outcome.error, cases[i].error);
        assert_int_equal(outcome.state, cases[i].state);
    }
    read_told(told, MAIL_TLS, "0001.json");
    assert_non_null(strstr(told, "\"tls\": true"));
    assert_non_null(strstr(told, "\"user\": \"till\""));
}

static void test_sms(void **state)
{
    (void)state;
    char told[4096];
    const struct {
        const char *to;
        int state;
        const char *error;
    } cases[] = {
        { "+919800000001", OUTBOX_SENT, "" },
        { "+919800000400", OUTBOX_FAILED, "http_400" },
        { "+919800000429", OUTBOX_WAITING, "http_429" },
        { "+919800000500", OUTBOX_WAITING, "http_500" },
        { "+919800000302", OUTBOX_WAITING, "http_302" }, // not followed
    };
    const struct delivery_options options = options_with(NULL, urls[SMS]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome outcome = deliver_one(&options, OUTBOX_SMS, cases[i].to, "123456 & more=Caf\xC3\xA9+");
        assert_string_equal(outcome.error, cases[i].error);
        assert_int_equal(outcome.state, cases[i].state);
    }
    read_told(told, SMS, "0001.json");
    assert_string_equal(told,
                        "{\"to\": \"+919800000001\", \"from\": \"SHOP\", \"body\": \"123456 & more=Caf\\u00e9+\", "
                        "\"user\": \"AC1\", \"password\": \"to:ken\", \"path\": \"/messages\"}");
}

static void test_unreachable(void **state)
{
    (void)state;
    const struct delivery_options options = options_with("smtp://127.0.0.1:1", "http://127.0.0.1:1/");
    assert_string_equal(deliver_one(&options, OUTBOX_EMAIL, "asha@example.com", "123456").error, "connect");
    struct outcome outcome = deliver_one(&options, OUTBOX_SMS, "+919800000001", "123456");
    assert_string_equal(outcome.error, "connect");
    assert_int_equal(outcome.state, OUTBOX_WAITING);
}

// Mail waits while SMS goes out; more than a batch goes out without a pause between.
static void test_many_and_the_other_channel(void **state)
{
    (void)state;
    struct delivery *delivery;
    const struct delivery_options options = options_with("", urls[SMS]);
    assert_int_equal(run(empty_outbox, NULL), OK);
    for (int i = 0; i < OUTBOX_BATCH_COUNT + 10; i++) {
        put_one(OUTBOX_SMS, "+919800000001", "123456");
    }
    assert_int_equal(delivery_start(&delivery, &options), OK);
    assert_int_equal(await_outcome().state, OUTBOX_SENT); // of the newest
    put_one(OUTBOX_EMAIL, "asha@example.com", "123456");
    put_one(OUTBOX_SMS, "+919800000001", "123456");
    assert_int_equal(await_outcome().state, OUTBOX_SENT);
    delivery_stop(delivery);
    struct outcome outcome;
    assert_int_equal(run(read_outcome, &outcome), OK);
    assert_int_equal(outcome.state, OUTBOX_SENT);
}

static status count_waiting(struct work *work, void *context)
{
    return work_integer(work, context,
                        "SELECT CAST(count(*) AS BIGINT) FROM outbox WHERE state = 0 AND tries = 0 AND channel = 1 "
                        "AND sealed IS NOT NULL",
                        NO_ARGS, NOT_FOUND);
}

static void test_the_other_channel_waited(void **state)
{
    (void)state;
    int64_t count = -1;
    assert_int_equal(run(count_waiting, &count), OK);
    assert_int_equal(count, 1);
}

static void test_misconfigured(void **state)
{
    (void)state;
    struct delivery *delivery = NULL;
    struct delivery_options cases[] = {
        options_with("http://127.0.0.1", NULL),   options_with("127.0.0.1:25", NULL),
        options_with("smtp://127.0.0.1", NULL),   options_with("smtp://127.0.0.1", NULL),
        options_with(NULL, "file:///etc/passwd"), options_with(NULL, "https://127.0.0.1"),
    };
    cases[2].mail_from = "";
    cases[3].mail_from = "a@b.example\r\nBcc: c@d.example";
    cases[5].sms_from = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(delivery_start(&delivery, &cases[i]), INVALID_INPUT);
        assert_null(delivery);
    }
    const struct delivery_options none = options_with(NULL, NULL);
    assert_int_equal(delivery_start(&delivery, &none), OK);
    delivery_stop(delivery);
    delivery_stop(NULL);
}

// After all of the above: something was logged, and nothing of what was sent.
static void test_log_is_silent(void **state)
{
    (void)state;
    static char log[1024 * 1024];
    FILE *file = fopen(log_path, "r");
    assert_non_null(file);
    log[fread(log, 1, sizeof log - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(log, "delivery.tried"));
    static const char *const secrets[] = { "123456", "9800000", "asha@", "refused@", "pass word", "to:ken" };
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        assert_null(strstr(log, secrets[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail),
        cmocka_unit_test(test_mail_refused),
        cmocka_unit_test(test_mail_over_tls),
        cmocka_unit_test(test_sms),
        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_many_and_the_other_channel),
        cmocka_unit_test(test_the_other_channel_waited),
        cmocka_unit_test(test_misconfigured),
        cmocka_unit_test(test_log_is_silent),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
