/*
 * Every maximum in one place; docs/reference/limits.md is written from it. `_LEN` counts bytes, `_COUNT` elements.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* requests */
#define REQUEST_BODY_LEN_MAX            (256 * 1024)
#define REQUEST_IMPORT_LEN_MAX          (32 * 1024 * 1024)
#define REQUEST_PATH_LEN_MAX            2048
#define REQUEST_QUERY_LEN_MAX           4096
#define REQUEST_QUERY_COUNT_MAX         64 // name=value pairs
#define REQUEST_HEADER_COUNT_MAX        64
#define REQUEST_HEADER_LEN_MAX          (8 * 1024)
#define REQUEST_HEADER_SECONDS          30 // for all of the header to arrive
#define REQUEST_BODY_SECONDS            60 // for the body, and one more for each 64 KiB that has arrived
#define REQUEST_BODY_TOTAL_LEN_MAX      (512LL * 1024 * 1024) // of all requests at one time
#define REQUEST_FREE_COUNT_MAX          256                   // finished ones kept with their memory for the next
#define REPLY_BODY_LEN_MAX              (8 * 1024 * 1024)     // a larger one is a stream
#define REQUEST_ARENA_LEN_MAX           (4 * 1024 * 1024)
#define REQUEST_FAULT_COUNT_MAX         64
#define JSON_DEPTH_MAX                  8
#define JSON_VALUE_COUNT_MAX            16384 // in one document, keys counted too
#define PAGE_COUNT_DEFAULT              50
#define PAGE_COUNT_MAX                  200
#define CONNECTION_COUNT_MAX            12000
#define CONNECTION_IDLE_SECONDS         30
#define CONNECTION_MEMORY_LEN           (16 * 1024) // for a request's header and a piece of its body
#define CONNECTION_LINGER_COUNT_MAX     64 // refused uploads that are still drained, so that the client reads why
#define CONNECTION_LINGER_SECONDS       2
#define IDEMPOTENCY_KEY_LEN_MAX         255
#define IDEMPOTENCY_KEEP_MS             (24LL * 3600 * 1000)

/* executor */
#define EXECUTOR_QUEUE_COUNT_MAX        16384
#define EXECUTOR_BATCH_COUNT_SQLITE     512
#define EXECUTOR_BATCH_COUNT_POSTGRES   12 // up to five subtransactions a call; PostgreSQL caches 64
#define EXECUTOR_RETRY_COUNT_MAX        5

/* database */
#define DATABASE_STATEMENT_COUNT_MAX    512 // prepared and kept by a connection; one more drops those not in use
#define DATABASE_PARAMETER_COUNT_MAX    256
#define DATABASE_SAVEPOINT_COUNT_MAX    16 // different names of savepoints
#define DATABASE_VALUE_LEN_MAX          (64 * 1024 * 1024)

/* cards and numbers */
#define SERIES_CODE_LEN_MAX             50
#define SERIES_NAME_LEN_MAX             100
#define SERIES_COUNT_MAX                1000
#define NUMBER_PREFIX_LEN_MAX           50
#define NUMBER_LEN_MIN                  5
#define NUMBER_LEN_MAX                  150
#define NUMBER_PAYMENT_LEN_MIN          8
#define NUMBER_PAYMENT_LEN_MAX          19
#define NUMBER_BODY_DRAWN_DIGITS_MAX    18
#define NUMBER_BATCH_COUNT_MAX          100000000
#define NUMBER_REGISTER_COUNT_MAX       1000
#define PAN_TOKEN_WALK_COUNT_MAX        1000 // steps until a token is one; one in ten takes a second
#define LABEL_LEN_MAX                   50
#define PURPOSE_LEN_MAX                 200
#define REASON_LEN_MAX                  200
#define NAME_LEN_MAX                    100
#define EMAIL_LEN_MAX                   254
#define MOBILE_LEN_MAX                  16
#define EXTERNAL_ID_LEN_MAX             150
#define NICKNAME_LEN_MAX                50
#define CARDS_PER_CUSTOMER_MAX          100000
#define REPORT_DAY_COUNT_MAX            366 // of one report by days

/* organisations and customers */
#define ORGANIZATION_NUMBER_MAX         998
#define SETTINGS_DAYS_MAX               3650 // of a download window, and of a resting time
#define CUSTOMER_SEARCH_COUNT_MAX       50
#define CUSTOMER_SEARCH_COUNT_TYPED     10 // of a search as one types, unless more are asked for
#define CUSTOMER_SEARCH_LEN_MIN         2  // characters of a search as one types
#define CUSTOMER_SEARCH_LEN_MAX         200
#define CUSTOMER_NAME_PART_COUNT_MAX    8 // ways to part "first last" into two that a search tries

/* OTP */
#define OTP_DIGITS                      6
#define OTP_TRIES_MAX                   5
#define OTP_VALID_MS                    (10 * 60 * 1000)
#define OTP_RESEND_MS                   (30 * 1000)
#define OTP_PER_HOUR_MAX                10

