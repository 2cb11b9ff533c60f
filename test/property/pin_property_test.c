/*
 * What always holds of PINs, for random PINs, card numbers, keys and holders: a PIN block opens to the PIN it was made of
 * and so it does after each translation that is allowed; the others are refused; a PIN verifies against what was made of
 * it, and another does exactly where the value is the same; and the policy finds what a simple model of it finds.
 */
#include "property.h"

#include <string.h>

#include "crypto/ibm3624.h"
#include "crypto/pin_block.h"
#include "crypto/pin_policy.h"
#include "crypto/pvv.h"

enum { PAN_SHORTEST = 12, PAN_LONGEST = 19, ROUNDS = 5, POLICY_ROUNDS = 50000 };

struct scene {
    struct generator generator;
    struct runtime runtime; // draws from the generator, so that a seed repeats all of it
    struct tdes *tdes;
    struct aes *aes;
    struct secret pin;
};

static void seeded_random(void *context, void *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((uint8_t *)out)[i] = (uint8_t)generate(context);
    }
}

static int set_up(void **state)
{
    static struct scene scene;
    struct secret key;
    scene.generator.state = property_seed("pin");
    scene.runtime = (struct runtime){ .random = seeded_random, .context = &scene.generator };
    assert_int_equal(secret_init(&key, TDES_KEY_LEN), OK);
    runtime_random(&scene.runtime, key.at, key.len);
    assert_int_equal(tdes_new(&scene.tdes, &key), OK);
    assert_int_equal(aes_new(&scene.aes, &key), OK);
    assert_int_equal(secret_init(&scene.pin, PIN_LEN_MAX), OK);
    secret_release(&key);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    tdes_free(scene->tdes);
    aes_free(scene->aes);
    secret_release(&scene->pin);
    return 0;
}

struct digits {
    char at[PAN_LONGEST + 1];
    size_t len;
};

static text draw_digits(struct digits *out, struct generator *generator, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out->at[i] = (char)('0' + generate_below(generator, 10));
    }
    out->at[len] = '\0';
    out->len = len;
    return text_bytes(out->at, len);
}

static struct pin_block_key key_of(const struct scene *scene, int format)
{
    return (struct pin_block_key){ (enum pin_block_format)format, scene->tdes, scene->aes };
}

static void opens_to(struct scene *scene, const struct pin_block_key *key, const struct pin_block_input *input,
                     const uint8_t *block)
{
    size_t len = 0;
    const struct bytes_view view = { block, pin_block_len(key->format) };
    assert_int_equal(pin_block_decrypt(&scene->pin, &len, key, input->pan, view), OK);
    assert_int_equal(len, input->pin.len);
    assert_memory_equal(scene->pin.at, input->pin.at, len);
    for (size_t i = len; i < PIN_LEN_MAX; i++) {
        assert_int_equal(scene->pin.at[i], 0);
    }
}

// ISO 9564-1:2017, table 2, in words: format 2 is for a chip alone and is never left, and format 1 is entered from itself.
static bool may_translate(int from, int to, bool to_chip)
{
    if (to == 2) {
        return to_chip;
    }
    return from != 2 && (to != 1 || from == 1);
}

static void translates(struct scene *scene, int from, const struct pin_block_input *input, const uint8_t *block)
{
    const struct pin_block_key from_key = key_of(scene, from);
    for (int i = 0; i < 2 * PIN_BLOCK_FORMAT_COUNT; i++) {
        int to = i / 2;
        bool to_chip = i % 2 == 1;
        uint8_t out[PIN_BLOCK_LEN_MAX];
        const struct pin_block_key to_key = key_of(scene, to);
        const struct pin_block_translation translation = { &from_key, &to_key, input->pan, to_chip };
        status result = pin_block_translate(&scene->runtime, out, &translation,
                                            (struct bytes_view){ block, pin_block_len(from_key.format) });
        if (may_translate(from, to, to_chip)) {
            assert_int_equal(result, OK);
            opens_to(scene, &to_key, input, out);
        } else {
            assert_int_equal(result, PIN_TRANSLATION_REFUSED);
        }
    }
}

