/*
 * --seal mode|passphrase|components|pkcs11, with --parts, or --module, --token and --key: how a master key is to be sealed.
 */
#ifndef MAIN_SEAL_ARGUMENTS_H
#define MAIN_SEAL_ARGUMENTS_H

#include "keys/master_key_file.h"
#include "main/command.h"

/* Without --seal it is `otherwise`. False, with a line on standard error: wrong usage. */
bool seal_arguments(struct master_key_place *out, const struct arguments *arguments, enum master_key_seal otherwise);

#endif
