/*
 * A customer as a row of the database. For the files of customers in this folder only: they read the same columns in
 * the same order.
 */
#ifndef DOMAIN_CUSTOMER_ROW_H
#define DOMAIN_CUSTOMER_ROW_H

#include "domain/customer.h"

#define CUSTOMER_COUNTERS "cards_inactive, cards_active, cards_suspended, cards_blocked, cards_expired"
#define CUSTOMER_COLUMNS                                                                                                  \
    "id, external_id, first_name, last_name, mobile, email, date_of_birth, nationality, verification, " CUSTOMER_COUNTERS \
    ", created_at, version"

/* A row of CUSTOMER_COLUMNS; its texts are copied. What is shown besides, the sums and the next verifications, is left to
   customer_show. */
void customer_row_read(struct rows *rows, struct customer *out, struct arena *arena);
must_use status customer_show(struct work *work, struct customer *customers, int count);

/* What at most one customer has. The email is in small letters. CUSTOMER_NOT_FOUND; no sums. */
enum customer_contact { CONTACT_MOBILE, CONTACT_EMAIL, CONTACT_EXTERNAL_ID };
must_use status customer_get_by_contact(struct work *work, struct customer *out, enum customer_contact contact,
                                        text value);

#endif
