/*
 * The master key of an installation: which file says where it is, and opening it by whatever it is sealed with.
 *
 * `keys init` changes it in three steps: the new file is written beside the old one as FILE.next, all key blocks are wrapped
 * anew with their new master key's check value in one transaction, and FILE.next takes the place of FILE. Whenever that was
 * cut short, the database's check value says which of the two files holds: the next opening puts it in its place.
 */
#ifndef MAIN_INSTALLATION_KEY_H
#define MAIN_INSTALLATION_KEY_H

#include "main/installation.h"

/* Where the file is, or is to be. */
void installation_key_path(char out[INSTALLATION_PATH_LEN_MAX], const struct config *config);
/* FILE.next, beside the file itself where FILE is a symbolic link; `real` gets that file. */
void installation_key_next_path(char real[INSTALLATION_PATH_LEN_MAX], char next[INSTALLATION_PATH_LEN_MAX],
                                const char *path);
void installation_directory_of(char out[INSTALLATION_PATH_LEN_MAX], const char *path);
/* `next` takes the place of `real`, durably. SYSTEM_FAULT; the file's directory could not be written. */
must_use status installation_key_replace(const char *real, const char *next);

/*
 * Opens the master key; the schema is there. Repairs what was cut short, unless `mode` only reads. Sets installation->place
 * and ->unlocked_by. `gather` is asked for components.
 */
must_use status installation_key_open(struct master_key **out, struct installation *installation,
                                      enum installation_mode mode, const struct gathering *gathering, FILE *errors);

/* Makes a token's key, and what its file will say of it. The reason of a refusal is said on `errors`. */
must_use status installation_token_make(struct master_key **out, struct master_key_place *place,
                                        const struct secret *pin, FILE *errors);

#endif
