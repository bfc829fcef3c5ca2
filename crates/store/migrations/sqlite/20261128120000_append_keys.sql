-- Orders by the key that their client chose, in the order in which they came. A key outlives a task that was deleted,
-- so that it orders no second one. The last row is never deleted, so that no number is given again: the index goes by it.
CREATE TABLE idempotency_log (
    no             INTEGER PRIMARY KEY,
    application_no INTEGER NOT NULL,
    -- First 16 bytes of the SHA-256 of the key.
    key_hash       BLOB NOT NULL CHECK (length(key_hash) = 16),
    -- First 16 bytes of the SHA-256 of path and body: tells whether the key comes with the same order.
    order_hash     BLOB NOT NULL CHECK (length(order_hash) = 16),
    task_id        BLOB NOT NULL CHECK (length(task_id) = 16),
    created_ms     INTEGER NOT NULL
) STRICT;
INSERT INTO idempotency_log (application_no, key_hash, order_hash, task_id, created_ms)
    SELECT application_no, key_hash, order_hash, task_id, created_ms FROM idempotency_keys ORDER BY created_ms;
DROP TABLE idempotency_keys;

-- The last row of each key, of those up to `indexed_to`. The folder's server has the later ones in memory, and writes
-- them here many at a time, in order of the keys: one by one, each would fall on a page of its own.
CREATE TABLE idempotency_index (
    application_no INTEGER NOT NULL,
    key_hash       BLOB NOT NULL,
    no             INTEGER NOT NULL,
    PRIMARY KEY (application_no, key_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO idempotency_index SELECT application_no, key_hash, no FROM idempotency_log ORDER BY application_no, key_hash;
CREATE TABLE idempotency_indexed (indexed_to INTEGER NOT NULL) STRICT;
INSERT INTO idempotency_indexed SELECT coalesce(max(no), 0) FROM idempotency_log;
