-- When an application was last renamed, switched, or given something.
ALTER TABLE applications ADD COLUMN updated_ms INTEGER;

-- What its owner calls a credential.
ALTER TABLE credentials ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- Origins or hosts, one a line, whose pages may use the token; NULL is any.
ALTER TABLE credentials ADD COLUMN origins TEXT;
-- Millionths of a credit that it may spend in all; NULL is whatever its application may.
ALTER TABLE credentials ADD COLUMN limited INTEGER CHECK (limited >= 0);
-- What it has spent, and what its unfinished tasks hold, of that: counted where there is a limit.
ALTER TABLE credentials ADD COLUMN used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0);

-- What a task took of its credential's limit. It is given back unless the task succeeds; the row of one that did stays.
CREATE TABLE limited_holds (
    task_no INTEGER PRIMARY KEY REFERENCES tasks (no) ON DELETE CASCADE,
    amount  INTEGER NOT NULL CHECK (amount > 0)
) STRICT;

-- Tokens that another one took the place of: good until their time is over.
CREATE TABLE rotated_tokens (
    token_hash    BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    credential_no INTEGER NOT NULL REFERENCES credentials (no),
    ends_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rotated_tokens_of_credential ON rotated_tokens (credential_no);
