//! Users, their sessions and links in SQLite.

use async_trait::async_trait;
use domain::{Role, Timestamp, UserId};
use rusqlite::{OptionalExtension as _, Row};

use super::access::note_change;
use super::{SqliteStore, writer::Batch};
use crate::{
    Link, NewSession, NewUser, PasswordHash, Registered, SecretHash, StoreError, User, UserChange,
    UserChanged, UserStore,
};

/// What [`user`] reads.
const USER: &str = "u.id, u.email, u.operator, u.disabled, u.password, u.created_ms";

#[async_trait]
impl UserStore for SqliteStore {
    async fn register(&self, user: NewUser) -> Result<Registered, StoreError> {
        self.writer.write(move |batch| register(batch, &user)).await
    }

    async fn add_user(
        &self,
        id: UserId,
        email: String,
        role: Role,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let add = move |batch: &mut Batch<'_>| {
            let sql = "INSERT INTO users (id, email, created_ms, operator) \
                       VALUES (?1, ?2, ?3, max(?4, NOT EXISTS (SELECT 1 FROM users))) ON CONFLICT (email) DO NOTHING";
            let is_operator = role == Role::Operator;
            let added = batch.run(sql, (id.as_bytes(), &email, now.as_millis(), is_operator))?;
            note_change(batch)?;
            Ok(added == 1)
        };
        self.writer.write(add).await
    }

    async fn user_of(&self, email: &str) -> Result<Option<User>, StoreError> {
        self.readers.read_anew(|connection| {
            let sql = format!("SELECT {USER} FROM users u WHERE u.email = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([email], user).optional()?)
        })
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.readers.read_anew(|connection| {
            let sql = format!("SELECT {USER} FROM users u WHERE u.id = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], user).optional()?)
        })
    }

    async fn users(&self, offset: u64, limit: u32) -> Result<(Vec<User>, u64), StoreError> {
        self.readers.read_anew(|connection| {
            let sql = format!("SELECT {USER} FROM users u ORDER BY u.no LIMIT ?1 OFFSET ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map((limit, offset), user)?.collect::<Result<_, _>>()?;
            let count = connection.prepare_cached("SELECT count(*) FROM users")?;
            Ok((found, { count }.query_row([], |row| row.get(0))?))
        })
    }

    async fn change_user(&self, id: UserId, change: UserChange) -> Result<UserChanged, StoreError> {
        self.writer.write(move |batch| change_user(batch, id, change)).await
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        kept: Option<SecretHash>,
    ) -> Result<bool, StoreError> {
        let set = move |batch: &mut Batch<'_>| {
            let Some(user_no) = number(batch, id)? else { return Ok(false) };
            set_password(batch, user_no, &password, kept)?;
            Ok(true)
        };
        self.writer.write(set).await
    }

    async fn begin_session(&self, session: NewSession) -> Result<(), StoreError> {
        self.writer.write(move |batch| begin_session(batch, &session)).await
    }

    async fn session(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.readers.read_anew(|connection| {
            let sql = format!(
                "SELECT {USER} FROM sessions s JOIN users u ON u.no = s.user_no \
                 WHERE s.hash = ?1 AND s.ends_ms > ?2"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row((hash, now.as_millis()), user).optional()?)
        })
    }

    async fn end_session(&self, hash: SecretHash) -> Result<bool, StoreError> {
        let end = move |batch: &mut Batch<'_>| {
            let ended = batch.run("DELETE FROM sessions WHERE hash = ?1", [&hash[..]])?;
            note_change(batch)?;
            Ok(ended == 1)
        };
        self.writer.write(end).await
    }

    async fn keep_link(&self, hash: SecretHash, link: Link, ends_at: Timestamp) -> Result<(), StoreError> {
        let keep = move |batch: &mut Batch<'_>| {
            let (user_no, email) = match &link {
                Link::Password(id) => {
                    let missing = || StoreError::Missing(format!("user {id}"));
                    (Some(number(batch, *id)?.ok_or_else(missing)?), None)
                }
                Link::Invitation(email) => (None, email.as_deref()),
            };
            let sql = "INSERT INTO links (hash, user_no, email, ends_ms) VALUES (?1, ?2, ?3, ?4)";
            batch.run(sql, (&hash[..], user_no, email, ends_at.as_millis())).map(drop)
        };
        self.writer.write(keep).await
    }

    async fn use_password_link(
        &self,
        hash: SecretHash,
        password: PasswordHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        let reset = move |batch: &mut Batch<'_>| {
            let sql = "SELECT u.no, u.id FROM links l JOIN users u ON u.no = l.user_no \
                       WHERE l.hash = ?1 AND l.ends_ms > ?2";
            let of = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, UserId::from_bytes(row.get(1)?)));
            let Some((user_no, id)) = batch.one(sql, (&hash[..], now.as_millis()), of)? else {
                return Ok(None);
            };
            set_password(batch, user_no, &password, None)?;
            Ok(Some(id))
        };
        self.writer.write(reset).await
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId::from_bytes(row.get(0)?),
        email: row.get(1)?,
        role: if row.get(2)? { Role::Operator } else { Role::User },
        disabled: row.get(3)?,
        password: row.get::<_, Option<String>>(4)?.map(PasswordHash::new),
        created_at: Timestamp::from_millis(row.get(5)?),
    })
}

