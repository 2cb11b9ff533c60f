#include "domain/key.h"

#include <string.h>

#include "base/limits.h"
#include "domain/key_row.h"

static const char GET[] = "SELECT " KEY_ROW_COLUMNS " FROM key_block WHERE id = $1";
static const char PAGE[] = "SELECT " KEY_ROW_COLUMNS " FROM key_block WHERE id > $1 ORDER BY id LIMIT 200";
// All but the series' own, which are loaded when their series is.
static const char PAGE_OF_RING[] =
    "SELECT " KEY_ROW_COLUMNS " FROM key_block WHERE key_use <> 'numbering' AND id > $1 ORDER BY id LIMIT 200";
static const char SET_BLOCK[] = "UPDATE key_block SET block = $2, header = $3, placed = 1 WHERE id = $1";
static const char REVISION[] = "SELECT revision FROM key_ring WHERE id = 1";
static const char MASTER_CHECK[] = "SELECT master_check FROM key_ring WHERE id = 1";
static const char SET_MASTER_CHECK[] = "UPDATE key_ring SET master_check = $1, revision = revision + 1 WHERE id = 1";
static const char SET_FIRST_MASTER_CHECK[] =
    "UPDATE key_ring SET master_check = $1, revision = revision + 1 WHERE id = 1 AND length(master_check) = 0";

enum { PAGE_LEN = 200 };

/* Making. */

static status make_house(struct work *work, struct key_row *row, enum key_use use, char block[KEY_BLOCK_LEN_MAX])
{
    TRY(key_row_make_house(work, row, use, 1, work->now_ms, block));
    return key_row_insert(work, row);
}

status key_create_numbering(struct work *work, int64_t *id)
{
    char block[KEY_BLOCK_LEN_MAX];
    struct key_row row;
    TRY(make_house(work, &row, KEY_NUMBERING, block));
    *id = row.record.id;
    return keyring_load(work->keyring, &row.record, row.block); // harmless when the write fails: no series names it
}

status key_create_missing(struct work *work)
{
    uint8_t check[MASTER_KEY_CHECK_LEN];
    TRY(keyring_master_check_value(work->keyring, check));
    TRY(work_run(work, SET_FIRST_MASTER_CHECK, ARGS(value_blob(check, sizeof check))));
    for (int use = 0; use < KEY_USE_COUNT; use++) {
        char block[KEY_BLOCK_LEN_MAX];
        struct key_row row;
        bool wanted = use != KEY_NUMBERING && key_use_is_house((enum key_use)use);
        if (wanted && keyring_current(work->keyring, (enum key_use)use, NULL) == 0) {
            TRY(make_house(work, &row, (enum key_use)use, block));
        }
    }
    return OK;
}

/* Loading. */

static status set_block(struct database *database, const struct key_record *record, text block)
{
    const struct key_block_header *header = &record->header;
    char header_text[5] = { header->usage[0], header->usage[1], header->algorithm, header->mode,
                            header->exportability };
    return database_run(database, SET_BLOCK,
                        ARGS(value_i64(record->id), value_text(block), value_text(text_bytes(header_text, 5))), NULL,
                        NULL);
}

// Each row by itself may be run again: a block that was adopted is not adopted twice.
static status adopt(struct database *database, struct keyring *keyring, struct key_row *row,
                    char block[KEY_BLOCK_LEN_MAX])
{
    size_t len = 0;
    TRY(keyring_adopt(keyring, &row->record, row->block, block, &len));
    row->block = text_bytes(block, len);
    return set_block(database, &row->record, row->block);
}

struct page {
    struct key_row rows[PAGE_LEN];
    int count;
};

// A page with its texts in the arena: while rows are read nothing is written.
static status read_page(struct database *database, struct page *page, const char *sql, int64_t after,
                        struct arena *arena)
{
    struct rows rows = { 0 };
    status result = OK;
    page->count = 0;
    TRY(database_query(database, &rows, sql, ARGS(value_i64(after))));
    while (result == OK && page->count < PAGE_LEN && rows_next(&rows)) {
        struct key_row *row = &page->rows[page->count++];
        result = key_row_read(&rows, row);
        row->record.name = arena_copy(arena, row->record.name);
        row->block = arena_copy(arena, row->block);
        row->created_by = TEXT_ABSENT;
        if (result == OK && (!text_present(row->record.name) || !text_present(row->block))) {
            result = OUT_OF_MEMORY;
        }
    }
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}

/* Calls `take` for every row; the page is too large for a stack. */
static status each_row(struct database *database, const char *sql, status (*take)(void *context, struct key_row *row),
                       void *context)
{
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct page *page = arena != NULL ? arena_take(arena, sizeof *page) : NULL;
    status result = page != NULL ? OK : OUT_OF_MEMORY;
    struct arena_mark mark = arena != NULL ? arena_mark(arena) : (struct arena_mark){ 0 };
    int64_t after = INT64_MIN;
    for (bool more = true; result == OK && more;) {
        arena_rewind(arena, mark);
        result = read_page(database, page, sql, after, arena);
        for (int i = 0; result == OK && i < page->count; i++) {
            after = page->rows[i].record.id;
            result = take(context, &page->rows[i]);
        }
        more = result == OK && page->count == PAGE_LEN;
    }
    arena_free(arena);
    return result;
}

