#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/csv.h"

// Fields are joined with '|', rows with '/', so that one text says what was read. RFC 4180, section 2 gives the rules.
static void read_all(text input, struct arena *arena, struct buffer *out, const char **fault)
{
    struct csv csv;
    struct csv_row row;
    csv_init(&csv, input, arena);
    while (csv_next(&csv, &row)) {
        buffer_append_text(out, row.number > 1 ? TEXT("/") : TEXT(""));
        for (int i = 0; i < row.count; i++) {
            buffer_append_text(out, i > 0 ? TEXT("|") : TEXT(""));
            buffer_append_text(out, row.fields[i]);
        }
    }
    assert_false(csv_next(&csv, &row)); // the end stays the end
    *fault = csv.fault;
}

static const struct {
    text input, rows;
    bool faulty;
} cases[] = {
    { TEXT(""), TEXT(""), false },
    { TEXT("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), TEXT("aaa|bbb|ccc/zzz|yyy|xxx"), false }, // rule 1
    { TEXT("aaa,bbb,ccc\r\nzzz,yyy,xxx"), TEXT("aaa|bbb|ccc/zzz|yyy|xxx"), false },     // rule 2
    { TEXT("a,b\nc,d\n"), TEXT("a|b/c|d"), false },
    { TEXT(" a , b "), TEXT(" a | b "), false },                                        // rule 4: blanks belong
    { TEXT("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz"), TEXT("aaa|b\r\nbb|ccc/zzz"), false }, // rules 5 and 6
    { TEXT("\"aaa\",\"b\"\"bb\",\"\"\"\""), TEXT("aaa|b\"bb|\""), false },              // rule 7
    { TEXT(",\n\"\",\"\"\n"), TEXT("|/|"), false },
    { TEXT("\xEF\xBB\xBF\"a\",b\n"), TEXT("a|b"), false },
    { TEXT("a\n\n\r\nb\n\n"), TEXT("a/b"), false },
    { TEXT("a\n\"\"\nb"), TEXT("a//b"), false }, // quoted: no empty line
    { TEXT("a,b\"c\n"), TEXT(""), true },
    { TEXT("x\n\"a\"b\n"), TEXT("x"), true },
    { TEXT("x\n\"a\nb"), TEXT("x"), true },
    { TEXT("x\n\"a\"\"\n"), TEXT("x"), true },
    { TEXT("a\rb\n"), TEXT(""), true },
    { TEXT("a\r"), TEXT(""), true },
    { TEXT("\"a\"\rb"), TEXT(""), true },
};

static void csv_reads(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        const char *fault;
        buffer_init(&out, 1024);
        read_all(cases[i].input, arena, &out, &fault);
        text have = buffer_text(&out);
        if (!text_equal(have, cases[i].rows) || (fault != NULL) != cases[i].faulty) {
            fail_msg("case %d: read \"" TEXT_FMT "\", fault %s", (int)i, TEXT_ARG(have),
                     fault != NULL ? fault : "none");
        }
        buffer_release(&out);
    }
    arena_free(arena);
}

static void csv_says_where_a_row_stands(void **state)
{
    (void)state;
    text input = TEXT(
        "\xEF\xBB\xBF"
        "a,b\r\n\r\n\"c\nd\",e\nf");
    struct csv csv;
    struct csv_row row;
    static const struct {
        size_t from, len;
    } rows[] = { { 3, 5 }, { 10, 8 }, { 18, 1 } };
    csv_init(&csv, input, NULL);
    for (int i = 0; i < 3; i++) {
        assert_true(csv_next(&csv, &row));
        assert_int_equal(row.number, i + 1);
        assert_int_equal(row.from, rows[i].from);
        assert_int_equal(row.len, rows[i].len);
    }
    assert_false(csv_next(&csv, &row));
}

// `count` fields of `len` bytes each in one row: is it read?
static bool takes(int count, size_t len, bool quoted)
{
    struct buffer input;
    struct csv csv;
    struct csv_row row;
    buffer_init(&input, 256 * 1024);
    for (int i = 0; i < count; i++) {
        buffer_append_text(&input, i > 0 ? TEXT(",") : TEXT(""));
        buffer_append_text(&input, quoted ? TEXT("\"") : TEXT(""));
        memset(buffer_extend(&input, len), 'x', len);
        buffer_append_text(&input, quoted ? TEXT("\"") : TEXT(""));
    }
    csv_init(&csv, buffer_text(&input), NULL);
    bool taken = csv_next(&csv, &row);
    assert_true(taken == (csv.fault == NULL));
    buffer_release(&input);
    return taken;
}

static void csv_keeps_its_bounds(void **state)
{
    (void)state;
    assert_true(takes(CSV_FIELD_COUNT_MAX, 1, false));
    assert_false(takes(CSV_FIELD_COUNT_MAX + 1, 1, false));
    assert_true(takes(1, CSV_FIELD_LEN_MAX, false));
    assert_false(takes(1, CSV_FIELD_LEN_MAX + 1, false));
    assert_true(takes(1, CSV_FIELD_LEN_MAX, true));
    assert_false(takes(1, CSV_FIELD_LEN_MAX + 1, true));
    assert_true(takes(4, CSV_ROW_LEN_MAX / 4 - 1, false));
    assert_false(takes(5, CSV_ROW_LEN_MAX / 4 - 1, false));
}

static void csv_writes_what_it_reads(void **state)
{
    (void)state;
    static const struct {
        text field, written;
    } fields[] = {
        { TEXT("plain"), TEXT("plain") },   { TEXT(""), TEXT("") },
        { TEXT("a,b"), TEXT("\"a,b\"") },   { TEXT("say \"so\""), TEXT("\"say \"\"so\"\"\"") },
        { TEXT("a\nb"), TEXT("\"a\nb\"") },
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct buffer out;
        buffer_init(&out, 64);
        csv_write_field(&out, fields[i].field);
        assert_true(text_equal(buffer_text(&out), fields[i].written));
        buffer_release(&out);
    }
}

// What OWASP, "CSV Injection", names as the beginning of a formula.
static void csv_writes_no_formula(void **state)
{
    (void)state;
    static const struct {
        text field, written;
    } fields[] = {
        { TEXT("=1+1"), TEXT("'=1+1") },     { TEXT("+49"), TEXT("'+49") }, { TEXT("-1"), TEXT("'-1") },
        { TEXT("@sum"), TEXT("'@sum") },     { TEXT("\tx"), TEXT("'\tx") }, { TEXT("\rx"), TEXT("\"'\rx\"") },
        { TEXT("=a,b"), TEXT("\"'=a,b\"") }, { TEXT("a=b"), TEXT("a=b") },  { TEXT(""), TEXT("") },
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct buffer out;
        buffer_init(&out, 64);
        csv_write_safe_field(&out, fields[i].field);
        assert_true(text_equal(buffer_text(&out), fields[i].written));
        buffer_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_reads),
        cmocka_unit_test(csv_says_where_a_row_stands),
        cmocka_unit_test(csv_keeps_its_bounds),
        cmocka_unit_test(csv_writes_what_it_reads),
        cmocka_unit_test(csv_writes_no_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
