#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "base/log.h"
#include "store/audit.h"
#include "store/audit_heads.h"
#include "store/lane.h"
#include "support/vector_file.h"
#include "test_executor.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The canonical bytes */

enum { CANONICAL_LEN_MAX = 8192, TEXT_LEN_MAX = 4096 };

static int64_t vector_integer(const struct vector_file *vectors, const char *name)
{
    int64_t integer = 0;
    assert_true(text_to_int64(vector_text(vectors, name), &integer));
    return integer;
}

static text vector_hidden_text(const struct vector_file *vectors, const char *name, uint8_t room[TEXT_LEN_MAX])
{
    return text_equal(vector_text(vectors, name), TEXT("-"))
               ? TEXT_ABSENT
               : text_bytes(room, vector_bytes(vectors, name, room, TEXT_LEN_MAX));
}

static void records_have_the_frozen_hashes(void **state)
{
    (void)state;
    static struct vector_file vectors;
    static uint8_t rooms[7][TEXT_LEN_MAX];
    int count = 0;
    vector_open(&vectors, "audit_v1.csv");
    while (vector_next(&vectors)) {
        const struct audit_record record = {
            .lane = vector_integer(&vectors, "lane"),
            .sequence = vector_integer(&vectors, "sequence"),
            .at_ms = vector_integer(&vectors, "at_ms"),
            .organization_id = vector_integer(&vectors, "organization_id"),
            .actor_kind = vector_integer(&vectors, "actor_kind"),
            .actor_id = vector_integer(&vectors, "actor_id"),
            .actor_name = vector_hidden_text(&vectors, "actor_name", rooms[0]),
            .channel = vector_integer(&vectors, "channel"),
            .peer = vector_hidden_text(&vectors, "peer", rooms[1]),
            .request_id = vector_hidden_text(&vectors, "request_id", rooms[2]),
            .action = vector_hidden_text(&vectors, "action", rooms[3]),
            .subject_type = vector_hidden_text(&vectors, "subject_type", rooms[4]),
            .subject_id = vector_integer(&vectors, "subject_id"),
            .result = vector_hidden_text(&vectors, "result", rooms[5]),
            .detail = vector_hidden_text(&vectors, "detail", rooms[6]),
        };
        uint8_t previous[SHA256_LEN], expected_hash[SHA256_LEN], hash[SHA256_LEN], expected[CANONICAL_LEN_MAX];
        size_t expected_len = vector_bytes(&vectors, "canonical", expected, sizeof expected);
        assert_int_equal(vector_bytes(&vectors, "previous", previous, sizeof previous), SHA256_LEN);
        assert_int_equal(vector_bytes(&vectors, "hash", expected_hash, sizeof expected_hash), SHA256_LEN);
        struct buffer canonical;
        buffer_init(&canonical, CANONICAL_LEN_MAX);
        audit_canonical(&record, &canonical);
        assert_false(canonical.failed);
        assert_int_equal(canonical.len, expected_len);
        assert_memory_equal(canonical.at, expected, expected_len);
        buffer_release(&canonical);
        assert_int_equal(audit_hash(hash, previous, &record), OK);
        assert_memory_equal(hash, expected_hash, SHA256_LEN);
        count++;
    }
    assert_int_equal(count, 9);
}

/* The chains of a database, altered in every way: each time inside a transaction that is undone. */

struct fixture {
    struct test_database made;
    struct database *db;
    struct keyring *keyring;
    char heads[80];
};

enum { RECORDS_PER_LANE = 4, LANES = 2 };

// Record 3 has nothing but what must be there.
static void append_records(struct fixture *f, struct lane *lane)
{
    static struct faults faults;
    const struct actor actor = {
        .kind = ACTOR_USER, .id = 3, .name = TEXT("asha@example.com"), .channel = CHANNEL_API, .peer = TEXT("192.0.2.7")
    };
    const struct actor system = { .kind = ACTOR_SYSTEM, .channel = CHANNEL_SCHEDULER };
    assert_int_equal(database_begin(f->db), OK);
    for (int i = 1; i <= RECORDS_PER_LANE; i++) {
        struct work work = {
            .database = f->db,
            .lane = lane,
            .faults = &faults,
            .actor = i == 3 ? &system : &actor,
            .now_ms = 1800000000000 + i,
        };
        if (i != 3) {
            work.organization_id = 9;
            work.request_id = TEXT("req_1");
            work.detail = TEXT("{\"n\":1}");
            work_subject(&work, "card", 1000 + i);
        }
        assert_int_equal(audit_append(&work, TEXT("card.issued"), i == 2 ? TEXT("card_limit_reached") : TEXT("ok")),
                         OK);
    }
    assert_int_equal(lane_save(lane, f->db, 1800000000000), OK);
    assert_int_equal(database_commit(f->db), OK);
}

