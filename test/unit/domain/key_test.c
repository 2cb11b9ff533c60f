#include "domain/key.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "domain/card_change.h"
#include "domain/job_step.h"
#include "domain/key_rotation.h"
#include "domain/number.h"
#include "domain/registered_number.h"
#include "domain/user.h"
#include "domain/user_totp.h"
#include "support/keys.h"
#include "unit/domain/fixture.h"

// Rows are undone after each test, so each has a ring of its own.
static struct keyring *shared;

static struct fixture *begin(void **state, bool allow_test)
{
    static const uint8_t master[MASTER_KEY_LEN] = { 8 };
    struct fixture *fixture = fixture_of(state);
    shared = fixture->keyring;
    fixture->keyring = test_keyring_with(master, allow_test, &fixture->runtime);
    fixture_make_keys(fixture);
    return fixture;
}

static void end(struct fixture *fixture)
{
    keyring_free(fixture->keyring);
    fixture->keyring = shared;
}

static void refresh(struct fixture *fixture)
{
    assert_int_equal(key_refresh(fixture->database, fixture->keyring), OK);
}

static struct key_wish wish_of(const char *name, const char *header, int64_t length)
{
    return (struct key_wish){
        .name = text_of(name),
        .usage = text_bytes(header, 2),
        .algorithm = text_bytes(header + 2, 1),
        .mode = text_bytes(header + 3, 1),
        .exportability = text_bytes(header + 4, 1),
        .length = length,
    };
}

static struct key generate(struct fixture *fixture, const char *name, const char *header, int64_t length)
{
    struct key key;
    const struct key_wish wish = wish_of(name, header, length);
    assert_int_equal(key_generate(fixture_next(fixture), &key, &wish), OK);
    refresh(fixture);
    return key;
}

static struct key house_key(struct fixture *fixture, const char *name)
{
    struct key *keys;
    int count;
    const struct key_filter filter = { .limit = 10, .name = text_of(name), .use = -1, .state = -1 };
    assert_int_equal(key_list(fixture_next(fixture), &keys, &count, &filter), OK);
    assert_true(count >= 1);
    return keys[0]; // newest first
}

static int state_of(struct fixture *fixture, int64_t id)
{
    struct key key;
    assert_int_equal(key_get(fixture_next(fixture), &key, id), OK);
    return key.state;
}

static void pass(struct fixture *fixture, int64_t ms)
{
    fixture->now_ms += ms;
}

