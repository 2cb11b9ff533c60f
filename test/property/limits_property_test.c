/*
 * Limits under concurrency, against a small model.
 *
 * Eight threads issue, change and unlink at random. Customers of a thread's own follow its model exactly: each outcome is
 * predicted. Customers that all threads share are raced for: there a limit may refuse, but what was acknowledged must be
 * there and no limit is ever passed. A watcher reads the whole database in one statement over and over meanwhile.
 */
#include "property.h"

#include <stdatomic.h>

#include "domain/card_change.h"
#include "domain/card_issue.h"
#include "domain/customer.h"
#include "domain/source.h"
#include "domain/status_label.h"

enum {
    THREADS = 8,
    STEPS = 150,
    SERIES = 2,
    OWN_CUSTOMERS = 2, // of each thread
    SHARED_CUSTOMERS = 3,
    CUSTOMERS = THREADS * OWN_CUSTOMERS + SHARED_CUSTOMERS,
    CARDS_MAX = THREADS * STEPS,
    NO_LIMIT = 1000000,
};

/* The model, from domain.md and not from the program. */

struct model_card {
    int64_t id;
    int customer, series, status;
    bool unlinked;
};

struct model_limits {
    int64_t all[SERIES + 1], active[SERIES + 1]; // the last for all series together
    unsigned active_statuses;
};

struct thread {
    struct world *world;
    pthread_t thread;
    int index;
    struct generator generator;
    struct arena *arena;
    struct complaint complaint;
    struct model_card cards[STEPS];
    int card_count, refusals;
};

struct world {
    struct property_world base;
    struct model_limits limits;
    int64_t series[SERIES], customers[CUSTOMERS];
    struct thread threads[THREADS];
    _Atomic bool finished;
    int64_t looks;
    struct complaint watched;
};

static bool is_shared(int customer)
{
    return customer >= THREADS * OWN_CUSTOMERS;
}

static bool is_in_hand(int of_card)
{
    return of_card != CARD_NOT_ISSUED && of_card != CARD_CLOSED;
}

static bool is_active(const struct model_limits *limits, int of_card)
{
    return (limits->active_statuses >> of_card & 1) != 0;
}

// Would one more card break a limit? `issue`: it is new in the hand.
static bool is_over(const struct thread *thread, int customer, int series, int to, bool issue)
{
    const struct model_limits *limits = &thread->world->limits;
    int64_t all[SERIES + 1] = { 0 }, active[SERIES + 1] = { 0 };
    for (int i = 0; i < thread->card_count; i++) {
        const struct model_card *card = &thread->cards[i];
        if (card->customer == customer && is_in_hand(card->status)) {
            all[card->series]++;
            all[SERIES]++;
            active[card->series] += is_active(limits, card->status);
            active[SERIES] += is_active(limits, card->status);
        }
    }
    bool over = issue && (all[series] >= limits->all[series] || all[SERIES] >= limits->all[SERIES]);
    return over || (is_active(limits, to) &&
                    (active[series] >= limits->active[series] || active[SERIES] >= limits->active[SERIES]));
}

// domain.md, the table of card statuses: what a change by hand may do.
static bool may_become(int from, int to)
{
    static const char *const rows[CARD_STATUS_COUNT] = {
        // not_issued, inactive, active, suspended, blocked, expired, closed
        [CARD_NOT_ISSUED] = "=.....x", [CARD_INACTIVE] = "..xxx.x", [CARD_ACTIVE] = "..=xx.x",
        [CARD_SUSPENDED] = "..x=x.x",  [CARD_BLOCKED] = "..x.=.x",  [CARD_EXPIRED] = "..x...x",
        [CARD_CLOSED] = ".......",
    };
    return rows[from][to] != '.';
}

static status predict_change(const struct thread *thread, const struct model_card *card, int to)
{
    if (!may_become(card->status, to)) {
        return TRANSITION_NOT_ALLOWED;
    }
    if (card->status == to) {
        return STATUS_UNCHANGED;
    }
    bool becomes_active = !is_active(&thread->world->limits, card->status) && is_active(&thread->world->limits, to);
    return becomes_active && is_over(thread, card->customer, card->series, to, false) ? CARD_LIMIT_REACHED : OK;
}

