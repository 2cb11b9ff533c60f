/*
 * The rotation of a house key: the next version becomes current at one instant, and a job brings what the older ones
 * protect over to it, page by page, while everything else goes on. Data is readable under both all the time; after kill -9
 * the job goes on behind the last page that was committed.
 */
#ifndef DOMAIN_KEY_ROTATION_H
#define DOMAIN_KEY_ROTATION_H

#include "domain/job.h"
#include "domain/key.h"

/* When the key becomes active, as late as can be said, and a job that rewrites from then on what is not under it. Its id in
   *job_id; 0 where a use has nothing to rewrite. */
must_use status key_rotation_start(struct work *work, enum key_use use, int64_t key_id, int64_t *from_ms,
                                   int64_t *job_id);
/* Is anything stored still under this key? */
must_use status key_rotation_in_use(struct work *work, enum key_use use, int64_t key_id, bool *in_use);
/* One more page of an open rotation; `more`: there may be another. JOB_NOT_FOUND, JOB_FINISHED. */
must_use status key_rotation_next_page(struct work *work, int64_t job_id, bool *more);

#endif
