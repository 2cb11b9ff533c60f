-- Cards of one series by sequence, their customers and counters, as if issued long ago. Their ids lie before all that the
-- server makes; number_check is anything, so the numbers of these cards cannot be revealed.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;

CREATE TEMP TABLE known AS
    SELECT (SELECT id FROM organization LIMIT 1) AS organization_id,
           (SELECT id FROM series WHERE code = 'BENCH') AS series_id,
           (SELECT id FROM status_label WHERE status = 2 AND is_default = 1 LIMIT 1) AS label_id,
           1000000000000000 AS first_id,
           1750000000000 AS at_ms;

DROP INDEX card_number;
DROP INDEX card_customer;
DROP INDEX customer_mobile;
DROP INDEX customer_external;

BEGIN;

WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :customers)
INSERT INTO customer (id, organization_id, external_id, first_name, last_name, first_folded, last_folded, mobile, email, date_of_birth,
    nationality, verification, cards_inactive, cards_active, cards_suspended, cards_blocked, cards_expired, created_at, version)
SELECT k.first_id + n, k.organization_id, 'F' || n, 'Name' || n, NULL, 'name' || n, NULL, '+49170' || printf('%08d', n), NULL, NULL,
    NULL, 1, 0, :cards / :customers, 0, 0, 0, k.at_ms, 1
FROM counted, known k;

INSERT INTO customer_series (customer_id, series_id, cards_inactive, cards_active, cards_suspended, cards_blocked, cards_expired)
SELECT c.id, k.series_id, 0, c.cards_active, 0, 0, 0 FROM customer c, known k WHERE c.id < k.first_id + :customers ORDER BY c.id;

-- A step that has no divisor in common with the count of customers goes through all of them, in no order.
WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :cards)
INSERT INTO card (id, organization_id, series_id, series_index, registered_id, number_check, current, batch_id, customer_id, status,
    label_id, issued_at, expires_on, resting_until, external_id, nickname, source_id, created_at, version)
SELECT k.first_id + :customers + n, k.organization_id, k.series_id, n, NULL, 0, 1, NULL, k.first_id + (n * 387420489) % :customers, 2,
    k.label_id, k.at_ms + n, NULL, NULL, NULL, NULL, NULL, k.at_ms + n, 1
FROM counted, known k;

UPDATE series SET drawn = :cards WHERE id = (SELECT series_id FROM known);

COMMIT;

CREATE UNIQUE INDEX card_number ON card (series_id, series_index) WHERE current = 1 AND series_index IS NOT NULL;
CREATE INDEX card_customer ON card (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX customer_mobile ON customer (organization_id, mobile) WHERE mobile IS NOT NULL;
CREATE UNIQUE INDEX customer_external ON customer (organization_id, external_id) WHERE external_id IS NOT NULL;
