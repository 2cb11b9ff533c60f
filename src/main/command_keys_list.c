#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "keys/key_record.h"
#include "main/key_call.h"

/* The keys as a table for people. */

enum column {
    COLUMN_NAME,
    COLUMN_VERSION,
    COLUMN_STATE,
    COLUMN_USAGE,
    COLUMN_ALGORITHM,
    COLUMN_CHECK_VALUE,
    COLUMN_SINCE,
    COLUMN_NOTE,
    COLUMN_COUNT
};

static const char *const titles[COLUMN_COUNT] = { "NAME",      "VERSION",     "STATE", "USAGE",
                                                  "ALGORITHM", "CHECK VALUE", "SINCE", "" };

enum { ROW_COUNT_MAX = 10000, PATH_LEN_MAX = 256, CURSOR_LEN = 40 };

struct row {
    text cells[COLUMN_COUNT];
    text job_id;
    int64_t version;
};

struct table {
    struct arena *arena; // of what the cells say
    struct row *rows;
    int count;
    int64_t passed_over; // rows for which there was no place
};

/* One row. */

// "2026-11-21T12:03:11.123Z" to the minute.
static text minute(struct arena *arena, const char *moment)
{
    return strlen(moment) < 17 ? TEXT("") : arena_print(arena, "%.10s %.5sZ", moment, moment + 11);
}

static text since(struct arena *arena, yyjson_val *key)
{
    static const char *const moments[][2] = {
        { "waiting", "activated_at" },
        { "active", "activated_at" },
        { "retired", "retired_at" },
        { "destroyed", "destroyed_at" },
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        if (strcmp(key_string(key, "state"), moments[i][0]) == 0) {
            return minute(arena, key_string(key, moments[i][1]));
        }
    }
    return TEXT("");
}

static text note(yyjson_val *key)
{
    bool test = yyjson_get_bool(yyjson_obj_get(key, "test"));
    bool imported = yyjson_get_bool(yyjson_obj_get(key, "imported"));
    return test && imported ? TEXT("test key, imported")
           : test           ? TEXT("test key")
           : imported       ? TEXT("imported")
                            : TEXT("");
}

static void add(struct table *table, yyjson_val *key)
{
    struct arena *arena = table->arena;
    if (table->count == ROW_COUNT_MAX) {
        table->passed_over++;
        return;
    }
    struct row *row = &table->rows[table->count++];
    row->version = yyjson_get_sint(yyjson_obj_get(key, "version"));
    row->job_id = arena_copy(arena, text_of(key_string(key, "job_id")));
    row->cells[COLUMN_NAME] = arena_copy(arena, text_of(key_string(key, "name")));
    row->cells[COLUMN_VERSION] = arena_print(arena, "%lld", (long long)row->version);
    row->cells[COLUMN_STATE] = arena_copy(arena, text_of(key_string(key, "state")));
    row->cells[COLUMN_USAGE] = arena_print(arena, "%s %s", key_string(key, "usage"), key_string(key, "usage_name"));
    row->cells[COLUMN_ALGORITHM] = arena_copy(arena, text_of(key_string(key, "algorithm_name")));
    row->cells[COLUMN_CHECK_VALUE] = arena_copy(arena, text_of(key_string(key, "check_value")));
    row->cells[COLUMN_SINCE] = since(arena, key);
    row->cells[COLUMN_NOTE] = note(key);
}

/* All rows. */

// The keys of one use, page by page; into the table, or counted alone.
static status read_use(struct key_call *call, const char *use, struct table *table, int64_t *count)
{
    char path[PATH_LEN_MAX], next[CURSOR_LEN] = "";
    do {
        snprintf(path, sizeof path, "/v1/keys?limit=200&use=%s%s%s", use, next[0] != '\0' ? "&after=" : "", next);
        TRY(key_call_get(call, path));
        yyjson_val *key, *list = yyjson_obj_get(call->reply, "data");
        size_t i, max;
        yyjson_arr_foreach(list, i, max, key)
        {
            (*count)++;
            if (table != NULL) {
                add(table, key);
            }
        }
        snprintf(next, sizeof next, "%s", key_string(call->reply, "next"));
    } while (next[0] != '\0');
    return OK;
}

static int compare(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    text name = one->cells[COLUMN_NAME], other_name = other->cells[COLUMN_NAME];
    int by_name = strcmp(name.at != NULL ? name.at : "", other_name.at != NULL ? other_name.at : "");
    return by_name != 0 ? by_name : (other->version > one->version) - (other->version < one->version);
}

