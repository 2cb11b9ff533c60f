#include "crypto/emv_profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

// The card of pyemv tests/test_cvn_hsm.py.
static struct secret imk_ac, imk_smi, imk_smc;
static const struct emv_card card = {
    .pan = { "1234567890123456", 16 }, .psn = { "00", 2 }, .imk_ac = &imk_ac, .imk_smi = &imk_smi, .imk_smc = &imk_smc
};

static int set_up(void **state)
{
    (void)state;
    hex_secret(&imk_ac, "0123456789ABCDEFFEDCBA9876543210");
    hex_secret(&imk_smi, "FEDCBA98765432100123456789ABCDEF");
    hex_secret(&imk_smc, "89ABCDEF0123456776543210FEDCBA98");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    secret_release(&imk_ac);
    secret_release(&imk_smi);
    secret_release(&imk_smc);
    return 0;
}

static const struct emv_profile *profile_of(const char *name)
{
    const struct emv_profile *profile = emv_profile_find(text_of(name));
    assert_non_null(profile);
    return profile;
}

#define TERMINAL_VISA                                                                                                  \
    "00000000400000000000000001248000048000012419110501"                                                               \
    "52BF45851800001C"
#define TERMINAL_MCHIP                                                                                                 \
    "00000000999900000000000001248000000000012420990600"                                                               \
    "ABCDEF121800001C"

// From pyemv tests/test_cvn_hsm.py, with tag 9F10 as its comments have it; that of CVN 22 (with a tag of 32 bytes)
// comes from a calculation apart from this program, with another library of ciphers.
static const struct {
    const char *profile, *terminal, *iad, *cryptogram;
} cryptograms[] = {
    { "VisaCVN10", TERMINAL_VISA, "06010A03A06010", "29CCA15AE665FA2E" },
    { "VisaCVN10", TERMINAL_VISA, "06010A03A060100F0102030405060708", "29CCA15AE665FA2E" }, // the rest is not covered
    { "VisaCVN18", TERMINAL_VISA, "06011203A0B800", "7A788EA6B8A3E733" },
    { "VisaCVN22", TERMINAL_VISA, "1F220103A0601000000000000000000000000000000000000000000000000000",
      "5D3AB9582CC14A74" },
    { "MasterCardCVN16", TERMINAL_MCHIP, "0110A00003220000000000000000000000FF", "24CCF3DEE3158C70" },
    { "MasterCardCVN16", TERMINAL_MCHIP, "0110A00003220000", "24CCF3DEE3158C70" },
    { "MasterCardCVN17", TERMINAL_MCHIP, "0111A00003220000000000000000000322FF", "EAE8A620A75648D8" },
    { "MasterCardCVN20", TERMINAL_MCHIP, "0114A00003220000000000000000000000FF", "CD29615D6452E70E" },
    { "MasterCardCVN21", TERMINAL_MCHIP, "0115A00003220000000000000000000322FF", "C30E54BE496CF5E5" },
    { "InteracCVN133", TERMINAL_MCHIP, "1501850440B100000000B00000000000000000000000", "18932FECA2D84326" },
};

static void take_request(struct emv_cryptogram_request *request, uint8_t room[EMV_IAD_LEN_MAX + 1], size_t i)
{
    assert_int_equal(hex_take((uint8_t *)&request->terminal, sizeof request->terminal, cryptograms[i].terminal),
                     sizeof request->terminal);
    request->iad = (struct bytes_view){ room, hex_take(room, EMV_IAD_LEN_MAX, cryptograms[i].iad) };
}

static void test_cryptogram(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cryptograms / sizeof cryptograms[0]; i++) {
        const struct emv_profile *profile = profile_of(cryptograms[i].profile);
        struct emv_cryptogram_request request;
        uint8_t room[EMV_IAD_LEN_MAX + 1] = { 0 }, cryptogram[EMV_CRYPTOGRAM_LEN];
        bool valid = false;
        take_request(&request, room, i);
        assert_int_equal(emv_profile_cryptogram(cryptogram, profile, &card, &request), OK);
        assert_hex_equal(cryptogram, sizeof cryptogram, cryptograms[i].cryptogram);
        assert_int_equal(emv_profile_verify(&valid, profile, &card, &request, cryptogram), OK);
        assert_true(valid);
        cryptogram[7] ^= 0x80;
        assert_int_equal(emv_profile_verify(&valid, profile, &card, &request, cryptogram), OK);
        assert_false(valid);
    }
}