/* people */
#define PASSWORD_LEN_MIN                12
#define PASSWORD_LEN_MAX                128
#define SIGN_IN_TRIES_MAX               10
#define SIGN_IN_LOCK_MS                 (30 * 60 * 1000)
#define SESSION_IDLE_MS                 (15 * 60 * 1000)
#define SESSION_MS                      (12LL * 3600 * 1000)
#define SESSION_TOUCH_MS                (60 * 1000)               // how often the use of a session is written down
#define USER_IDLE_MS                    (90LL * 24 * 3600 * 1000) // after that nobody signs in any more
#define PASSWORD_HISTORY_COUNT          4
#define TOTP_TRIES_MAX                  5 // wrong codes until setting up an authenticator app begins anew
#define PASSWORD_HASH_COUNT_MAX         4 // at one time; each takes 64 MiB

/* PINs */
#define PIN_DRAW_TRIES_MAX              32 // random PINs until one is not too weak; one in 70 is, of four digits

/* keys */
#define KEYRING_KEY_COUNT_MAX           16384
#define KEYRING_IDLE_PER_KEY_MAX        16   // contexts kept for one key between calls
#define KEYRING_IDLE_TABLES_MAX         64   // permutations kept as shuffled tables, up to 800 KB each
#define KEYRING_IDLE_NETWORKS_MAX       1024 // permutations kept as Feistel networks, a few KB each
#define KEYRING_LENT_COUNT_MAX          4096 // permutations lent at one time
#define UNLOCK_REFUSED_COUNT_MAX        10   // wrong entries while components are asked for; then the program ends
#define TOKEN_SLOT_COUNT_MAX            256  // slots with a token in one PKCS#11 library
#define KEY_ACTIVATION_DELAY_MS         (8 * 1000) // from a key's making to its use: all processes have seen it by then
#define KEY_GRACE_MS                    2000       // whoever took a house key as the current one may use it for so long
#define KEY_MAKING_MS_MAX               (2 * 1000) // of that delay; a new version that took longer to make is made again
#define KEY_SETTLING_MS                 (60 * 1000) // with several processes: then the last write under an old key is over
#define KEY_LEASE_MS                    (5 * 1000)       // with several processes: how old a view of the keys may be
#define KEY_REST_MS                     (10 * 60 * 1000) // a house key stays retired at least so long before it goes
#define KEY_REQUEST_REST_MS             (25LL * 3600 * 1000) // the key of idempotency records, which are kept 24 hours
#define KEY_REQUEST_COUNT_MAX           4                    // of its versions that are not destroyed
#define KEY_REWRITE_ROW_COUNT           200                  // rows of one write of a rotation
#define SECRET_SLAB_COUNT_MAX           8 // of 64 KiB locked memory, for 819 small secrets each; others take pages

/* the log */
#define LOG_LINE_LEN_MAX                4096 // with its newline; what a pipe takes in one piece
#define LOG_VALUE_LEN_MAX               1024 // of one value, escaped; the rest is cut off

/* jobs and delivery */
#define IMPORT_ROW_COUNT_MAX            1000000
#define IMPORT_CHUNK_ROW_COUNT          200 // rows of one write on SQLite, whose one writer others wait for
#define IMPORT_CHUNK_ROW_COUNT_POSTGRES 15  // up to four savepoints a row; PostgreSQL caches 64 subtransactions
#define CSV_FIELD_COUNT_MAX             32
#define CSV_FIELD_LEN_MAX               1024
#define CSV_ROW_LEN_MAX                 4096
#define JOB_ARENA_LEN_MAX               (16 * 1024 * 1024) // of the job runner
#define JOB_TRIES_MAX                   60 // of one chunk that meets a fault, with growing pauses; then the job fails
#define JOB_RESULT_COUNT_MAX            10000             // of one download of refused rows
#define AUDIT_FILE_COUNT_MAX            10000             // records of one export of the audit trail
#define AUDIT_FILE_LEN_MAX              (6 * 1024 * 1024) // after which no further record is begun
#define OUTBOX_BATCH_COUNT              64
#define OUTBOX_TRIES_MAX                8
#define OUTBOX_MESSAGE_LEN_MAX          4096        // address, subject and text together
#define OUTBOX_LEASE_MS                 (60 * 1000) // how long a message belongs to the sender that took it
#define DELIVERY_SECONDS                20          // for one message to be handed over
#define DELIVERY_STOP_MS                5000        // for what is under way when the server stops
#define DELIVERY_CONNECTION_COUNT_MAX   8           // at one time to one mail server or SMS gateway

/* test vectors of others */
#define SELFTEST_FILE_COUNT_MAX         1000 // in one folder
#define SELFTEST_FILE_LEN_MAX           (16 * 1024 * 1024)
#define SELFTEST_ROW_LEN_MAX            (64 * 1024)
#define SELFTEST_FIELD_LEN_MAX          (16 * 1024)

#endif
