/*
 * Drawing under concurrency, and numbers as a one-to-one thing.
 *
 * Eight threads draw batches and single numbers and register numbers from elsewhere at random: places never overlap,
 * registered ones are passed over, batches alone leave no gap, and an exhausted space has been given out to the last
 * number. Then layouts at random: a number and its place in the series lead to each other.
 */
#include "property.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "domain/card_change.h"
#include "domain/number.h"
#include "domain/number_batch.h"
#include "domain/number_file.h"
#include "domain/number_pool.h"

enum { THREADS = 8, DRAWS = 120, BATCH_COUNT_MAX = 700, REGISTERED = 40, AHEAD = 400, SMALL_SPACE = 10000 };

/* One draw: a batch, or a single number. */
struct draw {
    int series;
    int64_t count; // 0: a single number
    uint64_t first, span;
    int64_t batch_id;
};

struct thread {
    struct world *world;
    pthread_t thread;
    struct generator generator;
    struct arena *arena;
    struct complaint complaint;
    struct draw draws[DRAWS];
    uint64_t registered[DRAWS]; // places in MIXED
    int draw_count, registered_count;
};

enum { ONLY_BATCHES, MIXED, EXHAUSTED, SERIES };

struct world {
    struct property_world base;
    struct series series[SERIES];
    uint64_t registered[REGISTERED + THREADS * DRAWS]; // places in MIXED
    int registered_count;
    struct thread threads[THREADS];
};

struct order {
    struct number_batch_order batch;
    struct number_batch drawn;
    uint64_t place;
};

static status run_batch(struct work *work, void *context)
{
    struct order *order = context;
    return number_batch_draw(work, &order->drawn, &order->batch);
}

static status fill_pool(struct work *work, void *context)
{
    struct order *order = context;
    struct series series;
    TRY(series_get(work, &series, order->batch.series_id));
    return number_pool_fill(work, &series);
}

static status take_number(struct work *work, void *context)
{
    struct order *order = context;
    struct series series;
    TRY(series_get(work, &series, order->batch.series_id));
    return number_pool_take(work, &series, &order->place);
}

static status refuse_after_taking(struct work *work, void *context)
{
    TRY(take_number(work, context));
    return CARD_LIMIT_REACHED;
}

// A number from elsewhere, at a place that the series has not reached yet.
static status register_ahead(struct work *work, void *context)
{
    struct order *order = context;
    struct series series;
    struct card card;
    char number[NUMBER_LEN_MAX];
    TRY(series_get(work, &series, order->batch.series_id));
    order->place = series.drawn + (uint64_t)order->batch.count;
    TRY(number_at(work->keyring, &series, order->place, number));
    return card_register(work, &card,
                         &(struct card_registration){ .number = text_bytes(number, (size_t)series.layout.length) });
}

static const struct write_rule REGISTER = { .effect = register_ahead };
static const struct write_rule BATCH = { .effect = run_batch, .audit_action = "number_batch.drawn" };
static const struct write_rule SINGLE = { .guard = fill_pool, .effect = take_number };
static const struct write_rule REFUSED = { .guard = fill_pool, .effect = refuse_after_taking };

static status run(struct thread *thread, const struct write_rule *rule, struct order *order)
{
    struct property_world *base = &thread->world->base;
    int executor = (int)generate_below(&thread->generator, base->running_count);
    return property_run(base, executor, generate(&thread->generator), thread->arena, rule, order);
}

static bool draw_once(struct thread *thread, int series, bool single, int64_t count_max)
{
    struct order order = { .batch = { .series_id = thread->world->series[series].id,
                                      .count = 1 + generate_below(&thread->generator, count_max) } };
    bool refused = single && generate_below(&thread->generator, 4) == 0;
    status result = run(thread, single ? (refused ? &REFUSED : &SINGLE) : &BATCH, &order);
    if (refused) {
        return result == CARD_LIMIT_REACHED ||
               complain(&thread->complaint, "a refused draw answers %s", status_code(result));
    }
    if (result != OK) {
        return complain(&thread->complaint, "a draw answers %s", status_code(result));
    }
    thread->draws[thread->draw_count++] =
        single ? (struct draw){ series, 0, order.place, 1, 0 }
               : (struct draw){ series, order.drawn.count, order.drawn.first, order.drawn.span, order.drawn.id };
    return single || order.drawn.count == order.batch.count || complain(&thread->complaint, "a batch of another count");
}

