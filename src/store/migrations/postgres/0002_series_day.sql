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

-- The days before this table, from the history: lane 0 is no writer's. A card without an old status was nobody's.
INSERT INTO series_day
SELECT organization_id, series_id, day, 0, sum((was = 0 AND became IN (1, 2))::int),
       sum((became = 1)::int - (was = 1)::int), sum((became = 2)::int - (was = 2)::int),
       sum((became = 3)::int - (was = 3)::int), sum((became = 4)::int - (was = 4)::int),
       sum((became = 5)::int - (was = 5)::int), sum((became = 6)::int - (was = 6)::int)
FROM (SELECT c.organization_id, c.series_id, h.at_ms / 86400000 AS day,
             coalesce(h.old_status, 0) AS was, h.new_status AS became
      FROM card_history h JOIN card c ON c.id = h.card_id) AS step
WHERE was <> became GROUP BY organization_id, series_id, day;