static int group_setup(void **state, enum engine engine)
{
    static const char *const unguard[] = {
        [ENGINE_SQLITE] = "DROP TRIGGER audit_never_changes; DROP TRIGGER audit_never_shrinks",
        [ENGINE_POSTGRES] = "DROP TRIGGER audit_never_changes ON audit; DROP TRIGGER audit_never_emptied ON audit",
    };
    static const uint8_t key[MASTER_KEY_LEN] = { 1 };
    struct fixture *f = calloc(1, sizeof *f);
    static struct lane lane;
    assert_non_null(f);
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC)); // refusals are made on purpose
    test_database_make(&f->made, engine);
    test_migrate(&f->made);
    f->db = test_database_open(&f->made, false);
    f->keyring = test_keyring(key);
    test_key_load(f->keyring, 1, KEY_SIGN, 1);
    for (int i = 1; i <= LANES; i++) {
        static const char make[] =
            "INSERT INTO lane (id, holder, until_ms, audit_sequence, audit_hash, event_sequence) VALUES ($1, 5, 0, 0, $2, 0)";
        static const uint8_t zeros[SHA256_LEN];
        assert_int_equal(database_run(f->db, make, ARGS(value_i64(i), value_blob(zeros, sizeof zeros)), NULL, NULL),
                         OK);
        lane = (struct lane){ .id = i, .holder = 5 };
        append_records(f, &lane);
    }
    // As the schema stands, nobody alters a row by mistake.
    assert_int_not_equal(database_script(f->db, "UPDATE audit SET result = 'ok' WHERE sequence = 2"), OK);
    assert_int_not_equal(database_script(f->db, "DELETE FROM audit WHERE sequence = 4"), OK);
    assert_int_equal(database_script(f->db, unguard[engine]), OK);
    snprintf(f->heads, sizeof f->heads, "/tmp/cardwright-heads-%d-%d", (int)getpid(), (int)engine);
    assert_int_equal(audit_heads_export(f->db, f->keyring, f->heads, 1800000000999), OK);
    *state = f;
    return 0;
}

ENGINE_SETUPS(group_setup)

static int group_teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->heads);
    keyring_free(f->keyring);
    database_close(f->db);
    test_database_drop(&f->made);
    free(f);
    return 0;
}

static status verify(struct fixture *f, struct audit_break *broken)
{
    int64_t count = 0;
    *broken = (struct audit_break){ 0 };
    status result = audit_verify(f->db, broken, &count);
    assert_true(result != OK || count == LANES * RECORDS_PER_LANE);
    return result;
}

static status verify_heads(struct fixture *f, const char *path, int64_t *count)
{
    static FILE *nowhere;
    nowhere = nowhere != NULL ? nowhere : fopen("/dev/null", "we");
    return audit_heads_verify(f->db, f->keyring, path, count, nowhere);
}

static void what_was_appended_verifies(void **state)
{
    struct fixture *f = *state;
    struct audit_break broken;
    int64_t count = 0;
    assert_int_equal(verify(f, &broken), OK);
    assert_int_equal(verify_heads(f, f->heads, &count), OK);
    assert_int_equal(count, LANES);
}

enum column_type { INTEGER, TEXT_COLUMN, BLOB };

#define SELECT_COLUMN(name) "SELECT " name " FROM audit WHERE lane = $1 AND sequence = $2"
#define UPDATE_COLUMN(name) "UPDATE audit SET " name " = $3 WHERE lane = $1 AND sequence = $2"
#define COLUMN(name, type)                                                                                             \
    {                                                                                                                  \
        name, type, SELECT_COLUMN(name), UPDATE_COLUMN(name)                                                           \
    }

