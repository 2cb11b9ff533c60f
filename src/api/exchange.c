#include "api/exchange.h"

#include <assert.h>

void exchange_header(struct exchange *exchange, const char *name, text value)
{
    assert(exchange->reply_header_count < EXCHANGE_HEADER_COUNT_MAX);
    exchange->reply_headers[exchange->reply_header_count].name = name;
    exchange->reply_headers[exchange->reply_header_count].value = value;
    exchange->reply_header_count++;
}
