/*
 * The migrations as they are compiled in, written by migrations/embed.py: in the order of their numbers, the same
 * numbers for both engines, without a gap from 1. Internal to migrate.c.
 */
#ifndef STORE_MIGRATION_LIST_H
#define STORE_MIGRATION_LIST_H

struct migration {
    int version;
    const char *name;
    const char *script;
};

extern const int migration_count;
extern const struct migration migrations_sqlite[];
extern const struct migration migrations_postgres[];

#endif
