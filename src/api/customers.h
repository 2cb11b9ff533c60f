/*
 * Customers: make, read, change, list, search.
 */
#ifndef API_CUSTOMERS_H
#define API_CUSTOMERS_H

#include "api/operation.h"

extern const struct operation_table customer_operations;

#endif
