#include <inttypes.h>
#include <stdio.h>

#include "main/command.h"
#include "main/installation.h"
#include "store/audit.h"
#include "store/audit_heads.h"

static status verify(struct installation *installation, struct database *database, const char *heads)
{
    struct audit_break broken;
    int64_t count = 0, head_count = 0;
    status result = audit_verify(database, &broken, &count);
    if (result == AUDIT_BROKEN) {
        fprintf(stderr, "cardwright: audit: lane %" PRId64 ", record %" PRId64 ": %s\n", broken.lane, broken.sequence,
                broken.what);
        return result;
    }
    TRY(result);
    if (heads != NULL) {
        TRY(audit_heads_verify(database, installation->keyring, heads, &head_count, stderr));
    }
    printf("%" PRId64 " audit records verified, %" PRId64 " signed heads\n", count, head_count);
    return OK;
}

int command_audit_verify(const struct config *config, const struct arguments *arguments)
{
    struct installation installation;
    struct database *database;
    if (installation_open(&installation, config, INSTALLATION_READ, stderr) != OK) {
        return EXIT_REFUSED;
    }
    status result = reader_pool_take(installation.readers, &database);
    if (result == OK) {
        result = verify(&installation, database, arguments->heads);
        reader_pool_give(installation.readers, database, result);
    }
    if (status_is_fault(result)) {
        fprintf(stderr, "cardwright: %s\n", status_title(result));
    }
    installation_close(&installation);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}