static void test_generate(void **state)
{
    struct fixture *fixture = begin(state, false);
    static const struct {
        const char *name, *header;
        int64_t length;
        status expected;
        const char *field;
        status fault;
    } cases[] = {
        { "cvk-visa", "C0TCN", 16, OK, "", OK },
        { "zpk", "P0ABE", 32, OK, "", OK },
        { "cvk-visa", "C0TCN", 24, OK, "", OK }, // version 2 may be longer
        { "cvk-visa", "C0TGN", 16, KEY_EXISTS, "name", KEY_EXISTS },
        { "Visa", "C0TCN", 16, INVALID_INPUT, "name", BAD_FORMAT },
        { "number_seal", "C0TCN", 16, INVALID_INPUT, "name", BAD_FORMAT },
        { "", "C0TCN", 16, INVALID_INPUT, "name", BAD_FORMAT },
        { "x", "C0TBN", 16, INVALID_INPUT, "usage", NOT_ALLOWED_VALUE }, // a mode that does not go with the usage
        { "x", "99TCN", 16, INVALID_INPUT, "usage", NOT_ALLOWED_VALUE },
        { "x", "M7HCN", 32, INVALID_INPUT, "algorithm", NOT_ALLOWED_VALUE },
        { "x", "C0TCN", 32, INVALID_INPUT, "length", NOT_ALLOWED_VALUE },
        { "x", "C0TCN", 0, INVALID_INPUT, "length", NOT_ALLOWED_VALUE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key key;
        const struct key_wish wish = wish_of(cases[i].name, cases[i].header, cases[i].length);
        assert_int_equal(key_generate(fixture_next(fixture), &key, &wish), cases[i].expected);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        if (cases[i].expected == OK) {
            assert_int_equal(key.check_value.len, cases[i].header[2] == 'T' ? 6 : 10);
            assert_true(text_equal(key.created_by, TEXT("owner@example.com")));
        }
    }
    end(fixture);
}

// A version is retired at the very moment its successor becomes active, and then makes nothing any more.
static void test_versions_follow_each_other(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key first = generate(fixture, "cvk", "C0TCN", 16), second = generate(fixture, "cvk", "C0TCN", 16);
    assert_int_equal(second.version, 2);
    assert_int_equal(state_of(fixture, first.id), KEY_STATE_ACTIVE);
    assert_int_equal(state_of(fixture, second.id), KEY_STATE_WAITING);
    assert_int_equal(keyring_named(fixture->keyring, fixture->organization.id, TEXT("cvk")), first.id);
    assert_int_equal(keyring_named(fixture->keyring, fixture->organization.id + 1, TEXT("cvk")), 0);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    assert_int_equal(keyring_named(fixture->keyring, fixture->organization.id, TEXT("cvk")), second.id);
    assert_int_equal(state_of(fixture, first.id), KEY_STATE_RETIRED);
    assert_int_equal(state_of(fixture, second.id), KEY_STATE_ACTIVE);

    struct key key;
    assert_int_equal(key_rotate(fixture_next(fixture), &key, first.id), KEY_RETIRED);
    assert_int_equal(key_rotate(fixture_next(fixture), &key, second.id), OK);
    assert_int_equal(key.version, 3);
    assert_false(text_equal(key.check_value, second.check_value));
    assert_int_equal(key_rotate(fixture_next(fixture), &key, key.id), KEY_ROTATING);
    end(fixture);
}

static void test_retire_and_destroy(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key key = generate(fixture, "pvk", "V2TCN", 16);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, key.id), KEY_STILL_ACTIVE);
    assert_int_equal(key_retire(fixture_next(fixture), &key, key.id), OK);
    assert_int_equal(key.state, KEY_STATE_RETIRED);
    assert_int_equal(key_retire(fixture_next(fixture), &key, key.id), KEY_RETIRED);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, key.id), OK);
    assert_int_equal(key.state, KEY_STATE_DESTROYED);
    assert_int_equal(key.check_value.len, 6); // the row stays
    assert_int_equal(key_destroy(fixture_next(fixture), &key, key.id), KEY_DESTROYED);
    assert_int_equal(key_retire(fixture_next(fixture), &key, key.id), KEY_DESTROYED);
    size_t len;
    refresh(fixture);
    assert_int_equal(keyring_len(fixture->keyring, key.id, &len), KEY_UNAVAILABLE);
    int64_t blocks = -1;
    assert_int_equal(work_integer(fixture_next(fixture), &blocks,
                                  "SELECT CAST(count(*) AS BIGINT) FROM key_block WHERE id = $1 AND block = ''",
                                  ARGS(value_i64(key.id)), NOT_FOUND),
                     OK);
    assert_int_equal(blocks, 1);
    assert_int_equal(key_get(fixture_next(fixture), &key, key.id + 1), KEY_NOT_FOUND);
    end(fixture);
}

