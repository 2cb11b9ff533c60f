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

-- The days before this table, from the history: lane 0 is no writer's. A card without an old status was nobody's.
INSERT INTO series_day
SELECT organization_id, series_id, day, 0, sum(was = 0 AND became IN (1, 2)),
       sum((became = 1) - (was = 1)), sum((became = 2) - (was = 2)), sum((became = 3) - (was = 3)),
       sum((became = 4) - (was = 4)), sum((became = 5) - (was = 5)), sum((became = 6) - (was = 6))
FROM (SELECT c.organization_id, c.series_id, h.at_ms / 86400000 AS day,
             coalesce(h.old_status, 0) AS was, h.new_status AS became
      FROM card_history h JOIN card c ON c.id = h.card_id) AS step
WHERE was <> became GROUP BY organization_id, series_id, day;
