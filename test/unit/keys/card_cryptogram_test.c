#include "keys/card_cryptogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payment_ring.h"

#define ZONE    "A1B2C3D4E5F60718293A4B5C6D7E8F90"
#define PAN     "1234567890123456"

// emv_cvn_profiles.csv: pyemv, test_cvn_hsm.py.
#define IMK_AC  "0123456789ABCDEFFEDCBA9876543210"
#define IMK_SMI "FEDCBA98765432100123456789ABCDEF"
#define IMK_SMC "89ABCDEF0123456776543210FEDCBA98"

enum { AC = 1, SMI, SMC, TRANSPORT, AC_LONG };

static struct keyring *keys_new(void)
{
    struct keyring *keyring = ring_new();
    ring_add(keyring, AC, "E0TX", IMK_AC);
    ring_add(keyring, SMI, "E2TX", IMK_SMI);
    ring_add(keyring, SMC, "E1TX", IMK_SMC);
    ring_add(keyring, TRANSPORT, "P0TB", ZONE);
    ring_add(keyring, AC_LONG, "E0TX", IMK_AC "1122334455667788");
    return keyring;
}

static struct chip_card card_of(const char *profile)
{
    const struct chip_card card = { emv_profile_find(text_of(profile)), TEXT(PAN), TEXT("00"), AC, SMI, SMC };
    assert_non_null(card.profile);
    return card;
}

static const struct {
    const char *profile;
    const char *terminal; // as struct emv_terminal_data
    const char *iad, *arqc;
    const char *arc, *csu, *arpc;
    const char *pin_unblock, *pin_change; // of PIN 9999; NULL: no row
} rows[] = {
    { "VisaCVN10", "000000004000 000000000000 0124 8000048000 0124 191105 01 52BF4585 1800 001C", "06010A03A06010",
      "29CCA15AE665FA2E", "3030", "00000000", "28993816AFAE4AEB", NULL, NULL },
    { "VisaCVN18", "000000004000 000000000000 0124 8000048000 0124 191105 01 52BF4585 1800 001C", "06011203A0B800",
      "7A788EA6B8A3E733", "0000", "00000000", "9AF514C1", NULL,
      "8424000218BB221AF527377A2811D2B6EBC396A9391A22B480EF312F40" },
    { "MasterCardCVN16", "000000009999 000000000000 0124 8000000000 0124 209906 00 ABCDEF12 1800 001C",
      "0010A00003220000", "24CCF3DEE3158C70", "0010", "00000000", "73F6BBF389A6586C", "8424000008ED0AB162BAB1DE61",
      "842400021000859B8FE53F316DEB4B64C36BF88E39" },
    { "InteracCVN133", "000000009999 000000000000 0124 8000000000 0124 209906 00 ABCDEF12 1800 001C",
      "1501850440B100000000B00000000000000000000000", "18932FECA2D84326", "0000", "00000000", "4DF171A49396C363",
      "8424000008B574ABB0A485A330", "8424000210382F36D5920D23915CC7573F770298C9" },
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void take(uint8_t *out, size_t len, const char *hex)
{
    char digits[2 * HEX_BYTES_MAX + 1];
    size_t count = 0;
    for (; *hex != '\0'; hex++) {
        if (*hex != ' ') {
            digits[count++] = *hex;
        }
    }
    digits[count] = '\0';
    assert_int_equal(hex_take(out, len, digits), len);
}

static struct chip_transaction transaction_of(size_t i, uint8_t iad[HEX_BYTES_MAX])
{
    struct chip_transaction transaction = { .covered = { .iad = { iad, hex_bytes(iad, rows[i].iad) } } };
    take((uint8_t *)&transaction.covered.terminal, sizeof transaction.covered.terminal, rows[i].terminal);
    take(transaction.cryptogram, EMV_CRYPTOGRAM_LEN, rows[i].arqc);
    return transaction;
}

static struct chip_answer answer_of(size_t i)
{
    struct chip_answer answer = { 0 };
    take(answer.arc, EMV_ARC_LEN, rows[i].arc);
    take(answer.csu, EMV_CSU_LEN, rows[i].csu);
    return answer;
}

static void expect_wrong(struct keyring *keyring, const struct chip_card *card,
                         const struct chip_transaction *transaction, const struct chip_answer *answer)
{
    struct emv_arpc arpc;
    bool right = true;
    assert_int_equal(card_cryptogram_verify(keyring, &right, card, transaction), OK);
    assert_false(right);
    right = true;
    assert_int_equal(card_cryptogram_answer(keyring, &right, &arpc, card, transaction, answer), OK);
    assert_false(right);
    assert_int_equal(arpc.cryptogram_len + arpc.tag_91_len, 0);
}

static void test_cryptograms(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct chip_card card = card_of(rows[i].profile);
        const struct chip_answer answer = answer_of(i);
        uint8_t iad[HEX_BYTES_MAX];
        struct chip_transaction transaction = transaction_of(i, iad);
        struct emv_arpc arpc;
        bool right = false;
        assert_int_equal(card_cryptogram_verify(keyring, &right, &card, &transaction), OK);
        assert_true(right);
        right = false;
        assert_int_equal(card_cryptogram_answer(keyring, &right, &arpc, &card, &transaction, &answer), OK);
        assert_true(right);
        assert_hex_equal(arpc.cryptogram, arpc.cryptogram_len, rows[i].arpc);
        assert_memory_equal(arpc.tag_91, arpc.cryptogram, arpc.cryptogram_len);

        for (size_t bit = 0; bit < 8 * EMV_CRYPTOGRAM_LEN; bit++) {
            transaction.cryptogram[bit / 8] ^= (uint8_t)(1 << bit % 8);
            expect_wrong(keyring, &card, &transaction, &answer);
            transaction.cryptogram[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        transaction.covered.terminal.amount[5] ^= 1;
        expect_wrong(keyring, &card, &transaction, &answer);
        transaction.covered.terminal.amount[5] ^= 1;
        struct chip_card other = card;
        other.psn = TEXT("01");
        expect_wrong(keyring, &other, &transaction, &answer);
    }
    keyring_free(keyring);
}

static void test_cryptograms_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    uint8_t iad[HEX_BYTES_MAX];
    const struct chip_transaction transaction = transaction_of(1, iad);
    struct chip_answer answer = answer_of(1);
    const struct {
        struct chip_card card;
        status expected;
    } cases[] = {
        { card_of("VisaCVN10"), INVALID_INPUT }, // the card says another version
        { { card_of("VisaCVN18").profile, TEXT("1234567"), TEXT("00"), AC, 0, 0 }, INVALID_INPUT },
        { { card_of("VisaCVN18").profile, TEXT(PAN), TEXT("00"), SMI, 0, 0 }, KEY_WRONG_USE },
        { { card_of("VisaCVN18").profile, TEXT(PAN), TEXT("00"), AC_LONG, 0, 0 }, KEY_WRONG_USE },
        { { card_of("VisaCVN18").profile, TEXT(PAN), TEXT("00"), 99, 0, 0 }, KEY_UNAVAILABLE },
    };
    struct emv_arpc arpc;
    bool right;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        right = true;
        assert_int_equal(card_cryptogram_verify(keyring, &right, &cases[i].card, &transaction), cases[i].expected);
        assert_false(right);
        right = true;
        assert_int_equal(card_cryptogram_answer(keyring, &right, &arpc, &cases[i].card, &transaction, &answer),
                         cases[i].expected);
        assert_false(right);
        assert_int_equal(arpc.tag_91_len, 0);
    }
    const struct chip_card card = card_of("VisaCVN18");
    answer.proprietary = (struct bytes_view){ "123456789", 9 };
    right = true;
    assert_int_equal(card_cryptogram_answer(keyring, &right, &arpc, &card, &transaction, &answer), INVALID_INPUT);
    assert_false(right);
    keyring_free(keyring);
}

