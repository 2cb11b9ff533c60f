/*
 * Bringing stored data from the older keys of a house use to a new one, a page of rows at a time: what a rotation's job
 * (domain/key_rotation.h) does. Every table that rests under such a key has a rule, in the file of its thing.
 */
#ifndef DOMAIN_REKEYING_H
#define DOMAIN_REKEYING_H

#include "crypto/mac.h"
#include "store/work.h"

/* One page: at most `limit` rows behind `after`, of any organisation. */
struct rekeying {
    const char *table;
    int64_t key_id; // the new key
    int64_t after;  // id of the last row that was looked at; moves
    int limit;
    int64_t done, failed; // rows of this page; failed: left as they are, for they do not open
    bool more;            // there may be rows behind it
};

struct rekeying_rule {
    const char *table;
    const char *count;  // rows that are not under key $1
    const char *in_use; // a row when any is under key $1; NULL: nobody can tell
    status (*rewrite)(struct work *work, struct rekeying *page); // NULL: its rows go by themselves
};

struct rekeying_row {
    int64_t id, organization_id, key_id;
    text sealed; // in the arena
};
/* The page's rows, by a statement that selects the four columns above, with $1 after, $2 the new key and $3 the limit. */
must_use status rekeying_take(struct work *work, struct rekeying *page, const char *sql, struct rekeying_row **rows,
                              int *count);
/* The plain text of a row; the caller wipes it. DATA_DAMAGED also when the key that it names is not there. */
must_use status rekeying_open(struct work *work, const struct rekeying_row *row, const struct bytes_view *associated,
                              uint8_t *plain, size_t max, size_t *len);
/* Counts what became of one row: DATA_DAMAGED and NUMBER_CHECK_FAILED are the row's own, which the log names, and let the
   page go on. Anything else ends it, KEY_UNAVAILABLE too: that is the new key's, and passes. */
must_use status rekeying_settle(struct rekeying *page, int64_t id, status outcome);

/* The whole of a rewrite where rows are sealed: each is opened and sealed under the new key. `select` as above; `update` is
   run with $1 id, $2 sealed, $3 new key, $4 old key, $5 sealed before; `associated` writes what a row's ciphertext is bound to, and says how long
   that is. */
enum { REKEYING_ASSOCIATED_LEN_MAX = 64 };
must_use status rekeying_reseal(struct work *work, struct rekeying *page, const char *select, const char *update,
                                size_t (*associated)(uint8_t out[REKEYING_ASSOCIATED_LEN_MAX],
                                                     const struct rekeying_row *row));

#endif
