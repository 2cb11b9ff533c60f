/*
 * The import of card numbers that somebody else made: each row registers one and, where it names a customer, issues it
 * to them. An organisation that asks for codes has to issue such cards one by one.
 */
#ifndef DOMAIN_IMPORT_NUMBERS_H
#define DOMAIN_IMPORT_NUMBERS_H

#include "domain/import.h"

extern const struct import_rule import_numbers;

#endif