static struct emv_session_input session_of(size_t i)
{
    uint8_t iad[HEX_BYTES_MAX];
    const struct chip_transaction transaction = transaction_of(i, iad);
    struct emv_session_input session;
    memcpy(session.atc, transaction.covered.terminal.atc, EMV_ATC_LEN);
    memcpy(session.un, transaction.covered.terminal.un, EMV_UN_LEN);
    memcpy(session.arqc, transaction.cryptogram, EMV_CRYPTOGRAM_LEN);
    return session;
}

static struct pin_block pin_under_zone(const char *pin)
{
    const struct ring_block wanted = { PIN_BLOCK_ISO_3, ZONE, PAN, pin };
    return ring_pin_block(&wanted);
}

static struct pin_source source_of(const struct pin_block *block)
{
    return (struct pin_source){ .key_id = TRANSPORT, .format = PIN_BLOCK_ISO_3, .block = ring_block_view(block) };
}

static void test_commands(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_block block = pin_under_zone("9999");
    const struct pin_source pin = source_of(&block);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct chip_card card = card_of(rows[i].profile);
        const struct chip_command unblock = { .kind = EMV_PIN_UNBLOCK,
                                              .transaction = session_of(i),
                                              .mac_len = EMV_SCRIPT_MAC_LEN };
        const struct chip_command change = {
            .kind = EMV_PIN_CHANGE, .transaction = session_of(i), .mac_len = EMV_SCRIPT_MAC_LEN, .pin = &pin
        };
        struct emv_command command;
        if (rows[i].pin_unblock != NULL) {
            assert_int_equal(card_command(keyring, &command, &card, &unblock), OK);
            assert_hex_equal(command.at, command.len, rows[i].pin_unblock);
        }
        if (rows[i].pin_change != NULL) {
            assert_int_equal(card_command(keyring, &command, &card, &change), OK);
            assert_hex_equal(command.at, command.len, rows[i].pin_change);
        }
    }
    // VisaCVN10, generate_command_mac: application unblock. It needs no key but one.
    struct chip_card card = card_of("VisaCVN10");
    const struct chip_command unblock = { EMV_APPLICATION_UNBLOCK, session_of(0), EMV_SCRIPT_MAC_LEN, NULL, NULL };
    struct emv_command command;
    card.cryptogram_key_id = card.confidentiality_key_id = 99;
    assert_int_equal(card_command(keyring, &command, &card, &unblock), OK);
    assert_hex_equal(command.at, command.len, "8418000008DB56BA60087CEFD3");
    keyring_free(keyring);
}