static bool register_once(struct thread *thread)
{
    struct order order = { .batch = { .series_id = thread->world->series[MIXED].id,
                                      .count = generate_below(&thread->generator, AHEAD) } };
    status result = run(thread, &REGISTER, &order);
    if (result == OK) {
        thread->registered[thread->registered_count++] = order.place;
    }
    // Another thread may have drawn or registered it meanwhile.
    return result == OK || result == NUMBER_ALREADY_GENERATED || result == NUMBER_ALREADY_REGISTERED ||
           complain(&thread->complaint, "a registration answers %s", status_code(result));
}

static void *draw_much(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < DRAWS; i++) {
        if (generate_below(&thread->generator, 5) == 0 && !register_once(thread)) {
            break;
        }
        bool single = generate_below(&thread->generator, 3) > 0;
        bool only_batches = generate_below(&thread->generator, 3) == 0;
        if (!draw_once(thread, only_batches ? ONLY_BATCHES : MIXED, single && !only_batches, BATCH_COUNT_MAX)) {
            break;
        }
    }
    return NULL;
}

// Batches until the first does not fit, then smaller ones, to the last number.
static void *draw_all(void *argument)
{
    struct thread *thread = argument;
    for (int64_t count = BATCH_COUNT_MAX; count > 0 && thread->draw_count < DRAWS;) {
        struct order order = { .batch = { .series_id = thread->world->series[EXHAUSTED].id, .count = count } };
        status result = run(thread, &BATCH, &order);
        if (result == OK) {
            thread->draws[thread->draw_count++] =
                (struct draw){ EXHAUSTED, count, order.drawn.first, order.drawn.span, order.drawn.id };
        } else if (result == NUMBER_SPACE_EXHAUSTED) {
            count /= 2;
        } else {
            complain(&thread->complaint, "a draw answers %s", status_code(result));
            break;
        }
    }
    return NULL;
}

static bool run_threads(struct world *world, struct generator *generator, void *(*main)(void *))
{
    for (int i = 0; i < THREADS; i++) {
        struct thread *thread = &world->threads[i];
        *thread = (struct thread){ .world = world,
                                   .generator = { generate(generator) },
                                   .arena = arena_new(REQUEST_ARENA_LEN_MAX) };
        assert_int_equal(pthread_create(&thread->thread, NULL, main, thread), 0);
    }
    bool well = true;
    for (int i = 0; i < THREADS; i++) {
        struct thread *thread = &world->threads[i];
        pthread_join(thread->thread, NULL);
        arena_free(thread->arena);
        well = well && thread->complaint.text[0] == '\0';
        print_message("%s", thread->complaint.text);
    }
    return well;
}

static int compare_draws(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;
    return x->series != y->series ? x->series - y->series : x->first < y->first ? -1 : x->first > y->first;
}

// All draws of all threads, in order; the caller frees them.
static struct draw *gather(struct world *world, int *count)
{
    struct draw *all = calloc(THREADS * DRAWS, sizeof *all);
    assert_non_null(all);
    *count = 0;
    for (int i = 0; i < THREADS; i++) {
        memcpy(all + *count, world->threads[i].draws, sizeof *all * (size_t)world->threads[i].draw_count);
        *count += world->threads[i].draw_count;
    }
    qsort(all, (size_t)*count, sizeof *all, compare_draws);
    return all;
}

static uint64_t drawn(struct world *world, int series)
{
    return (uint64_t)property_integer(&world->base, "SELECT drawn FROM series WHERE id = $1",
                                      ARGS(value_i64(world->series[series].id)));
}

static int64_t registered_within(const struct world *world, const struct draw *draw)
{
    int64_t count = 0;
    for (int i = 0; i < world->registered_count; i++) {
        count += draw->series == MIXED && world->registered[i] >= draw->first &&
                 world->registered[i] < draw->first + draw->span;
    }
    return count;
}

static void places_never_overlap(struct world *world)
{
    int count;
    struct draw *all = gather(world, &count);
    uint64_t end = 0, total[SERIES] = { 0 };
    for (int i = 0; i < count; i++) {
        const struct draw *draw = &all[i];
        end = i > 0 && all[i - 1].series == draw->series ? end : 0;
        assert_true(draw->first >= end);
        // Without single numbers there is no gap either.
        assert_true(draw->series == MIXED || draw->first == end);
        int64_t passed_over = registered_within(world, draw);
        assert_int_equal(passed_over, draw->count > 0 ? (int64_t)draw->span - draw->count : 0);
        end = draw->first + draw->span;
        total[draw->series] += draw->span;
        assert_true(end <= drawn(world, draw->series));
    }
    assert_true(total[ONLY_BATCHES] == drawn(world, ONLY_BATCHES));
    free(all);
}