static void test_house_keys_are_kept(void **state)
{
    struct fixture *fixture = begin(state, false);
    static const char *const names[] = { "number_seal", "number_lookup", "number_check",
                                         "request",     "message_seal",  "sign" };
    struct key key;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct key house = house_key(fixture, names[i]);
        assert_int_equal(house.state, KEY_STATE_ACTIVE);
        assert_int_equal(key_retire(fixture_next(fixture), &key, house.id), KEY_OF_THE_HOUSE);
        assert_int_equal(key_destroy(fixture_next(fixture), &key, house.id), KEY_STILL_ACTIVE);
        text block;
        assert_int_equal(key_export(fixture_next(fixture), &key, house.id, house.id, &block), KEY_NOT_EXPORTABLE);
    }
    fixture_make_series(fixture, "KEEP");
    struct key numbering = house_key(fixture, "numbering");
    assert_int_not_equal(numbering.series_id, 0);
    assert_int_equal(key_rotate(fixture_next(fixture), &key, numbering.id), KEY_NOT_ROTATABLE);
    // A key that signed heads is needed for them as long as they are kept.
    struct key sign = house_key(fixture, "sign");
    assert_int_equal(key_rotate(fixture_next(fixture), &key, sign.id), OK);
    assert_int_equal(key.job_id, 0);
    pass(fixture, 30LL * 24 * 3600 * 1000);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, sign.id), KEY_IN_USE);
    end(fixture);
}

/* Rotation of what protects numbers. */

enum { NUMBER_COUNT = 3 * KEY_REWRITE_ROW_COUNT / 2, FIRST_PLACE = 5000 };

struct numbers {
    struct series series;
    int64_t ids[NUMBER_COUNT];
};

static text number_of(struct fixture *fixture, const struct numbers *numbers, int i)
{
    size_t len = (size_t)numbers->series.layout.length;
    char *number = arena_take(fixture->arena, len);
    assert_int_equal(number_at(fixture->keyring, &numbers->series, (uint64_t)(FIRST_PLACE + i), number), OK);
    return text_bytes(number, len);
}

static void register_numbers(struct fixture *fixture, struct numbers *out)
{
    int64_t series_id = fixture_make_series(fixture, "ROT");
    assert_int_equal(series_get(fixture_next(fixture), &out->series, series_id), OK);
    for (int i = 0; i < NUMBER_COUNT; i++) {
        assert_int_equal(
            registered_number_add(fixture_next(fixture), &out->ids[i], &out->series, number_of(fixture, out, i)), OK);
    }
}

static void all_are_there(struct fixture *fixture, const struct numbers *numbers)
{
    for (int i = 0; i < NUMBER_COUNT; i += 7) {
        int64_t found = 0, again;
        char opened[NUMBER_LEN_MAX];
        text number = number_of(fixture, numbers, i);
        assert_int_equal(registered_number_find(fixture_next(fixture), &found, number), OK);
        assert_int_equal(found, numbers->ids[i]);
        assert_int_equal(registered_number_open(fixture_next(fixture), found, opened, number.len), OK);
        assert_memory_equal(opened, number.at, number.len);
        assert_int_equal(registered_number_add(fixture_next(fixture), &again, &numbers->series, number),
                         NUMBER_ALREADY_REGISTERED);
    }
    int64_t none;
    assert_int_equal(
        registered_number_find(fixture_next(fixture), &none, number_of(fixture, numbers, NUMBER_COUNT + 1)), NOT_FOUND);
}

static int64_t count_under(struct fixture *fixture, const char *sql, int64_t key_id)
{
    int64_t count = -1;
    assert_int_equal(work_integer(fixture_next(fixture), &count, sql, ARGS(value_i64(key_id)), NOT_FOUND), OK);
    return count;
}

static const char UNDER_SEAL[] = "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE seal_key_id = $1";
static const char UNDER_LOOKUP[] = "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE lookup_key_id = $1";

