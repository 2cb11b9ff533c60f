/*
 * Keys: anyone who may reads what they are; what people do with them is answered only through the data directory's own
 * socket, to custodians who stand at the machine and give name and password with each request (domain/custodian.h).
 */
#ifndef API_KEYS_H
#define API_KEYS_H

#include "api/operation.h"

extern const struct operation_table key_operations;

/* How many custodians the operation with this id demands; of `key_import_components` the fewest. */
int key_custodians_demanded(const char *operation_id, bool dual_control);

#endif
