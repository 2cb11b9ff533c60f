/*
 * Free text as it may be kept: what a person types as a reason or a note could hold a card number, so every run of
 * DIGIT_MASK_COUNT digits or more, single blanks and dashes between them allowed, is replaced digit by digit with '*'.
 */
#ifndef BASE_DIGIT_MASK_H
#define BASE_DIGIT_MASK_H

#include "base/arena.h"
#include "base/text.h"

enum { DIGIT_MASK_COUNT = 8 };

/* A copy in the arena; absent stays absent, and is what comes when the arena is full. */
text digit_mask(struct arena *arena, text t);

#endif