static void rotates(struct fixture *fixture, const char *name, const char *under)
{
    static struct numbers numbers;
    struct key before = house_key(fixture, name), after, key;
    struct job job;
    bool more = true;
    register_numbers(fixture, &numbers);
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before.id), OK);
    assert_int_equal(after.version, 2);
    refresh(fixture);
    all_are_there(fixture, &numbers);
    assert_int_equal(job_get(fixture_next(fixture), &job, after.job_id), OK);
    assert_int_equal(job.total, NUMBER_COUNT);
    assert_int_equal(job_next_open(fixture_next(fixture), &job), JOB_NOT_FOUND); // not before the key is active
    assert_int_equal(key_rotate(fixture_next(fixture), &key, after.id), KEY_ROTATING);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    assert_int_equal(key_rotate(fixture_next(fixture), &key, after.id), KEY_ROTATING);
    assert_int_equal(job_cancel(fixture_next(fixture), &job, after.job_id), JOB_MUST_FINISH);
    all_are_there(fixture, &numbers);

    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    keyring_set_lease(fixture->keyring, KEY_LEASE_MS);
    pass(fixture, KEY_LEASE_MS + 1000);
    assert_int_equal(job_step(fixture_next(fixture), &job, &more), KEY_UNAVAILABLE); // it has lost sight of the keys
    assert_int_equal(job_get(fixture_next(fixture), &job, job.id), OK);
    assert_int_equal(job.done, 0);
    refresh(fixture);
    assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    keyring_set_lease(fixture->keyring, 0);
    assert_true(more);
    assert_int_equal(count_under(fixture, under, after.id), KEY_REWRITE_ROW_COUNT);
    all_are_there(fixture, &numbers);
    pass(fixture, KEY_REST_MS);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), KEY_IN_USE);
    assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    assert_false(more);
    assert_int_equal(count_under(fixture, under, before.id), 0);
    assert_int_equal(job_finish(fixture_next(fixture), job.id, JOB_DONE), OK);
    all_are_there(fixture, &numbers);
    assert_int_equal(job_get(fixture_next(fixture), &job, job.id), OK);
    assert_int_equal(job.done, NUMBER_COUNT);
    assert_int_equal(job.failed, 0);

    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), OK);
    refresh(fixture);
    all_are_there(fixture, &numbers);
    int64_t ids[KEY_VERSION_MAX];
    assert_int_equal(keyring_all_of(fixture->keyring, (enum key_use)before.use, ids), 1);
}

static void test_rotating_the_seal(void **state)
{
    struct fixture *fixture = begin(state, false);
    rotates(fixture, "number_seal", UNDER_SEAL);
    end(fixture);
}

static void test_rotating_the_lookup(void **state)
{
    struct fixture *fixture = begin(state, false);
    rotates(fixture, "number_lookup", UNDER_LOOKUP);
    end(fixture);
}

// The next version, and all its pages.
static void rotates_on(struct fixture *fixture, const struct key *before)
{
    struct key after;
    struct job job;
    bool more = true;
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before->id), OK);
    refresh(fixture);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    while (more) {
        assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    }
    assert_int_equal(job_finish(fixture_next(fixture), job.id, JOB_DONE), OK);
    pass(fixture, KEY_REST_MS);
}

// A row that does not open is counted and left; its key is then not destroyed.
static void test_a_damaged_row_keeps_its_key(void **state)
{
    struct fixture *fixture = begin(state, false);
    static struct numbers numbers;
    struct key before = house_key(fixture, "number_seal"), after, key;
    struct job job;
    bool more = true;
    register_numbers(fixture, &numbers);
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before.id), OK);
    refresh(fixture);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    assert_int_equal(work_run(fixture_next(fixture), "UPDATE registered_number SET id = id + 1 WHERE id = $1",
                              ARGS(value_i64(numbers.ids[NUMBER_COUNT - 1]))),
                     OK);
    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    while (more) {
        assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    }
    assert_int_equal(job_finish(fixture_next(fixture), job.id, JOB_DONE), OK);
    assert_int_equal(job_get(fixture_next(fixture), &job, job.id), OK);
    assert_int_equal(job.failed, 1);
    pass(fixture, KEY_REST_MS);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), KEY_IN_USE);

    // Mended, and rotated once more: nothing is under either.
    assert_int_equal(work_run(fixture_next(fixture), "UPDATE registered_number SET id = id - 1 WHERE id = $1",
                              ARGS(value_i64(numbers.ids[NUMBER_COUNT - 1] + 1))),
                     OK);
    rotates_on(fixture, &after);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), OK);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, after.id), OK);
    all_are_there(fixture, &numbers);
    end(fixture);
}

