//! The ledger in SQLite. A batch reads the accounts of an application once, moves credits in memory, and writes each
//! row once before it commits, however many of its orders are in the batch; of every move there is an entry. So an order
//! costs one narrow row, and nothing is ever summed up to know what is left.

#[cfg(test)]
mod carried_over;
mod grants;
pub(super) mod proof;

use std::collections::BTreeMap;

use domain::{Credits, Timestamp};

pub(super) use self::grants::grant;
use super::writer::Batch;
use crate::failpoint::pass;
use crate::{Account, StoreError};

/// One of an application's four accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Name {
    Granted = 0,
    Available = 1,
    Held = 2,
    Spent = 3,
}

/// The balances of an application, by [`Name`], in millionths. They add up to zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Balances([i64; 4]);

impl Balances {
    /// `None` if an account would be overdrawn, or larger than a number can be.
    fn moved(mut self, source: Name, target: Name, amount: i64) -> Option<Self> {
        self.0[source as usize] = self.0[source as usize].checked_sub(amount)?;
        self.0[target as usize] = self.0[target as usize].checked_add(amount)?;
        let overdrawn = self.0[1..].iter().any(|&balance| balance < 0);
        (!overdrawn).then_some(self)
    }

    fn account(self) -> Account {
        let [granted, available, held, spent] = self.0;
        Account {
            granted: Credits::from_millionths(-granted),
            available: Credits::from_millionths(available),
            held: Credits::from_millionths(held),
            spent: Credits::from_millionths(spent),
        }
    }
}

/// The accounts that a batch has read, with what it moved.
#[derive(Default)]
pub(super) struct Ledger {
    /// By application: how they stood and how they stand; `None` without accounts.
    accounts: BTreeMap<i64, Option<(Balances, Balances)>>,
}

impl Ledger {
    pub fn write(self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let changed = self.accounts.into_iter().filter_map(|(application_no, balances)| {
            let (before, now) = balances?;
            (before != now).then_some((application_no, now))
        });
        for (application_no, Balances([granted, available, held, spent])) in changed {
            pass("ledger", "before")?;
            batch.run(
                "UPDATE ledger_accounts SET granted = ?2, available = ?3, held = ?4, spent = ?5 \
                 WHERE application_no = ?1",
                (application_no, granted, available, held, spent),
            )?;
            pass("ledger", "after")?;
        }
        Ok(())
    }
}

/// How the accounts of an application stand in this batch.
fn balances(batch: &mut Batch<'_>, application_no: i64) -> Result<Option<Balances>, StoreError> {
    if let Some(known) = batch.ledger.accounts.get(&application_no) {
        return Ok(known.map(|(_, now)| now));
    }
    let sql = "SELECT granted, available, held, spent FROM ledger_accounts WHERE application_no = ?1";
    let found = batch.one(sql, [application_no], |row| {
        Ok(Balances([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
    })?;
    batch.ledger.accounts.insert(application_no, found.map(|found| (found, found)));
    Ok(found)
}

/// A move that is to be made.
struct Entry {
    no: i64,
    application_no: i64,
    credential_no: Option<i64>,
    source: Name,
    target: Name,
    /// In millionths; above zero.
    amount: i64,
    at: Timestamp,
}

/// Makes a move and enters it; `false`, and nothing was done, if that would overdraw an account.
fn enter(batch: &mut Batch<'_>, entry: &Entry) -> Result<bool, StoreError> {
    let before = balances(batch, entry.application_no)?;
    let Some(now) = before.and_then(|before| before.moved(entry.source, entry.target, entry.amount)) else {
        return Ok(false);
    };
    batch.run(
        "INSERT INTO ledger_entries (no, application_no, credential_no, source, target, amount, at_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            entry.no,
            entry.application_no,
            entry.credential_no,
            entry.source as i64,
            entry.target as i64,
            entry.amount,
            entry.at.as_millis(),
        ),
    )?;
    if let Some(Some(known)) = batch.ledger.accounts.get_mut(&entry.application_no) {
        known.1 = now;
    }
    Ok(true)
}

/// Whether an application can pay `price` for one more order.
pub(super) fn covers(batch: &mut Batch<'_>, application_no: i64, price: Credits) -> Result<bool, StoreError> {
    if price == Credits::ZERO {
        return Ok(true);
    }
    let balances = balances(batch, application_no)?;
    Ok(balances.is_none_or(|balances| balances.account().available >= price))
}

/// An order that was accepted.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    pub task_no: i64,
    pub application_no: i64,
    pub credential_no: i64,
}

/// Holds the price of an order that [`covers`] was asked about. Without accounts, nothing is held.
pub(super) fn hold(
    batch: &mut Batch<'_>,
    holder: Holder,
    price: Credits,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Holder { task_no, application_no, credential_no } = holder;
    if price == Credits::ZERO || balances(batch, application_no)?.is_none() {
        return Ok(());
    }
    let entry = Entry {
        no: 2 * task_no,
        application_no,
        credential_no: Some(credential_no),
        source: Name::Available,
        target: Name::Held,
        amount: price.as_millionths(),
        at,
    };
    if enter(batch, &entry)? {
        return Ok(());
    }
    Err(super::rows::corrupt("ledger_accounts", "available", application_no, "a hold is not covered"))
}

/// Ends the hold of a task, if it has one: it is spent, or available again. Gives what was spent, in millionths.
pub(super) fn end_hold(
    batch: &mut Batch<'_>,
    task_no: i64,
    succeeded: bool,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let held = "SELECT application_no, credential_no, amount FROM ledger_entries WHERE no = ?1";
    let held = batch.one(held, [2 * task_no], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some((application_no, credential_no, amount)) = held else { return Ok(0) };
    let target = if succeeded { Name::Spent } else { Name::Available };
    let no = 2 * task_no + 1;
    let entry = Entry { no, application_no, credential_no, source: Name::Held, target, amount, at };
    if !enter(batch, &entry)? {
        return Err(super::rows::corrupt("ledger_accounts", "held", application_no, "less than one hold"));
    }
    Ok(if succeeded { amount } else { 0 })
}
