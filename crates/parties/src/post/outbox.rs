//! What must still be said to other parties. Letters are stored in the transaction that decides
//! them and stay until they are answered or their time is over. When each is sent next is in the
//! table of everything that is due.

use tallystick_protocol::wire::identifier::Domain;

use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::post::due::{self, Job, NewJob};

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
    /// See [`NewLetter::give_up_at`].
    pub give_up_at: u64,
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
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (kind, reference) DO NOTHING",
        &[
            letter.kind.into(),
            letter.reference.into(),
            letter.to.as_str().into(),
            letter.path.into(),
            content_type.into(),
            statement.into(),
            body.into(),
            letter.give_up_at.into(),
        ],
    )?;
    let job = NewJob {
        kind: due::LETTER,
        reference: &job_of(letter.kind, letter.reference),
        peer: Some(letter.to.as_str()),
        at_ms: now_ms,
    };
    due::put_once(tables, &job, now_ms)
}

/// Takes a letter out, because it was answered or what it says has become useless. Call it in the
/// transaction that stores what the answer means.
///
/// # Errors
/// Only the database's own.
pub fn settle(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<(), DatabaseError> {
    tables.run(
        "DELETE FROM outbox WHERE kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )?;
    due::cancel(tables, due::LETTER, &job_of(kind, reference))
}

/// The letter that a job is to send; `None` if it was settled meanwhile.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub(crate) fn of_job(
    tables: &(impl Tables + ?Sized),
    job: &Job,
) -> Result<Option<Letter>, DatabaseError> {
    let (kind, reference) = job
        .reference
        .split_once('/')
        .ok_or(DatabaseError::Shape(0))?;
    let row = first(
        tables,
        "SELECT kind, reference, domain, path, statement, body, give_up_at, content_type
         FROM outbox WHERE kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )?;
    row.map(|row| letter(&row)).transpose()
}

fn job_of(kind: &str, reference: &str) -> String {
    format!("{kind}/{reference}")
}

fn letter(row: &Row) -> Result<Letter, DatabaseError> {
    let content = if !row.is_null(4) {
        Content::Statement(row.text(4)?.to_owned())
    } else if row.text(7)? == "application/cose" {
        Content::Relayed(row.blob(5)?.to_vec())
    } else {
        Content::Bytes(row.blob(5)?.to_vec())
    };
    Ok(Letter {
        kind: row.text(0)?.to_owned(),
        reference: row.text(1)?.to_owned(),
        to: Domain::parse(row.text(2)?).map_err(|_| DatabaseError::Shape(2))?,
        path: row.text(3)?.to_owned(),
        content,
        give_up_at: row.number(6)?,
    })
}