struct loader {
    struct database *database;
    struct keyring *keyring;
    struct key_loading *loading;
    status first_fault; // of a refresh, which goes on behind a row that fails
};

static status load_row(void *context, struct key_row *row)
{
    const struct loader *loader = context;
    char block[KEY_BLOCK_LEN_MAX];
    if (!row->placed) {
        TRY(adopt(loader->database, loader->keyring, row, block));
    }
    status loaded = keyring_load(loader->keyring, &row->record, row->block);
    if (loaded == KEY_IS_TEST) {
        loader->loading->refused_test++;
        return OK;
    }
    loader->loading->loaded += loaded == OK;
    return loaded;
}

static status read_revision(struct database *database, int64_t *revision)
{
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, REVISION, NO_ARGS));
    *revision = rows_next(&rows) ? row_i64(&rows, 0) : 0;
    return rows_close(&rows);
}

// An installation that an older version made: its master key is known only now, by what it opened.
static status keep_first_master_check(struct database *database, struct keyring *keyring)
{
    uint8_t kept[MASTER_KEY_CHECK_LEN], check[MASTER_KEY_CHECK_LEN];
    bool known = false;
    TRY(key_master_check_get(database, kept, &known));
    if (known) {
        return OK;
    }
    TRY(keyring_master_check_value(keyring, check));
    return database_run(database, SET_FIRST_MASTER_CHECK, ARGS(value_blob(check, sizeof check)), NULL, NULL);
}

status key_load_all(struct database *database, struct keyring *keyring, struct key_loading *loading)
{
    int64_t revision = 0;
    struct loader loader = { database, keyring, loading, OK };
    int64_t begun_ms = keyring_look_begins(keyring);
    *loading = (struct key_loading){ 0 };
    TRY(read_revision(database, &revision)); // before the rows: a change meanwhile is seen at the next look
    TRY(each_row(database, PAGE, load_row, &loader));
    if (loading->loaded > 0) {
        TRY(keep_first_master_check(database, keyring));
    }
    keyring_note_revision(keyring, revision, begun_ms);
    return OK;
}

status key_require(struct work *work, int64_t id)
{
    if (keyring_has(work->keyring, id)) {
        return OK;
    }
    struct rows rows = { 0 };
    struct key_row row;
    TRY(work_query(work, &rows, GET, ARGS(value_i64(id))));
    status result = rows_next(&rows) ? key_row_read(&rows, &row) : KEY_UNAVAILABLE;
    if (result == OK) {
        result = row.placed ? keyring_load(work->keyring, &row.record, row.block) : KEY_UNAVAILABLE;
    }
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}

static status refresh_row(void *context, struct key_row *row)
{
    struct loader *loader = context;
    status loaded = load_row(context, row);
    loader->first_fault = loader->first_fault == OK ? loaded : loader->first_fault;
    return OK;
}

// A row that fails (the token is away, say) is tried again at the next look, and holds up no other. The view is as new as this
// look all the same: the times of all keys that are loaded were taken over, and one that is not is used for nothing.
status key_refresh(struct database *database, struct keyring *keyring)
{
    int64_t revision = 0, begun_ms = keyring_look_begins(keyring), known = keyring_revision(keyring);
    struct key_loading loading = { 0 };
    struct loader loader = { database, keyring, &loading, OK };
    TRY(read_revision(database, &revision));
    if (revision != known) {
        TRY(each_row(database, PAGE_OF_RING, refresh_row, &loader));
    }
    keyring_note_revision(keyring, loader.first_fault == OK ? revision : known, begun_ms);
    return loader.first_fault;
}

/* The master key. */

status key_master_check_get(struct database *database, uint8_t out[MASTER_KEY_CHECK_LEN], bool *known)
{
    struct rows rows = { 0 };
    *known = false;
    TRY(database_query(database, &rows, MASTER_CHECK, NO_ARGS));
    if (rows_next(&rows)) {
        text check = row_blob(&rows, 0);
        *known = check.len == MASTER_KEY_CHECK_LEN;
        if (*known) {
            memcpy(out, check.at, MASTER_KEY_CHECK_LEN);
        }
    }
    return rows_close(&rows);
}

struct rewrapper {
    struct work *work;
    struct master_key *next;
    int count;
};

static status rewrap_row(void *context, struct key_row *row)
{
    struct rewrapper *rewrapper = context;
    struct work *work = rewrapper->work;
    char block[KEY_BLOCK_LEN_MAX];
    size_t len = 0;
    if (row->record.times.destroyed_ms != 0) {
        return OK; // its block is gone
    }
    TRY(keyring_rewrap(work->keyring, rewrapper->next, &row->record, row->block, block, &len));
    rewrapper->count++;
    return set_block(work->database, &row->record, text_bytes(block, len));
}

status key_rewrap_all(struct work *work, struct master_key *next, int *count)
{
    uint8_t check[MASTER_KEY_CHECK_LEN];
    struct rewrapper rewrapper = { work, next, 0 };
    TRY(key_ring_raise(work)); // from here on no other process writes a block under the old one
    TRY(each_row(work->database, PAGE, rewrap_row, &rewrapper));
    TRY(master_key_check_value(next, check));
    TRY(work_change(work, SET_MASTER_CHECK, ARGS(value_blob(check, sizeof check)), DATA_DAMAGED));
    *count = rewrapper.count;
    return OK;
}
