/*
 * The import of customers: each row is a new one, under the rules of customer_create.
 */
#ifndef DOMAIN_IMPORT_CUSTOMERS_H
#define DOMAIN_IMPORT_CUSTOMERS_H

#include "domain/import.h"

extern const struct import_rule import_customers;

#endif
