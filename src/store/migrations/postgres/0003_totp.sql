-- Time-based one-time passwords (RFC 6238) of users. The secret is sealed; a user whose confirmed_at is NULL has begun to
-- enrol, and tries counts wrong codes of that. A step is used once.
CREATE TABLE user_totp (
    user_id         BIGINT PRIMARY KEY REFERENCES user_account (id),
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    sealed          BYTEA NOT NULL,
    key_id          BIGINT NOT NULL,
    last_step       BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT
);
