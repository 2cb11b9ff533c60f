#include "domain/job_step.h"

#include "domain/import.h"
#include "domain/key_rotation.h"

status job_step(struct work *work, const struct job *job, bool *more)
{
    static status (*const steps[JOB_KIND_COUNT])(struct work * work, int64_t job_id, bool *more) = {
        [JOB_IMPORT_NUMBERS] = import_next_chunk,
        [JOB_IMPORT_CUSTOMERS] = import_next_chunk,
        [JOB_ROTATE_KEY] = key_rotation_next_page,
    };
    return steps[job->kind](work, job->id, more);
}
