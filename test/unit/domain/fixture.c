#include "unit/domain/fixture.h"

#include "base/none.h"
#include "domain/key.h"
#include "domain/role.h"
#include "domain/series.h"
#include "store/migrate.h"
#include "support/keys.h"

enum { ENGINE_COUNT = ENGINE_POSTGRES + 1, ARENA_LEN_MAX = 64 * 1024 * 1024, BODY_DIGITS = 7 };
#define START_MS 1800000000000LL // 2027-01-15T08:00:00Z

static struct fixture fixtures[ENGINE_COUNT];
static bool opened[ENGINE_COUNT], missing[ENGINE_COUNT];

static int64_t now_ms(void *context)
{
    return ((struct fixture *)context)->now_ms;
}

static int64_t monotonic_us(void *context)
{
    return ((struct fixture *)context)->now_ms * 1000;
}

static void random_bytes(void *context, void *out, size_t len)
{
    (void)context;
    runtime_random(&runtime_real, out, len);
}

static void open_fixture(struct fixture *fixture)
{
    int applied = 0;
    fixture->database = test_database_open(&fixture->made, false);
    assert_int_equal(migrate(fixture->database, START_MS, &applied), OK);
    fixture->arena = arena_new(ARENA_LEN_MAX);
    fixture->ids = id_maker_new(1);
    fixture->lane = calloc(1, sizeof *fixture->lane);
    assert_true(fixture->arena != NULL && fixture->ids != NULL && fixture->lane != NULL);
    fixture->runtime = (struct runtime){ now_ms, monotonic_us, random_bytes, fixture };
    fixture->keyring = test_keyring_with((const uint8_t[MASTER_KEY_LEN]){ 7 }, true, &fixture->runtime);
}

struct work *fixture_next(struct fixture *fixture)
{
    faults_init(&fixture->faults, fixture->arena);
    fixture->now_ms++;
    fixture->work = (struct work){
        .database = fixture->database,
        .lane = fixture->lane,
        .keyring = fixture->keyring,
        .ids = fixture->ids,
        .runtime = &fixture->runtime,
        .arena = fixture->arena,
        .faults = &fixture->faults,
        .actor = &fixture->actor,
        .organization_id = fixture->organization.id,
        .now_ms = fixture->now_ms,
        .request_id = TEXT("req_test"),
    };
    return &fixture->work;
}

static int begin(void **state, enum engine engine)
{
    struct fixture *fixture = &fixtures[engine];
    *state = NULL;
    if (!opened[engine] && !missing[engine]) {
        struct test_database made;
        missing[engine] = !test_database_make(&made, engine);
        if (!missing[engine]) {
            fixture->made = made;
            open_fixture(fixture);
            opened[engine] = true;
        }
    }
    if (missing[engine]) {
        return 0;
    }
    arena_reset(fixture->arena);
    fixture->now_ms = START_MS;
    fixture->organization =
        (struct organization){ .name = TEXT("Test"), .country = TEXT("IN"), .currency = TEXT("INR") };
    fixture->actor = (struct actor){ .kind = ACTOR_USER,
                                     .id = 1,
                                     .name = TEXT("owner@example.com"),
                                     .channel = CHANNEL_API,
                                     .permissions = role_permissions(ROLE_OWNER) };
    assert_int_equal(database_begin(fixture->database), OK);
    assert_int_equal(organization_create(fixture_next(fixture), &fixture->organization), OK);
    fixture->actor.organization_id = fixture->organization.id;
    fixture_next(fixture);
    *state = fixture;
    return 0;
}

int fixture_on_sqlite(void **state)
{
    return begin(state, ENGINE_SQLITE);
}

int fixture_on_postgres(void **state)
{
    return begin(state, ENGINE_POSTGRES);
}

int fixture_undo(void **state)
{
    struct fixture *fixture = *state;
    return fixture != NULL && database_rollback(fixture->database) != OK;
}

int fixture_close(void **state)
{
    (void)state;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        if (opened[i]) {
            struct fixture *fixture = &fixtures[i];
            keyring_free(fixture->keyring);
            id_maker_free(fixture->ids);
            free(fixture->lane);
            arena_free(fixture->arena);
            database_close(fixture->database);
            test_database_drop(&fixture->made);
        }
    }
    return 0;
}

struct fixture *fixture_of(void **state)
{
    if (*state == NULL) {
        skip();
    }
    return *state;
}

status fixture_fault(const struct fixture *fixture, const char *field)
{
    for (int i = 0; i < faults_kept(&fixture->faults); i++) {
        if (text_equal(fixture->faults.list[i].field, text_of(field))) {
            return fixture->faults.list[i].code;
        }
    }
    return OK;
}

void fixture_make_keys(struct fixture *fixture)
{
    assert_int_equal(key_create_missing(fixture_next(fixture)), OK);
    assert_int_equal(key_refresh(fixture->database, fixture->keyring), OK);
}

int64_t fixture_make_series(struct fixture *fixture, const char *code)
{
    struct series series = {
        .code = text_of(code),
        .name = text_of(code),
        .generation = true,
        .active = true,
        .max_cards = INTEGER_NONE,
        .max_active_cards = INTEGER_NONE,
        .expiry_after = INTEGER_NONE,
        .layout = { .prefix = text_of(code),
                    .suffix = TEXT(""),
                    .length = (int64_t)strlen(code) + BODY_DIGITS,
                    .method = NUMBER_RANDOM },
    };
    assert_int_equal(series_create(fixture_next(fixture), &series), OK);
    fixture_next(fixture);
    return series.id;
}
