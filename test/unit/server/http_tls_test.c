#include "http_fixture.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>
#include <time.h>

enum { SERIAL_LEN = 8 };

static char directory[] = "/tmp/http-tls-XXXXXX";
static char certificate_path[64], key_path[64];

static void write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* Writes a self-signed certificate, told from others by its serial number, and its key. */
static void make_pair(unsigned char serial, const char *certificate_file, const char *key_file)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    unsigned char number[SERIAL_LEN] = { 1, 0, 0, 0, 0, 0, 0, serial };
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, number, sizeof number);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600);
    gnutls_x509_crt_set_dn(certificate, "CN=localhost", NULL);
    gnutls_x509_crt_set_key(certificate, key);
    gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    assert_int_equal(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    gnutls_datum_t pem;
    assert_int_equal(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(certificate_file, pem.data, pem.size);
    gnutls_free(pem.data);
    assert_int_equal(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(key_file, pem.data, pem.size);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

struct tls_client {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

/* False when the handshake fails. */
static bool tls_dial(struct tls_client *client, const char *priorities)
{
    client->fd = dial();
    gnutls_init(&client->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    assert_int_equal(gnutls_priority_set_direct(client->session, priorities, NULL), 0);
    gnutls_certificate_allocate_credentials(&client->credentials);
    gnutls_credentials_set(client->session, GNUTLS_CRD_CERTIFICATE, client->credentials);
    gnutls_transport_set_int(client->session, client->fd);
    gnutls_handshake_set_timeout(client->session, CLIENT_WAIT_MS);
    int error;
    do {
        error = gnutls_handshake(client->session);
    } while (error < 0 && gnutls_error_is_fatal(error) == 0);
    return error == 0;
}

static void tls_hang_up(struct tls_client *client)
{
    gnutls_deinit(client->session);
    gnutls_certificate_free_credentials(client->credentials);
    close(client->fd);
}

static unsigned char serial_of(const struct tls_client *client)
{
    unsigned int count;
    const gnutls_datum_t *der = gnutls_certificate_get_peers(client->session, &count);
    assert_non_null(der);
    gnutls_x509_crt_t certificate;
    gnutls_x509_crt_init(&certificate);
    assert_int_equal(gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER), 0);
    unsigned char serial[SERIAL_LEN];
    size_t len = sizeof serial;
    assert_int_equal(gnutls_x509_crt_get_serial(certificate, serial, &len), 0);
    gnutls_x509_crt_deinit(certificate);
    return serial[len - 1];
}

static bool tls_say(const struct tls_client *client, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = gnutls_record_send(client->session, bytes, len);
        if (sent < 0) {
            return false;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static struct heard tls_hear(const struct tls_client *client, bool one)
{
    struct heard heard = { .at = calloc(1, 1) };
    static char piece[PIECE_LEN];
    gnutls_record_set_timeout(client->session, CLIENT_WAIT_MS);
    while (!(one && has_whole_reply(&heard))) {
        ssize_t got = gnutls_record_recv(client->session, piece, sizeof piece);
        if (got <= 0) {
            heard.closed = got != GNUTLS_E_TIMEDOUT;
            break;
        }
        heard.at = realloc(heard.at, heard.len + (size_t)got + 1);
        memcpy(heard.at + heard.len, piece, (size_t)got);
        heard.len += (size_t)got;
        heard.at[heard.len] = '\0';
    }
    return heard;
}

static struct heard tls_ask(const struct tls_client *client, const char *request)
{
    assert_true(tls_say(client, request, strlen(request)));
    return tls_hear(client, true);
}

static int start_with_tls(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR + 1);
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(certificate_path, sizeof certificate_path, "%s/certificate.pem", directory);
    snprintf(key_path, sizeof key_path, "%s/key.pem", directory);
    make_pair(1, certificate_path, key_path);
    struct http_options options = usual_options();
    options.certificate_path = certificate_path;
    options.private_key_path = key_path;
    return http_start(&http, &options) != OK;
}

static int stop_with_tls(void **state)
{
    unlink(certificate_path);
    unlink(key_path);
    rmdir(directory);
    return stop_usual(state);
}

static void speaks_modern_tls_only(void **state)
{
    (void)state;
    static const struct {
        const char *priorities;
        bool taken;
    } cases[] = {
        { "NORMAL", true },
        { "NORMAL:-VERS-ALL:+VERS-TLS1.3", true },
        { "NORMAL:-VERS-ALL:+VERS-TLS1.2", true },
        { "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305", true },
        { "LEGACY:-VERS-ALL:+VERS-TLS1.1", false },
        { "LEGACY:-VERS-ALL:+VERS-TLS1.0", false },
        { "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC", false },
        { "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tls_client client;
        bool taken = tls_dial(&client, cases[i].priorities);
        if (taken != cases[i].taken) {
            fail_msg("%s", cases[i].priorities);
        }
        if (taken) {
            assert_reply(tls_ask(&client, "GET /origin HTTP/1.1\r\nHost: a\r\n\r\n"), 200, "127.0.0.1 tls loopback");
        }
        tls_hang_up(&client);
    }
    assert_reply(ASK("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0, NULL); // in clear
}

static void serves_over_tls(void **state)
{
    (void)state;
    struct tls_client client;
    assert_true(tls_dial(&client, "NORMAL"));
    struct heard heard = tls_ask(&client, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    assert_non_null(strstr(heard.at, "\r\nStrict-Transport-Security: max-age="));
    assert_reply(heard, 200, "POST /a [abc]");
    static const char put_off_request[] = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_true(tls_say(&client, put_off_request, strlen(put_off_request)));
    wait_for_later(1);
    finish_later();
    assert_reply(tls_hear(&client, true), 200, NULL);
    heard = tls_ask(&client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(heard.len - (size_t)(body_of(&heard) - heard.at), 3000000);
    assert_reply(heard, 206, NULL);
    assert_reply(tls_ask(&client, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400, NULL);
    tls_hang_up(&client);
}

static void answers_long_bodies_over_tls(void **state)
{
    (void)state;
    static char megabyte[1024 * 1024];
    static const char *const starts[] = {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n",
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct tls_client client;
        assert_true(tls_dial(&client, "NORMAL"));
        assert_true(tls_say(&client, starts[i], strlen(starts[i])));
        tls_say(&client, megabyte, sizeof megabyte);
        assert_reply(tls_hear(&client, false), 413, NULL);
        tls_hang_up(&client);
    }
}

// A handshake that does not go on counts as a header that does not arrive.
static void shuts_slow_handshakes(void **state)
{
    (void)state;
    uint64_t before = http_metrics(http)->connections;
    int fd = dial();
    SAY(fd, "\x16\x03\x01\x02");
    for (int i = 0; i < CLIENT_WAIT_MS && http_metrics(http)->connections == before; i++) {
        usleep(1000); // its time runs from when it is accepted
    }
    put_forward_us += REQUEST_HEADER_SECONDS * INT64_C(1000000) + 1;
    struct heard heard = hear(fd, false);
    assert_true(heard.closed);
    free(heard.at);
    close(fd);
}

static void takes_a_new_certificate(void **state)
{
    (void)state;
    struct tls_client before, after;
    assert_true(tls_dial(&before, "NORMAL"));
    assert_int_equal(serial_of(&before), 1);

    char other_key[64], other_certificate[64];
    snprintf(other_key, sizeof other_key, "%s/other-key.pem", directory);
    snprintf(other_certificate, sizeof other_certificate, "%s/other-certificate.pem", directory);
    make_pair(2, other_certificate, other_key);
    assert_int_equal(rename(other_certificate, certificate_path), 0);
    assert_int_equal(http_reload_certificate(http), KEY_UNAVAILABLE); // the key is still the old one
    assert_true(tls_dial(&after, "NORMAL"));
    assert_int_equal(serial_of(&after), 1);
    tls_hang_up(&after);

    assert_int_equal(rename(other_key, key_path), 0);
    assert_int_equal(http_reload_certificate(http), OK);
    assert_true(tls_dial(&after, "NORMAL"));
    assert_int_equal(serial_of(&after), 2);
    assert_reply(tls_ask(&after, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200, NULL);
    tls_hang_up(&after);
    assert_reply(tls_ask(&before, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200,
                 NULL); // its connection stood all the while
    tls_hang_up(&before);

    write_file(certificate_path, "no PEM", 6);
    assert_int_equal(http_reload_certificate(http), KEY_UNAVAILABLE);
    unlink(key_path);
    assert_int_equal(http_reload_certificate(http), KEY_UNAVAILABLE);
    for (int i = 3; i < 6; i++) { // old pairs are let go after an hour
        make_pair((unsigned char)i, certificate_path, key_path);
        assert_int_equal(http_reload_certificate(http), OK);
        put_forward_us += INT64_C(3601) * 1000000;
    }
    assert_true(tls_dial(&after, "NORMAL"));
    assert_int_equal(serial_of(&after), 5);
    tls_hang_up(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_modern_tls_only),       cmocka_unit_test(serves_over_tls),
        cmocka_unit_test(answers_long_bodies_over_tls), cmocka_unit_test(shuts_slow_handshakes),
        cmocka_unit_test(takes_a_new_certificate),
    };
    return cmocka_run_group_tests(tests, start_with_tls, stop_with_tls);
}
