/*
 * One value on its way into a member: checked against its field, then put in place; or a fault added and the member
 * left as it was. JSON and query strings both end here, so both hold to the same bounds and say the same sentences. No
 * message repeats the value: it may be a card number.
 */
#ifndef API_FIELD_VALUE_H
#define API_FIELD_VALUE_H

#include "api/shape.h"

struct field_place {
    const struct field *field;
    void *member;
    struct arena *arena; // lists are kept in it
    struct faults *faults;
};

/* FIELD_TEXT, COUNT, ID, TIME, DATE, ENUM. The text is valid UTF-8 and is kept, not copied. */
void field_take_text(const struct field_place *place, text value);
/* FIELD_INTEGER: a number as it was written, "-12" or "1e3". */
void field_take_number(const struct field_place *place, text token);
/* FIELD_BOOLEAN */
void field_take_boolean(const struct field_place *place, bool value);

/*
 * FIELD_ENUM_SET, TEXT_LIST, in two steps, so that no memory is taken for a list that is too long: whether `count`
 * entries are allowed, with a fault if not; then the entries, which are kept.
 */
bool field_list_fits(const struct field_place *place, size_t count);
void field_take_list(const struct field_place *place, const text *entries, int count);

/* The value is of another type: the field's own, or that of entry `index` of its list. */
void field_refuse_type(const struct field_place *place);
void field_refuse_entry_type(const struct field_place *place, int index);

#endif
