-- Files that users brought, to be edited: kept for some days, and gone then.
CREATE TABLE brought_files (
    folder     TEXT PRIMARY KEY,
    user_no    INTEGER NOT NULL REFERENCES users (no),
    -- 0 as long as it is not whole.
    bytes      INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX brought_files_of_user ON brought_files (user_no);
CREATE INDEX brought_files_by_age ON brought_files (created_ms);
