/*
 * The heads of the audit chains, signed and written outside the database: a chain alone cannot show that its tail was
 * cut. The file grows by one line each time something was added:
 *
 *   <RFC 3339 time> <lane> <sequence> <hash, hex> <signature, hex>
 *
 * A last line without its end was cut short by a crash; the next export writes over it.
 * The first line names the public key (Ed25519). The signature covers "cardwright audit head 1\n" and the line before it.
 */
#ifndef STORE_AUDIT_HEADS_H
#define STORE_AUDIT_HEADS_H

#include <stdio.h>

#include "keys/keyring.h"
#include "store/database.h"

must_use status audit_heads_export(struct database *database, struct keyring *keyring, const char *path,
                                   int64_t now_ms);
/* Every head in the file must be found in the database with that hash. AUDIT_BROKEN says on `errors` which is not. */
must_use status audit_heads_verify(struct database *database, struct keyring *keyring, const char *path, int64_t *count,
                                   FILE *errors);

#endif