static status predict_unlink(const struct model_card *card)
{
    bool allowed = card->status == CARD_INACTIVE || card->status == CARD_ACTIVE || card->status == CARD_SUSPENDED;
    return card->unlinked ? CARD_NOT_LINKED : allowed ? OK : TRANSITION_NOT_ALLOWED;
}

/* What a thread asks for. */

struct order {
    struct card_order issue;
    struct card_order_verdict verdict;
    struct card_change change;
    struct card card;
};

static status guard_issue(struct work *work, void *context)
{
    struct order *order = context;
    return card_issue_guard(work, &order->verdict, &order->issue);
}

static status run_issue(struct work *work, void *context)
{
    struct order *order = context;
    text number;
    return card_issue(work, &order->card, &number, &order->issue, &order->verdict);
}

static status run_change(struct work *work, void *context)
{
    struct order *order = context;
    return card_change(work, &order->card, &order->change);
}

static status run_unlink(struct work *work, void *context)
{
    struct order *order = context;
    return card_unlink(work, &order->card, order->change.card_id, CARD_REASON_REQUESTED, TEXT_ABSENT);
}

static const struct write_rule ISSUE = { .guard = guard_issue, .effect = run_issue, .audit_action = "card.issued" };
static const struct write_rule CHANGE = { .effect = run_change, .audit_action = "card.changed" };
static const struct write_rule UNLINK = { .effect = run_unlink, .audit_action = "card.unlinked" };

static bool judge(struct thread *thread, const char *what, int customer, status predicted, status found)
{
    thread->refusals += found == CARD_LIMIT_REACHED;
    // Others have taken the room, or given it back.
    bool raced = is_shared(customer) && (predicted == OK || predicted == CARD_LIMIT_REACHED) &&
                 (found == OK || found == CARD_LIMIT_REACHED);
    return predicted == found || raced ||
           complain(&thread->complaint, "%s for customer %d: the model says %s, the program %s", what, customer,
                    predicted == OK ? "ok" : status_code(predicted), found == OK ? "ok" : status_code(found));
}

// Not by customer, as the server parts them: here lanes and processes are to meet.
static status run(struct thread *thread, const struct write_rule *rule, struct order *order)
{
    struct property_world *base = &thread->world->base;
    int executor = (int)generate_below(&thread->generator, base->running_count);
    return property_run(base, executor, generate(&thread->generator), thread->arena, rule, order);
}

static bool step_issue(struct thread *thread)
{
    struct world *world = thread->world;
    struct generator *generator = &thread->generator;
    int customer = generate_below(generator, 2) == 0
                       ? THREADS * OWN_CUSTOMERS + (int)generate_below(generator, SHARED_CUSTOMERS)
                       : thread->index * OWN_CUSTOMERS + (int)generate_below(generator, OWN_CUSTOMERS);
    int series = (int)generate_below(generator, SERIES),
        to = generate_below(generator, 3) == 0 ? CARD_INACTIVE : CARD_ACTIVE;
    struct order order = { .issue = { .customer_id = world->customers[customer],
                                      .series_id = world->series[series],
                                      .label = to == CARD_INACTIVE ? TEXT("Waiting") : TEXT_ABSENT,
                                      .source_id = 0 } };
    status predicted = is_over(thread, customer, series, to, true) ? CARD_LIMIT_REACHED : OK;
    status found = run(thread, &ISSUE, &order);
    if (found == OK) {
        thread->cards[thread->card_count++] = (struct model_card){ order.card.id, customer, series, to, false };
    }
    return judge(thread, "issue", customer, predicted, found);
}

static bool step_change(struct thread *thread, struct model_card *card)
{
    static const int targets[] = { CARD_NOT_ISSUED, CARD_INACTIVE,  CARD_ACTIVE,  CARD_ACTIVE, CARD_ACTIVE,
                                   CARD_SUSPENDED,  CARD_SUSPENDED, CARD_BLOCKED, CARD_CLOSED };
    int to = targets[generate_below(&thread->generator, COUNT(targets))];
    struct order order = { .change = { .card_id = card->id, .status = to, .reason = CARD_REASON_OTHER } };
    status predicted = predict_change(thread, card, to), found = run(thread, &CHANGE, &order);
    card->status = found == OK ? to : card->status;
    return judge(thread, "change", card->customer, predicted, found);
}

