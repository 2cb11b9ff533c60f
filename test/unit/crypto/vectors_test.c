#include "crypto/selftest/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/csv.h"
#include "base/limits.h"

static struct vector_report run(text csv)
{
    struct vector_report report;
    assert_int_equal(vector_run(&report, csv), OK);
    return report;
}

static text built_in(int i)
{
    return text_bytes(vector_files[i].content, vector_files[i].len);
}

static void test_built_in_files(void **state)
{
    (void)state;
    int bad = 0;
    assert_true(vector_file_count > 0);
    for (int i = 0; i < vector_file_count; i++) {
        assert_int_equal(strlen(vector_files[i].content), vector_files[i].len);
        struct vector_report report = run(built_in(i));
        if (report.topic == NULL || report.fault != NULL || report.failed > 0 || report.skipped > 0 ||
            report.passed == 0) {
            print_error("%s: %s, %d passed, %d failed, %d skipped, row %d first; %s\n", vector_files[i].name,
                        report.topic != NULL ? report.topic->name : "no topic", (int)report.passed, (int)report.failed,
                        (int)report.skipped, (int)report.first_failed_row, report.fault != NULL ? report.fault : "");
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* No topic passes everything: each result of each row, with one character changed, fails. */

// The columns that are results, for every built-in file.
static const struct {
    const char *file, *columns[4];
} results[] = {
    { "amex_csc.csv", { "csc5", "csc4", "csc3" } },
    { "cvc3.csv", { "cvc3" } },
    { "cvv.csv", { "expected" } },
    { "dcvv.csv", { "dcvv" } },
    { "dukpt.csv", { "expected_hex" } },
    { "emv_arpc.csv", { "arpc_hex" } },
    { "emv_arqc.csv", { "ac_hex" } },
    { "emv_cvn_profiles.csv", { "result_hex" } },
    { "emv_scripts.csv", { "output_hex" } },
    { "emv_session_keys.csv", { "session_key_hex", "kcv" } },
    { "emv_udk.csv", { "udk_hex", "udk_kcv" } },
    { "ff1.csv", { "ciphertext" } },
    { "ibm3624.csv", { "natural_pin", "offset" } },
    { "kcv.csv", { "kcv_hex" } },
    { "luhn.csv", { "status", "check_digit" } },
    { "pinblock.csv", { "pin", "clear_block_hex", "encrypted_hex" } },
    { "pvv.csv", { "pvv" } },
    { "tr31.csv", { "key_hex", "kbek_hex", "kbak_hex", "key_block" } },
    { "tr31_kdf.csv", { "kbek_hex", "kbak_hex" } },
};

enum { RESULT_FILE_COUNT = sizeof results / sizeof results[0] };

static void write_row(struct buffer *out, const struct csv_row *row, int changed_column, text changed)
{
    for (int i = 0; i < row->count; i++) {
        buffer_append_text(out, i > 0 ? TEXT(",") : TEXT(""));
        csv_write_field(out, i == changed_column ? changed : row->fields[i]);
    }
    buffer_append_text(out, TEXT("\n"));
}

// Another digit for a digit, another letter for a letter: still well formed, and wrong.
static char other(char c)
{
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return (char)(letter ? ((c - 1) ^ 1) + 1 : c ^ 1);
}

// Runs the row alone, with another value in one column.
static struct vector_report run_changed(const struct csv_row *header, const struct csv_row *row, int column, text value)
{
    struct buffer out;
    buffer_init(&out, 4 * SELFTEST_ROW_LEN_MAX);
    write_row(&out, header, -1, TEXT_ABSENT);
    write_row(&out, row, column, value);
    assert_false(out.failed);
    struct vector_report report = run(buffer_text(&out));
    buffer_release(&out);
    return report;
}

static int column_of(const struct csv_row *header, const char *name)
{
    for (int i = 0; i < header->count; i++) {
        if (text_equal(header->fields[i], text_of(name))) {
            return i;
        }
    }
    fail_msg("no column %s", name);
    return -1;
}

// The first and the last character of the field. Returns how many changes nobody noticed, and names them.
static int change_field(const char *file, const struct csv_row *header, const struct csv_row *row, int column)
{
    static char changed[SELFTEST_FIELD_LEN_MAX];
    text field = row->fields[column];
    size_t places[] = { 0, field.len - 1 };
    int unnoticed = 0;
    for (int i = 0; i < 2; i++) {
        memcpy(changed, field.at, field.len);
        changed[places[i]] = other(changed[places[i]]);
        struct vector_report report = run_changed(header, row, column, text_bytes(changed, field.len));
        if (report.topic == NULL || report.failed != 1 || report.first_failed_row != 1) {
            print_error("%s: row %d passes with " TEXT_FMT " wrong at %d\n", file, (int)row->number - 1,
                        TEXT_ARG(header->fields[column]), (int)places[i]);
            unnoticed++;
        }
    }
    return unnoticed;
}

// A row that says REJECT has no other result.
static bool is_result(const struct csv_row *row, int column)
{
    bool rejects = false;
    for (int i = 0; i < row->count; i++) {
        rejects = rejects || text_equal(row->fields[i], TEXT("REJECT"));
    }
    return row->fields[column].len > 0 && (!rejects || text_equal(row->fields[column], TEXT("REJECT")));
}

static int change_results(const char *file, text content, const char *const *columns, int column_count)
{
    struct arena *arena = arena_new(1 << 20);
    struct csv csv;
    struct csv_row header, row;
    int changed = 0, unnoticed = 0;
    csv_init(&csv, content, arena);
    csv.row_len_max = SELFTEST_ROW_LEN_MAX;
    csv.field_len_max = SELFTEST_FIELD_LEN_MAX;
    assert_true(csv_next(&csv, &header));
    while (csv_next(&csv, &row)) {
        for (int i = 0; i < column_count && columns[i] != NULL; i++) {
            int column = column_of(&header, columns[i]);
            if (is_result(&row, column)) {
                unnoticed += change_field(file, &header, &row, column);
                changed++;
            }
        }
    }
    assert_null(csv.fault);
    assert_true(changed > 0);
    arena_free(arena);
    return unnoticed;
}

static void test_wrong_results_are_noticed(void **state)
{
    (void)state;
    int unnoticed = 0;
    for (int i = 0; i < vector_file_count; i++) {
        int found = -1;
        for (int j = 0; j < RESULT_FILE_COUNT; j++) {
            found = strcmp(results[j].file, vector_files[i].name) == 0 ? j : found;
        }
        if (found < 0) {
            fail_msg("%s has no row in the table of results", vector_files[i].name);
        }
        unnoticed += change_results(vector_files[i].name, built_in(i), results[found].columns, 4);
    }
    assert_int_equal(unnoticed, 0);
}

/* What stands in a row is anyone's: nothing in it may stop the program. */

static void test_rows_are_not_trusted(void **state)
{
    (void)state;
    static char many[4096];
    memset(many, '5', sizeof many);
    const text junk[] = {
        TEXT(""),
        TEXT("0"),
        TEXT("Z"),
        TEXT("00"),
        TEXT("0123456789ABCDEF01"),
        TEXT("-1"),
        TEXT("2147483648"),
        TEXT("\xff\x01,\""),
        TEXT("/"),
        text_bytes(many, 20),
        TEXT("999999999999999999999999"),
        text_bytes(many, sizeof many),
    };
    enum { JUNK_COUNT = sizeof junk / sizeof junk[0] };
    for (int i = 0; i < vector_file_count; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct csv csv;
        struct csv_row header, row;
        csv_init(&csv, built_in(i), arena);
        csv.row_len_max = SELFTEST_ROW_LEN_MAX;
        csv.field_len_max = SELFTEST_FIELD_LEN_MAX;
        assert_true(csv_next(&csv, &header));
        for (int turn = 0; csv_next(&csv, &row); turn++) {
            for (int column = 0; column < row.count; column++) {
                struct vector_report report = run_changed(&header, &row, column, junk[(turn + column) % JUNK_COUNT]);
                assert_int_equal(report.passed + report.failed + report.skipped, 1);
            }
        }
        arena_free(arena);
    }
}

/* the runner, with a small topic */

#define DERIVATION "method,kbpk_hex,kbek_hex,kbak_hex"
#define GOOD       "(B),EFE0853B256B583D868F251CE99EA1D9,60C17C9B43020123C16040CCDCBC76F1,8A1542BD19E8C081242A143176E745B8"
#define WRONG      "(B),EFE0853B256B583D868F251CE99EA1D9,60C17C9B43020123C16040CCDCBC76F1,8A1542BD19E8C081242A143176E745B9"

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        int passed, failed, skipped, first_failed_row;
        bool fault;
    } cases[] = {
        { DERIVATION "\n", 0, 0, 0, 0, false },
        { DERIVATION "\n" GOOD, 1, 0, 0, 0, false },
        { "\xEF\xBB\xBF" DERIVATION "\r\n" GOOD "\r\n", 1, 0, 0, 0, false },
        { DERIVATION "\n" GOOD "\n" WRONG "\n" GOOD "\n" WRONG "\n", 2, 2, 0, 2, false },
        { DERIVATION ",verified\n" GOOD ",no\n" GOOD ",yes\n" WRONG ",no\n" GOOD ",self\n" GOOD ",\n", 3, 0, 2, 0,
          false },
        { DERIVATION ",verified\n" WRONG ",yes\n" WRONG ",no\n", 0, 1, 1, 1, false },
        { DERIVATION "\n" GOOD ",\n", 0, 0, 0, 0, true }, // a field too many
        { DERIVATION "\n" GOOD "\n(B),\n" GOOD "\n", 1, 0, 0, 0, true },
        { DERIVATION "\n" GOOD "\n\"(B)", 1, 0, 0, 0, true },
        { DERIVATION "\n(B),,,\n", 0, 1, 0, 1, false },
        { DERIVATION "\n(B),EFE,60,8A\n", 0, 1, 0, 1, false },
        { DERIVATION "\n(B),XYZ0853B256B583D868F251CE99EA1D9,60,8A\n", 0, 1, 0, 1, false },
        { DERIVATION "\n(Z),EFE0853B256B583D868F251CE99EA1D9,60,8A\n", 0, 1, 0, 1, false },
        { DERIVATION "\n(B),EFE0853B256B583D868F251CE99EA1D9,,\n", 0, 1, 0, 1, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vector_report report = run(text_of(cases[i].csv));
        assert_non_null(report.topic);
        assert_string_equal(report.topic->name, "tr31_kdf");
        assert_int_equal(report.passed, cases[i].passed);
        assert_int_equal(report.failed, cases[i].failed);
        assert_int_equal(report.skipped, cases[i].skipped);
        assert_int_equal(report.first_failed_row, cases[i].first_failed_row);
        assert_int_equal(report.fault != NULL, cases[i].fault);
    }
}

static void test_unknown_files(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        bool fault;
    } cases[] = {
        { "method,kbpk_hex,kbek_hex\n(B),00,00\n", false }, // a column is missing
        { "METHOD,KBPK_HEX,KBEK_HEX,KBAK_HEX\n", false },
        { "name\n", false },
        { "", true },
        { "\n\n", true },
        { "\"method,kbpk_hex", true },
        { DERIVATION ",method\n" GOOD ",x\n", true }, // one name twice
        { "\x7f"
          "ELF\x01\x02,\r\x03\n",
          true },
        { "c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15,c16,c17,c18,c19,c20,c21," DERIVATION "\n", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vector_report report = run(text_of(cases[i].csv));
        assert_null(report.topic);
        assert_int_equal(report.fault != NULL, cases[i].fault);
        assert_int_equal(report.passed + report.failed + report.skipped, 0);
    }
}

// Columns in any order and others between them; a file with the columns of two topics is of the one that asks for more.
static void test_topics(void **state)
{
    (void)state;
    struct vector_report report =
        run(TEXT("kbak_hex,x,kbek_hex,method,y,kbpk_hex\n"
                 "8A1542BD19E8C081242A143176E745B8,,60C17C9B43020123C16040CCDCBC76F1,"
                 "derived (B),,EFE0853B256B583D868F251CE99EA1D9\n"));
    assert_int_equal(report.passed, 1);
    report =
        run(TEXT("method,version,usage,algorithm,mode_of_use,key_version,exportability,opt_blocks,kbpk_hex,"
                 "key_hex,kbek_hex,kbak_hex,padding_hex,key_block\n"));
    assert_non_null(report.topic);
    assert_string_equal(report.topic->name, "tr31");
}

static void test_lengths(void **state)
{
    (void)state;
    static char csv[2 * SELFTEST_ROW_LEN_MAX];
    for (int over = 0; over < 2; over++) {
        int len = snprintf(csv, sizeof csv, DERIVATION ",note\n" GOOD ",");
        memset(csv + len, 'x', SELFTEST_FIELD_LEN_MAX + (size_t)over);
        struct vector_report report = run(text_bytes(csv, (size_t)len + SELFTEST_FIELD_LEN_MAX + (size_t)over));
        assert_int_equal(report.passed, !over);
        assert_int_equal(report.fault != NULL, over);
    }
}

static void test_fields(void **state)
{
    (void)state;
    const text names[] = { TEXT("hex"), TEXT("number"), TEXT("empty"), TEXT("word") };
    const text fields[] = { TEXT("00fFA5"), TEXT("0042"), TEXT(""), TEXT("0G") };
    const struct vector_row row = { names, fields, 4, NULL };
    uint8_t bytes[4];
    size_t len;
    int64_t number;
    struct secret secret;
    assert_true(vector_bytes(&row, "hex", bytes, 3, &len) && len == 3 && memcmp(bytes, "\x00\xff\xa5", 3) == 0);
    assert_false(vector_bytes(&row, "hex", bytes, 2, &len));
    assert_false(vector_bytes(&row, "word", bytes, 4, &len));
    assert_true(vector_bytes(&row, "empty", bytes, 4, &len) && len == 0);
    assert_true(vector_number(&row, "number", &number) && number == 42);
    assert_false(vector_number(&row, "empty", &number) || vector_number(&row, "word", &number));
    assert_true(vector_secret(&row, "hex", &secret) && secret.len == 3 && secret.at[2] == 0xA5);
    secret_release(&secret);
    assert_false(vector_secret(&row, "empty", &secret) || vector_secret(&row, "word", &secret));
    assert_true(vector_is_hex(&row, "hex", "\x00\xff\xa5", 3) && vector_is_hex(&row, "empty", "", 0));
    assert_false(vector_is_hex(&row, "hex", "\x00\xff\xa4", 3) || vector_is_hex(&row, "hex", "\x00\xff", 2));
    assert_true(vector_is(&row, "word", "0G", 2) && vector_is(&row, "no such column", "", 0));
    assert_false(vector_is(&row, "word", "0g", 2) || vector_is(&row, "word", "0", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in_files),
        cmocka_unit_test(test_wrong_results_are_noticed),
        cmocka_unit_test(test_rows_are_not_trusted),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_unknown_files),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
