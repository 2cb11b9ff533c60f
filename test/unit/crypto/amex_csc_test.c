#include "crypto/amex_csc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *csck;
        struct amex_csc_input input;
        const char *five, *four, *three;
    } cases[] = {
        // amex_csc.csv
        { "0123456789ABCDEFFEDCBA9876543210",
          { AMEX_CSC_1, { "371234567890123", 15 }, { "9912", 4 }, { NULL, 0 } },
          "61247",
          "8720",
          "552" },
        { "1234567890ABCDEF1234567890ABCDEF",
          { AMEX_CSC_1, { "341234567890123", 15 }, { "9912", 4 }, { "", 0 } },
          "68900",
          "3232",
          "806" },
        { "0123456789ABCDEFFEDCBA9876543210",
          { AMEX_CSC_2, { "371234567890123", 15 }, { "9912", 4 }, { "702", 3 } },
          "21334",
          "5068",
          "221" },
        { "0123456789ABCDEFFEDCBA9876543210",
          { AMEX_CSC_2, { "371234567890123", 15 }, { "9912", 4 }, { "101", 3 } },
          "27960",
          "4602",
          "921" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tdes *csck = hex_tdes(cases[i].csck);
        struct amex_csc codes;
        assert_int_equal(amex_csc_compute(&codes, csck, &cases[i].input), OK);
        assert_memory_equal(codes.five, cases[i].five, 5);
        assert_memory_equal(codes.four, cases[i].four, 4);
        assert_memory_equal(codes.three, cases[i].three, 3);
        const char *const values[] = { cases[i].three, cases[i].four, cases[i].five };
        for (size_t count = AMEX_CSC_LEN_MIN; count <= AMEX_CSC_LEN_MAX; count++) {
            bool right = false;
            assert_int_equal(
                amex_csc_verify(&right, csck, &cases[i].input, text_of(values[count - AMEX_CSC_LEN_MIN]), count), OK);
            assert_true(right);
            assert_int_equal(amex_csc_verify(&right, csck, &cases[i].input, TEXT("00000"), count), OK);
            assert_false(right);
            assert_int_equal(amex_csc_verify(&right, csck, &cases[i].input, TEXT_ABSENT, count), OK);
            assert_false(right);
        }
        tdes_free(csck);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct amex_csc_input input;
        status result;
    } cases[] = {
        { { AMEX_CSC_1, TEXT("371234567890123"), TEXT("9912"), TEXT_ABSENT }, OK },
        { { AMEX_CSC_2, TEXT("371234567890123"), TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_2, TEXT("371234567890123"), TEXT("9912"), TEXT("70") }, INVALID_INPUT },
        { { AMEX_CSC_2, TEXT("371234567890123"), TEXT("9912"), TEXT("70A") }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("361234567890123"), TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("3712345678901234"), TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("37123456789012"), TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("37123456789012X"), TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("371234567890123"), TEXT("991"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT("371234567890123"), TEXT("99 2"), TEXT_ABSENT }, INVALID_INPUT },
        { { AMEX_CSC_1, TEXT_ABSENT, TEXT("9912"), TEXT_ABSENT }, INVALID_INPUT },
    };
    struct tdes *csck = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct amex_csc codes;
        bool right = true;
        assert_int_equal(amex_csc_compute(&codes, csck, &cases[i].input), cases[i].result);
        assert_int_equal(amex_csc_verify(&right, csck, &cases[i].input, TEXT("0000"), 4), cases[i].result);
        assert_false(right);
    }
    tdes_free(csck);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_known), cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
