/*
 * A list of texts; all of it belongs to somebody's arena.
 */
#ifndef BASE_TEXT_LIST_H
#define BASE_TEXT_LIST_H

#include "base/text.h"

struct text_list {
    const text *at;
    int count;
};

#endif
