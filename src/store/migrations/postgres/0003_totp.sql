-- Time-based one-time passwords (RFC 6238) of users. The secret is sealed; a user whose confirmed_at is NULL has begun to
-- enrol. A step is used once.
CREATE TABLE user_totp (
    user_id         BIGINT PRIMARY KEY REFERENCES user_account (id),
    sealed          BYTEA NOT NULL,
    key_id          BIGINT NOT NULL,
    last_step       BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT
);