static void a_space_is_given_out_to_the_last(struct world *world)
{
    int count;
    struct draw *all = gather(world, &count);
    uint64_t end = 0;
    for (int i = 0; i < count; i++) {
        assert_true(all[i].first == end);
        end += all[i].span;
    }
    assert_int_equal(end, SMALL_SPACE);
    assert_int_equal(drawn(world, EXHAUSTED), SMALL_SPACE);
    free(all);
}

/* Every number of some batches: read from its file, found in its batch, and no other's. */

struct reading {
    struct world *world;
    const struct draw *draws;
    int count;
};

static status read_number(struct work *work, const struct series *series, const struct draw *draw, text number,
                          uint64_t *next)
{
    struct number_batch found;
    uint64_t k = 0;
    TRY(number_index(work->keyring, series, number, &k));
    TRY(number_batch_of(work, &found, series->id, k));
    bool well = k >= *next && k < draw->first + draw->span && found.id == draw->batch_id;
    *next = k + 1;
    return well ? OK : DATA_DAMAGED;
}

static status read_batch(struct work *work, const struct series *series, const struct draw *draw)
{
    struct number_batch batch;
    struct number_file *file;
    char line[NUMBER_LEN_MAX + 2];
    size_t step = (size_t)series->layout.length + 1, len = 0;
    uint64_t next = draw->first;
    TRY(number_batch_get(work, &batch, draw->batch_id));
    TRY(number_file_open(&file, work, &batch, NUMBER_FILE_TEXT, TEXT("batch")));
    status result = number_file_len(file) == (uint64_t)draw->count * step ? OK : DATA_DAMAGED;
    for (int64_t i = 0; i < draw->count && result == OK; i++) {
        result = number_file_read(file, (uint64_t)i * step, line, step, &len);
        result =
            result == OK && len == step ? read_number(work, series, draw, text_bytes(line, step - 1), &next) : result;
    }
    number_file_close(file);
    return result;
}

static status read_batches(struct work *work, void *context)
{
    struct reading *reading = context;
    for (int i = 0; i < reading->count; i += 1 + reading->count / 12) {
        const struct draw *draw = &reading->draws[i];
        struct series series;
        TRY(series_get(work, &series, reading->world->series[draw->series].id));
        if (draw->count > 0) {
            TRY(read_batch(work, &series, draw));
        }
    }
    return OK;
}

static void numbers_lead_to_their_batch(struct world *world)
{
    static const struct write_rule rule = { .effect = read_batches };
    struct reading reading = { .world = world };
    struct draw *all = gather(world, &reading.count);
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX * 16);
    reading.draws = all;
    assert_int_equal(property_run(&world->base, world->base.running_count - 1, 0, arena, &rule, &reading), OK);
    arena_free(arena);
    free(all);
}

/* Numbers that came from elsewhere, into the series that is drawn from: at places not drawn yet. */

static status register_numbers(struct work *work, void *context)
{
    struct world *world = context;
    struct series series;
    TRY(series_get(work, &series, world->series[MIXED].id));
    for (int i = 0; i < REGISTERED; i++) {
        char number[NUMBER_LEN_MAX];
        struct card card;
        TRY(number_at(work->keyring, &series, world->registered[i], number));
        TRY(card_register(work, &card,
                          &(struct card_registration){ .number = text_bytes(number, (size_t)series.layout.length) }));
    }
    return OK;
}

