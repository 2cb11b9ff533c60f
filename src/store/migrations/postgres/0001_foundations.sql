-- Times are Unix milliseconds, dates days since 1970-01-01, booleans 0 and 1, enumerations the index of their C enum.

CREATE TABLE lane (
    id              BIGINT PRIMARY KEY,
    holder          BIGINT NOT NULL,
    until_ms        BIGINT NOT NULL,
    audit_sequence  BIGINT NOT NULL,
    audit_hash      BYTEA NOT NULL,
    event_sequence  BIGINT NOT NULL
);

CREATE TABLE audit (
    lane            BIGINT NOT NULL,
    sequence        BIGINT NOT NULL,
    at_ms           BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    actor_kind      BIGINT NOT NULL,
    actor_id        BIGINT NOT NULL,
    actor_name      TEXT COLLATE "C",
    channel         BIGINT NOT NULL,
    peer            TEXT COLLATE "C",
    request_id      TEXT COLLATE "C",
    action          TEXT COLLATE "C" NOT NULL,
    subject_type    TEXT COLLATE "C",
    subject_id      BIGINT NOT NULL,
    result          TEXT COLLATE "C" NOT NULL,
    detail          TEXT COLLATE "C",
    hash            BYTEA NOT NULL,
    PRIMARY KEY (lane, sequence)
);

CREATE INDEX audit_by_time ON audit (organization_id, at_ms, lane, sequence);

CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows never change and are never deleted';
END $$;

CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_never_changes();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes();

CREATE TABLE event (
    lane            BIGINT NOT NULL,
    sequence        BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    type            TEXT COLLATE "C" NOT NULL,
    subject_type    TEXT COLLATE "C",
    subject_id      BIGINT NOT NULL,
    at_ms           BIGINT NOT NULL,
    data            TEXT COLLATE "C",
    PRIMARY KEY (lane, sequence)
);

-- The publisher numbers events without gaps, a run at a time.
CREATE TABLE event_run (
    first_number    BIGINT PRIMARY KEY,
    lane            BIGINT NOT NULL,
    first_sequence  BIGINT NOT NULL,
    count           BIGINT NOT NULL
);

CREATE INDEX event_run_by_lane ON event_run (lane, first_sequence);

CREATE TABLE idempotency (
    id              BIGINT PRIMARY KEY,
    key_hash        BYTEA NOT NULL UNIQUE,
    fingerprint     BYTEA NOT NULL,
    http_status     BIGINT NOT NULL,
    body            TEXT COLLATE "C"
);

CREATE TABLE organization (
    id              BIGINT PRIMARY KEY,
    number          BIGINT NOT NULL UNIQUE,
    name            TEXT COLLATE "C" NOT NULL,
    country         TEXT COLLATE "C",
    currency        TEXT COLLATE "C",
    time_zone       TEXT COLLATE "C",
    created_at      BIGINT NOT NULL
);

CREATE TABLE settings (
    organization_id   BIGINT PRIMARY KEY REFERENCES organization (id),
    issuing_source_id BIGINT,
    otp_enabled       BIGINT NOT NULL,
    otp_channel       BIGINT NOT NULL,
    max_cards         BIGINT,
    max_active_cards  BIGINT,
    active_statuses   BIGINT NOT NULL,
    download_days     BIGINT NOT NULL,
    resting_days      BIGINT NOT NULL,
    version           BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);

