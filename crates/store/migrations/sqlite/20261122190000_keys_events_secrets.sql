-- A task may have a time by which it must have ended.
ALTER TABLE queue ADD COLUMN deadline_ms INTEGER;
CREATE INDEX queue_deadlines ON queue (deadline_ms) WHERE deadline_ms IS NOT NULL;

-- Headers of an order that its work and its callback still need. Most orders have none.
CREATE TABLE order_headers (
    task_no     INTEGER PRIMARY KEY REFERENCES tasks (no) ON DELETE CASCADE,
    -- W3C Trace Context: the span that the order came from.
    traceparent TEXT,
    -- What the systems on the way said beside it.
    tracestate  TEXT,
    -- What the simulated engine is to do.
    simulate    TEXT
) STRICT;

-- Orders by the key that their client chose. A key outlives a task that was deleted, so that it orders no second one.
CREATE TABLE idempotency_keys (
    application_no INTEGER NOT NULL,
    -- First 16 bytes of the SHA-256 of the key.
    key_hash       BLOB NOT NULL CHECK (length(key_hash) = 16),
    -- First 16 bytes of the SHA-256 of path and body: tells whether the key comes with the same order.
    order_hash     BLOB NOT NULL CHECK (length(order_hash) = 16),
    task_id        BLOB NOT NULL CHECK (length(task_id) = 16),
    created_ms     INTEGER NOT NULL,
    PRIMARY KEY (application_no, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_ms);

-- Every change of a task's state, in order of commit: `cursor` rises with each and is never given again.
CREATE TABLE events (
    user_no INTEGER NOT NULL,
    cursor  INTEGER NOT NULL,
    task_no INTEGER NOT NULL REFERENCES tasks (no) ON DELETE CASCADE,
    -- 0 pending, 1 processing, 2 succeeded, 3 failed, 4 cancelled.
    state   INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    PRIMARY KEY (user_no, cursor)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_of_task ON events (task_no);

-- The last cursor that was given.
CREATE TABLE event_cursor (n INTEGER NOT NULL) STRICT;
INSERT INTO event_cursor VALUES (0);
-- The cursor up to which a user's events are no longer kept, for their age.
ALTER TABLE users ADD COLUMN events_gone INTEGER NOT NULL DEFAULT 0;

-- What callbacks are signed with (Standard Webhooks). A secret that was rotated out signs until `ends_ms`.
CREATE TABLE webhook_secrets (
    no             INTEGER PRIMARY KEY,
    application_no INTEGER NOT NULL REFERENCES applications (no),
    secret         BLOB NOT NULL CHECK (length(secret) BETWEEN 24 AND 64),
    created_ms     INTEGER NOT NULL,
    ends_ms        INTEGER
) STRICT;
CREATE INDEX webhook_secrets_of_application ON webhook_secrets (application_no);

-- 1: the last attempt there got no answer, so that it is tried with one delivery at a time.
ALTER TABLE destinations ADD COLUMN silent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX destinations_leased ON destinations (silent, leased) WHERE leased > 0;

-- Whose a delivery is, for lists; and its attempts before it was last put back.
ALTER TABLE deliveries ADD COLUMN user_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET user_no = (SELECT a.user_no FROM tasks t JOIN applications a ON a.no = t.application_no
                                 WHERE t.no = deliveries.task_no);
CREATE INDEX deliveries_of_user ON deliveries (user_no, no);
-- Dead letters, and what is still owed.
CREATE INDEX deliveries_open_of_user ON deliveries (user_no, state, no) WHERE state <> 2;
CREATE INDEX deliveries_given_up ON deliveries (no) WHERE state = 3;

-- Folders whose files nobody needs any more: noted in the transaction that decides it, struck out once they are gone.
CREATE TABLE doomed_folders (
    folder  TEXT PRIMARY KEY,
    -- 1: a worker may still be writing there, and removes it when it stops; a server that starts removes it.
    claimed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Folders that many tasks share, named by what is in them; never doomed.
CREATE TABLE shared_folders (folder TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE INDEX songs_by_folder ON songs (folder);