static bool step_unlink(struct thread *thread, struct model_card *card)
{
    struct order order = { .change = { .card_id = card->id } };
    status predicted = predict_unlink(card), found = run(thread, &UNLINK, &order);
    if (found == OK) {
        card->status = CARD_NOT_ISSUED;
        card->unlinked = true;
    }
    return judge(thread, "unlink", card->customer, predicted, found);
}

static void *thread_main(void *argument)
{
    struct thread *thread = argument;
    bool well = true;
    for (int i = 0; i < STEPS && well; i++) {
        int64_t pick = generate_below(&thread->generator, 10);
        struct model_card *card =
            thread->card_count > 0 ? &thread->cards[generate_below(&thread->generator, thread->card_count)] : NULL;
        well = pick < 5 || card == NULL ? step_issue(thread)
               : pick < 8               ? step_change(thread, card)
                                        : step_unlink(thread, card);
    }
    return NULL;
}

/* What always holds, in one statement and so of one moment: the customers or series of which it does not. */

#define OF_STATUS(n) "CAST(coalesce(sum(CASE WHEN status = " #n " THEN 1 ELSE 0 END), 0) AS BIGINT)"
#define COUNTS                                                                                                         \
    OF_STATUS(1)                                                                                                       \
    " AS n1, " OF_STATUS(2) " AS n2, " OF_STATUS(3) " AS n3, " OF_STATUS(4) " AS n4, " OF_STATUS(5) " AS n5"
#define DIFFER(t)                                                                                                      \
    t ".cards_inactive <> coalesce(k.n1, 0) OR " t ".cards_active <> coalesce(k.n2, 0) OR " t                          \
      ".cards_suspended <> coalesce(k.n3, 0) OR " t ".cards_blocked <> coalesce(k.n4, 0) OR " t                        \
      ".cards_expired <> coalesce(k.n5, 0)"

static const char MISCOUNTED[] =
    "SELECT CAST(count(*) AS BIGINT) FROM customer c LEFT JOIN (SELECT customer_id, " COUNTS
    " FROM card WHERE customer_id IS NOT NULL GROUP BY customer_id) k ON k.customer_id = c.id WHERE " DIFFER("c");
static const char MISCOUNTED_OF_SERIES[] =
    "SELECT CAST(count(*) AS BIGINT) FROM customer_series c LEFT JOIN (SELECT customer_id, series_id, " COUNTS
    " FROM card WHERE customer_id IS NOT NULL GROUP BY customer_id, series_id) k ON k.customer_id = c.customer_id "
    "AND k.series_id = c.series_id WHERE " DIFFER("c");
// $1: in hand at most, $2: active at most, $3..$7: 1 where the status counts as active.
#define ACTIVE_SUM "(k.n1 * $3 + k.n2 * $4 + k.n3 * $5 + k.n4 * $6 + k.n5 * $7)"
static const char OVER[] =
    "SELECT CAST(count(*) AS BIGINT) FROM (SELECT customer_id, " COUNTS
    " FROM card WHERE customer_id IS NOT NULL GROUP BY customer_id) k WHERE k.n1 + k.n2 + k.n3 + k.n4 + k.n5 > $1 OR " ACTIVE_SUM
    " > $2";
static const char OVER_OF_SERIES[] =
    "SELECT CAST(count(*) AS BIGINT) FROM (SELECT customer_id, " COUNTS
    " FROM card WHERE customer_id IS NOT NULL AND series_id = $8 GROUP BY customer_id) k "
    "WHERE k.n1 + k.n2 + k.n3 + k.n4 + k.n5 > $1 OR " ACTIVE_SUM " > $2";

// The series whose figures by day do not add up to its cards of status $1, or for 0 to those ever issued.
static const char MISCOUNTED_BY_DAY[] =
    "SELECT CAST(count(*) AS BIGINT) FROM series s WHERE "
    "(SELECT coalesce(sum(CASE CAST($1 AS BIGINT) WHEN 0 THEN issued WHEN 1 THEN inactive WHEN 2 THEN active "
    "WHEN 3 THEN suspended WHEN 4 THEN blocked WHEN 5 THEN expired ELSE closed END), 0) FROM series_day d WHERE d.series_id = s.id) "
    "<> (SELECT count(*) FROM card k WHERE k.series_id = s.id AND "
    "CASE CAST($1 AS BIGINT) WHEN 0 THEN k.issued_at IS NOT NULL ELSE k.status = $1 END)";