// What is still to be done for a key that follows another, or could not be.
static status look_at_job(struct key_call *call, struct table *table, struct row *row)
{
    char path[PATH_LEN_MAX], done[DIGITS_GROUPED_LEN], total[DIGITS_GROUPED_LEN], failed[DIGITS_GROUPED_LEN];
    snprintf(path, sizeof path, "/v1/jobs/" TEXT_FMT, TEXT_ARG(row->job_id));
    TRY(key_call_get(call, path));
    text before = row->cells[COLUMN_NOTE];
    const char *separator = before.len > 0 ? ", " : "";
    int64_t failed_count = yyjson_get_sint(yyjson_obj_get(call->reply, "failed"));
    digits_grouped(done, yyjson_get_sint(yyjson_obj_get(call->reply, "done")));
    digits_grouped(total, yyjson_get_sint(yyjson_obj_get(call->reply, "total")));
    if (key_string(call->reply, "finished_at")[0] == '\0') {
        row->cells[COLUMN_NOTE] =
            arena_print(table->arena, TEXT_FMT "%srewriting %s of %s", TEXT_ARG(before), separator, done, total);
    } else if (failed_count > 0) {
        row->cells[COLUMN_NOTE] = arena_print(table->arena, TEXT_FMT "%s%s rows do not open", TEXT_ARG(before),
                                              separator, digits_grouped(failed, failed_count));
    }
    return OK;
}

static status look_at_jobs(struct key_call *call, struct table *table)
{
    for (int i = 0; i < table->count; i++) {
        struct row *row = &table->rows[i];
        if (row->job_id.len > 0 && !text_equal(row->cells[COLUMN_STATE], TEXT("destroyed"))) {
            TRY(look_at_job(call, table, row));
        }
    }
    return OK;
}

static status read_all(struct key_call *call, struct table *table, bool numbering_too, int64_t *numbering)
{
    for (int use = 0; use < KEY_USE_COUNT; use++) {
        bool counted = use == KEY_NUMBERING && !numbering_too;
        int64_t count = 0;
        TRY(read_use(call, key_use_names[use], counted ? NULL : table, &count));
        *numbering += counted ? count : 0;
    }
    qsort(table->rows, (size_t)table->count, sizeof *table->rows, compare);
    return look_at_jobs(call, table);
}

/* Printing. */

static void print_row(const text cells[COLUMN_COUNT], const int widths[COLUMN_COUNT])
{
    int last = COLUMN_COUNT - 1;
    while (last > 0 && cells[last].len == 0) {
        last--;
    }
    for (int c = 0; c < last; c++) {
        printf("%-*.*s  ", widths[c], TEXT_ARG(cells[c]));
    }
    printf(TEXT_FMT "\n", TEXT_ARG(cells[last]));
}

static void print_table(const struct table *table)
{
    int widths[COLUMN_COUNT];
    text heads[COLUMN_COUNT];
    for (int c = 0; c < COLUMN_COUNT; c++) {
        heads[c] = text_of(titles[c]);
        widths[c] = (int)heads[c].len;
        for (int i = 0; i < table->count; i++) {
            int len = (int)table->rows[i].cells[c].len;
            widths[c] = len > widths[c] ? len : widths[c];
        }
    }
    print_row(heads, widths);
    for (int i = 0; i < table->count; i++) {
        print_row(table->rows[i].cells, widths);
    }
}

static void print_rest(const struct table *table, int64_t numbering)
{
    char count[DIGITS_GROUPED_LEN];
    if (numbering > 0) {
        printf("numbering: %s, one for each series; --all shows them\n", digits_grouped(count, numbering));
    }
    if (table->passed_over > 0) {
        printf("and %s more\n", digits_grouped(count, table->passed_over));
    }
}

static status list(struct key_call *call, const struct arguments *arguments)
{
    struct table table = { .arena = arena_new(REQUEST_ARENA_LEN_MAX) };
    int64_t numbering = 0;
    status result = OUT_OF_MEMORY;
    if (table.arena != NULL) {
        table.rows = ARENA_ARRAY(table.arena, struct row, ROW_COUNT_MAX);
    }
    if (table.rows != NULL) {
        result = read_all(call, &table, arguments->all, &numbering);
    }
    if (result == OK) {
        print_table(&table);
        print_rest(&table, numbering);
    }
    arena_free(table.arena);
    return result;
}

int command_keys_list(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 0) {
        fprintf(stderr, "usage: cardwright keys list [--all] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, list);
}
