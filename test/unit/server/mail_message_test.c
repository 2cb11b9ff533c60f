#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/mail_message.h"

static text written(struct buffer *out, const struct mail_message *message)
{
    buffer_init(out, 65536);
    assert_int_equal(mail_message_write(out, message), OK);
    return buffer_text(out);
}

// The whole text, by hand: 1800000000 is 2027-01-15T08:00:00Z, a Friday.
static void test_whole(void **state)
{
    (void)state;
    static const char expected[] =
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"
        "From: <cards@shop.example>\r\n"
        "To: <asha@example.com>\r\n"
        "Message-ID: <0000000000001@shop.example>\r\n"
        "Subject: Your code\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "123456 is it =3D done\r\n";
    struct buffer out;
    text mail = written(&out, &(struct mail_message){ .from = TEXT("cards@shop.example"),
                                                      .to = TEXT("asha@example.com"),
                                                      .subject = TEXT("Your code"),
                                                      .body = TEXT("123456 is it = done"),
                                                      .id = 1,
                                                      .now_ms = 1800000000000LL });
    assert_int_equal(mail.len, sizeof expected - 1);
    assert_memory_equal(mail.at, expected, mail.len);
    buffer_release(&out);
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *body, *encoded;
    } cases[] = {
        { "", "\r\n" },
        { "h\xC3\xA9", "h=C3=A9\r\n" },
        { "one\ntwo ", "one\r\ntwo=20\r\n" },
        { "one \ntwo", "one=20\r\ntwo\r\n" },
        { "a\rb\tc", "a=0Db=09c\r\n" },
        // 75 characters and the soft break
        { "123456789012345678901234567890123456789012345678901234567890123456789012345678",
          "123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n678\r\n" },
        { "12345678901234567890123456789012345678901234567890123456789012345678901234=5",
          "12345678901234567890123456789012345678901234567890123456789012345678901234=\r\n=3D5\r\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        text mail = written(&out, &(struct mail_message){ .from = TEXT("a@b.example"),
                                                          .to = TEXT("c@d.example"),
                                                          .subject = TEXT("s"),
                                                          .body = text_of(cases[i].body) });
        assert_true(text_ends_with(mail, text_of(cases[i].encoded)));
        const char *blank = memmem(mail.at, mail.len, "\r\n\r\n", 4);
        assert_non_null(blank);
        assert_true((size_t)(mail.at + mail.len - blank - 4) == strlen(cases[i].encoded));
        buffer_release(&out);
    }
}

static void test_subjects(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *header;
    } cases[] = {
        { "Your code", "Subject: Your code\r\nAuto" },
        { "caf\xC3\xA9 au lait", "Subject: =?UTF-8?Q?caf=C3=A9=20au=20lait?=\r\nAuto" },
        { "x\r\nBcc: eve@evil.example", "Subject: =?UTF-8?Q?x=0D=0ABcc=3A=20eve=40evil=2Eexample?=\r\nAuto" },
        { "=?UTF-8?Q?x?=", "Subject: =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fx=3F=3D?=\r\nAuto" },
        { "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC",
          "Subject: =?UTF-8?Q?=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC?=\r\n =?UTF-8?Q?=E2=82=AC?=\r\nAuto" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        text mail = written(&out, &(struct mail_message){ .from = TEXT("a@b.example"),
                                                          .to = TEXT("c@d.example"),
                                                          .subject = text_of(cases[i].subject),
                                                          .body = TEXT("b") });
        assert_non_null(memmem(mail.at, mail.len, cases[i].header, strlen(cases[i].header)));
        buffer_release(&out);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool plain;
    } cases[] = {
        { "asha@example.com", true },
        { "a.b+tag-1_x'y@sub.example.co.in", true },
        { "", false },
        { "asha", false },
        { "@example.com", false },
        { "asha@", false },
        { "a@b@c", false },
        { "asha@example.com\r\nBcc: eve@evil.example", false },
        { "asha@example.com\nX", false },
        { "asha@example.com>", false },
        { "<asha@example.com>", false },
        { "asha rao@example.com", false },
        { "a@b.example,c@d.example", false },
        { "a@b.example;c", false },
        { "a@b.example\x7F", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        text address = text_of(cases[i].address);
        assert_int_equal(mail_address_is_plain(address), cases[i].plain);
        buffer_init(&out, 65536);
        status expected = cases[i].plain ? OK : INVALID_TEXT;
        const struct mail_message to = {
            .from = TEXT("a@b.example"), .to = address, .subject = TEXT("s"), .body = TEXT("b")
        };
        const struct mail_message from = {
            .from = address, .to = TEXT("a@b.example"), .subject = TEXT("s"), .body = TEXT("b")
        };
        assert_int_equal(mail_message_write(&out, &to), expected);
        assert_int_equal(mail_message_write(&out, &from), expected);
        assert_int_equal(out.len > 0, cases[i].plain);
        buffer_release(&out);
    }
    assert_false(mail_address_is_plain(TEXT_ABSENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
