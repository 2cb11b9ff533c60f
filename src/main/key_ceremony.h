/*
 * People at the terminal of an open installation who stand behind something that is done with its keys: each says who he or
 * she is, is judged as at a sign-in (failures count, the audit trail has it), and no one counts twice. For a key that is to
 * come in components each also brings one, or lets one be made.
 */
#ifndef MAIN_KEY_CEREMONY_H
#define MAIN_KEY_CEREMONY_H

#include "domain/custodian.h"
#include "main/installation.h"

struct ceremony {
    struct installation *installation;
    struct actor actor; // the command line, in the installation's organisation
    int demanded;       // how many people
    int count;          // who were identified so far
    int64_t user_ids[CUSTODIAN_COUNT_MAX];
    char names[UNLOCKING_NAMES_LEN_MAX];           // "asha@example.com, ben@example.com"
    struct secret components[COMPONENT_COUNT_MAX]; // of the first, the second, ...
};

must_use status ceremony_begin(struct ceremony *ceremony, struct installation *installation, int demanded);
void ceremony_end(struct ceremony *ceremony);

/* The next person. The terminal says what was wrong, and asks again a few times. */
must_use status ceremony_identify(struct ceremony *ceremony);
/*
 * The component of the person who was identified last. An empty answer has one made by the program: it is shown on the
 * terminal, and nowhere else, and has to be typed from what was written down. NOT_FOUND: nothing was entered.
 */
must_use status ceremony_take_component(struct ceremony *ceremony);

#endif
