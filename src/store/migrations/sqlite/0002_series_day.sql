-- What happened to the cards of a series in a day (UTC, days since 1970-01-01), for reports: one row a lane, so that
-- writers never wait for each other. A status's cards today are the sum of its changes since the first day.
CREATE TABLE series_day (
    organization_id INTEGER NOT NULL,
    series_id       INTEGER NOT NULL REFERENCES series (id),
    day             INTEGER NOT NULL,
    lane            INTEGER NOT NULL,
    issued          INTEGER NOT NULL,
    inactive        INTEGER NOT NULL,
    active          INTEGER NOT NULL,
    suspended       INTEGER NOT NULL,
    blocked         INTEGER NOT NULL,
    expired         INTEGER NOT NULL,
    closed          INTEGER NOT NULL,
    PRIMARY KEY (organization_id, series_id, day, lane)
) STRICT, WITHOUT ROWID;

INSERT INTO series_day
SELECT organization_id, series_id, issued_at / 86400000, 0, count(*), sum(status = 1), sum(status = 2), sum(status = 3),
       sum(status = 4), sum(status = 5), sum(status = 6)
FROM card WHERE issued_at IS NOT NULL GROUP BY 1, 2, 3;