static void blocks_keep_the_pin(void **state)
{
    struct scene *scene = *state;
    int made = 0;
    for (size_t i = 0; i < (size_t)ROUNDS * PIN_BLOCK_FORMAT_COUNT * (PIN_LEN_MAX - PIN_LEN_MIN + 1); i++) {
        int format = (int)(i % PIN_BLOCK_FORMAT_COUNT);
        size_t pin_len = PIN_LEN_MIN + i / PIN_BLOCK_FORMAT_COUNT % (PIN_LEN_MAX - PIN_LEN_MIN + 1);
        for (size_t pan_len = PAN_SHORTEST; pan_len <= PAN_LONGEST; pan_len++) {
            struct digits pin, pan;
            uint8_t block[PIN_BLOCK_LEN_MAX];
            const struct pin_block_key key = key_of(scene, format);
            const struct pin_block_input input = { draw_digits(&pan, &scene->generator, pan_len),
                                                   draw_digits(&pin, &scene->generator, pin_len) };
            assert_int_equal(pin_block_encrypt(&scene->runtime, block, &key, &input), OK);
            opens_to(scene, &key, &input, block);
            translates(scene, format, &input, block);
            made++;
        }
    }
    print_message("%d blocks, each translated to every format\n", made);
}

static void pvv_tells_pins_apart(void **state)
{
    struct scene *scene = *state;
    int different = 0, same = 0;
    for (size_t i = 0; i < 20000; i++) {
        struct digits pin, other, pan;
        char pvv[PVV_LEN], other_pvv[PVV_LEN];
        bool right = false;
        struct pvv_input input = {
            .pan = draw_digits(&pan, &scene->generator, PAN_SHORTEST + i % (PAN_LONGEST - PAN_SHORTEST + 1)),
            .key_index = (char)('1' + i % 6),
            .pin = draw_digits(&pin, &scene->generator, PIN_LEN_MIN + i % (PIN_LEN_MAX - PIN_LEN_MIN + 1)),
        };
        assert_int_equal(pvv_compute(pvv, scene->tdes, &input), OK);
        text value = text_bytes(pvv, PVV_LEN);
        assert_true(text_is_digits(value));
        assert_int_equal(pvv_verify(&right, scene->tdes, &input, value), OK);
        assert_true(right);
        // One digit changes: a PVV reads four of them, and of those it may still be the same.
        other = pin;
        size_t at = (size_t)generate_below(&scene->generator, (int64_t)pin.len);
        other.at[at] = (char)('0' + (other.at[at] - '0' + 1 + generate_below(&scene->generator, 9)) % 10);
        input.pin = text_bytes(other.at, other.len);
        assert_int_equal(pvv_compute(other_pvv, scene->tdes, &input), OK);
        bool is_same = memcmp(pvv, other_pvv, PVV_LEN) == 0;
        assert_true(is_same || at < 4);
        assert_int_equal(pvv_verify(&right, scene->tdes, &input, value), OK);
        assert_int_equal(right, is_same);
        same += is_same && at < 4;
        different += !is_same;
        input.key_index = '0';
        assert_int_equal(pvv_verify(&right, scene->tdes, &input, value), PIN_NOT_VERIFIABLE);
        assert_false(right);
    }
    assert_true(different > 1000 && same < 50); // about one in ten thousand is expected
    print_message("%d other PINs had another PVV, %d the same\n", different, same);
}