CREATE TABLE status_label (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    label           TEXT COLLATE "C" NOT NULL,
    status          BIGINT NOT NULL,
    is_default      BIGINT NOT NULL,
    retired         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

CREATE UNIQUE INDEX status_label_name ON status_label (organization_id, label);
CREATE UNIQUE INDEX status_label_default ON status_label (organization_id, status) WHERE is_default = 1;

CREATE TABLE source (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    name            TEXT COLLATE "C" NOT NULL,
    account         TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE UNIQUE INDEX source_name ON source (organization_id, name, account);

CREATE TABLE user_account (
    id                  BIGINT PRIMARY KEY,
    organization_id     BIGINT NOT NULL REFERENCES organization (id),
    name                TEXT COLLATE "C" NOT NULL UNIQUE,
    role                BIGINT NOT NULL,
    password_hash       TEXT COLLATE "C" NOT NULL,
    password_changed_at BIGINT NOT NULL,
    must_change         BIGINT NOT NULL,
    failed_count        BIGINT NOT NULL,
    locked_until        BIGINT NOT NULL,
    disabled            BIGINT NOT NULL,
    last_seen_at        BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL
);

CREATE TABLE user_password (
    user_id         BIGINT NOT NULL REFERENCES user_account (id),
    created_at      BIGINT NOT NULL,
    password_hash   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, created_at)
);

CREATE TABLE session (
    id              BIGINT PRIMARY KEY,
    token_hash      BYTEA NOT NULL UNIQUE,
    csrf_hash       BYTEA NOT NULL,
    user_id         BIGINT NOT NULL REFERENCES user_account (id),
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL
);

CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_key (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    name            TEXT COLLATE "C" NOT NULL,
    prefix          TEXT COLLATE "C" NOT NULL,
    token_hash      BYTEA NOT NULL UNIQUE,
    role            BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT,
    revoked_at      BIGINT
);

-- Working keys, each wrapped under the master key (X9.143 version D).
CREATE TABLE key_block (
    id              BIGINT PRIMARY KEY,
    key_use         TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    block           TEXT COLLATE "C" NOT NULL,
    check_value     BYTEA NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE TABLE series (
    id                  BIGINT PRIMARY KEY,
    organization_id     BIGINT NOT NULL REFERENCES organization (id),
    code                TEXT COLLATE "C" NOT NULL,
    name                TEXT COLLATE "C" NOT NULL,
    type                BIGINT NOT NULL,
    kind                BIGINT NOT NULL,
    prefix              TEXT COLLATE "C" NOT NULL,
    suffix              TEXT COLLATE "C" NOT NULL,
    length              BIGINT NOT NULL,
    method              BIGINT NOT NULL,
    check_digit         BIGINT NOT NULL,
    start               BIGINT NOT NULL,
    generation          BIGINT NOT NULL,
    key_id              BIGINT NOT NULL REFERENCES key_block (id),
    permutation_version BIGINT NOT NULL,
    space               BIGINT NOT NULL,
    drawn               BIGINT NOT NULL,
    max_cards           BIGINT,
    max_active_cards    BIGINT,
    expiry_after        BIGINT,
    expiry_unit         BIGINT NOT NULL,
    active              BIGINT NOT NULL,
    verified_only       BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    CHECK (drawn >= 0 AND drawn <= space)
);

CREATE UNIQUE INDEX series_code ON series (organization_id, code);
CREATE INDEX series_length ON series (organization_id, length);

CREATE TABLE number_batch (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    series_id       BIGINT NOT NULL REFERENCES series (id),
    first           BIGINT NOT NULL,
    span            BIGINT NOT NULL,
    count           BIGINT NOT NULL,
    label_id        BIGINT NOT NULL REFERENCES status_label (id),
    purpose         TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    download_until  BIGINT NOT NULL,
    downloads       BIGINT NOT NULL,
    issued_count    BIGINT NOT NULL,
    voided_at       BIGINT
);

CREATE UNIQUE INDEX number_batch_interval ON number_batch (series_id, first);
CREATE INDEX number_batch_list ON number_batch (organization_id, id);

CREATE TABLE customer (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    external_id     TEXT COLLATE "C",
    first_name      TEXT COLLATE "C",
    last_name       TEXT COLLATE "C",
    first_folded    TEXT COLLATE "C",
    last_folded     TEXT COLLATE "C",
    mobile          TEXT COLLATE "C",
    email           TEXT COLLATE "C",
    date_of_birth   BIGINT,
    nationality     TEXT COLLATE "C",
    verification    BIGINT NOT NULL,
    cards_inactive  BIGINT NOT NULL,
    cards_active    BIGINT NOT NULL,
    cards_suspended BIGINT NOT NULL,
    cards_blocked   BIGINT NOT NULL,
    cards_expired   BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

CREATE UNIQUE INDEX customer_mobile ON customer (organization_id, mobile) WHERE mobile IS NOT NULL;
CREATE UNIQUE INDEX customer_email ON customer (organization_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX customer_external ON customer (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customer_first_name ON customer (organization_id, first_folded, last_folded) WHERE first_folded IS NOT NULL;
CREATE INDEX customer_last_name ON customer (organization_id, last_folded) WHERE last_folded IS NOT NULL;

CREATE TABLE customer_series (
    customer_id     BIGINT NOT NULL REFERENCES customer (id),
    series_id       BIGINT NOT NULL REFERENCES series (id),
    cards_inactive  BIGINT NOT NULL,
    cards_active    BIGINT NOT NULL,
    cards_suspended BIGINT NOT NULL,
    cards_blocked   BIGINT NOT NULL,
    cards_expired   BIGINT NOT NULL,
    PRIMARY KEY (customer_id, series_id)
);

-- A number somebody else made. series_index: its place in a series that also draws, which then skips it.
CREATE TABLE registered_number (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    series_id       BIGINT NOT NULL REFERENCES series (id),
    series_index    BIGINT,
    lookup          BYTEA NOT NULL UNIQUE,
    sealed          BYTEA NOT NULL,
    seal_key_id     BIGINT NOT NULL,
    lookup_key_id   BIGINT NOT NULL
);

CREATE UNIQUE INDEX registered_number_index ON registered_number (series_id, series_index) WHERE series_index IS NOT NULL;

-- One row for each card. `current` is 0 once its number went to a later card.
CREATE TABLE card (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    series_id       BIGINT NOT NULL REFERENCES series (id),
    series_index    BIGINT,
    registered_id   BIGINT,
    number_check    BIGINT NOT NULL,
    current         BIGINT NOT NULL,
    batch_id        BIGINT,
    customer_id     BIGINT,
    status          BIGINT NOT NULL,
    label_id        BIGINT NOT NULL,
    issued_at       BIGINT,
    expires_on      BIGINT,
    resting_until   BIGINT,
    external_id     TEXT COLLATE "C",
    nickname        TEXT COLLATE "C",
    source_id       BIGINT,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

CREATE UNIQUE INDEX card_number ON card (series_id, series_index) WHERE current = 1 AND series_index IS NOT NULL;
CREATE UNIQUE INDEX card_registered ON card (registered_id) WHERE current = 1 AND registered_id IS NOT NULL;
CREATE INDEX card_customer ON card (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX card_external ON card (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX card_expiry ON card (expires_on, id) WHERE expires_on IS NOT NULL AND status IN (1, 2, 3, 4);

CREATE TABLE card_history (
    card_id         BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at_ms           BIGINT NOT NULL,
    action          TEXT COLLATE "C" NOT NULL,
    actor_kind      BIGINT NOT NULL,
    actor_id        BIGINT NOT NULL,
    actor_name      TEXT COLLATE "C",
    channel         BIGINT NOT NULL,
    customer_id     BIGINT,
    old_status      BIGINT,
    new_status      BIGINT NOT NULL,
    old_label_id    BIGINT,
    new_label_id    BIGINT NOT NULL,
    reason          BIGINT NOT NULL,
    note            TEXT COLLATE "C",
    PRIMARY KEY (card_id, id)
);

CREATE TABLE otp_challenge (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    customer_id     BIGINT NOT NULL REFERENCES customer (id),
    purpose         BIGINT NOT NULL,
    request_hash    BYTEA NOT NULL,
    label_id        BIGINT,
    code_hash       BYTEA NOT NULL,
    tries           BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    channel         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE INDEX otp_challenge_customer ON otp_challenge (customer_id, id);

-- Messages that wait to be sent; `sealed` is erased when they are delivered or too late.
CREATE TABLE outbox (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    channel         BIGINT NOT NULL,
    subject_type    TEXT COLLATE "C" NOT NULL,
    subject_id      BIGINT NOT NULL,
    sealed          BYTEA,
    key_id          BIGINT NOT NULL,
    state           BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    error           TEXT COLLATE "C",
    created_at      BIGINT NOT NULL
);

CREATE INDEX outbox_waiting ON outbox (next_at, id) WHERE state = 0;

CREATE TABLE job (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    kind            BIGINT NOT NULL,
    state           BIGINT NOT NULL,
    total           BIGINT NOT NULL,
    done            BIGINT NOT NULL,
    failed          BIGINT NOT NULL,
    actor_kind      BIGINT NOT NULL,
    actor_id        BIGINT NOT NULL,
    actor_name      TEXT COLLATE "C",
    permissions     BIGINT NOT NULL,
    options         TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT
);

CREATE INDEX job_list ON job (organization_id, id);
CREATE INDEX job_open ON job (id) WHERE state IN (0, 1);

-- Rows of a file that wait for their job, sealed; erased when done. results: JSON, one entry a row, without numbers.
CREATE TABLE job_chunk (
    job_id          BIGINT NOT NULL REFERENCES job (id),
    sequence        BIGINT NOT NULL,
    first_row       BIGINT NOT NULL,
    row_count       BIGINT NOT NULL,
    sealed          BYTEA,
    key_id          BIGINT NOT NULL,
    results         TEXT COLLATE "C",
    PRIMARY KEY (job_id, sequence)
);