// Should a number ever stand there twice, one row is left for people, and the rotation goes on.
static void test_a_number_twice(void **state)
{
    struct fixture *fixture = begin(state, false);
    static struct numbers numbers;
    struct key before = house_key(fixture, "number_lookup"), after;
    struct job job;
    bool more = true;
    int64_t again, found;
    register_numbers(fixture, &numbers);
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before.id), OK);
    refresh(fixture);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    static const uint8_t lost[SHA256_LEN] = { 1 };
    assert_int_equal(work_run(fixture_next(fixture), "UPDATE registered_number SET lookup = $2 WHERE id = $1",
                              ARGS(value_i64(numbers.ids[0]), value_blob(lost, sizeof lost))),
                     OK);
    assert_int_equal(work_run(fixture_next(fixture), "UPDATE registered_number SET series_index = NULL WHERE id = $1",
                              ARGS(value_i64(numbers.ids[0]))),
                     OK);
    text number = number_of(fixture, &numbers, 0);
    assert_int_equal(registered_number_add(fixture_next(fixture), &again, &numbers.series, number), OK);
    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    while (more) {
        assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    }
    assert_int_equal(job_get(fixture_next(fixture), &job, job.id), OK);
    assert_int_equal(job.failed, 1);
    assert_int_equal(registered_number_find(fixture_next(fixture), &found, number), OK);
    assert_int_equal(found, again);
    end(fixture);
}

// A new key whose block does not open holds up nothing that became of the others.
static void test_refresh_goes_on(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key first, second, key;
    const struct key_wish bad = wish_of("aaa", "C0TCN", 16), good = wish_of("bbb", "C0TCN", 16);
    assert_int_equal(key_generate(fixture_next(fixture), &second, &good), OK);
    refresh(fixture);
    assert_int_equal(key_generate(fixture_next(fixture), &first, &bad), OK);
    assert_int_equal(work_run(fixture_next(fixture), "UPDATE key_block SET block = $2 WHERE id = $1",
                              ARGS(value_i64(first.id), value_text(TEXT("D0016C0TC00N0000")))),
                     OK);
    assert_int_equal(key_retire(fixture_next(fixture), &key, second.id), OK);
    int64_t revision = keyring_revision(fixture->keyring);
    keyring_set_lease(fixture->keyring, KEY_LEASE_MS);
    pass(fixture, KEY_LEASE_MS + 1);
    assert_int_not_equal(key_refresh(fixture->database, fixture->keyring), OK);
    assert_int_equal(keyring_revision(fixture->keyring), revision);                              // looked at again
    assert_int_equal(keyring_named(fixture->keyring, fixture->organization.id, TEXT("bbb")), 0); // retired
    assert_int_not_equal(keyring_current(fixture->keyring, KEY_REQUEST, NULL), 0);               // the view is new
    assert_false(keyring_has(fixture->keyring, first.id));
    end(fixture);
}