static void found(struct world *world, struct generator *generator)
{
    static const struct write_rule rule = { .effect = register_numbers };
    static const struct {
        const char *code;
        int64_t length;
        int method;
    } series[SERIES] = {
        [ONLY_BATCHES] = { "BATCHES", 15, NUMBER_RANDOM },
        [MIXED] = { "MIXED", 14, NUMBER_RANDOM },
        [EXHAUSTED] = { "SMALL", 9, NUMBER_SEQUENTIAL },
    };
    for (int i = 0; i < SERIES; i++) {
        world->series[i] = (struct series){
            .code = text_of(series[i].code),
            .layout = { .prefix = text_of(series[i].code),
                        .suffix = TEXT(""),
                        .length = series[i].length,
                        .method = series[i].method },
            .max_cards = INTEGER_NONE,
            .max_active_cards = INTEGER_NONE,
        };
        property_make_series(&world->base, &world->series[i]);
    }
    for (int i = 0; i < REGISTERED; i++) {
        // Apart from each other, in what the threads will draw; some side by side.
        world->registered[i] = (uint64_t)(i / 2 * 2000 + i % 2 + generate_below(generator, 2));
        world->registered[i] += i % 2 == 1 && world->registered[i] == world->registered[i - 1];
    }
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    assert_int_equal(property_run(&world->base, 0, 0, arena, &rule, world), OK);
    arena_free(arena);
}

static void gather_registered(struct world *world)
{
    world->registered_count = REGISTERED;
    for (int i = 0; i < THREADS; i++) {
        const struct thread *thread = &world->threads[i];
        memcpy(world->registered + world->registered_count, thread->registered,
               sizeof thread->registered[0] * (size_t)thread->registered_count);
        world->registered_count += thread->registered_count;
    }
    assert_true(world->registered_count > REGISTERED);
}

static void draws_never_overlap(enum engine engine)
{
    static struct world world;
    uint64_t seed = property_seed("number batches");
    struct generator generator = { seed };
    world = (struct world){ 0 };
    if (!property_open(&world.base, engine)) {
        skip();
    }
    found(&world, &generator);
    assert_true(run_threads(&world, &generator, draw_much));
    gather_registered(&world);
    places_never_overlap(&world);
    numbers_lead_to_their_batch(&world);
    assert_true(run_threads(&world, &generator, draw_all));
    a_space_is_given_out_to_the_last(&world);
    property_close(&world.base);
}

static void draws_never_overlap_on_sqlite(void **state)
{
    (void)state;
    draws_never_overlap(ENGINE_SQLITE);
}

static void draws_never_overlap_on_postgres(void **state)
{
    (void)state;
    draws_never_overlap(ENGINE_POSTGRES);
}

/* Numbers and places */

enum { LAYOUTS = 300, PLACES = 24 };

static text random_text(struct generator *generator, char *room, int64_t len_max)
{
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-";
    size_t len = (size_t)generate_below(generator, len_max + 1);
    for (size_t i = 0; i < len; i++) {
        room[i] = letters[generate_below(generator, (int64_t)sizeof letters - 1)];
    }
    return text_bytes(room, len);
}

// ISO/IEC 7812-1, annex B, over the decimal digits of the whole number: the sum ends with 0.
static int luhn_sum(text number)
{
    int sum = 0, place = 0;
    for (size_t i = number.len; i > 0; i--) {
        if (number.at[i - 1] >= '0' && number.at[i - 1] <= '9') {
            int digit = (number.at[i - 1] - '0') * (place++ % 2 == 0 ? 1 : 2);
            sum += digit / 10 + digit % 10;
        }
    }
    return sum % 10;
}

// The remainder by 7 of the decimal digits before the check digit stands in it.
static bool mod7_holds(text number, size_t position)
{
    int remainder = 0;
    for (size_t i = 0; i < position; i++) {
        if (number.at[i] >= '0' && number.at[i] <= '9') {
            remainder = (remainder * 10 + (number.at[i] - '0')) % 7;
        }
    }
    return number.at[position] - '0' == remainder;
}

static void check_number(const struct series *series, text number)
{
    const struct number_layout *layout = &series->layout;
    assert_true(number_layout_matches(layout, number));
    assert_true(number_layout_check_valid(layout, number));
    assert_true(text_starts_with(number, layout->prefix) && text_ends_with(number, layout->suffix));
    if (layout->check_digit == CHECK_DIGIT_LUHN) {
        assert_int_equal(luhn_sum(number), 0);
    } else if (layout->check_digit == CHECK_DIGIT_MOD7) {
        assert_true(mod7_holds(number, number.len - layout->suffix.len - 1));
    }
}

