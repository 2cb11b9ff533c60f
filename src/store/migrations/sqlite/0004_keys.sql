-- What is known of a key beside its block. `header`: usage, algorithm, mode and exportability of X9.143 ("C0TCN").
-- House keys have organization_id 0. `placed` is 0 for a block that an older version wrote directly under the master key. The
-- block of a destroyed key is empty.
ALTER TABLE key_block ADD COLUMN organization_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE key_block ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE key_block ADD COLUMN header TEXT NOT NULL DEFAULT '';
ALTER TABLE key_block ADD COLUMN check_method INTEGER NOT NULL DEFAULT -1;
ALTER TABLE key_block ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE key_block ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;
ALTER TABLE key_block ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE key_block ADD COLUMN created_by TEXT;
ALTER TABLE key_block ADD COLUMN activated_at INTEGER;
ALTER TABLE key_block ADD COLUMN retired_at INTEGER;
ALTER TABLE key_block ADD COLUMN destroyed_at INTEGER;
ALTER TABLE key_block ADD COLUMN job_id INTEGER;

UPDATE key_block SET name = key_use, activated_at = created_at;

CREATE UNIQUE INDEX key_block_version ON key_block (organization_id, name, version) WHERE key_use <> 'numbering';

-- One row. The revision moves with every change of the set of keys but a series' own; master_check says under which
-- master key the blocks are.
CREATE TABLE key_ring (
    id              INTEGER PRIMARY KEY,
    revision        INTEGER NOT NULL,
    master_check    BLOB NOT NULL
) STRICT;

INSERT INTO key_ring (id, revision, master_check) VALUES (1, 1, x'');

-- A job that rewrites data: the key it brings, and how far it is: which table, and the last row of it.
ALTER TABLE job ADD COLUMN key_id INTEGER;
ALTER TABLE job ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
