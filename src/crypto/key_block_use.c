#include "crypto/key_block_use.h"

#include <assert.h>
#include <string.h>

enum { CODE_COUNT_MAX = 16 };

struct code {
    char code;
    const char *name;
    const char *operations; // of a mode: one letter each, see `letters`
};

static const struct code algorithms[CODE_COUNT_MAX] = {
    { 'A', "AES", NULL }, { 'D', "DES", NULL }, { 'E', "elliptic curve", NULL }, { 'H', "HMAC", NULL },
    { 'R', "RSA", NULL }, { 'S', "DSA", NULL }, { 'T', "triple DES", NULL },
};

// By enum key_operation: encrypt, decrypt, generate, verify, derive, sign.
static const char letters[] = "edgvxs";

static const struct code modes[CODE_COUNT_MAX] = {
    { 'B', "encrypt and decrypt", "ed" },
    { 'C', "generate and verify", "gv" },
    { 'D', "decrypt", "d" },
    { 'E', "encrypt", "e" },
    { 'G', "generate", "g" },
    { 'N', "no restriction beside the usage", letters },
    { 'S', "sign", "s" },
    { 'T', "sign and decrypt", "sd" },
    { 'V', "verify", "v" },
    { 'X', "derive", "x" },
    { 'Y', "make variants", "" },
};

static const struct code exportabilities[CODE_COUNT_MAX] = {
    { 'E', "under a key block", NULL },
    { 'N', "not exportable", NULL },
    { 'S', "sensitive: exportable, also in other forms", NULL },
};

// Beside these modes, 'N' goes with every usage.
static const struct {
    char usage[3];
    const char *name, *algorithms, *modes;
} usages[] = {
    { "B0", "base derivation (DUKPT)", "AT", "X" },
    { "B1", "initial key (DUKPT)", "AT", "X" },
    { "B2", "base key variant", "AT", "X" },
    { "B3", "key derivation", "AHT", "X" },
    { "C0", "card verification", "AT", "CGV" },
    { "D0", "data encryption", "ADT", "BDE" },
    { "D1", "asymmetric data encryption", "ER", "BDE" },
    { "D2", "decimalisation table", "AT", "BDE" },
    { "D3", "sensitive data encryption", "AT", "BDE" },
    { "E0", "EMV master key: application cryptograms", "AT", "X" },
    { "E1", "EMV master key: confidentiality", "AT", "X" },
    { "E2", "EMV master key: integrity", "AT", "X" },
    { "E3", "EMV master key: data authentication code", "AT", "CGVX" },
    { "E4", "EMV master key: dynamic numbers", "AT", "X" },
    { "E5", "EMV master key: card personalisation", "AT", "BDEX" },
    { "E6", "EMV master key: other", "AT", "BCDEGVX" },
    { "I0", "initialisation vector", "ADT", "" },
    { "K0", "key encryption", "AERT", "BDE" },
    { "K1", "key block protection", "AT", "BDE" },
    { "K2", "asymmetric key transport (TR-34)", "ER", "BDE" },
    { "K3", "asymmetric key agreement", "E", "X" },
    { "K4", "key block protection (ISO 20038)", "AT", "BDE" },
    { "M0", "MAC: ISO 16609 algorithm 1", "T", "CGV" },
    { "M1", "MAC: ISO 9797-1 algorithm 1", "ADT", "CGV" },
    { "M2", "MAC: ISO 9797-1 algorithm 2", "ADT", "CGV" },
    { "M3", "MAC: ISO 9797-1 algorithm 3", "DT", "CGV" },
    { "M4", "MAC: ISO 9797-1 algorithm 4", "ADT", "CGV" },
    { "M5", "MAC: ISO 9797-1:1999 algorithm 5", "ADT", "CGV" },
    { "M6", "MAC: ISO 9797-1:2011 algorithm 5 (CMAC)", "AT", "CGV" },
    { "M7", "MAC: HMAC", "H", "CGV" },
    { "M8", "MAC: ISO 9797-1:2011 algorithm 6", "ADT", "CGV" },
    { "P0", "PIN encryption", "AT", "BDE" },
    { "P1", "PIN generation", "AT", "G" },
    { "S0", "signature", "ERS", "STV" },
    { "S1", "signature of a certificate authority", "ERS", "STV" },
    { "S2", "signature outside X9.24", "ERS", "STV" },
    { "V0", "PIN verification: other", "AT", "CGV" },
    { "V1", "PIN verification: IBM 3624", "AT", "CGV" },
    { "V2", "PIN verification: Visa PVV", "AT", "CGV" },
    { "V3", "PIN verification: X9.132 algorithm 1", "AT", "CGV" },
    { "V4", "PIN verification: X9.132 algorithm 2", "AT", "CGV" },
    { "V5", "PIN verification: X9.132 algorithm 3", "AT", "CGV" },
};

enum { USAGE_COUNT = sizeof usages / sizeof usages[0] };

static int usage_row(const char usage[2])
{
    for (int i = 0; i < USAGE_COUNT; i++) {
        if (memcmp(usages[i].usage, usage, 2) == 0) {
            return i;
        }
    }
    return -1;
}

static const struct code *find(const struct code codes[CODE_COUNT_MAX], char code)
{
    for (int i = 0; codes[i].code != 0; i++) {
        if (codes[i].code == code) {
            return &codes[i];
        }
    }
    return NULL;
}

static const char *name_of(const struct code *code)
{
    return code == NULL ? NULL : code->name;
}

const char *key_block_usage_name(const char usage[2])
{
    int row = usage_row(usage);
    return row < 0 ? NULL : usages[row].name;
}

const char *key_block_algorithm_name(char algorithm)
{
    return name_of(find(algorithms, algorithm));
}

const char *key_block_mode_name(char mode)
{
    return name_of(find(modes, mode));
}

const char *key_block_exportability_name(char exportability)
{
    return name_of(find(exportabilities, exportability));
}

static bool holds(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

bool key_block_header_regular(const struct key_block_header *header)
{
    int row = usage_row(header->usage);
    return row >= 0 && holds(usages[row].algorithms, header->algorithm) &&
           (header->mode == 'N' || holds(usages[row].modes, header->mode)) &&
           find(exportabilities, header->exportability) != NULL;
}

bool key_block_permits(const struct key_block_header *header, const char *usage, enum key_operation operation)
{
    assert(strlen(usage) == sizeof header->usage && (size_t)operation < strlen(letters));
    const struct code *mode = find(modes, header->mode);
    return memcmp(header->usage, usage, sizeof header->usage) == 0 && mode != NULL &&
           holds(mode->operations, letters[operation]);
}

bool key_block_exportable(const struct key_block_header *header)
{
    return header->exportability == 'E' || header->exportability == 'S';
}
