-- Times are Unix milliseconds, dates days since 1970-01-01, booleans 0 and 1, enumerations the index of their C enum.

CREATE TABLE lane (
    id              INTEGER PRIMARY KEY,
    holder          INTEGER NOT NULL,
    until_ms        INTEGER NOT NULL,
    audit_sequence  INTEGER NOT NULL,
    audit_hash      BLOB NOT NULL,
    event_sequence  INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    lane            INTEGER NOT NULL,
    sequence        INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    organization_id INTEGER NOT NULL,
    actor_kind      INTEGER NOT NULL,
    actor_id        INTEGER NOT NULL,
    actor_name      TEXT,
    channel         INTEGER NOT NULL,
    peer            TEXT,
    request_id      TEXT,
    action          TEXT NOT NULL,
    subject_type    TEXT,
    subject_id      INTEGER NOT NULL,
    result          TEXT NOT NULL,
    detail          TEXT,
    hash            BLOB NOT NULL,
    PRIMARY KEY (lane, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_time ON audit (organization_id, at_ms, lane, sequence);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows never change'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

CREATE TABLE event (
    lane            INTEGER NOT NULL,
    sequence        INTEGER NOT NULL,
    organization_id INTEGER NOT NULL,
    type            TEXT NOT NULL,
    subject_type    TEXT,
    subject_id      INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    data            TEXT,
    PRIMARY KEY (lane, sequence)
) STRICT, WITHOUT ROWID;

-- The publisher numbers events without gaps, a run at a time.
CREATE TABLE event_run (
    first_number    INTEGER PRIMARY KEY,
    lane            INTEGER NOT NULL,
    first_sequence  INTEGER NOT NULL,
    count           INTEGER NOT NULL
) STRICT;

CREATE INDEX event_run_by_lane ON event_run (lane, first_sequence);

CREATE TABLE idempotency (
    id              INTEGER PRIMARY KEY,
    key_hash        BLOB NOT NULL UNIQUE,
    fingerprint     BLOB NOT NULL,
    http_status     INTEGER NOT NULL,
    body            TEXT
) STRICT;

CREATE TABLE organization (
    id              INTEGER PRIMARY KEY,
    number          INTEGER NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    country         TEXT,
    currency        TEXT,
    time_zone       TEXT,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    organization_id   INTEGER PRIMARY KEY REFERENCES organization (id),
    issuing_source_id INTEGER,
    otp_enabled       INTEGER NOT NULL,
    otp_channel       INTEGER NOT NULL,
    max_cards         INTEGER,
    max_active_cards  INTEGER,
    active_statuses   INTEGER NOT NULL,
    download_days     INTEGER NOT NULL,
    resting_days      INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE status_label (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    label           TEXT NOT NULL,
    status          INTEGER NOT NULL,
    is_default      INTEGER NOT NULL,
    retired         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX status_label_name ON status_label (organization_id, label);
CREATE UNIQUE INDEX status_label_default ON status_label (organization_id, status) WHERE is_default = 1;

CREATE TABLE source (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    name            TEXT NOT NULL,
    account         TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX source_name ON source (organization_id, name, account);

CREATE TABLE user_account (
    id                  INTEGER PRIMARY KEY,
    organization_id     INTEGER NOT NULL REFERENCES organization (id),
    name                TEXT NOT NULL UNIQUE,
    role                INTEGER NOT NULL,
    password_hash       TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    must_change         INTEGER NOT NULL,
    failed_count        INTEGER NOT NULL,
    locked_until        INTEGER NOT NULL,
    disabled            INTEGER NOT NULL,
    last_seen_at        INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL
) STRICT;

CREATE TABLE user_password (
    user_id         INTEGER NOT NULL REFERENCES user_account (id),
    created_at      INTEGER NOT NULL,
    password_hash   TEXT NOT NULL,
    PRIMARY KEY (user_id, created_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id              INTEGER PRIMARY KEY,
    token_hash      BLOB NOT NULL UNIQUE,
    csrf_hash       BLOB NOT NULL,
    user_id         INTEGER NOT NULL REFERENCES user_account (id),
    created_at      INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,
    ended_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_key (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    name            TEXT NOT NULL,
    prefix          TEXT NOT NULL,
    token_hash      BLOB NOT NULL UNIQUE,
    role            INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    revoked_at      INTEGER
) STRICT;

-- Working keys, each wrapped under the master key (X9.143 version D).
CREATE TABLE key_block (
    id              INTEGER PRIMARY KEY,
    key_use         TEXT NOT NULL,
    version         INTEGER NOT NULL,
    block           TEXT NOT NULL,
    check_value     BLOB NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE series (
    id                  INTEGER PRIMARY KEY,
    organization_id     INTEGER NOT NULL REFERENCES organization (id),
    code                TEXT NOT NULL,
    name                TEXT NOT NULL,
    type                INTEGER NOT NULL,
    kind                INTEGER NOT NULL,
    prefix              TEXT NOT NULL,
    suffix              TEXT NOT NULL,
    length              INTEGER NOT NULL,
    method              INTEGER NOT NULL,
    check_digit         INTEGER NOT NULL,
    start               INTEGER NOT NULL,
    generation          INTEGER NOT NULL,
    key_id              INTEGER NOT NULL REFERENCES key_block (id),
    permutation_version INTEGER NOT NULL,
    space               INTEGER NOT NULL,
    drawn               INTEGER NOT NULL,
    max_cards           INTEGER,
    max_active_cards    INTEGER,
    expiry_after        INTEGER,
    expiry_unit         INTEGER NOT NULL,
    active              INTEGER NOT NULL,
    verified_only       INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    CHECK (drawn >= 0 AND drawn <= space)
) STRICT;

CREATE UNIQUE INDEX series_code ON series (organization_id, code);
CREATE INDEX series_length ON series (organization_id, length);

CREATE TABLE number_batch (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    series_id       INTEGER NOT NULL REFERENCES series (id),
    first           INTEGER NOT NULL,
    span            INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    label_id        INTEGER NOT NULL REFERENCES status_label (id),
    purpose         TEXT,
    created_at      INTEGER NOT NULL,
    created_by      TEXT NOT NULL,
    download_until  INTEGER NOT NULL,
    downloads       INTEGER NOT NULL,
    issued_count    INTEGER NOT NULL,
    voided_at       INTEGER
) STRICT;

CREATE UNIQUE INDEX number_batch_interval ON number_batch (series_id, first);
CREATE INDEX number_batch_list ON number_batch (organization_id, id);

CREATE TABLE customer (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    external_id     TEXT,
    first_name      TEXT,
    last_name       TEXT,
    first_folded    TEXT,
    last_folded     TEXT,
    mobile          TEXT,
    email           TEXT,
    date_of_birth   INTEGER,
    nationality     TEXT,
    verification    INTEGER NOT NULL,
    cards_inactive  INTEGER NOT NULL,
    cards_active    INTEGER NOT NULL,
    cards_suspended INTEGER NOT NULL,
    cards_blocked   INTEGER NOT NULL,
    cards_expired   INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX customer_mobile ON customer (organization_id, mobile) WHERE mobile IS NOT NULL;
CREATE UNIQUE INDEX customer_email ON customer (organization_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX customer_external ON customer (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customer_first_name ON customer (organization_id, first_folded, last_folded) WHERE first_folded IS NOT NULL;
CREATE INDEX customer_last_name ON customer (organization_id, last_folded) WHERE last_folded IS NOT NULL;

CREATE TABLE customer_series (
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    series_id       INTEGER NOT NULL REFERENCES series (id),
    cards_inactive  INTEGER NOT NULL,
    cards_active    INTEGER NOT NULL,
    cards_suspended INTEGER NOT NULL,
    cards_blocked   INTEGER NOT NULL,
    cards_expired   INTEGER NOT NULL,
    PRIMARY KEY (customer_id, series_id)
) STRICT, WITHOUT ROWID;

-- A number somebody else made. series_index: its place in a series that also draws, which then skips it.
CREATE TABLE registered_number (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    series_id       INTEGER NOT NULL REFERENCES series (id),
    series_index    INTEGER,
    lookup          BLOB NOT NULL UNIQUE,
    sealed          BLOB NOT NULL,
    seal_key_id     INTEGER NOT NULL,
    lookup_key_id   INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX registered_number_index ON registered_number (series_id, series_index) WHERE series_index IS NOT NULL;

-- One row for each card. `current` is 0 once its number went to a later card.
CREATE TABLE card (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    series_id       INTEGER NOT NULL REFERENCES series (id),
    series_index    INTEGER,
    registered_id   INTEGER,
    number_check    INTEGER NOT NULL,
    current         INTEGER NOT NULL,
    batch_id        INTEGER,
    customer_id     INTEGER,
    status          INTEGER NOT NULL,
    label_id        INTEGER NOT NULL,
    issued_at       INTEGER,
    expires_on      INTEGER,
    resting_until   INTEGER,
    external_id     TEXT,
    nickname        TEXT,
    source_id       INTEGER,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX card_number ON card (series_id, series_index) WHERE current = 1 AND series_index IS NOT NULL;
CREATE UNIQUE INDEX card_registered ON card (registered_id) WHERE current = 1 AND registered_id IS NOT NULL;
CREATE INDEX card_customer ON card (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX card_external ON card (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX card_expiry ON card (expires_on, id) WHERE expires_on IS NOT NULL AND status IN (1, 2, 3, 4);

CREATE TABLE card_history (
    card_id         INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    action          TEXT NOT NULL,
    actor_kind      INTEGER NOT NULL,
    actor_id        INTEGER NOT NULL,
    actor_name      TEXT,
    channel         INTEGER NOT NULL,
    customer_id     INTEGER,
    old_status      INTEGER,
    new_status      INTEGER NOT NULL,
    old_label_id    INTEGER,
    new_label_id    INTEGER NOT NULL,
    reason          INTEGER NOT NULL,
    note            TEXT,
    PRIMARY KEY (card_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE otp_challenge (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    purpose         INTEGER NOT NULL,
    request_hash    BLOB NOT NULL,
    label_id        INTEGER,
    code_hash       BLOB NOT NULL,
    tries           INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER,
    channel         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX otp_challenge_customer ON otp_challenge (customer_id, id);

-- Messages that wait to be sent; `sealed` is erased when they are delivered or too late.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    channel         INTEGER NOT NULL,
    subject_type    TEXT NOT NULL,
    subject_id      INTEGER NOT NULL,
    sealed          BLOB,
    key_id          INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    tries           INTEGER NOT NULL,
    next_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    error           TEXT,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_waiting ON outbox (next_at, id) WHERE state = 0;

CREATE TABLE job (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    total           INTEGER NOT NULL,
    done            INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    actor_kind      INTEGER NOT NULL,
    actor_id        INTEGER NOT NULL,
    actor_name      TEXT,
    permissions     INTEGER NOT NULL,
    options         TEXT,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER
) STRICT;

CREATE INDEX job_list ON job (organization_id, id);
CREATE INDEX job_open ON job (id) WHERE state IN (0, 1);

-- Rows of a file that wait for their job, sealed; erased when done. results: JSON, one entry a row, without numbers.
CREATE TABLE job_chunk (
    job_id          INTEGER NOT NULL REFERENCES job (id),
    sequence        INTEGER NOT NULL,
    first_row       INTEGER NOT NULL,
    row_count       INTEGER NOT NULL,
    sealed          BLOB,
    key_id          INTEGER NOT NULL,
    results         TEXT,
    PRIMARY KEY (job_id, sequence)
) STRICT, WITHOUT ROWID;