static const struct column {
    const char *name;
    enum column_type type;
    const char *select, *update;
} columns[] = {
    COLUMN("lane", INTEGER),           COLUMN("sequence", INTEGER),
    COLUMN("at_ms", INTEGER),          COLUMN("organization_id", INTEGER),
    COLUMN("actor_kind", INTEGER),     COLUMN("actor_id", INTEGER),
    COLUMN("actor_name", TEXT_COLUMN), COLUMN("channel", INTEGER),
    COLUMN("peer", TEXT_COLUMN),       COLUMN("request_id", TEXT_COLUMN),
    COLUMN("action", TEXT_COLUMN),     COLUMN("subject_type", TEXT_COLUMN),
    COLUMN("subject_id", INTEGER),     COLUMN("result", TEXT_COLUMN),
    COLUMN("detail", TEXT_COLUMN),     COLUMN("hash", BLOB),
};

static void assert_found(struct fixture *f, const struct column *column, int64_t lane, int64_t sequence,
                         struct value value)
{
    struct audit_break broken;
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(database_run(f->db, column->update, ARGS(value_i64(lane), value_i64(sequence), value), NULL, NULL),
                     OK);
    status result = verify(f, &broken);
    if (result != AUDIT_BROKEN) {
        print_error("lane %d, record %d, %s: an altered byte was not found\n", (int)lane, (int)sequence, column->name);
    }
    assert_int_equal(result, AUDIT_BROKEN);
    assert_non_null(broken.what);
    assert_int_equal(broken.lane, lane); // and it is found where it is
    assert_true(broken.sequence == sequence || column->type == INTEGER);
    assert_int_equal(database_rollback(f->db), OK);
}

static void any_altered_byte_is_found(void **state)
{
    struct fixture *f = *state;
    for (int64_t lane = 1; lane <= LANES; lane++) {
        for (int64_t sequence = 1; sequence <= RECORDS_PER_LANE; sequence++) {
            for (int i = 0; i < COUNT(columns); i++) {
                const struct column *column = &columns[i];
                struct rows rows = { 0 };
                uint8_t bytes[256];
                assert_int_equal(
                    database_query(f->db, &rows, column->select, ARGS(value_i64(lane), value_i64(sequence))), OK);
                assert_true(rows_next(&rows));
                bool null = row_is_null(&rows, 0);
                int64_t integer = column->type == INTEGER ? row_i64(&rows, 0) : 0;
                text value = column->type == INTEGER ? TEXT("")
                             : column->type == BLOB  ? row_blob(&rows, 0)
                                                     : row_text(&rows, 0);
                size_t len = value.len;
                assert_true(len <= sizeof bytes);
                memcpy(bytes, value.at != NULL ? value.at : "", len);
                assert_int_equal(rows_close(&rows), OK);
                if (column->type == INTEGER) {
                    for (int byte = 0; byte < 8; byte++) {
                        assert_found(f, column, lane, sequence, value_i64(integer ^ (int64_t)(1ULL << (8 * byte + 5))));
                    }
                    continue;
                }
                for (size_t at = 0; at < len; at++) {
                    bytes[at] ^= 1; // letters stay letters
                    assert_found(f, column, lane, sequence,
                                 column->type == BLOB ? value_blob(bytes, len) : value_text(text_bytes(bytes, len)));
                    bytes[at] ^= 1;
                }
                if (column->type == TEXT_COLUMN && null) {
                    assert_found(f, column, lane, sequence, value_text(TEXT(""))); // absent is not empty
                } else if (column->type == BLOB) {
                    assert_found(f, column, lane, sequence, value_blob(bytes, len - 1));
                }
            }
        }
    }
}

static void any_missing_record_is_found(void **state)
{
    static const char remove[] = "DELETE FROM audit WHERE lane = $1 AND sequence = $2";
    struct fixture *f = *state;
    for (int64_t lane = 1; lane <= LANES; lane++) {
        for (int64_t sequence = 1; sequence <= RECORDS_PER_LANE; sequence++) {
            struct audit_break broken;
            assert_int_equal(database_begin(f->db), OK);
            assert_int_equal(database_run(f->db, remove, ARGS(value_i64(lane), value_i64(sequence)), NULL, NULL), OK);
            assert_int_equal(verify(f, &broken), AUDIT_BROKEN);
            assert_int_equal(broken.lane, lane);
            assert_int_equal(broken.sequence, sequence < RECORDS_PER_LANE ? sequence : sequence - 1);
            assert_int_equal(database_rollback(f->db), OK);
        }
    }
}

