-- Users may have a password, as a PHC string of Argon2id; one who was made with a token has none until it is set.
ALTER TABLE users ADD COLUMN password TEXT;
-- 1: runs the server. The first user does.
ALTER TABLE users ADD COLUMN operator INTEGER NOT NULL DEFAULT 0;
-- 1: has had the quota that is free, which is given once.
ALTER TABLE users ADD COLUMN free_taken INTEGER NOT NULL DEFAULT 0;
UPDATE users SET operator = 1 WHERE no = (SELECT min(no) FROM users);

-- Browsers that are logged in.
CREATE TABLE sessions (
    no         INTEGER PRIMARY KEY,
    -- SHA-256 of what the cookie holds; that itself is nowhere.
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    user_no    INTEGER NOT NULL REFERENCES users (no),
    created_ms INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_no);
CREATE INDEX sessions_by_end ON sessions (ends_ms);

-- What a link that was sent or handed over lets its holder do once: set a password, or register.
CREATE TABLE links (
    -- SHA-256 of the link's secret.
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    -- Whose password it sets; NULL for an invitation.
    user_no    INTEGER REFERENCES users (no),
    -- The only address that the invitation is for; NULL for any, and for a password.
    email      TEXT COLLATE NOCASE,
    ends_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_user ON links (user_no) WHERE user_no IS NOT NULL;
CREATE INDEX links_by_end ON links (ends_ms);
