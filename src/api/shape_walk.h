/*
 * How the fields of a shape are walked: which of them take part in a direction, and which stand together in one nested
 * object (a group: the fields next to each other whose names share what is before the dot). For decoding, encoding and
 * printing schemas alike, so that the three cannot disagree.
 */
#ifndef API_SHAPE_WALK_H
#define API_SHAPE_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "api/shape.h"

enum direction { INPUT, OUTPUT };

enum { SHAPE_FIELD_COUNT_MAX = 64, FIELD_NAME_COUNT_MAX = 32 };

bool field_takes_part(const struct field *field, enum direction direction);
void field_clear(const struct field *field, void *member);
bool field_is_none(const struct field *field, const void *member); // holds what stands for null or "not given"
void *field_member(const struct field *field, void *object);
const void *field_member_const(const struct field *field, const void *object);
int field_name_count(const struct field *field); // of `names`

/* The length of the object's name before the dot; 0 for a field of the shape itself. */
size_t field_group_len(const struct field *field);

/* The index behind the last field of the group that starts at `from`. */
int shape_group_end(const struct shape *shape, int from);
bool shape_group_takes_part(const struct shape *shape, int from, int to, enum direction direction);

/* A group all of whose fields may be null may be null itself. */
bool shape_group_nullable(const struct shape *shape, int from, int to, enum direction direction);

#endif
