/*
 * The Range header of a download (RFC 9110, section 14): one range of bytes. More than one, or another unit, is treated
 * as no range at all, which the standard allows.
 */
#ifndef API_BYTE_RANGE_H
#define API_BYTE_RANGE_H

#include "base/status.h"
#include "base/text.h"

struct byte_range {
    uint64_t from, len;
    bool partial;
};

/* RANGE_NOT_SATISFIABLE when it lies outside the content. Absent header: everything. */
must_use status byte_range_parse(struct byte_range *out, text header, uint64_t content_len);

#endif