// Every byte of the terminal's data counts, and those of tag 9F10 that the profile names.
static void test_what_is_covered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cryptograms / sizeof cryptograms[0]; i++) {
        const struct emv_profile *profile = profile_of(cryptograms[i].profile);
        struct emv_cryptogram_request request;
        uint8_t room[EMV_IAD_LEN_MAX + 1] = { 0 }, cryptogram[EMV_CRYPTOGRAM_LEN];
        bool valid = true;
        take_request(&request, room, i);
        hex_take(cryptogram, sizeof cryptogram, cryptograms[i].cryptogram);
        for (size_t at = 0; at < sizeof request.terminal; at++) {
            ((uint8_t *)&request.terminal)[at] ^= 1;
            assert_int_equal(emv_profile_verify(&valid, profile, &card, &request, cryptogram), OK);
            assert_false(valid);
            ((uint8_t *)&request.terminal)[at] ^= 1;
        }
        for (size_t at = 0; at < request.iad.len; at++) {
            bool whole = profile->tail[0].len == 0, visa = profile->version == 0x0A;
            bool cvr = visa ? at >= 3 && at < 7 : at >= 2 && at < 8;
            bool counters = profile->tail_count == 2 && at >= 10;
            room[at] ^= 1;
            status result = emv_profile_verify(&valid, profile, &card, &request, cryptogram);
            assert_int_equal(result, at == profile->version_at ? INVALID_INPUT : OK);
            assert_int_equal(valid, at != profile->version_at && !whole && !cvr && !counters);
            room[at] ^= 1;
        }
    }
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < emv_profile_count; i++) {
        const struct emv_profile *profile = &emv_profiles[i];
        const struct emv_slice *last = &profile->tail[profile->tail_count - 1];
        size_t least = last->len > 0 ? last->from + last->len : profile->version_at + 1;
        struct emv_cryptogram_request request = { 0 };
        uint8_t room[EMV_IAD_LEN_MAX + 1] = { 0 }, cryptogram[EMV_CRYPTOGRAM_LEN];
        room[profile->version_at] = profile->version;
        for (size_t len = 0; len <= sizeof room; len++) {
            request.iad = (struct bytes_view){ room, len };
            bool fits = len >= least && len <= EMV_IAD_LEN_MAX;
            assert_int_equal(emv_profile_cryptogram(cryptogram, profile, &card, &request), fits ? OK : INVALID_INPUT);
        }
        request.iad.len = EMV_IAD_LEN_MAX;
        struct emv_card other = card;
        other.pan.len = 7;
        assert_int_equal(emv_profile_cryptogram(cryptogram, profile, &other, &request), INVALID_INPUT);
    }
    assert_null(emv_profile_find(TEXT("VisaCVN1")));
    assert_null(emv_profile_find(TEXT("")));
    assert_null(emv_profile_find(TEXT_ABSENT));
}

