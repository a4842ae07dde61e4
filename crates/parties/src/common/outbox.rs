//! What must still be said to other parties. Letters are stored in the transaction that decides
//! them and stay until they are answered or their time is over.

use tallystick_protocol::identifier::Domain;

use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes (`application/cbor`).
    Bytes(Vec<u8>),
    /// What somebody else signed, passed on as it is (`application/cose`).
    Relayed(Vec<u8>),
    /// The signed message of this kind of statement about the letter's reference
    /// (`application/cose`), signed before sending if it is not yet.
    Statement(String),
}

/// A letter to be stored.
pub struct NewLetter<'a> {
    /// A fixed word of the role; with `reference` the letter's identity.
    pub kind: &'a str,
    /// What it is about.
    pub reference: &'a str,
    /// The party it goes to.
    pub to: &'a Domain,
    /// The path on that party, such as "/v1/authorisations".
    pub path: &'a str,
    /// What it says.
    pub content: Content,
    /// When it has become useless, in milliseconds since 1970.
    pub give_up_at: u64,
}

/// A stored letter.
#[derive(Debug)]
pub struct Letter {
    /// Its number in this party's outbox.
    pub id: i64,
    /// See [`NewLetter::kind`].
    pub kind: String,
    /// See [`NewLetter::reference`].
    pub reference: String,
    /// See [`NewLetter::to`].
    pub to: Domain,
    /// See [`NewLetter::path`].
    pub path: String,
    /// See [`NewLetter::content`].
    pub content: Content,
    /// How often it was sent before.
    pub attempts: u32,
    /// See [`NewLetter::give_up_at`].
    pub give_up_at: u64,
}

/// What becomes of a letter that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is settled and leaves the outbox.
    Done,
    /// It is sent again later.
    Again,
}

/// Puts a letter into the outbox, due at once. The same letter twice is one letter.
///
/// # Errors
/// Only the database's own.
pub fn post(
    tables: &(impl Tables + ?Sized),
    letter: &NewLetter<'_>,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let (content_type, statement, body) = match &letter.content {
        Content::Bytes(bytes) => ("application/cbor", None, Some(bytes)),
        Content::Relayed(bytes) => ("application/cose", None, Some(bytes)),
        Content::Statement(kind) => ("application/cose", Some(kind), None),
    };
    tables.run(
        "INSERT INTO outbox (kind, reference, domain, path, content_type, statement, body, next_at, give_up_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, reference) DO NOTHING",
        &[
            letter.kind.into(),
            letter.reference.into(),
            letter.to.as_str().into(),
            letter.path.into(),
            content_type.into(),
            statement.into(),
            body.into(),
            now_ms.into(),
            letter.give_up_at.into(),
        ],
    )?;
    Ok(())
}

/// Takes a letter out. Call it in the transaction that stores what the answer means.
///
/// # Errors
/// Only the database's own.
pub fn settle(tables: &(impl Tables + ?Sized), id: i64) -> Result<(), DatabaseError> {
    tables.run("DELETE FROM outbox WHERE id = ?", &[id.into()])?;
    Ok(())
}

/// Takes a letter out by its identity, because what it says has become useless.
///
/// # Errors
/// Only the database's own.
pub fn withdraw(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<(), DatabaseError> {
    tables.run(
        "DELETE FROM outbox WHERE kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )?;
    Ok(())
}

/// When the next letter is due, in milliseconds since 1970.
///
/// # Errors
/// Only the database's own.
pub fn next_at(tables: &(impl Tables + ?Sized)) -> Result<Option<u64>, DatabaseError> {
    first(
        tables,
        "SELECT next_at FROM outbox ORDER BY next_at LIMIT 1",
        &[],
    )?
    .map(|row| row.number(0))
    .transpose()
}

/// Takes the most urgent letter that is due, and puts off its next sending, so that a crash while
/// sending sends it again later.
pub(super) fn take_due(
    tables: &(impl Tables + ?Sized),
    now_ms: u64,
) -> Result<Option<Letter>, DatabaseError> {
    let row = first(
        tables,
        "SELECT id, kind, reference, domain, path, statement, body, attempts, give_up_at, content_type
         FROM outbox WHERE next_at <= ? ORDER BY next_at, id LIMIT 1",
        &[now_ms.into()],
    )?;
    let Some(letter) = row.map(|row| letter(&row)).transpose()? else {
        return Ok(None);
    };
    let next_at = now_ms.saturating_add(backoff_ms(letter.attempts));
    tables.run(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id = ?",
        &[next_at.into(), letter.id.into()],
    )?;
    Ok(Some(letter))
}

fn letter(row: &Row) -> Result<Letter, DatabaseError> {
    let content = if !row.is_null(5) {
        Content::Statement(row.text(5)?.to_owned())
    } else if row.text(9)? == "application/cose" {
        Content::Relayed(row.blob(6)?.to_vec())
    } else {
        Content::Bytes(row.blob(6)?.to_vec())
    };
    Ok(Letter {
        id: row.integer(0)?,
        kind: row.text(1)?.to_owned(),
        reference: row.text(2)?.to_owned(),
        to: Domain::parse(row.text(3)?).map_err(|_| DatabaseError::Shape(3))?,
        path: row.text(4)?.to_owned(),
        content,
        attempts: row.number(7)?,
        give_up_at: row.number(8)?,
    })
}

/// 1, 2, 4 … up to 60 seconds between two sendings; after some two hours, a quarter of an hour.
fn backoff_ms(attempts: u32) -> u64 {
    if attempts > 120 {
        return 900_000;
    }
    (1000_u64 << attempts.min(6)).min(60_000)
}