// Altered by someone who knows how: what the chain alone still shows, and what only the signed heads show.
static void forgeries_are_found(void **state)
{
    static const struct {
        const char *what, *script;
        status chain, heads;
    } cases[] = {
        { "two records changed places",
          "UPDATE audit SET sequence = 900 WHERE lane = 1 AND sequence = 2;"
          "UPDATE audit SET sequence = 2 WHERE lane = 1 AND sequence = 3;"
          "UPDATE audit SET sequence = 3 WHERE lane = 1 AND sequence = 900",
          AUDIT_BROKEN, OK },
        { "a record of the other lane put at the end",
          "UPDATE audit SET lane = 1, sequence = 5 WHERE lane = 2 AND sequence = 4;"
          "UPDATE lane SET audit_sequence = 5 WHERE id = 1",
          AUDIT_BROKEN, AUDIT_BROKEN },
        { "the head alone turned back", "UPDATE lane SET audit_sequence = 3 WHERE id = 1", AUDIT_BROKEN, OK },
        { "the head's hash altered",
          "UPDATE lane SET audit_hash = (SELECT audit_hash FROM lane WHERE id = 2) WHERE id = 1", AUDIT_BROKEN, OK },
        { "the tail cut, and the head turned back to fit",
          "DELETE FROM audit WHERE lane = 1 AND sequence = 4;"
          "UPDATE lane SET audit_sequence = 3, audit_hash = (SELECT hash FROM audit WHERE lane = 1 AND sequence = 3) WHERE id = 1",
          OK, AUDIT_BROKEN },
        { "a whole chain emptied",
          "UPDATE lane SET audit_sequence = 0, audit_hash = audit_hash WHERE id = 2; DELETE FROM audit WHERE lane = 2",
          AUDIT_BROKEN, AUDIT_BROKEN },
        { "a whole chain gone with its lane", "DELETE FROM audit WHERE lane = 2; DELETE FROM lane WHERE id = 2", OK,
          AUDIT_BROKEN },
        { "a lane gone, its records left", "DELETE FROM lane WHERE id = 2", AUDIT_BROKEN, OK },
    };
    struct fixture *f = *state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct audit_break broken = { 0 };
        int64_t count = 0;
        assert_int_equal(database_begin(f->db), OK);
        assert_int_equal(database_script(f->db, cases[i].script), OK);
        status chain = audit_verify(f->db, &broken, &count);
        status heads = verify_heads(f, f->heads, &count);
        assert_int_equal(database_rollback(f->db), OK);
        if (chain != cases[i].chain || heads != cases[i].heads) {
            print_error("%s: chain %s, heads %s\n", cases[i].what, status_code(chain), status_code(heads));
        }
        assert_int_equal(chain, cases[i].chain);
        assert_int_equal(heads, cases[i].heads);
    }
}

static size_t file_read(const char *path, uint8_t *out, size_t room)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t len = fread(out, 1, room, file);
    fclose(file);
    return len;
}

