-- Time-based one-time passwords (RFC 6238) of users. The secret is sealed; a user whose confirmed_at is NULL has begun to
-- enrol, and tries counts wrong codes of that. A step is used once.
CREATE TABLE user_totp (
    user_id         INTEGER PRIMARY KEY REFERENCES user_account (id),
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    sealed          BLOB NOT NULL,
    key_id          INTEGER NOT NULL,
    last_step       INTEGER NOT NULL,
    tries           INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    confirmed_at    INTEGER
) STRICT;
