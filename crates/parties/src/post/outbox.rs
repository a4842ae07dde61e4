//! What must still be said to other parties. Letters are stored in the transaction that decides
//! them and stay until they are answered or their time is over. When each is sent next is in the
//! table of everything that is due.

use tallystick_protocol::wire::identifier::Domain;

use crate::office::http as web;
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::post::due::{self, Job, NewJob};
use crate::store::typed::{self, Stored, typed_row};

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes (`application/cbor`).
    Bytes(Vec<u8>),
    /// What somebody else signed, passed on as it is (`application/cose`).
    Relayed(Vec<u8>),
    /// A certificate (`application/pkix-cert`).
    Certificate(Vec<u8>),
    /// A list of revoked certificates (`application/pkix-crl`).
    RevocationList(Vec<u8>),
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
    pub give_up_at_ms: u64,
}

typed_row! {
    /// A stored letter.
    #[derive(Debug)]
    pub struct Letter in "outbox" {
        /// See [`NewLetter::kind`].
        pub kind: String = "kind",
        /// See [`NewLetter::reference`].
        pub reference: String = "reference",
        /// See [`NewLetter::to`].
        pub to: Domain = "domain",
        /// See [`NewLetter::path`].
        pub path: String = "path",
        /// See [`NewLetter::content`].
        pub content: Content = "content_type, statement, body",
        /// See [`NewLetter::give_up_at_ms`].
        pub give_up_at_ms: u64 = "give_up_at",
    }
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
    let mut values = vec![
        letter.kind.into(),
        letter.reference.into(),
        letter.to.into(),
        letter.path.into(),
    ];
    letter.content.write(&mut values);
    values.push(letter.give_up_at_ms.into());
    tables.run(
        "INSERT INTO outbox (kind, reference, domain, path, content_type, statement, body, give_up_at, next_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (kind, reference) DO NOTHING",
        &values,
    )?;
    let job = NewJob {
        kind: due::LETTER,
        reference: &due::letter_reference(letter.kind, letter.reference),
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
    due::cancel(tables, due::LETTER, &due::letter_reference(kind, reference))
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
    typed::find(
        tables,
        "kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )
}

/// How a letter travels, what it states, and its bytes.
impl Stored for Content {
    const WIDTH: usize = 3;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        if !row.is_null(at + 1) {
            return Ok(Self::Statement(row.text(at + 1)?.to_owned()));
        }
        let bytes = row.blob(at + 2)?.to_vec();
        Ok(match row.text(at)? {
            web::COSE => Self::Relayed(bytes),
            web::CERTIFICATE => Self::Certificate(bytes),
            web::REVOCATION_LIST => Self::RevocationList(bytes),
            _ => Self::Bytes(bytes),
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        let columns: (_, Option<String>, Option<Vec<u8>>) = match self {
            Self::Bytes(bytes) => (web::CBOR, None, Some(bytes.clone())),
            Self::Relayed(bytes) => (web::COSE, None, Some(bytes.clone())),
            Self::Certificate(bytes) => (web::CERTIFICATE, None, Some(bytes.clone())),
            Self::RevocationList(bytes) => (web::REVOCATION_LIST, None, Some(bytes.clone())),
            Self::Statement(kind) => (web::COSE, Some(kind.clone()), None),
        };
        values.extend([columns.0.into(), columns.1.into(), columns.2.into()]);
    }
}
