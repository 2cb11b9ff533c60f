/*
 * Reading what happened: the audit trail, newest first, and the numbered events, oldest first. Both are read only, page by
 * page, and only of the work's organisation.
 */
#ifndef DOMAIN_AUDIT_QUERY_H
#define DOMAIN_AUDIT_QUERY_H

#include "store/audit.h"
#include "store/work.h"

extern const char *const audit_actor_names[];   // by enum actor_kind, ends with NULL
extern const char *const audit_channel_names[]; // by enum channel, ends with NULL

struct audit_entry {
    struct audit_record record; // organization_id is the work's
    text hash;                  // of its chain, SHA256_LEN bytes
};

/* A place in the trail. Two records never share one. */
struct audit_place {
    int64_t at_ms, lane, sequence;
};

struct audit_filter {
    int64_t limit;
    const struct audit_place *after; // the last record of the page before; NULL: from the newest
    text action, actor_name, result; // absent: any; result "refused": whatever is not "ok"
    int64_t actor_id, subject_id;    // 0: any
    int64_t from_ms, to_ms;          // from <= at < to; 0: no bound
};
must_use status audit_list(struct work *work, struct audit_entry **out, int *count, const struct audit_filter *filter);
/* The same one by one, for as long as `take` returns true. What an entry points at is gone after its `take`, and so is all
   that `take` took from the work's arena. */
must_use status audit_walk(struct work *work, const struct audit_filter *filter,
                           bool (*take)(void *context, const struct audit_entry *entry), void *context);

/* "at-lane-sequence", for a cursor. */
enum { AUDIT_PLACE_LEN_MAX = 64 };
text audit_place_print(struct arena *arena, const struct audit_record *record);
bool audit_place_parse(struct audit_place *out, text printed);

struct event_entry {
    int64_t number; // without gaps over all organisations, in the order of publication
    text type, subject_type, data;
    int64_t subject_id, at_ms;
};
must_use status event_list(struct work *work, struct event_entry **out, int *count, int64_t after_number,
                           int64_t limit);

#endif
