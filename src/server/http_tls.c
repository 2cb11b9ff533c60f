#include "server/http_tls.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { CHAIN_COUNT_MAX = 8, KEY_ID_LEN_MAX = 64 };

// A handshake lasts seconds at most: an hour later no session can be in the middle of one with a replaced pair.
static const int64_t RETIRED_KEEP_US = INT64_C(3600) * 1000000;

const char http_tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-MAC-ALL:+AEAD:"
    "-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:%SERVER_PRECEDENCE";

struct pair {
    struct pair *older; // replaced by this one
    int64_t retired_us;
    gnutls_privkey_t key;
    unsigned int count;
    gnutls_pcert_st chain[CHAIN_COUNT_MAX];
};

struct http_tls {
    const char *certificate_path, *private_key_path;
    const struct runtime *runtime;
    pthread_mutex_t lock;
    struct pair *pair; // in force
};

static struct http_tls *_Atomic the_one;

static void pair_free(struct pair *pair)
{
    if (pair == NULL) {
        return;
    }
    pair_free(pair->older);
    for (unsigned int i = 0; i < pair->count; i++) {
        gnutls_pcert_deinit(&pair->chain[i]);
    }
    if (pair->key != NULL) {
        gnutls_privkey_deinit(pair->key);
    }
    free(pair);
}

static status complain(const char *path, const char *reason)
{
    LOG(LOG_ERROR, "http.certificate", "The TLS certificate or its key cannot be used.", LOG_S("path", path),
        LOG_S("reason", reason));
    return KEY_UNAVAILABLE;
}

static status load_chain(struct pair *pair, const char *path)
{
    gnutls_datum_t pem;
    int error = gnutls_load_file(path, &pem);
    if (error != 0) {
        return complain(path, gnutls_strerror(error));
    }
    unsigned int count = CHAIN_COUNT_MAX;
    error =
        gnutls_pcert_list_import_x509_raw(pair->chain, &count, &pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
    gnutls_free(pem.data);
    if (error != 0 || count == 0) {
        return complain(path, error != 0 ? gnutls_strerror(error) : "The file holds no certificate.");
    }
    pair->count = count;
    return OK;
}

static status load_key(struct pair *pair, const char *path)
{
    gnutls_datum_t pem;
    int error = gnutls_load_file(path, &pem);
    if (error != 0) {
        return complain(path, gnutls_strerror(error));
    }
    error = gnutls_privkey_init(&pair->key);
    if (error == 0) {
        error = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    }
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return error == 0 ? OK : complain(path, gnutls_strerror(error));
}

static bool key_id(gnutls_pubkey_t key, unsigned char out[KEY_ID_LEN_MAX], size_t *len)
{
    *len = KEY_ID_LEN_MAX;
    return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, out, len) == 0;
}

static bool belong_together(const struct pair *pair)
{
    gnutls_pubkey_t of_key;
    if (gnutls_pubkey_init(&of_key) != 0) {
        return false;
    }
    unsigned char a[KEY_ID_LEN_MAX], b[KEY_ID_LEN_MAX];
    size_t a_len, b_len;
    bool same = gnutls_pubkey_import_privkey(of_key, pair->key, 0, 0) == 0 && key_id(of_key, a, &a_len) &&
                key_id(pair->chain[0].pubkey, b, &b_len) && a_len == b_len && memcmp(a, b, a_len) == 0;
    gnutls_pubkey_deinit(of_key);
    return same;
}

static status pair_load(struct pair **out, const struct http_tls *tls)
{
    struct pair *pair = calloc(1, sizeof *pair);
    if (pair == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = load_chain(pair, tls->certificate_path);
    if (result == OK) {
        result = load_key(pair, tls->private_key_path);
    }
    if (result == OK && !belong_together(pair)) {
        result = complain(tls->private_key_path, "The private key does not belong to the certificate.");
    }
    if (result != OK) {
        pair_free(pair);
        return result;
    }
    *out = pair;
    return OK;
}

status http_tls_reload(struct http_tls *tls)
{
    struct pair *fresh;
    TRY(pair_load(&fresh, tls));
    int64_t now_us = runtime_monotonic_us(tls->runtime);
    pthread_mutex_lock(&tls->lock);
    fresh->older = tls->pair;
    fresh->older->retired_us = now_us;
    tls->pair = fresh;
    struct pair *last = fresh->older; // pairs behind one that was replaced long ago were replaced earlier still
    while (last != NULL && now_us - last->retired_us < RETIRED_KEEP_US) {
        last = last->older;
    }
    if (last != NULL) {
        pair_free(last->older);
        last->older = NULL;
    }
    pthread_mutex_unlock(&tls->lock);
    LOG(LOG_INFO, "http.certificate", "The TLS certificate was read again.", LOG_S("path", tls->certificate_path));
    return OK;
}

status http_tls_new(struct http_tls **out, const char *certificate_path, const char *private_key_path,
                    const struct runtime *runtime)
{
    struct http_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) {
        return OUT_OF_MEMORY;
    }
    tls->certificate_path = certificate_path;
    tls->private_key_path = private_key_path;
    tls->runtime = runtime;
    status result = pair_load(&tls->pair, tls);
    if (result != OK) {
        free(tls);
        return result;
    }
    pthread_mutex_init(&tls->lock, NULL);
    struct http_tls *nobody = NULL;
    bool alone = atomic_compare_exchange_strong(&the_one, &nobody, tls);
    assert(alone);
    *out = tls;
    return OK;
}

void http_tls_free(struct http_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    the_one = NULL;
    pair_free(tls->pair);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

int http_tls_choose(gnutls_session_t session, const gnutls_datum_t *request_names, int request_name_count,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out,
                    unsigned int *out_count, gnutls_privkey_t *out_key)
{
    (void)session, (void)request_names, (void)request_name_count, (void)algorithms, (void)algorithm_count;
    struct http_tls *tls = the_one;
    pthread_mutex_lock(&tls->lock);
    *out = tls->pair->chain;
    *out_count = tls->pair->count;
    *out_key = tls->pair->key;
    pthread_mutex_unlock(&tls->lock);
    return 0;
}
