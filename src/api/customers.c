#include "api/customers.h"

#include "base/limits.h"
#include "domain/card_availability.h"
#include "domain/customer_find.h"

#define C(member) offsetof(struct customer, member)

static const struct field fields[] = {
    { "id", FIELD_ID, C(id), FIELD_OUTPUT, .id_prefix = "cus", .help = "The customer's id." },
    { "external_id", FIELD_TEXT, C(external_id), FIELD_NULLABLE, .min = 1, .max = EXTERNAL_ID_LEN_MAX,
      .form = FORM_LINE, .help = "The organisation's own reference, unique. One of this, mobile and email is there." },
    { "first_name", FIELD_TEXT, C(first_name), FIELD_NULLABLE, .min = 1, .max = NAME_LEN_MAX, .form = FORM_LINE,
      .help = "First name." },
    { "last_name", FIELD_TEXT, C(last_name), FIELD_NULLABLE, .min = 1, .max = NAME_LEN_MAX, .form = FORM_LINE,
      .help = "Last name, or the name of a business." },
    { "mobile", FIELD_TEXT, C(mobile), FIELD_NULLABLE, .max = MOBILE_LEN_MAX, .form = FORM_MOBILE,
      .help = "Mobile number (E.164), unique." },
    { "email", FIELD_TEXT, C(email), FIELD_NULLABLE, .max = EMAIL_LEN_MAX, .form = FORM_EMAIL,
      .help = "Email address, kept in small letters, unique." },
    { "date_of_birth", FIELD_DATE, C(date_of_birth), FIELD_NULLABLE, .help = "Date of birth." },
    { "nationality", FIELD_TEXT, C(nationality), FIELD_NULLABLE, .form = FORM_COUNTRY,
      .help = "Country of nationality (ISO 3166-1 alpha-2)." },
    { "verification", FIELD_ENUM, C(verification), .names = verification_names,
      .help = "How far the person is verified; a new customer is verified (default) or pending." },
    { "next_verifications", FIELD_ENUM_SET, C(next_verifications), FIELD_OUTPUT, .names = verification_names,
      .help = "What the caller may make of the verification now." },
    { "card_counts.all", FIELD_INTEGER, C(cards_all), FIELD_OUTPUT,
      .help = "Cards in the customer's hands, closed ones left out." },
    { "card_counts.active", FIELD_INTEGER, C(cards_active), FIELD_OUTPUT,
      .help = "Those that count as active by the settings." },
    { "created_at", FIELD_TIME, C(created_ms), FIELD_OUTPUT, .help = "When it was made." },
    { "version", FIELD_INTEGER, C(version), .min = 0, .max = INT64_MAX,
      .help = "Rises with each change; sent with a change, it must be the current one." },
};

static const struct shape shape = SHAPE("Customer", struct customer, fields);

struct customer_query {
    struct page page;
};

static const struct field query_fields[] = { PAGE_FIELDS(struct customer_query) };

static const struct shape query_shape = SHAPE("CustomerQuery", struct customer_query, query_fields);

struct search_input {
    struct customer_search search;
    text number;
};

#define I(member) offsetof(struct search_input, member)

static const struct field search_fields[] = {
    { "mobile", FIELD_TEXT, I(search.mobile), .max = MOBILE_LEN_MAX, .form = FORM_MOBILE,
      .help = "The customer with this mobile number." },
    { "email", FIELD_TEXT, I(search.email), .max = EMAIL_LEN_MAX, .form = FORM_EMAIL,
      .help = "The customer with this email address." },
    { "external_id", FIELD_TEXT, I(search.external_id), .min = 1, .max = EXTERNAL_ID_LEN_MAX, .form = FORM_LINE,
      .help = "The customer with this reference." },
    { "name", FIELD_TEXT, I(search.name), .min = 1, .max = 2 * NAME_LEN_MAX + 1, .form = FORM_LINE,
      .help =
          "The beginning of a first or last name, or a first name and the beginning of a last name; capitals do not matter." },
    { "number", FIELD_TEXT, I(number), FIELD_SECRET, .form = FORM_CARD_NUMBER,
      .help = "The customer who has the card of this number." },
    { "text", FIELD_TEXT, I(search.typed), FIELD_SECRET, .min = CUSTOMER_SEARCH_LEN_MIN, .max = CUSTOMER_SEARCH_LEN_MAX,
      .help = "Whatever is at hand, as it is typed: a card number, or the beginning of an external id, a mobile number "
              "(\"+\", \"00\", blanks and dashes do not matter), an email address or a name. Found in this order." },
    { "limit", FIELD_INTEGER, I(search.limit), .min = 1, .max = CUSTOMER_SEARCH_COUNT_MAX,
      .help = "How many to return; 50 when left out, 10 of a search by text." },
};