static void test_rotating_the_check(void **state)
{
    struct fixture *fixture = begin(state, false);
    static struct numbers numbers;
    static struct card cards[NUMBER_COUNT];
    struct key before = house_key(fixture, "number_check"), after, key;
    struct job job;
    bool more = true;
    int64_t series_id = fixture_make_series(fixture, "CHK");
    assert_int_equal(series_get(fixture_next(fixture), &numbers.series, series_id), OK);
    for (int i = 0; i < NUMBER_COUNT; i++) {
        const struct card_registration registration = { .number = number_of(fixture, &numbers, i) };
        assert_int_equal(card_register(fixture_next(fixture), &cards[i], &registration), OK);
    }
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before.id), OK);
    refresh(fixture);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    if (database_engine(fixture->database) == ENGINE_POSTGRES) { // cards do not say which key they are under
        assert_int_equal(job_next_open(fixture_next(fixture), &job), JOB_NOT_FOUND);
        pass(fixture, KEY_SETTLING_MS);
    }
    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    for (int page = 0; more; page++) {
        assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
        struct card card;
        assert_int_equal(card_get(fixture_next(fixture), &card, cards[page == 0 ? NUMBER_COUNT - 1 : 0].id), OK);
    }
    assert_int_equal(job_finish(fixture_next(fixture), job.id, JOB_DONE), OK);
    pass(fixture, KEY_REST_MS);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), OK);
    refresh(fixture);
    for (int i = 0; i < NUMBER_COUNT; i += 11) {
        struct card card;
        assert_int_equal(card_get(fixture_next(fixture), &card, cards[i].id), OK); // verified by the new key alone
        assert_true(text_equal(card.number_masked, cards[i].number_masked));
    }
    end(fixture);
}

static void test_rotating_the_message_seal(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key before = house_key(fixture, "message_seal"), after, key;
    struct user user = { .name = TEXT("asha@example.com"), .role = ROLE_AGENT };
    struct secret secret;
    struct job job;
    char code[TOTP_DIGITS];
    bool more = true, enabled = false;
    assert_int_equal(user_insert(fixture_next(fixture), &user, TEXT("not a hash")), OK);
    assert_int_equal(user_totp_begin(fixture_next(fixture), &secret, user.id), OK);
    assert_int_equal(key_rotate(fixture_next(fixture), &after, before.id), OK);
    refresh(fixture);
    pass(fixture, KEY_ACTIVATION_DELAY_MS);
    assert_int_equal(job_next_open(fixture_next(fixture), &job), OK);
    assert_int_equal(job_step(fixture_next(fixture), &job, &more), OK);
    assert_false(more); // outbox and chunks of jobs go by themselves
    assert_int_equal(job_finish(fixture_next(fixture), job.id, JOB_DONE), OK);
    pass(fixture, KEY_REST_MS);
    assert_int_equal(key_destroy(fixture_next(fixture), &key, before.id), OK);
    refresh(fixture);
    struct work *work = fixture_next(fixture);
    assert_int_equal(hotp(code, &secret, (uint64_t)(work->now_ms / TOTP_STEP_MS)), OK);
    assert_int_equal(user_totp_try(work, user.id, text_bytes(code, sizeof code)), OK);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), user.id), OK);
    assert_int_equal(user_totp_is_enabled(fixture_next(fixture), &enabled, user.id), OK);
    assert_true(enabled);
    secret_release(&secret);
    end(fixture);
}

// Repeats of requests are found under it for a day.
static void test_the_request_key_rests_long(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key first = house_key(fixture, "request"), key = first;
    for (int i = 1; i < KEY_REQUEST_COUNT_MAX; i++) {
        assert_int_equal(key_rotate(fixture_next(fixture), &key, key.id), OK);
        assert_int_equal(key.job_id, 0);
        pass(fixture, KEY_ACTIVATION_DELAY_MS);
    }
    assert_int_equal(key_rotate(fixture_next(fixture), &key, key.id), KEY_ROTATING);
    pass(fixture, 24LL * 3600 * 1000);
    assert_int_equal(key_destroy(fixture_next(fixture), &first, first.id), KEY_IN_USE);
    pass(fixture, 3600 * 1000);
    assert_int_equal(key_destroy(fixture_next(fixture), &first, first.id), OK);
    assert_int_equal(key_rotate(fixture_next(fixture), &key, house_key(fixture, "request").id), OK);
    end(fixture);
}

/* Exchange. */

static void import_component_key(struct fixture *fixture, struct key *out, const char *name, const char *header,
                                 const char *hex)
{
    uint8_t bytes[KEY_LEN_MAX];
    struct secret value;
    const struct key_wish wish = wish_of(name, header, 0);
    assert_true(bytes_from_hex(bytes, strlen(hex) / 2, text_of(hex)));
    assert_int_equal(secret_init_copy(&value, bytes, strlen(hex) / 2), OK);
    assert_int_equal(key_import(fixture_next(fixture), out, &wish, &value), OK);
    secret_release(&value);
}

