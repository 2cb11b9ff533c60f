/*
 * The audit trail: who did what, from where, to what, with what result. One hash chain per writer lane.
 *
 * hash(n) = SHA-256(hash(n-1) || canonical(n)), hash(0) = 32 zero bytes. The canonical bytes are frozen by vectors in
 * test/vectors/audit_v1.csv: a version byte 1, then each field in the order of the struct: integers as 8 bytes big-endian, texts as a
 * 4-byte big-endian length and their bytes (absent: length 0xFFFFFFFF). `detail` is JSON without numbers, codes or keys.
 * Rows are only ever inserted.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "crypto/mac.h"
#include "store/work.h"

struct audit_record {
    int64_t lane, sequence; // sequence counts from 1 in each lane
    int64_t at_ms;
    int64_t organization_id;
    int64_t actor_kind, actor_id;
    text actor_name;
    int64_t channel;
    text peer, request_id;
    text action; // "card.issued"
    text subject_type;
    int64_t subject_id;
    text result; // "ok" or the code of the refusal
    text detail;
};

void audit_canonical(const struct audit_record *record, struct buffer *out);
must_use status audit_hash(uint8_t out[SHA256_LEN], const uint8_t previous[SHA256_LEN],
                           const struct audit_record *record);

/* Appends to the lane's chain inside the open transaction; called by the executor only. */
must_use status audit_append(struct work *work, text action, text result);

/* Walks every chain of the database. AUDIT_BROKEN with the first place that does not verify. */
struct audit_break {
    int64_t lane, sequence;
    const char *what;
};
must_use status audit_verify(struct database *database, struct audit_break *broken, int64_t *count);

#endif
