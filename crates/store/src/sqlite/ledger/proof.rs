//! Proves a ledger from its entries.

use std::path::Path;

use rusqlite::Connection;

use super::Balances;
use crate::sqlite::{SCHEMA, look};
use crate::{Account, DataFolder, Proof, Proven, StoreError};

/// What holds in every state that was ever committed. Each query counts what breaks it.
pub const RULES: &[(&str, &str)] = &[
    (
        "every account is the sum of its entries",
        "SELECT count(*) FROM ledger_accounts l FULL JOIN ( \
           SELECT application_no, \
             sum(iif(target = 0, amount, 0)) - sum(iif(source = 0, amount, 0)) AS granted, \
             sum(iif(target = 1, amount, 0)) - sum(iif(source = 1, amount, 0)) AS available, \
             sum(iif(target = 2, amount, 0)) - sum(iif(source = 2, amount, 0)) AS held, \
             sum(iif(target = 3, amount, 0)) - sum(iif(source = 3, amount, 0)) AS spent \
           FROM ledger_entries GROUP BY application_no) e ON e.application_no = l.application_no \
         WHERE l.granted IS NOT coalesce(e.granted, 0) OR l.available IS NOT coalesce(e.available, 0) \
           OR l.held IS NOT coalesce(e.held, 0) OR l.spent IS NOT coalesce(e.spent, 0)",
    ),
    (
        "the accounts of an application add up to nothing",
        "SELECT count(*) FROM ledger_accounts WHERE granted + available + held + spent <> 0",
    ),
    (
        "no account is overdrawn",
        "SELECT count(*) FROM ledger_accounts WHERE available < 0 OR held < 0 OR spent < 0 OR granted > 0",
    ),
    (
        "every entry goes a way that there is",
        "SELECT count(*) FROM ledger_entries WHERE amount <= 0 OR NOT iif(no < 0, (source, target) IN ((0, 1), (1, 0)), \
         iif(no % 2 = 0, (source, target) = (1, 2), (source, target) IN ((2, 3), (2, 1))))",
    ),
    (
        "every end is that of a hold, and whole",
        "SELECT count(*) FROM ledger_entries e LEFT JOIN ledger_entries h ON h.no = e.no - 1 \
         WHERE e.no > 0 AND e.no % 2 = 1 AND (h.amount IS NOT e.amount OR h.application_no IS NOT e.application_no \
         OR h.credential_no IS NOT e.credential_no)",
    ),
    (
        "a task holds its price until it ends; then it is spent if it succeeded, else available",
        "SELECT count(*) FROM tasks t JOIN ledger_entries h ON h.no = 2 * t.no \
         LEFT JOIN ledger_entries e ON e.no = 2 * t.no + 1 \
         WHERE e.target IS NOT iif(t.outcome IS NULL, NULL, iif(t.outcome = 2, 3, 1))",
    ),
    (
        "a task that is gone holds nothing",
        "SELECT count(*) FROM ledger_entries h WHERE h.no > 0 AND h.no % 2 = 0 \
         AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.no = h.no + 1) \
         AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.no = h.no / 2)",
    ),
    (
        "every grant has its entry, its reason and its author",
        "SELECT count(*) FROM (SELECT no, application_no FROM ledger_entries WHERE no < 0) e \
         FULL JOIN ledger_grants g ON e.no = -g.no AND e.application_no = g.application_no \
         WHERE e.no IS NULL OR g.no IS NULL OR g.reason = '' OR g.author = ''",
    ),
    (
        "the usage of each credential is what it has spent",
        "SELECT count(*) FROM (SELECT application_no, credential_no, sum(amount) AS amount FROM usage_days GROUP BY 1, 2) u \
         FULL JOIN (SELECT application_no, credential_no, sum(amount) AS amount FROM ledger_entries \
           WHERE target = 3 GROUP BY 1, 2) e \
         ON e.application_no = u.application_no AND e.credential_no = u.credential_no \
         WHERE coalesce(u.amount, 0) <> coalesce(e.amount, 0)",
    ),
    (
        "a day's usage has no more ends than orders",
        "SELECT count(*) FROM usage_days WHERE succeeded + failed + cancelled > ordered OR min(succeeded, failed, cancelled) < 0",
    ),
];

/// Looks through a ledger.
pub fn prove(connection: &Connection) -> Result<Proven, StoreError> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let proofs = RULES.iter().map(|&(rule, sql)| Ok(Proof { rule, broken: count(sql)? }));
    Ok(Proven {
        accounts: count("SELECT count(*) FROM ledger_accounts")?,
        entries: count("SELECT count(*) FROM ledger_entries")?,
        total: total(connection)?,
        proofs: proofs.collect::<Result<_, rusqlite::Error>>()?,
    })
}

/// What all accounts come to.
pub fn total(connection: &Connection) -> Result<Account, StoreError> {
    let total = connection.query_row(
        "SELECT coalesce(sum(granted), 0), coalesce(sum(available), 0), coalesce(sum(held), 0), coalesce(sum(spent), 0) \
         FROM ledger_accounts",
        [],
        |row| Ok(Balances([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]).account()),
    )?;
    Ok(total)
}

fn prove_at(path: &Path) -> Result<Proven, StoreError> {
    let look = look::open(path)?;
    look.of_schema(SCHEMA, path)?;
    prove(&look.connection)
}

impl DataFolder {
    /// Proves the ledger from its entries, in one moment's view and without writing, whether a server runs or not.
    ///
    /// # Errors
    /// When the database cannot be read, or has another schema than this version.
    pub fn prove_ledger(&self) -> Result<Proven, StoreError> {
        // As with the doctor: a server that starts meanwhile writes to what was taken for unchanging.
        let before = look::Stamp::of(self)?;
        let proven = prove_at(&self.database())?;
        if before.still_holds(self)? { Ok(proven) } else { prove_at(&self.database()) }
    }
}
