#include "api/operation.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"

bool call_has(const struct call *call, const char *field)
{
    const struct shape *shape = call->operation->in;
    for (int i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, field) == 0) {
            return (call->present >> i & 1) != 0;
        }
    }
    assert(!"the field is in the shape");
    return false;
}

bool call_may(const struct call *call, enum permission permission)
{
    return permission_held(call->actor.permissions, permission);
}

void *call_take(struct call *call, size_t size)
{
    return arena_take(call->exchange->arena, size);
}

status call_fault(struct call *call, const char *field, status code)
{
    return faults_add(&call->faults, text_of(field), code);
}

status reply_one(struct call *call, const void *object)
{
    call->reply_object = object;
    call->reply_status = call->operation->success != 0 ? call->operation->success : 200;
    return OK;
}

status reply_list(struct call *call, const void *items, size_t size, int count, int64_t next)
{
    assert(call->operation->list);
    call->reply_items = items;
    call->reply_item_size = size;
    call->reply_count = count;
    call->reply_next = next;
    call->reply_status = 200;
    return OK;
}

status reply_nothing(struct call *call)
{
    call->reply_status = 204;
    return OK;
}

int page_limit(const struct page *page)
{
    return page->limit == INTEGER_NONE || page->limit == 0 ? PAGE_COUNT_DEFAULT : (int)page->limit;
}
