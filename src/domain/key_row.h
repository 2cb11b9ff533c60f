/*
 * A row of key_block, between the database and the keyring. For domain/key*.c alone.
 */
#ifndef DOMAIN_KEY_ROW_H
#define DOMAIN_KEY_ROW_H

#include "domain/key.h"

#define KEY_ROW_COLUMNS                                                                                                \
    "id, organization_id, key_use, name, version, header, check_method, check_value, test, activated_at, retired_at, " \
    "destroyed_at, block, placed, brought, created_at, created_by, job_id"

struct key_row {
    struct key_record record;
    text block;
    bool placed, brought;
    int64_t created_ms, job_id;
    text created_by;
};

/* Texts belong to the row of the result. DATA_DAMAGED when it is no key. */
must_use status key_row_read(struct rows *rows, struct key_row *out);
void key_row_view(const struct key_row *row, struct key *out, const struct work *work); // texts copied into the arena

/* Writes a new key's row. KEY_EXISTS: another process wrote this version meanwhile. KEY_UNAVAILABLE: the database was moved
   to another master key than this process has. */
must_use status key_row_insert(struct work *work, const struct key_row *row);
must_use status key_ring_raise(struct work *work); // the revision

/* Makes a house key's next row: generated, active from then on. */
must_use status key_row_make_house(struct work *work, struct key_row *row, enum key_use use, int version,
                                   int64_t activated_ms, char block[KEY_BLOCK_LEN_MAX]);

#endif