fn number(batch: &Batch<'_>, id: UserId) -> Result<Option<i64>, StoreError> {
    batch.one("SELECT no FROM users WHERE id = ?1", [id.as_bytes()], |row| row.get(0))
}

fn register(batch: &Batch<'_>, user: &NewUser) -> Result<Registered, StoreError> {
    let is_first = batch.one("SELECT 1 FROM users", [], |_| Ok(()))?.is_none();
    if user.needs_invitation && !is_first && !is_invited(batch, user)? {
        return Ok(Registered::NotInvited);
    }
    // The first one runs the server.
    let made = batch.run(
        "INSERT INTO users (id, email, created_ms, password, operator) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (email) DO NOTHING",
        (user.id.as_bytes(), &user.email, user.now.as_millis(), user.password.as_str(), is_first),
    )?;
    // Also where nothing was made, so that both are synced to the disk and take as long.
    note_change(batch)?;
    if made == 0 {
        return Ok(Registered::Taken);
    }
    if let Some(hash) = user.invitation {
        batch.run("DELETE FROM links WHERE hash = ?1 AND user_no IS NULL", [&hash[..]])?;
    }
    Ok(Registered::Made(if is_first { Role::Operator } else { Role::User }))
}

fn is_invited(batch: &Batch<'_>, user: &NewUser) -> Result<bool, StoreError> {
    let Some(hash) = user.invitation else { return Ok(false) };
    let sql = "SELECT 1 FROM links WHERE hash = ?1 AND user_no IS NULL AND ends_ms > ?2 \
               AND (email IS NULL OR email = ?3)";
    let found = batch.one(sql, (&hash[..], user.now.as_millis(), &user.email), |_| Ok(()))?;
    Ok(found.is_some())
}

fn change_user(batch: &Batch<'_>, id: UserId, change: UserChange) -> Result<UserChanged, StoreError> {
    let Some(user_no) = number(batch, id)? else { return Ok(UserChanged::Unknown) };
    let falls = change.role == Some(Role::User) || change.disabled == Some(true);
    let others = "SELECT 1 FROM users WHERE operator = 1 AND disabled = 0 AND no <> ?1";
    let is_operator = "SELECT 1 FROM users WHERE operator = 1 AND disabled = 0 AND no = ?1";
    let there_is = |sql| Ok::<_, StoreError>(batch.one(sql, [user_no], |_| Ok(()))?.is_some());
    if falls && there_is(is_operator)? && !there_is(others)? {
        return Ok(UserChanged::LastOperator);
    }
    let operator = change.role.map(|role| role == Role::Operator);
    batch.run(
        "UPDATE users SET operator = coalesce(?2, operator), disabled = coalesce(?3, disabled) WHERE no = ?1",
        (user_no, operator, change.disabled),
    )?;
    if change.disabled == Some(true) {
        batch.run("DELETE FROM sessions WHERE user_no = ?1", [user_no])?;
    }
    note_change(batch)?;
    Ok(UserChanged::Done)
}

fn set_password(
    batch: &Batch<'_>,
    user_no: i64,
    password: &PasswordHash,
    kept: Option<SecretHash>,
) -> Result<(), StoreError> {
    batch.run("UPDATE users SET password = ?2 WHERE no = ?1", (user_no, password.as_str()))?;
    // `IS NOT` also holds where nothing is kept.
    let others = "DELETE FROM sessions WHERE user_no = ?1 AND hash IS NOT ?2";
    batch.run(others, (user_no, kept.as_ref().map(|hash| &hash[..])))?;
    batch.run("DELETE FROM links WHERE user_no = ?1", [user_no])?;
    note_change(batch)
}

fn begin_session(batch: &Batch<'_>, session: &NewSession) -> Result<(), StoreError> {
    let now = session.now.as_millis();
    batch.run("DELETE FROM sessions WHERE ends_ms <= ?1", [now])?;
    batch.run("DELETE FROM links WHERE ends_ms <= ?1", [now])?;
    if let Some(before) = session.instead_of {
        batch.run("DELETE FROM sessions WHERE hash = ?1", [&before[..]])?;
    }
    let missing = || StoreError::Missing(format!("user {}", session.user));
    let user_no = number(batch, session.user)?.ok_or_else(missing)?;
    let sql = "INSERT INTO sessions (hash, user_no, created_ms, ends_ms) VALUES (?1, ?2, ?3, ?4)";
    batch.run(sql, (&session.hash[..], user_no, now, session.ends_at.as_millis())).map(drop)
}
