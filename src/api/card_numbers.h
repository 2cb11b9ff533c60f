/* The operations of single numbers: availability, and registering one that was made elsewhere. */
#ifndef API_CARD_NUMBERS_H
#define API_CARD_NUMBERS_H

#include "api/operation.h"

extern const struct operation_table card_number_operations;

#endif
