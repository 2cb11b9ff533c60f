/*
 * What stands for "none" in an integer that may be absent: a limit that is not set, a date that never comes.
 */
#ifndef BASE_NONE_H
#define BASE_NONE_H

#include <stdint.h>

#define INTEGER_NONE INT64_MIN
#define DATE_NONE    INT64_MIN

#endif