static void test_exchange(void **state)
{
    struct fixture *fixture = begin(state, false);
    struct key transport, key = generate(fixture, "zpk-out", "P0TBE", 16), brought, refused;
    text block;
    import_component_key(fixture, &transport, "zmk", "K1ABN",
                         "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1e");
    assert_true(transport.brought);
    assert_true(text_equal(transport.check_value, TEXT("A7B8C61ED8")));
    assert_int_equal(key_export(fixture_next(fixture), &key, key.id, transport.id, &block),
                     OK); // loaded as it is needed
    const struct key_wish wish = { .name = TEXT("zpk-in") };
    assert_int_equal(key_import_block(fixture_next(fixture), &brought, &wish, transport.id, block), OK);
    assert_true(text_equal(brought.check_value, key.check_value));
    assert_true(text_equal(brought.usage, TEXT("P0")));
    assert_int_equal(key_rotate(fixture_next(fixture), &refused, brought.id), KEY_NOT_ROTATABLE);
    assert_int_equal(key_import_block(fixture_next(fixture), &refused, &wish, key.id, block), KEY_WRONG_USE);
    assert_int_equal(
        key_import_block(fixture_next(fixture), &refused, &wish, transport.id, text_slice(block, 0, block.len - 2)),
        KEY_BLOCK_INVALID);
    assert_int_equal(key_export(fixture_next(fixture), &refused, transport.id, transport.id, &block),
                     KEY_NOT_EXPORTABLE);
    end(fixture);
}

static void test_test_keys_stay_out_of_production(void **state)
{
    struct fixture *fixture = begin(state, true);
    struct key key, transport;
    struct key_loading loading;
    static const uint8_t master[MASTER_KEY_LEN] = { 8 };
    import_component_key(fixture, &key, "cvk", "C0TCN", "0123456789abcdeffedcba9876543210");
    assert_true(key.test);
    generate(fixture, "pvk", "V2TCN", 16);
    import_component_key(fixture, &transport, "zmk", "K1ABN",
                         "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1e");
    struct keyring *production = test_keyring_with(master, false, &fixture->runtime);
    assert_int_equal(key_load_all(fixture->database, production, &loading), OK);
    assert_int_equal(loading.refused_test, 1);
    assert_false(keyring_has(production, key.id));
    assert_true(keyring_has(production, transport.id));
    keyring_free(production);
    end(fixture);
}

/* The master key. */

static void test_rewrapping_all(void **state)
{
    struct fixture *fixture = begin(state, false);
    static const uint8_t old_master[MASTER_KEY_LEN] = { 8 }, new_master[MASTER_KEY_LEN] = { 9 };
    struct key key = generate(fixture, "pvk", "V2TCN", 16);
    int64_t own = key.id;
    struct key_loading loading;
    struct secret secret;
    struct master_key *next;
    uint8_t check[MASTER_KEY_CHECK_LEN], kept[MASTER_KEY_CHECK_LEN];
    bool known = false;
    int count = 0;
    assert_int_equal(secret_init_copy(&secret, new_master, sizeof new_master), OK);
    assert_int_equal(master_key_in_memory(&next, &secret), OK);
    assert_int_equal(key_master_check_get(fixture->database, kept, &known), OK);
    assert_true(known);
    assert_int_equal(keyring_master_check_value(fixture->keyring, check), OK);
    assert_memory_equal(kept, check, sizeof check);
    assert_int_equal(key_rewrap_all(fixture_next(fixture), next, &count), OK);
    assert_int_equal(count, 7); // six of the house, one of ours
    assert_int_equal(key_master_check_get(fixture->database, kept, &known), OK);
    assert_int_equal(master_key_check_value(next, check), OK);
    assert_memory_equal(kept, check, sizeof check);
    master_key_free(next);

    // A process that still has the old one writes no block that the new one could not open.
    const struct key_wish wish = wish_of("late", "C0TCN", 16);
    assert_int_equal(key_generate(fixture_next(fixture), &key, &wish), KEY_UNAVAILABLE);

    struct keyring *after = test_keyring_with(new_master, false, &fixture->runtime);
    assert_int_equal(key_load_all(fixture->database, after, &loading), OK);
    assert_int_equal(loading.loaded, 7);
    assert_true(keyring_has(after, own));
    keyring_free(after);
    struct keyring *before = test_keyring_with(old_master, false, &fixture->runtime);
    assert_int_equal(key_load_all(fixture->database, before, &loading), DATA_DAMAGED);
    keyring_free(before);
    end(fixture);
}

