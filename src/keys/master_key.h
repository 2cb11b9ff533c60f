/*
 * The master key (AES-256, the key block protection key of every working key) and the file it rests in.
 *
 * Sealed in one of three ways, written in the file itself:
 *   mode        by the file's permissions alone (0600, refused when wider): for a demo, said aloud at start
 *   passphrase  XChaCha20-Poly1305 under argon2id of a passphrase (libsodium, moderate cost)
 *   credential  the file lies in systemd's credential directory ($CREDENTIALS_DIRECTORY), which systemd may keep
 *               encrypted to the machine or its TPM; the file then holds the `mode` form
 * The file is text: a first line "cardwright master key 1", then named lines, so that a person can see what it is.
 */
#ifndef KEYS_MASTER_KEY_H
#define KEYS_MASTER_KEY_H

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"

enum { MASTER_KEY_LEN = 32 };
enum master_key_seal { MASTER_KEY_BY_MODE, MASTER_KEY_BY_PASSPHRASE };

/* Makes a new key and its file: 0600, fsynced, never over an existing one (FILE_EXISTS). `passphrase` empty or NULL:
   sealed by mode. STORAGE_FULL, STORAGE_FAULT, SYSTEM_FAULT: the file could not be made. */
must_use status master_key_create(const char *path, const struct secret *passphrase, const struct runtime *runtime);
/* FORBIDDEN: the file can be read by others (a credential's mode may show systemd's ACL: 0440), or is no regular file.
   KEY_UNAVAILABLE: no such file, or a passphrase is needed. DATA_DAMAGED: wrong passphrase or damaged. */
must_use status master_key_open(struct secret *master, enum master_key_seal *seal, const char *path,
                                const struct secret *passphrase);

#endif
