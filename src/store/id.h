/*
 * Ids: 63 bits in time order, made without asking anyone: milliseconds since 2025 (41 bits), node (10 bits), sequence
 * (12 bits). The node number is leased in the database (store/lane.h), so two processes never make the same id. A clock
 * that goes back is waited for in the id's own time: ids never go back. Safe from any thread.
 */
#ifndef STORE_ID_H
#define STORE_ID_H

#include <stdint.h>

enum { ID_NODE_COUNT = 1024 };

struct id_maker;

struct id_maker *id_maker_new(int node); // NULL when memory is short
void id_maker_free(struct id_maker *maker);
void id_maker_set_node(struct id_maker *maker, int node); // when the lease of the old one was lost
int64_t id_make(struct id_maker *maker, int64_t now_ms);
int64_t id_time_ms(int64_t id);      // the millisecond it was made in
int64_t id_first_at(int64_t now_ms); // no id made in this millisecond or later is smaller

#endif
