/*
 * Events: what happened, for other systems. Written in the transaction of the effect, in its lane, without gaps; numbered
 * for everyone by one publisher after the commit, a run of one lane's events at a time, so that no writer waits for a
 * common counter. The number of an event is first_number + (sequence - first_sequence) of the run it lies in.
 */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "store/work.h"

/* Appends from the work's subject and detail, inside the open transaction; called by the executor only. */
must_use status event_append(struct work *work, text type);

/* Numbers what was committed since the last time, inside the open transaction. Run by the scheduler. */
must_use status event_publish(struct work *work, int64_t *published_count);

#endif