// Blocks that a version before wrote directly under the master key are taken over at the first start.
static void test_adopting(void **state)
{
    struct fixture *fixture = begin(state, false);
    static const uint8_t master[MASTER_KEY_LEN] = { 8 };
    static const struct key_block_header header = { { 'M', '7' }, 'H', 'C', { '0', '1' }, 'N' };
    struct key request = house_key(fixture, "request");
    char block[KEY_BLOCK_LEN_MAX];
    size_t len = 0;
    struct secret kbpk, key;
    struct key_loading loading;
    assert_int_equal(secret_init_copy(&kbpk, master, sizeof master), OK);
    assert_int_equal(secret_init(&key, KEY_LEN_MAX), OK);
    assert_int_equal(key_block_wrap(block, &len, &runtime_real, &kbpk, &header, &key, 0), OK);
    static const uint8_t empty_hmac[] = { 0xB6, 0x13, 0x67 }; // HMAC-SHA-256 of nothing under 32 zero bytes
    assert_int_equal(
        work_run(
            fixture_next(fixture),
            "UPDATE key_block SET block = $2, check_value = $3, header = '', placed = 0 WHERE id = $1",
            ARGS(value_i64(request.id), value_text(text_bytes(block, len)), value_blob(empty_hmac, sizeof empty_hmac))),
        OK);
    for (int i = 0; i < 2; i++) { // the second finds it adopted
        struct keyring *ring = test_keyring_with(master, false, &fixture->runtime);
        uint8_t code[SHA256_LEN];
        assert_int_equal(key_load_all(fixture->database, ring, &loading), OK);
        assert_int_equal(keyring_authenticate(ring, request.id, KEY_TO_GENERATE, code, NULL, 0), OK);
        assert_memory_equal(code, empty_hmac, sizeof empty_hmac);
        keyring_free(ring);
    }
    struct key adopted = house_key(fixture, "request");
    assert_true(text_equal(adopted.usage, TEXT("M7")));
    secret_release(&kbpk);
    secret_release(&key);
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_generate),
        ON_BOTH_ENGINES(test_versions_follow_each_other),
        ON_BOTH_ENGINES(test_retire_and_destroy),
        ON_BOTH_ENGINES(test_house_keys_are_kept),
        ON_BOTH_ENGINES(test_rotating_the_seal),
        ON_BOTH_ENGINES(test_rotating_the_lookup),
        ON_BOTH_ENGINES(test_a_damaged_row_keeps_its_key),
        ON_BOTH_ENGINES(test_a_number_twice),
        ON_BOTH_ENGINES(test_refresh_goes_on),
        ON_BOTH_ENGINES(test_rotating_the_check),
        ON_BOTH_ENGINES(test_rotating_the_message_seal),
        ON_BOTH_ENGINES(test_the_request_key_rests_long),
        ON_BOTH_ENGINES(test_exchange),
        ON_BOTH_ENGINES(test_test_keys_stay_out_of_production),
        ON_BOTH_ENGINES(test_rewrapping_all),
        ON_BOTH_ENGINES(test_adopting),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
