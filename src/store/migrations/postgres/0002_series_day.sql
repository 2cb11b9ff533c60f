-- What happened to the cards of a series in a day (UTC, days since 1970-01-01), for reports: one row a lane, so that
-- writers never wait for each other. A status's cards today are the sum of its changes since the first day.
CREATE TABLE series_day (
    organization_id BIGINT NOT NULL,
    series_id       BIGINT NOT NULL REFERENCES series (id),
    day             BIGINT NOT NULL,
    lane            BIGINT NOT NULL,
    issued          BIGINT NOT NULL,
    inactive        BIGINT NOT NULL,
    active          BIGINT NOT NULL,
    suspended       BIGINT NOT NULL,
    blocked         BIGINT NOT NULL,
    expired         BIGINT NOT NULL,
    closed          BIGINT NOT NULL,
    PRIMARY KEY (organization_id, series_id, day, lane)
);

INSERT INTO series_day
SELECT organization_id, series_id, issued_at / 86400000, 0, count(*), sum((status = 1)::int), sum((status = 2)::int),
       sum((status = 3)::int), sum((status = 4)::int), sum((status = 5)::int), sum((status = 6)::int)
FROM card WHERE issued_at IS NOT NULL GROUP BY 1, 2, 3;
