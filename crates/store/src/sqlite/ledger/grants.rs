//! Grants, and looks at the accounts.

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, Timestamp};
use rusqlite::OptionalExtension as _;

use super::{Balances, Entry, Name, balances, enter};
use crate::sqlite::SqliteStore;
use crate::sqlite::writer::Batch;
use crate::{Account, Cover, GrantAmount, Granted, LedgerStore, NewGrant, PastGrant, StoreError};

#[async_trait]
impl LedgerStore for SqliteStore {
    async fn account(&self, application: ApplicationId) -> Result<Option<Account>, StoreError> {
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT l.granted, l.available, l.held, l.spent FROM ledger_accounts l \
                 JOIN applications a ON a.no = l.application_no WHERE a.id = ?1",
            )?;
            let found = statement.query_row([application.as_bytes()], |row| {
                Ok(Balances([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]).account())
            });
            Ok(found.optional()?)
        })
    }

    async fn grant(&self, new: NewGrant) -> Result<Granted, StoreError> {
        let give = move |batch: &mut Batch<'_>| {
            let found = "SELECT no FROM applications WHERE id = ?1";
            match batch.one(found, [new.application.as_bytes()], |row| row.get(0))? {
                Some(application_no) => grant(batch, application_no, &new),
                None => Ok(Granted::NoApplication),
            }
        };
        self.writer.write(give).await
    }

    async fn grants(
        &self,
        application: ApplicationId,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<PastGrant>, StoreError> {
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT g.no, iif(e.target = 1, e.amount, -e.amount), g.reason, g.author, e.at_ms FROM ledger_grants g \
                 JOIN ledger_entries e ON e.no = -g.no \
                 WHERE g.application_no = (SELECT no FROM applications WHERE id = ?1) AND g.no < ?2 \
                 ORDER BY g.no DESC LIMIT ?3",
            )?;
            let found =
                statement.query_map((application.as_bytes(), before.unwrap_or(i64::MAX), most), |row| {
                    Ok(PastGrant {
                        number: row.get(0)?,
                        amount: Credits::from_millionths(row.get(1)?),
                        reason: row.get(2)?,
                        author: row.get(3)?,
                        at: Timestamp::from_millis(row.get(4)?),
                    })
                })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    async fn cover(&self, credential: CredentialId) -> Result<Cover, StoreError> {
        self.readers.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT min(coalesce(l.available, c.limited - c.used), coalesce(c.limited - c.used, l.available)) \
                 FROM credentials c LEFT JOIN ledger_accounts l USING (application_no) WHERE c.id = ?1",
            )?;
            let available = statement.query_row([credential.as_bytes()], |row| row.get(0)).optional()?.flatten();
            Ok(Cover { available: available.map(Credits::from_millionths) })
        })
    }
}

/// Gives the application of this number credits, or takes some back.
pub(in crate::sqlite) fn grant(
    batch: &mut Batch<'_>,
    application_no: i64,
    new: &NewGrant,
) -> Result<Granted, StoreError> {
    let before = match balances(batch, application_no)? {
        Some(known) => known,
        None => open(batch, application_no)?,
    };
    let available = before.account().available;
    let amount = match new.amount {
        GrantAmount::By(amount) => Some(amount),
        GrantAmount::To(wanted) => wanted.minus(available),
    };
    let Some(amount) = amount.map(Credits::as_millionths) else { return Ok(Granted::TooMuch) };
    if amount == 0 {
        return Ok(Granted::Done(before.account()));
    }
    let (source, target) =
        if amount > 0 { (Name::Granted, Name::Available) } else { (Name::Available, Name::Granted) };
    let Some(amount) = amount.checked_abs() else { return Ok(Granted::TooMuch) };
    if before.moved(source, target, amount).is_none_or(|after| after.0[1] > Credits::MOST.as_millionths()) {
        let too_much = source == Name::Granted;
        return Ok(if too_much { Granted::TooMuch } else { Granted::NotCovered(available) });
    }
    batch.run(
        "INSERT INTO ledger_grants (application_no, reason, author) VALUES (?1, ?2, ?3)",
        (application_no, &new.reason, &new.author),
    )?;
    let no = -batch.last_row();
    enter(batch, &Entry { no, application_no, credential_no: None, source, target, amount, at: new.now })?;
    let after = balances(batch, application_no)?.unwrap_or_default();
    Ok(Granted::Done(after.account()))
}

/// Opens the accounts of an application, all at zero.
fn open(batch: &mut Batch<'_>, application_no: i64) -> Result<Balances, StoreError> {
    batch.run("INSERT INTO ledger_accounts VALUES (?1, 0, 0, 0, 0)", [application_no])?;
    let empty = Balances::default();
    batch.ledger.accounts.insert(application_no, Some((empty, empty)));
    Ok(empty)
}
