#include "base/text_form.h"

#include <string.h>

#include "base/limits.h"

enum { EMAIL_LOCAL_LEN_MAX = 64, EMAIL_LABEL_LEN_MAX = 63, MOBILE_DIGITS_MIN = 7, MOBILE_DIGITS_MAX = 15 };

// ISO 3166-1 alpha-2, the officially assigned codes.
static const char countries[] =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICK"
    "CLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGS"
    "GTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULV"
    "LYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPM"
    "PNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTR"
    "TTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_code(char c)
{
    return is_alphanumeric(c) || c == '-' || c == '_';
}

static bool is_label(char c)
{
    return is_alphanumeric(c) || c == '-';
}

static bool is_atext(char c) // RFC 5322, 3.2.3
{
    return is_alphanumeric(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool all(text t, bool (*is)(char))
{
    for (size_t i = 0; i < t.len; i++) {
        if (!is(t.at[i])) {
            return false;
        }
    }
    return true;
}

/* The code point of one whole UTF-8 sequence. */
static uint32_t code_point(const char *at, size_t len)
{
    const unsigned char *byte = (const unsigned char *)at;
    uint32_t value = len == 1 ? byte[0] : byte[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        value = value << 6 | (byte[i] & 0x3Fu);
    }
    return value;
}

/* The white space that remains when control characters and separators of lines are out: Zs, and the byte order mark. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000 || c == 0xFEFF;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

bool text_is_line(text t)
{
    if (text_empty(t)) {
        return false;
    }
    size_t first_len = 1;
    while (first_len < t.len && is_continuation(t.at[first_len])) {
        first_len++;
    }
    size_t last = t.len - 1;
    while (last > 0 && is_continuation(t.at[last])) {
        last--;
    }
    return !is_blank(code_point(t.at, first_len)) && !is_blank(code_point(t.at + last, t.len - last));
}

static bool is_email_local(text t)
{
    text rest = t, atom;
    if (t.len == 0 || t.len > EMAIL_LOCAL_LEN_MAX) {
        return false;
    }
    while (text_split(&rest, '.', &atom)) {
        if (atom.len == 0 || !all(atom, is_atext)) {
            return false;
        }
    }
    return true;
}

static bool is_email_domain(text t)
{
    text rest = t, label = TEXT_ABSENT;
    int label_count = 0;
    while (text_split(&rest, '.', &label)) {
        if (label.len == 0 || label.len > EMAIL_LABEL_LEN_MAX || !all(label, is_label) || label.at[0] == '-' ||
            label.at[label.len - 1] == '-') {
            return false;
        }
        label_count++;
    }
    // One label is a host of somebody's own; digits at the end make it an IP address.
    return label_count >= 2 && !text_is_digits(label);
}

/* RFC 5321 as far as an address can be delivered to by anyone: dot-atoms of ASCII, and a domain of the public tree. */
bool text_is_email(text t)
{
    int64_t at = text_find(t, '@');
    if (at < 0 || t.len > EMAIL_LEN_MAX) {
        return false;
    }
    size_t local_len = (size_t)at;
    return is_email_local(text_slice(t, 0, local_len)) && is_email_domain(text_slice(t, local_len + 1, t.len));
}

bool text_is_mobile(text t) // E.164: no country code begins with 0
{
    text digits = text_slice(t, 1, t.len);
    return t.len > 1 && t.at[0] == '+' && digits.len >= MOBILE_DIGITS_MIN && digits.len <= MOBILE_DIGITS_MAX &&
           digits.at[0] != '0' && all(digits, is_digit);
}

bool text_is_country(text t)
{
    for (size_t i = 0; t.len == 2 && i < sizeof countries - 1; i += 2) {
        if (memcmp(countries + i, t.at, 2) == 0) {
            return true;
        }
    }
    return false;
}

bool text_is_code(text t)
{
    return all(t, is_code);
}

bool text_is_alphanumeric(text t)
{
    return all(t, is_alphanumeric);
}

bool text_is_card_number(text t)
{
    return t.len >= NUMBER_LEN_MIN && t.len <= NUMBER_LEN_MAX && all(t, is_alphanumeric);
}