static void file_write(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void any_altered_byte_of_the_heads_is_found(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[4096];
    char path[100];
    int64_t count = 0;
    snprintf(path, sizeof path, "%s-altered", f->heads);
    size_t len = file_read(f->heads, bytes, sizeof bytes);
    assert_in_range(len, 300, sizeof bytes - 1);
    for (size_t at = 0; at < len - 1; at++) { // the last newline says nothing
        bytes[at] ^= 1;
        file_write(path, bytes, len);
        status result = verify_heads(f, path, &count);
        if (result != AUDIT_BROKEN) {
            print_error("byte %zu: %s\n", at, status_code(result));
        }
        assert_int_equal(result, AUDIT_BROKEN);
        bytes[at] ^= 1;
    }
    file_write(path, bytes, len);
    assert_int_equal(verify_heads(f, path, &count), OK);
    unlink(path);
    assert_int_equal(verify_heads(f, path, &count), NOT_FOUND);
}

// After its rotation the key of old heads still verifies them, whoever signed the others.
static void heads_of_both_keys_verify(void **state)
{
    struct fixture *f = *state;
    static const uint8_t other_key[MASTER_KEY_LEN] = { 3 };
    struct keyring *own = f->keyring;
    uint8_t first[4096], both[4096];
    char path[100];
    int64_t count = 0, again = 0;
    f->keyring = test_keyring(other_key);
    test_key_load(f->keyring, 1, KEY_SIGN, 1);
    snprintf(path, sizeof path, "%s-rotated", f->heads);
    assert_int_equal(audit_heads_export(f->db, f->keyring, path, 1800000000999), OK);
    assert_int_equal(verify_heads(f, path, &count), OK);
    assert_true(count >= 2);
    size_t len = file_read(path, first, sizeof first);
    size_t cut = len - 1;
    while (first[cut - 1] != '\n') {
        cut--;
    }
    file_write(path, first, cut); // the last head is to be signed anew
    test_key_load(f->keyring, 2, KEY_SIGN, 2);
    assert_int_equal(audit_heads_export(f->db, f->keyring, path, 1800000000999), OK);
    assert_int_equal(file_read(path, both, sizeof both), len);
    assert_memory_equal(both, first, cut);
    assert_memory_not_equal(both, first, len);
    assert_int_equal(verify_heads(f, path, &again), OK);
    assert_int_equal(again, count);
    keyring_free(f->keyring);
    f->keyring = own;
    assert_int_equal(verify_heads(f, path, &again), AUDIT_BROKEN);
    unlink(path);
}

static void heads_are_signed_by_this_installation(void **state)
{
    struct fixture *f = *state;
    static const uint8_t other_key[MASTER_KEY_LEN] = { 2 };
    struct keyring *own = f->keyring;
    char path[100];
    int64_t count = 0;
    f->keyring = test_keyring(other_key);
    test_key_load(f->keyring, 1, KEY_SIGN, 1);
    snprintf(path, sizeof path, "%s-other", f->heads);
    assert_int_equal(audit_heads_export(f->db, f->keyring, path, 1800000000999), OK);
    assert_int_equal(verify_heads(f, path, &count), OK);
    keyring_free(f->keyring);
    f->keyring = own;
    assert_int_equal(verify_heads(f, path, &count), AUDIT_BROKEN);
    unlink(path);
}

static void heads_grow_only_with_the_chains(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[4096], again[4096];
    size_t len = file_read(f->heads, bytes, sizeof bytes);
    assert_int_equal(audit_heads_export(f->db, f->keyring, f->heads, 1800000001999), OK);
    assert_int_equal(file_read(f->heads, again, sizeof again), len);
    assert_memory_equal(again, bytes, len);
}

// A crash or a full disk may cut a line short anywhere; the next export mends it.
static void a_torn_line_is_written_again(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[4096], mended[4096];
    char path[100];
    int64_t count = 0;
    snprintf(path, sizeof path, "%s-torn", f->heads);
    size_t len = file_read(f->heads, bytes, sizeof bytes);
    for (size_t torn = 0; torn < len; torn++) {
        file_write(path, bytes, torn);
        assert_int_equal(verify_heads(f, path, &count), OK);
        assert_int_equal(audit_heads_export(f->db, f->keyring, path, 1800000000999), OK);
        assert_int_equal(file_read(path, mended, sizeof mended), len);
        assert_memory_equal(mended, bytes, len);
    }
    unlink(path);
}

#define BOTH                                                                                                           \
    cmocka_unit_test(what_was_appended_verifies), cmocka_unit_test(any_altered_byte_is_found),                         \
        cmocka_unit_test(any_missing_record_is_found), cmocka_unit_test(forgeries_are_found),                          \
        cmocka_unit_test(any_altered_byte_of_the_heads_is_found),                                                      \
        cmocka_unit_test(heads_are_signed_by_this_installation), cmocka_unit_test(heads_of_both_keys_verify),          \
        cmocka_unit_test(heads_grow_only_with_the_chains), cmocka_unit_test(a_torn_line_is_written_again)

int main(void)
{
    const struct CMUnitTest pure[] = { cmocka_unit_test(records_have_the_frozen_hashes) };
    const struct CMUnitTest both[] = { BOTH };
    int failed = cmocka_run_group_tests_name("vectors", pure, NULL, NULL);
    failed += cmocka_run_group_tests_name("SQLite", both, sqlite_setup, group_teardown);
    if (getenv("CARDWRIGHT_TEST_POSTGRES") != NULL) {
        failed += cmocka_run_group_tests_name("PostgreSQL", both, postgres_setup, group_teardown);
    } else {
        printf("PostgreSQL is not tested: CARDWRIGHT_TEST_POSTGRES is not set\n");
    }
    return failed;
}