static bool count_is_zero(struct database *db, struct complaint *complaint, const char *what, const char *sql,
                          const struct value *values, int count)
{
    struct rows rows = { 0 };
    status result = database_query(db, &rows, sql, values, count);
    int64_t found = result == OK && rows_next(&rows) ? row_i64(&rows, 0) : -1;
    status closed = rows_close(&rows);
    return (result == OK && closed == OK && found == 0) ||
           complain(complaint, "%s: %lld of them", what, (long long)found);
}

static bool look(struct world *world, struct database *db, struct complaint *complaint)
{
    const struct model_limits *limits = &world->limits;
    struct value values[8];
    for (int i = CARD_INACTIVE; i <= CARD_EXPIRED; i++) {
        values[1 + i] = value_i64(is_active(limits, i));
    }
    bool well = count_is_zero(db, complaint, "counters and cards differ", MISCOUNTED, NO_ARGS) &&
                count_is_zero(db, complaint, "counters of a series and cards differ", MISCOUNTED_OF_SERIES, NO_ARGS);
    for (int i = CARD_NOT_ISSUED; i <= CARD_CLOSED && well; i++) {
        well = count_is_zero(db, complaint, "figures by day and cards differ", MISCOUNTED_BY_DAY, ARGS(value_i64(i)));
    }
    for (int series = 0; series <= SERIES && well; series++) {
        values[0] = value_i64(limits->all[series]);
        values[1] = value_i64(limits->active[series]);
        values[7] = value_i64(series < SERIES ? world->series[series] : 0);
        well = count_is_zero(db, complaint, "a limit is passed", series < SERIES ? OVER_OF_SERIES : OVER, values,
                             series < SERIES ? 8 : 7);
    }
    return well;
}

static void *watch(void *argument)
{
    struct world *world = argument;
    struct database *db = test_database_open(&world->base.made, true);
    while (!atomic_load(&world->finished) && look(world, db, &world->watched)) {
        world->looks++;
    }
    database_close(db);
    return NULL;
}

/* A world under a seed. */

static int64_t random_limit(struct generator *generator, int64_t least)
{
    return generate_below(generator, 4) == 0 ? NO_LIMIT : least + generate_below(generator, 4);
}

static status found_world(struct work *work, void *context)
{
    struct world *world = context;
    const struct model_limits *limits = &world->limits;
    struct settings settings;
    TRY(settings_get(work, &settings));
    settings.max_cards = limits->all[SERIES] == NO_LIMIT ? INTEGER_NONE : limits->all[SERIES];
    settings.max_active_cards = limits->active[SERIES] == NO_LIMIT ? INTEGER_NONE : limits->active[SERIES];
    settings.active_statuses = limits->active_statuses;
    struct source source = { .name = TEXT("Desk"), .account = TEXT("") };
    TRY(source_create(work, &source));
    settings.issuing_source_id = source.id;
    TRY(settings_update(work, &settings));
    struct status_label waiting = { .label = TEXT("Waiting"), .status = CARD_INACTIVE };
    TRY(status_label_create(work, &waiting));
    for (int i = 0; i < CUSTOMERS; i++) {
        struct customer customer = {
            .external_id = arena_print(work->arena, "C%d", i),
            .date_of_birth = DATE_NONE,
            .verification = VERIFICATION_VERIFIED,
        };
        TRY(customer_create(work, &customer));
        world->customers[i] = customer.id;
    }
    return OK;
}

