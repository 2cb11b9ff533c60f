/*
 * The file of a batch, made while it is read: any byte of it can be computed, so a download of any size takes no memory
 * and may start anywhere. Text: one number a line. CSV: a header, then number, series code and batch id.
 *
 * A file keeps all it needs (the series' layout, the batch's interval, the skipped places, the keyring); one thread
 * reads one file at a time. Every line has the same length, so place and offset turn into each other.
 */
#ifndef DOMAIN_NUMBER_FILE_H
#define DOMAIN_NUMBER_FILE_H

#include "domain/number_batch.h"
#include "keys/keyring.h"

enum number_file_format { NUMBER_FILE_TEXT, NUMBER_FILE_CSV };

struct number_file;

/* Copies what it needs from the arena. `printed_batch_id` stands in the lines of a CSV. */
must_use status number_file_open(struct number_file **out, struct work *work, const struct number_batch *batch,
                                 enum number_file_format format, text printed_batch_id);
void number_file_close(struct number_file *file);         // wipes; NULL is fine
uint64_t number_file_len(const struct number_file *file); // bytes
/* Writes up to `max` bytes from `offset` on; *len gets how many (0 at the end). */
must_use status number_file_read(struct number_file *file, uint64_t offset, void *out, size_t max, size_t *len);

#endif
