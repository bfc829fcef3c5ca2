-- Row numbers (`no`) are this file's own and never leave it; ids are the UUIDs that callers see, as 16 bytes.
-- Times are milliseconds since the Unix epoch.

CREATE TABLE users (
    no         INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    email      TEXT NOT NULL UNIQUE COLLATE NOCASE,
    disabled   INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE applications (
    no         INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    user_no    INTEGER NOT NULL REFERENCES users (no),
    name       TEXT NOT NULL,
    disabled   INTEGER NOT NULL DEFAULT 0,
    -- Songs that may still be ordered; NULL is without limit.
    remaining  INTEGER CHECK (remaining >= 0),
    created_ms INTEGER NOT NULL,
    UNIQUE (user_no, name)
) STRICT;

CREATE TABLE credentials (
    no                  INTEGER PRIMARY KEY,
    id                  BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    application_no      INTEGER NOT NULL REFERENCES applications (no),
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash          BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    last_four           TEXT NOT NULL,
    -- Comma-separated endpoints; NULL is all.
    apis                TEXT,
    requests_per_second INTEGER,
    expires_ms          INTEGER,
    revoked_ms          INTEGER,
    created_ms          INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_of_application ON credentials (application_no);

-- Counts every change of the three tables above, so that a running server sees what another process did.
CREATE TABLE access_version (n INTEGER NOT NULL) STRICT;
INSERT INTO access_version VALUES (0);

-- One row an order, written twice: when it is accepted and when it ends. A number is never given again, since
-- lists and the queue go by it.
CREATE TABLE tasks (
    no             INTEGER PRIMARY KEY AUTOINCREMENT,
    id             BLOB NOT NULL CHECK (length(id) = 16),
    trace_id       BLOB NOT NULL CHECK (length(trace_id) = 16),
    application_no INTEGER NOT NULL REFERENCES applications (no),
    credential_no  INTEGER NOT NULL REFERENCES credentials (no),
    kind           INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    -- NULL while unfinished (the queue has the rest), else 2 succeeded, 3 failed, 4 cancelled.
    outcome        INTEGER,
    started_ms     INTEGER,
    finished_ms    INTEGER,
    -- Taken from the application's quota when accepted, given back unless it succeeds.
    charged        INTEGER NOT NULL,
    -- 1: the order's connection waits for its result.
    waits          INTEGER NOT NULL,
    -- First 16 bytes of the SHA-256 of credential, path and body: tells a repeated request.
    fingerprint    BLOB NOT NULL,
    callback_url   TEXT,
    destination_no INTEGER REFERENCES destinations (no),
    error_code     TEXT,
    error_message  TEXT,
    -- Byte offsets into `response` before which the public base belongs: u32, little endian.
    base_at        BLOB,
    request        TEXT NOT NULL,
    response       TEXT
) STRICT;
CREATE UNIQUE INDEX tasks_by_id ON tasks (id);
CREATE UNIQUE INDEX tasks_by_trace ON tasks (trace_id);
CREATE INDEX tasks_newest ON tasks (application_no, kind, created_ms, no);
-- Whose results a connection waited for: which of them a stop may have kept from arriving.
CREATE INDEX tasks_waited_for ON tasks (finished_ms) WHERE waits = 1;

-- How many tasks a stretch of time holds. `level` is a number of bits: bucket = created_ms >> level; at level 62
-- the one bucket 0 holds all. Kept in the transaction that inserts or deletes tasks.
CREATE TABLE task_counts (
    application_no INTEGER NOT NULL,
    kind           INTEGER NOT NULL,
    level          INTEGER NOT NULL,
    bucket         INTEGER NOT NULL,
    n              INTEGER NOT NULL,
    PRIMARY KEY (application_no, kind, level, bucket)
) STRICT, WITHOUT ROWID;

-- The unfinished tasks.
CREATE TABLE queue (
    task_no        INTEGER PRIMARY KEY REFERENCES tasks (no) ON DELETE CASCADE,
    credential_no  INTEGER NOT NULL,
    -- 0 waiting, 1 held by a worker, 2 waiting for `due_ms`.
    state          INTEGER NOT NULL,
    -- Counts claims; what a worker says counts only with the number of the claim that is in force.
    attempt        INTEGER NOT NULL DEFAULT 0,
    failures       INTEGER NOT NULL DEFAULT 0,
    crashes        INTEGER NOT NULL DEFAULT 0,
    -- State 1: the lease's end. State 2: the next try.
    due_ms         INTEGER,
    started_ms     INTEGER,
    progress       INTEGER,
    -- The folder of the files of the claim in force.
    folder         TEXT
) STRICT;
CREATE INDEX queue_waiting ON queue (credential_no, task_no) WHERE state = 0;
CREATE INDEX queue_due ON queue (due_ms) WHERE due_ms IS NOT NULL;

-- A credential's waiting and running tasks.
CREATE TABLE lanes (
    credential_no  INTEGER PRIMARY KEY,
    application_no INTEGER NOT NULL,
    waiting        INTEGER NOT NULL,
    in_flight      INTEGER NOT NULL,
    -- The oldest waiting task.
    head           INTEGER
) STRICT;
CREATE INDEX lanes_of_application ON lanes (application_no);

-- Whose turn it is: the ready application with the lowest turn.
CREATE TABLE turns (
    application_no INTEGER PRIMARY KEY,
    turn           INTEGER NOT NULL,
    -- 1: one of its lanes has a waiting task and room for it.
    ready          INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_ready ON turns (turn) WHERE ready = 1;
CREATE INDEX turns_all ON turns (turn);

-- A song that an edit can start from.
CREATE TABLE songs (
    audio_id      BLOB PRIMARY KEY CHECK (length(audio_id) = 16),
    task_no       INTEGER NOT NULL REFERENCES tasks (no) ON DELETE CASCADE,
    engine        TEXT NOT NULL,
    plan          TEXT NOT NULL,
    folder        TEXT NOT NULL,
    samples       INTEGER NOT NULL,
    master_sha256 BLOB NOT NULL CHECK (length(master_sha256) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX songs_of_task ON songs (task_no);

-- Where callbacks go: scheme, host and port.
CREATE TABLE destinations (
    no     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE,
    leased INTEGER NOT NULL DEFAULT 0,
    -- When its next delivery is due; NULL with none waiting or no room.
    due_ms INTEGER
) STRICT;
CREATE INDEX destinations_due ON destinations (due_ms) WHERE due_ms IS NOT NULL;

-- The outbox.
CREATE TABLE deliveries (
    no             INTEGER PRIMARY KEY AUTOINCREMENT,
    task_no        INTEGER NOT NULL REFERENCES tasks (no) ON DELETE CASCADE,
    destination_no INTEGER NOT NULL REFERENCES destinations (no),
    url            TEXT NOT NULL,
    -- 0 waiting, 1 held by a sender, 2 delivered, 3 given up.
    state          INTEGER NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    -- State 0: the next attempt. State 1: the lease's end.
    due_ms         INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_of_task ON deliveries (task_no);
CREATE INDEX deliveries_waiting ON deliveries (destination_no, due_ms, no) WHERE state = 0;
CREATE INDEX deliveries_leased ON deliveries (due_ms) WHERE state = 1;

CREATE TABLE delivery_attempts (
    delivery_no INTEGER NOT NULL REFERENCES deliveries (no) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status      INTEGER,
    error       TEXT,
    -- The first bytes of the answer.
    answer      BLOB NOT NULL,
    PRIMARY KEY (delivery_no, number)
) STRICT, WITHOUT ROWID;