static void test_arpc(void **state)
{
    (void)state;
    // pyemv tests/test_cvn_hsm.py; that with proprietary data comes from a calculation apart from this program.
    static const struct {
        const char *profile, *arqc, *arc, *csu, *proprietary, *tag_91;
    } cases[] = {
        { "VisaCVN10", "29CCA15AE665FA2E", "3030", "00000000", "", "28993816AFAE4AEB3030" },
        { "VisaCVN18", "7A788EA6B8A3E733", "0000", "00000000", "", "9AF514C100000000" },
        { "VisaCVN18", "7A788EA6B8A3E733", "0000", "00820000", "1122334455667788", "B42BB376008200001122334455667788" },
        { "MasterCardCVN16", "24CCF3DEE3158C70", "0010", "00000000", "", "73F6BBF389A6586C0010" },
        { "MasterCardCVN21", "C30E54BE496CF5E5", "0010", "00000000", "", "4F51F9CC63CE8B3C0010" },
        { "InteracCVN133", "18932FECA2D84326", "0000", "00000000", "", "4DF171A49396C3630000" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct emv_arpc_request request = { .transaction = { { 0x00, 0x1C }, { 0xAB, 0xCD, 0xEF, 0x12 }, { 0 } } };
        uint8_t room[EMV_PROPRIETARY_LEN_MAX + 1] = { 0 };
        struct emv_arpc arpc;
        hex_take(request.transaction.arqc, EMV_CRYPTOGRAM_LEN, cases[i].arqc);
        hex_take(request.arc, EMV_ARC_LEN, cases[i].arc);
        hex_take(request.csu, EMV_CSU_LEN, cases[i].csu);
        request.proprietary = (struct bytes_view){ room, hex_take(room, sizeof room, cases[i].proprietary) };
        const struct emv_profile *profile = profile_of(cases[i].profile);
        assert_int_equal(emv_profile_arpc(&arpc, profile, &card, &request), OK);
        assert_hex_equal(arpc.tag_91, arpc.tag_91_len, cases[i].tag_91);
        assert_memory_equal(arpc.tag_91, arpc.cryptogram, arpc.cryptogram_len);
        assert_int_equal(arpc.cryptogram_len, profile->arpc_method == 1 ? 8 : 4);
        request.proprietary.len = sizeof room;
        assert_int_equal(emv_profile_arpc(&arpc, profile, &card, &request),
                         profile->arpc_method == 1 ? OK : INVALID_INPUT);
    }
}

static struct secret pin_secret(const char *pin)
{
    struct secret secret = { 0 };
    if (pin != NULL) {
        assert_int_equal(secret_init_copy(&secret, pin, strlen(pin)), OK);
    }
    return secret;
}

static void test_commands(void **state)
{
    (void)state;
    // pyemv tests/test_cvn_hsm.py.
    static const struct {
        const char *profile, *arqc;
        enum emv_command_kind kind;
        const char *pin, *current, *command;
    } cases[] = {
        { "VisaCVN10", "29CCA15AE665FA2E", EMV_APPLICATION_UNBLOCK, NULL, NULL, "8418000008DB56BA60087CEFD3" },
        { "VisaCVN10", "29CCA15AE665FA2E", EMV_PIN_CHANGE, "9999", NULL,
          "8424000218BB221AF527377A2811D2B6EBC396A9391A965A5CB2CE62DA" },
        { "VisaCVN10", "29CCA15AE665FA2E", EMV_PIN_CHANGE_CURRENT, "9999", "8888",
          "84240001182EE025E554BCD87E11D2B6EBC396A939C4A8393B57DD2F3F" },
        { "VisaCVN18", "7A788EA6B8A3E733", EMV_APPLICATION_UNBLOCK, NULL, NULL, "841800000804EDE90BC24CC35E" },
        { "VisaCVN18", "7A788EA6B8A3E733", EMV_PIN_CHANGE_CURRENT, "9999", "8888",
          "84240001182EE025E554BCD87E11D2B6EBC396A9390FB94A4E4EC10F41" },
        { "VisaCVN22", "7A788EA6B8A3E733", EMV_PIN_CHANGE, "9999", NULL,
          "84240002181B2943BED3D298F9C75848D17317CD1D25B70F7E26613E5F" },
        { "MasterCardCVN16", "24CCF3DEE3158C70", EMV_PIN_UNBLOCK, NULL, NULL, "8424000008ED0AB162BAB1DE61" },
        { "MasterCardCVN17", "EAE8A620A75648D8", EMV_PIN_CHANGE, "9999", NULL,
          "84240002108661C474E4940A4378390C64CB96756E" },
        { "InteracCVN133", "18932FECA2D84326", EMV_PIN_UNBLOCK, NULL, NULL, "8424000008B574ABB0A485A330" },
        { "InteracCVN133", "18932FECA2D84326", EMV_PIN_CHANGE, "9999", NULL,
          "8424000210382F36D5920D23915CC7573F770298C9" },
        { "VisaCVN22", "7A788EA6B8A3E733", EMV_PIN_CHANGE_CURRENT, "9999", "8888", NULL }, // nowhere to put it
        { "MasterCardCVN16", "24CCF3DEE3158C70", EMV_PIN_CHANGE_CURRENT, "9999", "8888", NULL },
        { "MasterCardCVN16", "24CCF3DEE3158C70", EMV_PIN_CHANGE, "999", NULL, NULL },
        { "VisaCVN10", "29CCA15AE665FA2E", EMV_PIN_CHANGE, "99A9", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret pin = pin_secret(cases[i].pin), current = pin_secret(cases[i].current);
        struct emv_command_request request = { .kind = cases[i].kind,
                                               .transaction = { .atc = { 0x00, 0x1C } },
                                               .pin = cases[i].pin != NULL ? &pin : NULL,
                                               .current = cases[i].current != NULL ? &current : NULL,
                                               .mac_len = EMV_SCRIPT_MAC_LEN };
        struct emv_command command;
        hex_take(request.transaction.arqc, EMV_CRYPTOGRAM_LEN, cases[i].arqc);
        status result = emv_profile_command(&command, profile_of(cases[i].profile), &card, &request);
        assert_int_equal(result, cases[i].command != NULL ? OK : INVALID_INPUT);
        if (result == OK) {
            assert_hex_equal(command.at, command.len, cases[i].command);
        }
        secret_release(&current);
        secret_release(&pin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cryptogram), cmocka_unit_test(test_what_is_covered), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_arpc),       cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
