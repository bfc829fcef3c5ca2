-- The ledger. Amounts are millionths of a credit; what was counted in songs until now, in `applications.remaining` and
-- `tasks.charged`, was whole credits.

-- The four accounts of an application that has a quota; one without a row orders without limit. Whatever moves, moves
-- from one of them to another, so that they always add up to nothing.
CREATE TABLE ledger_accounts (
    application_no INTEGER PRIMARY KEY REFERENCES applications (no),
    -- The other side of all grants: never above zero.
    granted        INTEGER NOT NULL CHECK (granted <= 0),
    -- What may still be ordered.
    available      INTEGER NOT NULL CHECK (available >= 0),
    -- What unfinished tasks hold.
    held           INTEGER NOT NULL CHECK (held >= 0),
    -- What tasks that succeeded have cost.
    spent          INTEGER NOT NULL CHECK (spent >= 0),
    CHECK (granted + available + held + spent = 0)
) STRICT;

-- Every move, for ever: entries outlive their tasks, and none is changed or deleted.
CREATE TABLE ledger_entries (
    -- Twice the number of a task: its hold. One more: the end of that. So a task has one of each at most, without an
    -- index that says so. Below zero: the grant of that number.
    no             INTEGER PRIMARY KEY,
    application_no INTEGER NOT NULL,
    -- Whose order it was; NULL for grants.
    credential_no  INTEGER,
    -- Accounts: 0 granted, 1 available, 2 held, 3 spent.
    source         INTEGER NOT NULL,
    target         INTEGER NOT NULL CHECK (target <> source),
    amount         INTEGER NOT NULL CHECK (amount > 0),
    at_ms          INTEGER NOT NULL
) STRICT;

-- Why there was a grant, and by whom. Its entry has its number below zero.
CREATE TABLE ledger_grants (
    no             INTEGER PRIMARY KEY AUTOINCREMENT,
    application_no INTEGER NOT NULL REFERENCES applications (no),
    reason         TEXT NOT NULL CHECK (reason <> ''),
    author         TEXT NOT NULL CHECK (author <> '')
) STRICT;
CREATE INDEX ledger_grants_of_application ON ledger_grants (application_no, no);

-- What was ordered on a day (of UTC, counted from 1970-01-01), whatever is deleted later. Tasks that have ended are
-- counted, and paid, on the day on which they were ordered.
CREATE TABLE usage_days (
    application_no INTEGER NOT NULL,
    day            INTEGER NOT NULL,
    kind           INTEGER NOT NULL,
    credential_no  INTEGER NOT NULL,
    ordered        INTEGER NOT NULL,
    succeeded      INTEGER NOT NULL,
    failed         INTEGER NOT NULL,
    cancelled      INTEGER NOT NULL,
    -- What those that succeeded have cost.
    amount         INTEGER NOT NULL,
    PRIMARY KEY (application_no, day, kind, credential_no)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_accounts (application_no, granted, available, held, spent)
    SELECT a.no, -1000000 * (a.remaining + coalesce(t.held, 0) + coalesce(t.spent, 0)),
           1000000 * a.remaining, 1000000 * coalesce(t.held, 0), 1000000 * coalesce(t.spent, 0)
    FROM applications a LEFT JOIN (
        SELECT application_no, sum(iif(outcome IS NULL, charged, 0)) AS held, sum(iif(outcome = 2, charged, 0)) AS spent
        FROM tasks WHERE charged > 0 GROUP BY application_no) t ON t.application_no = a.no
    WHERE a.remaining IS NOT NULL;
INSERT INTO ledger_grants (application_no, reason, author)
    SELECT application_no, 'carried over from the counter of songs', 'backline' FROM ledger_accounts
    WHERE granted < 0 ORDER BY application_no;
INSERT INTO ledger_entries (no, application_no, source, target, amount, at_ms)
    SELECT -g.no, g.application_no, 0, 1, -l.granted, a.created_ms
    FROM ledger_grants g JOIN ledger_accounts l USING (application_no) JOIN applications a ON a.no = g.application_no
    ORDER BY -g.no;
INSERT INTO ledger_entries (no, application_no, credential_no, source, target, amount, at_ms)
    SELECT 2 * t.no, t.application_no, t.credential_no, 1, 2, 1000000 * t.charged, t.created_ms
    FROM tasks t JOIN ledger_accounts l USING (application_no)
    WHERE t.charged > 0 AND coalesce(t.outcome, 2) = 2;
INSERT INTO ledger_entries (no, application_no, credential_no, source, target, amount, at_ms)
    SELECT 2 * t.no + 1, t.application_no, t.credential_no, 2, 3, 1000000 * t.charged, coalesce(t.finished_ms, t.created_ms)
    FROM tasks t JOIN ledger_accounts l USING (application_no)
    WHERE t.charged > 0 AND t.outcome = 2;
INSERT INTO usage_days
    SELECT t.application_no, t.created_ms / 86400000, t.kind, t.credential_no, count(*), sum(coalesce(outcome, 0) = 2),
           sum(coalesce(outcome, 0) = 3), sum(coalesce(outcome, 0) = 4),
           sum(iif(outcome = 2 AND l.application_no IS NOT NULL, 1000000 * charged, 0))
    FROM tasks t LEFT JOIN ledger_accounts l USING (application_no) GROUP BY 1, 2, 3, 4;

-- One truth: the ledger. (`tasks.charged` stays, since leaving it out would write every task anew; it is 0 from here on.)
ALTER TABLE applications DROP COLUMN remaining;