static void ibm3624_tells_pins_apart(void **state)
{
    struct scene *scene = *state;
    struct ibm3624_table table;
    assert_int_equal(ibm3624_table_init(&table, TEXT("8351296477461538")), OK);
    for (size_t i = 0; i < 20000; i++) {
        struct digits pin, other, pan;
        char validation[IBM3624_VALIDATION_LEN], offset[PIN_LEN_MAX];
        bool right = false;
        size_t len = PIN_LEN_MIN + i % (PIN_LEN_MAX - PIN_LEN_MIN + 1);
        text number = draw_digits(&pan, &scene->generator, 13 + i % 7);
        assert_int_equal(ibm3624_validation(validation, TEXT("0123N56789AB"), number), OK);
        const struct ibm3624_key key = { scene->tdes, &table, text_bytes(validation, sizeof validation) };
        text clear = draw_digits(&pin, &scene->generator, len);
        assert_int_equal(ibm3624_offset(offset, &key, clear), OK);
        text value = text_bytes(offset, len);
        assert_int_equal(ibm3624_verify(&right, &key, clear, value), OK);
        assert_true(right);
        assert_int_equal(ibm3624_pin(&scene->pin, &key, value), OK);
        assert_memory_equal(scene->pin.at, pin.at, len);
        // Every other PIN has another offset.
        other = pin;
        size_t at = (size_t)generate_below(&scene->generator, (int64_t)len);
        other.at[at] = (char)('0' + (other.at[at] - '0' + 1 + generate_below(&scene->generator, 9)) % 10);
        assert_int_equal(ibm3624_verify(&right, &key, text_bytes(other.at, len), value), OK);
        assert_false(right);
        if (len > PIN_LEN_MIN) {
            assert_int_equal(ibm3624_verify(&right, &key, text_bytes(pin.at, len - 1), value), OK);
            assert_false(right);
        }
    }
}

/* A holder and a PIN, as C strings. */
struct holder {
    struct digits pin, pan;
    char year[5], month[3], day[3], birth_date[11], phone[24];
};

// The policy in the simplest way there is: strings that hold strings.
static bool runs(const char *pin)
{
    return strstr("01234567890123456789012", pin) != NULL || strstr("21098765432109876543210", pin) != NULL;
}

static bool is_made_of(const char *pin, const char *pattern)
{
    size_t len = strlen(pattern);
    for (size_t i = 0; pin[i] != '\0'; i++) {
        if (pin[i] != pattern[i % len]) {
            return false;
        }
    }
    return true;
}

static bool holds_part_of(const char *pin, const char *number)
{
    for (size_t i = 0; i + 4 <= strlen(number); i++) {
        char part[5] = "";
        memcpy(part, number + i, 4);
        if (strstr(pin, part) != NULL) {
            return true;
        }
    }
    return false;
}

static bool holds_birth(const struct holder *holder)
{
    const char *short_year = holder->year + 2;
    const char *forms[][2] = { { holder->day, holder->month },
                               { holder->month, holder->day },
                               { holder->year, "" },
                               { holder->month, short_year },
                               { short_year, holder->month } };
    for (int i = 0; i < COUNT(forms); i++) {
        char form[8];
        snprintf(form, sizeof form, "%s%s", forms[i][0], forms[i][1]);
        if (strstr(holder->pin.at, form) != NULL) {
            return true;
        }
    }
    return false;
}

static bool holds_phone(const struct holder *holder)
{
    char digits[24] = "";
    size_t count = 0;
    for (const char *at = holder->phone; *at != '\0'; at++) {
        if (strchr("0123456789", *at) != NULL) {
            digits[count++] = *at;
        }
    }
    return count >= 4 && strstr(holder->pin.at, digits + count - 4) != NULL;
}

static int model(status *out, const struct holder *holder)
{
    const char one[2] = { holder->pin.at[0], '\0' }, two[3] = { holder->pin.at[0], holder->pin.at[1], '\0' };
    int count = 0;
    if (is_made_of(holder->pin.at, one)) {
        out[count++] = PIN_ALL_EQUAL;
    }
    if (runs(holder->pin.at)) {
        out[count++] = PIN_RUNS;
    }
    if (is_made_of(holder->pin.at, two) && two[0] != two[1]) {
        out[count++] = PIN_REPEATS_PAIR;
    }
    if (holds_part_of(holder->pin.at, holder->pan.at)) {
        out[count++] = PIN_IN_CARD_NUMBER;
    }
    if (holds_birth(holder)) {
        out[count++] = PIN_IS_BIRTH_DATE;
    }
    if (holds_phone(holder)) {
        out[count++] = PIN_IN_PHONE_NUMBER;
    }
    return count;
}

static void draw_number(char *out, size_t size, struct generator *generator, int64_t from, int64_t count)
{
    snprintf(out, size, "%0*d", (int)size - 1, (int)(from + generate_below(generator, count)));
}

