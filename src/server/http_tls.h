/*
 * The certificate of the TLS listener: a PEM chain and its private key, read from two files, changed while the listener
 * runs. A handshake takes the pair that is in force when it begins; connections that stand are not touched. TLS 1.2 and
 * 1.3 with forward secrecy and authenticated ciphers only.
 *
 * GnuTLS gives its certificate callback no context, so a process has at most one of these at a time. Any thread.
 */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include <gnutls/abstract.h>

#include "base/runtime.h"
#include "base/status.h"

struct http_tls;

extern const char http_tls_priorities[]; // of GnuTLS

/* KEY_UNAVAILABLE when a file cannot be read, is no PEM, or the two do not belong together; the log says which. */
must_use status http_tls_new(struct http_tls **out, const char *certificate_path, const char *private_key_path,
                             const struct runtime *runtime);
must_use status http_tls_reload(struct http_tls *tls); // on any fault the pair in force stays
void http_tls_free(struct http_tls *tls);              // after the last session; NULL is fine

/* gnutls_certificate_retrieve_function2 */
int http_tls_choose(gnutls_session_t session, const gnutls_datum_t *request_names, int request_name_count,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out,
                    unsigned int *out_count, gnutls_privkey_t *out_key);

#endif
