/*
 * Finding customers: by one thing that is known of them, or by whatever an agent has typed so far.
 *
 * Always true: each way is a lookup or a bounded range of an index, never a pattern, so that it takes as long with a
 * million customers as with a thousand; nobody is found twice; nothing is written. What is looked for may be a card
 * number: it is neither kept nor logged.
 */
#ifndef DOMAIN_CUSTOMER_FIND_H
#define DOMAIN_CUSTOMER_FIND_H

#include "domain/customer.h"

/*
 * By exactly one of these; the others are absent.
 *
 * `name`: the beginning of a first name, of a last name, or a whole first name and the beginning of a last name; folded
 * as name_fold says; each in the order of the alphabet.
 *
 * `typed`: any of it, in this order: the holder of the card whose number it is (blanks and dashes do not matter); whose
 * external id begins with it; whose mobile number does, with or without blanks, dashes, dots, brackets, "+", or "00"
 * for it; whose email does; then as `name`. Less than CUSTOMER_SEARCH_LEN_MIN characters find nobody.
 */
struct customer_search {
    text mobile, email, external_id, name, typed;
    int64_t limit;
};
must_use status customer_search(struct work *work, struct customer **out, int *count,
                                const struct customer_search *search);

#endif