static void found(struct world *world, struct generator *generator)
{
    static const unsigned active_statuses[] = {
        1 << CARD_INACTIVE | 1 << CARD_ACTIVE | 1 << CARD_SUSPENDED,
        1 << CARD_ACTIVE,
        1 << CARD_ACTIVE | 1 << CARD_BLOCKED | 1 << CARD_EXPIRED,
    };
    static const struct write_rule rule = { .effect = found_world };
    static const char *const codes[SERIES] = { "RED", "BLUE" };
    for (int i = 0; i <= SERIES; i++) {
        world->limits.all[i] = random_limit(generator, i < SERIES ? 2 : 4);
        world->limits.active[i] = random_limit(generator, i < SERIES ? 1 : 3);
    }
    world->limits.active_statuses = active_statuses[generate_below(generator, COUNT(active_statuses))];
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    assert_int_equal(property_run(&world->base, 0, 0, arena, &rule, world), OK);
    arena_free(arena);
    for (int i = 0; i < SERIES; i++) {
        int64_t all = world->limits.all[i], active = world->limits.active[i];
        world->series[i] = property_make_series(
            &world->base, &(struct series){
                              .code = text_of(codes[i]),
                              .layout = { .prefix = text_of(codes[i]), .suffix = TEXT(""), .length = 12 },
                              .max_cards = all == NO_LIMIT ? INTEGER_NONE : all,
                              .max_active_cards = active == NO_LIMIT ? INTEGER_NONE : active,
                          });
    }
}

static void cards_are_as_acknowledged(struct world *world)
{
    static const char card[] =
        "SELECT CAST(count(*) AS BIGINT) FROM card WHERE id = $1 AND status = $2 AND coalesce(customer_id, 0) = $3 AND series_id = $4";
    int count = 0;
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < world->threads[t].card_count; i++, count++) {
            const struct model_card *known = &world->threads[t].cards[i];
            int64_t customer_id = known->unlinked ? 0 : world->customers[known->customer];
            assert_int_equal(property_integer(&world->base, card,
                                              ARGS(value_i64(known->id), value_i64(known->status),
                                                   value_i64(customer_id), value_i64(world->series[known->series]))),
                             1);
        }
    }
    assert_int_equal(property_integer(&world->base, "SELECT CAST(count(*) AS BIGINT) FROM card", NO_ARGS), count);
    assert_int_equal(
        property_integer(&world->base,
                         "SELECT CAST(count(*) AS BIGINT) FROM (SELECT DISTINCT series_id, series_index FROM card) p",
                         NO_ARGS),
        count);
}

static void limits_hold(enum engine engine)
{
    static struct world world;
    uint64_t seed = property_seed("limits");
    struct generator generator = { seed };
    world = (struct world){ 0 };
    if (!property_open(&world.base, engine)) {
        skip();
    }
    found(&world, &generator);
    pthread_t watcher;
    assert_int_equal(pthread_create(&watcher, NULL, watch, &world), 0);
    for (int i = 0; i < THREADS; i++) {
        struct thread *thread = &world.threads[i];
        *thread = (struct thread){ .world = &world,
                                   .index = i,
                                   .generator = { generate(&generator) },
                                   .arena = arena_new(REQUEST_ARENA_LEN_MAX) };
        assert_int_equal(pthread_create(&thread->thread, NULL, thread_main, thread), 0);
    }
    int refusals = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(world.threads[i].thread, NULL);
        refusals += world.threads[i].refusals;
    }
    atomic_store(&world.finished, true);
    pthread_join(watcher, NULL);
    struct complaint after = { 0 };
    look(&world, world.base.db, &after);
    bool well = world.watched.text[0] == '\0' && after.text[0] == '\0';
    print_message("%s%s", world.watched.text, after.text);
    for (int i = 0; i < THREADS; i++) {
        print_message("%s%s", world.threads[i].complaint.text, world.threads[i].complaint.text[0] != '\0' ? "\n" : "");
        well = well && world.threads[i].complaint.text[0] == '\0';
        arena_free(world.threads[i].arena);
    }
    assert_true(well);
    assert_true(world.looks > 0);
    cards_are_as_acknowledged(&world);
    print_message("%d times a limit refused; the watcher looked %d times\n", refusals, (int)world.looks);
    property_close(&world.base);
}

enum { WORLDS = 3 };

static void limits_hold_on_sqlite(void **state)
{
    (void)state;
    for (int i = 0; i < WORLDS; i++) {
        limits_hold(ENGINE_SQLITE);
    }
}

static void limits_hold_on_postgres(void **state)
{
    (void)state;
    for (int i = 0; i < WORLDS; i++) {
        limits_hold(ENGINE_POSTGRES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(limits_hold_on_sqlite),
                                        cmocka_unit_test(limits_hold_on_postgres) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