static void check_place(struct keyring *keyring, const struct series *series, uint64_t k)
{
    char room[NUMBER_LEN_MAX], block[3 * NUMBER_LEN_MAX];
    size_t len = (size_t)series->layout.length, around = k + 3 <= series->total ? 3 : 1;
    uint64_t back = 0;
    struct permutation *permutation;
    assert_int_equal(number_at(keyring, series, k, room), OK);
    text number = text_bytes(room, len);
    check_number(series, number);
    assert_int_equal(number_index(keyring, series, number, &back), OK);
    assert_true(back == k);
    assert_int_equal(series_permutation_take(keyring, &permutation, series), OK);
    assert_int_equal(number_block(permutation, &series->layout, k, around, block, len), OK);
    keyring_permutation_give(keyring, permutation);
    assert_memory_equal(block, room, len);
    assert_true(around == 1 ||
                (memcmp(block, block + len, len) != 0 && memcmp(block + len, block + 2 * len, len) != 0));
}

// A number of another body is another place's or nobody's, never the same place's.
static void check_altered(struct keyring *keyring, const struct series *series, uint64_t k, struct generator *generator)
{
    char room[NUMBER_LEN_MAX];
    uint64_t back = 0;
    const struct number_layout *layout = &series->layout;
    assert_int_equal(number_at(keyring, series, k, room), OK);
    size_t at = layout->prefix.len + (size_t)generate_below(generator, number_layout_body_len(layout));
    room[at] = (char)('0' + (room[at] - '0' + 1 + generate_below(generator, 9)) % 10);
    status found = number_index(keyring, series, text_bytes(room, (size_t)layout->length), &back);
    assert_true(found == NOT_FOUND || (found == OK && back != k));
    // The digits of a long body before its last 18 say nothing of their own.
    assert_true(at - layout->prefix.len >= (size_t)number_layout_extension_len(layout) || found == NOT_FOUND);
}

static void check_whole_space(struct keyring *keyring, const struct series *series)
{
    uint8_t *seen = calloc(1, number_layout_size(&series->layout));
    assert_non_null(seen);
    for (uint64_t k = 0; k < series->total; k++) {
        char room[NUMBER_LEN_MAX];
        assert_int_equal(number_at(keyring, series, k, room), OK);
        uint64_t value = number_layout_value(&series->layout, text_bytes(room, (size_t)series->layout.length));
        assert_int_equal(seen[value]++, 0);
    }
    free(seen);
}

static void numbers_and_places_lead_to_each_other(void **state)
{
    (void)state;
    static const uint8_t master[MASTER_KEY_LEN] = { 4 };
    struct generator generator = { property_seed("numbers and places") };
    struct keyring *keyring = test_keyring(master);
    char prefix[NUMBER_PREFIX_LEN_MAX], suffix[NUMBER_PREFIX_LEN_MAX];
    test_key_load(keyring, 1, KEY_NUMBERING, 1);
    for (int i = 0; i < LAYOUTS; i++) {
        struct series series = {
            .id = 1 + generate_below(&generator, 1000000),
            .key_id = 1,
            .layout = { .prefix = random_text(&generator, prefix, 12),
                        .suffix = random_text(&generator, suffix, 6),
                        .method = (int)generate_below(&generator, 4) == 0 ? NUMBER_SEQUENTIAL : NUMBER_RANDOM,
                        .check_digit = (int)generate_below(&generator, 3) },
        };
        // Mostly short bodies, some of more than the 18 digits that hold the place.
        int64_t body = generate_below(&generator, 4) == 0 ? 19 + generate_below(&generator, 100)
                                                          : 1 + generate_below(&generator, 18);
        series.layout.length = (int64_t)(series.layout.prefix.len + series.layout.suffix.len) + body +
                               (series.layout.check_digit != CHECK_DIGIT_NONE);
        uint64_t size = number_layout_size(&series.layout);
        if (series.layout.method == NUMBER_SEQUENTIAL) {
            series.layout.start = generate_below(&generator, (int64_t)size);
        }
        series.total = number_layout_space(&series.layout);
        assert_int_equal(number_layout_body_len(&series.layout), body);
        check_place(keyring, &series, 0);
        check_place(keyring, &series, series.total - 1);
        for (int place = 0; place < PLACES; place++) {
            uint64_t k = generate(&generator) % series.total;
            check_place(keyring, &series, k);
            check_altered(keyring, &series, k, &generator);
        }
        if (size <= 1000) {
            check_whole_space(keyring, &series);
        }
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_places_lead_to_each_other),
        cmocka_unit_test(draws_never_overlap_on_sqlite),
        cmocka_unit_test(draws_never_overlap_on_postgres),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