// A random PIN is seldom weak: most are made of something that is, with a part of it overwritten at times.
static void draw_pin(struct holder *holder, struct generator *generator)
{
    struct digits *pin = &holder->pin;
    size_t len = (size_t)(PIN_LEN_MIN + generate_below(generator, PIN_LEN_MAX - PIN_LEN_MIN + 1));
    draw_digits(pin, generator, len);
    int64_t kind = generate_below(generator, 8), step = generate_below(generator, 3) - 1;
    for (size_t i = 2; i < len && kind == 0; i++) {
        pin->at[i] = pin->at[i - 2];
    }
    for (size_t i = 1; i < len && kind <= 2 && kind > 0; i++) {
        pin->at[i] = (char)('0' + (pin->at[i - 1] - '0' + 10 + step) % 10);
    }
    char whole[16];
    snprintf(whole, sizeof whole, "%s%s%s%s", holder->day, holder->month, holder->year, holder->month);
    const char *sources[] = { whole, holder->pan.at, holder->phone + strlen(holder->phone) - 4 };
    if (kind >= 3 && kind <= 5) {
        const char *source = sources[kind - 3];
        size_t part = (size_t)generate_below(generator, (int64_t)strlen(source) - 3);
        memcpy(pin->at + generate_below(generator, (int64_t)len - 3), source + part, 4);
    }
    if (generate_below(generator, 4) == 0) {
        pin->at[generate_below(generator, (int64_t)len)] = (char)('0' + generate_below(generator, 10));
    }
}

static void draw_holder(struct holder *holder, struct generator *generator)
{
    struct digits tail;
    draw_digits(&holder->pan, generator, (size_t)(PAN_SHORTEST + generate_below(generator, 8)));
    draw_number(holder->year, sizeof holder->year, generator, 1930, 80);
    draw_number(holder->month, sizeof holder->month, generator, 1, 12);
    draw_number(holder->day, sizeof holder->day, generator, 1, 31);
    snprintf(holder->birth_date, sizeof holder->birth_date, "%s-%s-%s", holder->year, holder->month, holder->day);
    draw_digits(&tail, generator, 9);
    snprintf(holder->phone, sizeof holder->phone, "+91 (9%.5s) %.4s", tail.at, tail.at + 5);
    draw_pin(holder, generator);
}

static void policy_finds_what_the_model_finds(void **state)
{
    struct scene *scene = *state;
    int reasons[PIN_POLICY_REASON_COUNT_MAX] = { 0 }, good = 0;
    for (int i = 0; i < POLICY_ROUNDS; i++) {
        struct holder holder;
        struct pin_findings findings;
        status expected[PIN_POLICY_REASON_COUNT_MAX];
        draw_holder(&holder, &scene->generator);
        const struct pin_policy_input input = {
            .pin = text_of(holder.pin.at),
            .len = holder.pin.len,
            .pan = text_of(holder.pan.at),
            .birth_date = text_of(holder.birth_date),
            .phone = text_of(holder.phone),
        };
        int count = model(expected, &holder);
        status result = pin_policy_check(&findings, &input);
        if (findings.count != count || memcmp(findings.reasons, expected, (size_t)count * sizeof expected[0]) != 0) {
            fail_msg("PIN %s of card %s, born %s, phone %s: %d reasons, not %d", holder.pin.at, holder.pan.at,
                     holder.birth_date, holder.phone, findings.count, count);
        }
        assert_int_equal(result, count == 0 ? OK : PIN_TOO_WEAK);
        good += count == 0;
        for (int j = 0; j < count; j++) {
            reasons[expected[j] - PIN_ALL_EQUAL]++;
        }
    }
    for (int i = 0; i <= PIN_IN_PHONE_NUMBER - PIN_ALL_EQUAL; i++) {
        assert_true(reasons[i] > POLICY_ROUNDS / 500); // each reason is met
    }
    assert_true(good > POLICY_ROUNDS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_keep_the_pin),
        cmocka_unit_test(pvv_tells_pins_apart),
        cmocka_unit_test(ibm3624_tells_pins_apart),
        cmocka_unit_test(policy_finds_what_the_model_finds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