static const struct shape search_shape = SHAPE("CustomerSearch", struct search_input, search_fields);

static status read_list(struct call *call)
{
    const struct customer_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct customer *found;
    const struct customer_filter filter = { limit + 1, query->page.after };
    TRY(customer_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status read_one(struct call *call)
{
    struct customer *customer = CALL_NEW(call, struct customer);
    if (customer == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(customer_get(call->work, customer, call->path_ids[0]));
    return reply_one(call, customer);
}

static status create(struct call *call)
{
    struct customer *customer = CALL_NEW(call, struct customer);
    if (customer == NULL) {
        return OUT_OF_MEMORY;
    }
    *customer = *(struct customer *)call->input;
    TRY(customer_create(call->work, customer));
    return reply_one(call, customer);
}

static status change(struct call *call)
{
    struct customer *customer = CALL_NEW(call, struct customer);
    if (customer == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(customer_lock(call->work, customer, call->path_ids[0]));
    customer->version = 0;
    shape_overlay(&shape, customer, call->input, call->present);
    TRY(customer_update(call->work, customer));
    return reply_one(call, customer);
}

// Exactly one way to search is to be named.
static status judge_search(struct call *call, const struct search_input *input)
{
    const struct {
        const char *name;
        text value;
    } ways[] = {
        { "mobile", input->search.mobile },
        { "email", input->search.email },
        { "external_id", input->search.external_id },
        { "name", input->search.name },
        { "number", input->number },
        { "text", input->search.typed },
    };
    int given = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (text_present(ways[i].value) && ++given > 1) {
            call_fault(call, ways[i].name, EXCLUSIVE_FIELDS);
        }
    }
    if (given == 0) {
        faults_add_message(&call->faults, TEXT(""), REQUIRED,
                           "Give one of mobile, email, external_id, name, number and text.");
    }
    return given == 1 ? OK : INVALID_INPUT;
}

// A number that leads to nobody, whatever the reason, finds nobody.
static status search_number(struct call *call, text number)
{
    int64_t id = 0;
    struct customer *found = CALL_NEW(call, struct customer);
    if (found == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = card_customer_by_number(call->work, number, &id);
    if (result == OK) {
        result = customer_get(call->work, found, id);
    }
    if (result != OK && status_is_fault(result)) {
        return result;
    }
    return reply_list(call, found, sizeof *found, result == OK ? 1 : 0, 0);
}

static status search(struct call *call)
{
    const struct search_input *input = call->input;
    TRY(judge_search(call, input));
    if (text_present(input->number)) {
        return search_number(call, input->number);
    }
    struct customer_search by = input->search;
    if (by.limit == INTEGER_NONE) {
        by.limit = text_present(by.typed) ? CUSTOMER_SEARCH_COUNT_TYPED : CUSTOMER_SEARCH_COUNT_MAX;
    }
    struct customer *found;
    int count = 0;
    TRY(customer_search(call->work, &found, &count, &by));
    return reply_list(call, found, sizeof *found, count, 0);
}

static const struct operation rows[] = {
    { "GET", "/v1/customers", READ, MAY_READ_CUSTOMERS, read_list, .query = &query_shape, .out = &shape, .list = true,
      .id = "customer_list", .tag = "Customers", .help = "List customers, newest first." },
    { "POST", "/v1/customers", WRITE, MAY_CHANGE_CUSTOMERS, create, .in = &shape, .out = &shape, .success = 201,
      .audit = "customer.created", .event = "customer.created", .outcomes = { CUSTOMER_EXISTS },
      .id = "customer_create", .tag = "Customers", .help = "Make a customer." },
    { "POST", "/v1/customers/search", READ, MAY_READ_CUSTOMERS, search, .in = &search_shape, .out = &shape,
      .list = true, .id = "customer_search", .tag = "Customers",
      .help =
          "Find customers by mobile, email, external id, name or card number, or by a text that may be any of them." },
    { "GET", "/v1/customers/{cus_id}", READ, MAY_READ_CUSTOMERS, read_one, .out = &shape,
      .outcomes = { CUSTOMER_NOT_FOUND }, .id = "customer_get", .tag = "Customers", .help = "Read a customer." },
    { "PATCH", "/v1/customers/{cus_id}", WRITE, MAY_CHANGE_CUSTOMERS, change, .in = &shape, .patch = true,
      .out = &shape, .audit = "customer.changed", .event = "customer.changed",
      .outcomes = { CUSTOMER_NOT_FOUND, CUSTOMER_EXISTS, TRANSITION_NOT_ALLOWED, VERSION_CONFLICT },
      .id = "customer_update", .tag = "Customers", .help = "Change a customer; null removes a contact." },
};

const struct operation_table customer_operations = OPERATION_TABLE(rows);
