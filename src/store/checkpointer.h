/*
 * The checkpointer: moves SQLite's log into the database file on a thread of its own, so that no batch pays for it.
 *
 * In two steps once the log is long: this thread's connection runs a passive checkpoint while commits go on; then the
 * writer runs a short passive one between two commits, which finds little left and lets the log start over.
 */
#ifndef STORE_CHECKPOINTER_H
#define STORE_CHECKPOINTER_H

#include "base/status.h"
#include "store/database.h"

struct checkpointer;

must_use status checkpointer_start(struct checkpointer **out, const struct database_options *database);
void checkpointer_between_commits(struct checkpointer *checkpointer,
                                  struct database *writer); // by the writer; cheap when there is nothing to do
void checkpointer_stop(struct checkpointer *checkpointer);  // NULL is fine

#endif
