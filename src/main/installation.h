/*
 * An installation: a data directory and everything that is opened from it, in the order in which it must happen. The
 * server holds one while it runs; a command takes one for itself.
 *
 *   DIR/cardwright.db    the database (SQLite), with its -wal and -shm
 *   DIR/master.key       how the master key is sealed; keep a copy elsewhere, without it the numbers are lost
 *   DIR/master.key.next  while `keys init` gives it a new one, or when that was cut short (main/installation_key.h)
 *   DIR/high-water       how far each series has drawn
 *   DIR/lock             held by the one process that writes
 *   DIR/cardwright.sock  the running server's door for the command line
 */
#ifndef MAIN_INSTALLATION_H
#define MAIN_INSTALLATION_H

#include "keys/keyring.h"
#include "keys/master_key_file.h"
#include "main/config.h"
#include "main/unlocking.h"
#include "store/executor.h"
#include "store/reader_pool.h"

enum { INSTALLATION_PATH_LEN_MAX = CONFIG_TEXT_LEN_MAX + 64 };

struct installation {
    const struct config *config;
    struct database_options database;
    char database_path[INSTALLATION_PATH_LEN_MAX];
    char socket_path[INSTALLATION_PATH_LEN_MAX];
    int lock_fd; // -1: not held
    struct master_key_place place;
    char unlocked_by[UNLOCKING_NAMES_LEN_MAX]; // who entered the components of the master key; empty: none were needed
    struct keyring *keyring;
    struct high_water *high_water;
    struct executor *executor;
    struct reader_pool *readers;
    struct id_maker *ids;
};

enum installation_mode {
    INSTALLATION_SERVE,   // takes the lock; writers and readers; refuses a database older than the high-water file
    INSTALLATION_RESTORE, // the same, and brings the counters past their marks
    INSTALLATION_READ,    // keys and readers only; works beside a running server
};

/* Who asks for the components of a master key that comes in components: returns when unlocking->master is there. */
struct gathering {
    status (*gather)(void *context, struct unlocking *unlocking);
    void *context;
};

/* Every refusal is explained on `errors`. Components are asked for at the terminal. */
must_use status installation_open(struct installation *installation, const struct config *config,
                                  enum installation_mode mode, FILE *errors);
must_use status installation_open_gathering(struct installation *installation, const struct config *config,
                                            enum installation_mode mode, const struct gathering *gathering,
                                            FILE *errors);
void installation_close(struct installation *installation);

/* A new data directory: master key, high-water file, database, schema, keys. `place` says how the master key is sealed (not
   by components); its check value is set. ALREADY_RUNNING when there is one. */
must_use status installation_create(const struct config *config, struct master_key_place *place, FILE *errors);

#endif