// As crypto/ makes it with the keys and PINs in its hand.
static void test_change_with_current_pin(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    struct secret imk_ac, imk_smi, imk_smc, pin, current;
    hex_secret(&imk_ac, IMK_AC);
    hex_secret(&imk_smi, IMK_SMI);
    hex_secret(&imk_smc, IMK_SMC);
    assert_int_equal(secret_init_copy(&pin, "9713", 4), OK);
    assert_int_equal(secret_init_copy(&current, "88888", 5), OK);
    const struct chip_card card = card_of("VisaCVN10");
    const struct emv_card in_hand = { card.pan, card.psn, &imk_ac, &imk_smi, &imk_smc };
    const struct emv_command_request request = { EMV_PIN_CHANGE_CURRENT, session_of(0), &pin, &current, 4 };
    const struct pin_block pin_block = pin_under_zone("9713"), current_block = pin_under_zone("88888");
    const struct pin_source pin_source = source_of(&pin_block), current_source = source_of(&current_block);
    const struct chip_command change = { EMV_PIN_CHANGE_CURRENT, session_of(0), 4, &pin_source, &current_source };
    struct emv_command expected, command;
    assert_int_equal(emv_profile_command(&expected, card.profile, &in_hand, &request), OK);
    assert_int_equal(card_command(keyring, &command, &card, &change), OK);
    assert_int_equal(command.len, expected.len);
    assert_memory_equal(command.at, expected.at, expected.len);
    secret_release(&imk_ac);
    secret_release(&imk_smi);
    secret_release(&imk_smc);
    secret_release(&pin);
    secret_release(&current);
    keyring_free(keyring);
}

static void test_commands_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    struct pin_block block = pin_under_zone("9999");
    const struct pin_source pin = source_of(&block);
    struct pin_block broken_block = block;
    broken_block.at[3] ^= 0x10;
    const struct pin_source broken = source_of(&broken_block);
    struct pin_source elsewhere = pin;
    elsewhere.key_id = SMC;
    const struct chip_card visa = card_of("VisaCVN18"), mastercard = card_of("MasterCardCVN16");
    struct chip_card no_smi = visa, no_smc = visa, no_ac = visa, mixed = visa;
    no_smi.integrity_key_id = no_smc.confidentiality_key_id = no_ac.cryptogram_key_id = 99;
    mixed.integrity_key_id = SMC;
    mixed.confidentiality_key_id = SMI;
    const struct {
        const struct chip_card *card;
        struct chip_command command;
        status expected;
    } cases[] = {
        { &visa, { EMV_PIN_CHANGE, session_of(1), 8, NULL, NULL }, INVALID_INPUT },
        { &visa, { EMV_PIN_CHANGE, session_of(1), 8, &pin, &pin }, INVALID_INPUT },
        { &visa, { EMV_PIN_CHANGE_CURRENT, session_of(1), 8, &pin, NULL }, INVALID_INPUT },
        { &visa, { EMV_CARD_BLOCK, session_of(1), 8, &pin, NULL }, INVALID_INPUT },
        { &visa, { EMV_CARD_BLOCK, session_of(1), 3, NULL, NULL }, INVALID_INPUT },
        { &mastercard, { EMV_PIN_CHANGE_CURRENT, session_of(2), 8, &pin, &pin }, INVALID_INPUT },
        { &visa, { EMV_PIN_CHANGE, session_of(1), 8, &broken, NULL }, PIN_BLOCK_INVALID },
        { &visa, { EMV_PIN_CHANGE_CURRENT, session_of(1), 8, &pin, &broken }, PIN_BLOCK_INVALID },
        { &visa, { EMV_PIN_CHANGE, session_of(1), 8, &elsewhere, NULL }, KEY_WRONG_USE },
        { &mixed, { EMV_PIN_CHANGE, session_of(1), 8, &pin, NULL }, KEY_WRONG_USE },
        { &no_smi, { EMV_CARD_BLOCK, session_of(1), 8, NULL, NULL }, KEY_UNAVAILABLE },
        { &no_smc, { EMV_PIN_CHANGE, session_of(1), 8, &pin, NULL }, KEY_UNAVAILABLE },
        { &no_ac, { EMV_PIN_CHANGE, session_of(1), 8, &pin, NULL }, KEY_UNAVAILABLE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct emv_command command;
        assert_int_equal(card_command(keyring, &command, cases[i].card, &cases[i].command), cases[i].expected);
        assert_int_equal(command.len, 0);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cryptograms),      cmocka_unit_test(test_cryptograms_refused),
        cmocka_unit_test(test_commands),         cmocka_unit_test(test_change_with_current_pin),
        cmocka_unit_test(test_commands_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
