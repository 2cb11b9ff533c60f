/*
 * A card series: a kind of card. Its number space, its limits for each customer, its expiry.
 *
 * Always true: the number spaces of two series of an organisation cannot overlap, nor those of two payment series of the
 * installation; `drawn` never exceeds `space` and never goes down; method, prefix, suffix, length, check digit and key
 * are fixed once a number has been drawn or registered.
 */
#ifndef DOMAIN_SERIES_H
#define DOMAIN_SERIES_H

#include "base/text_list.h"
#include "domain/number_layout.h"
#include "store/work.h"

enum series_type { SERIES_PHYSICAL, SERIES_DIGITAL };
enum series_kind { SERIES_LOYALTY, SERIES_PREPAID, SERIES_DEBIT, SERIES_CREDIT };
enum expiry_unit { EXPIRY_DAYS, EXPIRY_MONTHS };
extern const char *const series_type_names[];
extern const char *const series_kind_names[];
extern const char *const expiry_unit_names[];

struct series {
    int64_t id;
    text code, name;
    int type, kind; // enum series_type, series_kind
    struct number_layout layout;
    bool generation;                     // does it draw numbers, or only take registered ones?
    uint64_t total, drawn, left;         // of the space; drawn includes numbers reserved and skipped
    bool nearly_full;                    // nine tenths of it are drawn
    int64_t max_cards, max_active_cards; // for each customer; INTEGER_NONE: no limit
    int64_t expiry_after;                // INTEGER_NONE: never
    int expiry_unit;
    bool active, verified_only;
    int64_t created_ms, version;
    int64_t key_id; // its numbering key
};

/* Codes: SERIES_EXISTS, SERIES_OVERLAPS (the message names the other series of the organisation), NUMBER_SPACE_INVALID,
   INVALID_INPUT with faults. Fills id, space and times. */
must_use status series_create(struct work *work, struct series *series);
must_use status series_get(struct work *work, struct series *out, int64_t id); // SERIES_NOT_FOUND
must_use status series_get_locked(struct work *work, struct series *out, int64_t id);
must_use status series_find(struct work *work, struct series *out, text code);
/* IMMUTABLE_FIELD for what may not change any more, VERSION_CONFLICT when series->version is not the stored one (0: any). */
must_use status series_update(struct work *work, struct series *series);

struct series_filter {
    int64_t limit, after;
    int active;
    text code;
}; // active: 0, 1, or -1 for both
must_use status series_list(struct work *work, struct series **out, int *count, const struct series_filter *filter);

/* The series whose space the number lies in; NO_SERIES_FOR_NUMBER. Its check digit is not judged. */
must_use status series_for_number(struct work *work, struct series *out, text number);

/* Judges a layout before anything is saved, adding faults under "numbering."; kind decides about payment rules. */
must_use status series_judge_layout(struct work *work, const struct number_layout *layout, int kind, int64_t except_id);
/* The first numbers such a series could show, under a key that is thrown away: examples. */
must_use status series_examples(struct work *work, const struct number_layout *layout, struct text_list *out,
                                int count);

/* Says it in the log when this draw brought the series past nine tenths of its space. */
void series_warn_space(int64_t series_id, uint64_t total, uint64_t drawn_before, uint64_t drawn);

int64_t series_expires_on(const struct series *series, int64_t issued_ms); // days since 1970-01-01; DATE_NONE: never

#endif
