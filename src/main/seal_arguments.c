#include "main/seal_arguments.h"

#include <string.h>

#include "keys/component.h"

#define KEY_LABEL_USUAL "cardwright-master"

static bool take_seal(enum master_key_seal *out, const char *word)
{
    for (int i = 0; master_key_seal_names[i] != NULL; i++) {
        if (strcmp(word, master_key_seal_names[i]) == 0) {
            *out = (enum master_key_seal)i;
            return true;
        }
    }
    fprintf(stderr, "cardwright: --seal takes mode, passphrase, components or pkcs11, not \"%s\"\n", word);
    return false;
}

static bool take_parts(int *out, const char *word)
{
    uint64_t count = COMPONENT_COUNT_MIN;
    if (word != NULL &&
        (!text_to_uint64(text_of(word), &count) || count < COMPONENT_COUNT_MIN || count > COMPONENT_COUNT_MAX)) {
        fprintf(stderr, "cardwright: --parts takes %d to %d\n", COMPONENT_COUNT_MIN, COMPONENT_COUNT_MAX);
        return false;
    }
    *out = (int)count;
    return true;
}

static bool take_label(char *out, size_t room, const char *flag, const char *word)
{
    if (word == NULL || word[0] == '\0') {
        fprintf(stderr, "cardwright: --seal pkcs11 needs %s\n", flag);
        return false;
    }
    if (strlen(word) >= room || text_has_control(text_of(word))) {
        fprintf(stderr, "cardwright: %s takes up to %zu printable characters\n", flag, room - 1);
        return false;
    }
    memcpy(out, word, strlen(word) + 1);
    return true;
}

static bool take_token(struct token_place *out, const struct arguments *arguments)
{
    const char *key = arguments->key != NULL ? arguments->key : KEY_LABEL_USUAL;
    return take_label(out->module, sizeof out->module, "--module", arguments->module) &&
           take_label(out->token, sizeof out->token, "--token", arguments->token) &&
           take_label(out->key, sizeof out->key, "--key", key);
}

// What is given for another seal than the one asked for was meant for something.
static bool is_misplaced(bool given, const char *flag, bool fits)
{
    if (given && !fits) {
        fprintf(stderr, "cardwright: %s does not go with this --seal\n", flag);
    }
    return given && !fits;
}

bool seal_arguments(struct master_key_place *out, const struct arguments *arguments, enum master_key_seal otherwise)
{
    *out = (struct master_key_place){ .seal = otherwise };
    if (arguments->seal != NULL && !take_seal(&out->seal, arguments->seal)) {
        return false;
    }
    bool by_token = out->seal == MASTER_KEY_BY_PKCS11, by_components = out->seal == MASTER_KEY_BY_COMPONENTS;
    if (is_misplaced(arguments->parts != NULL, "--parts", by_components) ||
        is_misplaced(arguments->module != NULL, "--module", by_token) ||
        is_misplaced(arguments->token != NULL, "--token", by_token) ||
        is_misplaced(arguments->key != NULL, "--key", by_token)) {
        return false;
    }
    return by_components ? take_parts(&out->part_count, arguments->parts)
           : by_token    ? take_token(&out->token, arguments)
                         : true;
}
