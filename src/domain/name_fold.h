/*
 * A name as it is looked for: capitals made small, one letter at a time, the same on every machine and engine. It knows
 * the letters of ASCII, Latin-1, Latin Extended-A and Latin Extended Additional, modern Greek and Cyrillic; other
 * characters stay as they are. Accents stay: "é" is not "e".
 */
#ifndef DOMAIN_NAME_FOLD_H
#define DOMAIN_NAME_FOLD_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* `name` is valid UTF-8; the folded one, never longer, lies in the arena. Absent stays absent. */
must_use status name_fold(struct arena *arena, text *out, text name);

#endif
