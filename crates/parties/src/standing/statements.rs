//! What this party said: a payload, stored with the decision to say it, and the signature once it is
//! made. The signed message is put together when it is read; the certificate, which is the same in
//! all of them, is stored once.

use tallystick_protocol::trust::statement::{self, SignedMessage, StatementError, Verified};

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// A statement to be stored.
pub struct NewStatement<'a> {
    /// A fixed word of the role ("authorisation").
    pub kind: &'a str,
    /// What it is about (the root in hexadecimal).
    pub reference: &'a str,
    /// The context string of the kind of message, which is part of what is signed.
    pub context: &'a str,
    /// The encoded message.
    pub payload: &'a [u8],
    /// From when on it is void, in seconds since 1970.
    pub void_from: u64,
}

/// A stored statement.
pub struct Statement {
    /// From when on it is void, in seconds since 1970.
    pub void_from: u64,
    /// How far it has come.
    pub content: Content,
}

/// How far a statement has come.
pub enum Content {
    /// Decided, and not signed yet.
    Draft {
        /// See [`NewStatement::context`].
        context: String,
        /// See [`NewStatement::payload`].
        payload: Vec<u8>,
    },
    /// Decided by release 0.1.0, which stored the bytes to be signed.
    OldDraft(Vec<u8>),
    /// The signed message.
    Signed(Vec<u8>),
}

/// The longest signed message that is stored, in bytes: what another party takes.
const SIGNED_MAX_BYTES: usize = 256 * 1024;

/// Stores a decision. Call it in the transaction that decides, so that either both happen or none.
/// Kind and reference together are unique: a second decision of the kind is an error.
///
/// # Errors
/// The database's own, also if the decision was taken before.
pub fn store(
    tables: &(impl Tables + ?Sized),
    statement: &NewStatement<'_>,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO statements (kind, reference, made_at_ms, void_from, context, payload)
         VALUES (?, ?, ?, ?, ?, ?)",
        &[
            statement.kind.into(),
            statement.reference.into(),
            now_ms.into(),
            statement.void_from.into(),
            statement.context.into(),
            statement.payload.into(),
        ],
    )?;
    Ok(())
}

/// Drops a statement: what is to be said anew, or what nobody will ask for any more.
///
/// # Errors
/// Only the database's own.
pub fn forget(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<(), DatabaseError> {
    for table in ["statements", "statements_of_0_1"] {
        tables.run(
            &format!("DELETE FROM {table} WHERE kind = ? AND reference = ?"),
            &[kind.into(), reference.into()],
        )?;
    }
    Ok(())
}

/// The statement of this kind about `reference`, if it was decided.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<Option<Statement>, DatabaseError> {
    let key = [kind.into(), reference.into()];
    let found = typed::one(
        tables,
        "SELECT s.void_from, s.context, s.payload, s.signature, c.certificate
         FROM statements s LEFT JOIN own_certificates c ON c.number = s.certificate
         WHERE s.kind = ? AND s.reference = ?",
        &key,
    )?;
    if let Some(found) = found {
        return read(found).map(Some);
    }
    let old = "SELECT to_be_signed, signed FROM statements_of_0_1 WHERE kind = ? AND reference = ?";
    typed::one(tables, old, &key)?.map(read_old).transpose()
}

/// Keeps a draft's signature unless there is one, and returns the signed message that is stored: PSS
/// is randomised, and of two signatures made at once only the first is ever sent. Nothing: the draft
/// was replaced meanwhile.
///
/// # Errors
/// Only the database's own.
pub fn keep(
    tables: &(impl Tables + ?Sized),
    (kind, reference): (&str, &str),
    payload: &[u8],
    certificate: &[u8],
    signature: &[u8],
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "UPDATE statements SET signature = ?, certificate = ?
        WHERE kind = ? AND reference = ? AND signature IS NULL AND payload = ? RETURNING 1";
    let values = [
        signature.into(),
        number_of(tables, certificate)?.into(),
        kind.into(),
        reference.into(),
        payload.into(),
    ];
    if first(tables, sql, &values)?.is_some() {
        return assembled(payload, certificate, signature).map(Some);
    }
    Ok(match find(tables, kind, reference)? {
        Some(Statement {
            content: Content::Signed(signed),
            ..
        }) => Some(signed),
        _ => None,
    })
}

/// Takes over what this party said before it forgot it: from now on it says these very bytes. One that is decided
/// here already keeps what it has, and is signed so, if it says the same. The caller has verified the signature.
///
/// # Errors
/// [`TakeOverError::Contradiction`] if something else is decided here; the database's own.
pub fn take_over<M: SignedMessage>(
    tables: &(impl Tables + ?Sized),
    (kind, reference): (&str, &str),
    said: &Verified<M>,
    now_ms: u64,
) -> Result<(), TakeOverError> {
    let parts = statement::disassemble(&said.bytes, SIGNED_MAX_BYTES);
    let [payload, certificate, signature] = parts.map_err(|_| TakeOverError::Contradiction)?;
    // What was void by then was said anew.
    let sql = "DELETE FROM statements WHERE kind = ? AND reference = ? AND void_from <= ?";
    let sent_at = said.message.envelope().sent_at;
    tables.run(sql, &[kind.into(), reference.into(), sent_at.into()])?;
    let sql = "SELECT payload FROM statements WHERE kind = ? AND reference = ?";
    let stored: Option<Vec<u8>> = typed::one(tables, sql, &[kind.into(), reference.into()])?;
    match stored {
        Some(stored) if stored != payload => return Err(TakeOverError::Contradiction),
        Some(_) => {}
        None => {
            let statement = NewStatement {
                kind,
                reference,
                context: M::CONTEXT,
                payload: &payload,
                void_from: said.message.envelope().expires_at.0,
            };
            store(tables, &statement, now_ms)?;
        }
    }
    keep(
        tables,
        (kind, reference),
        &payload,
        &certificate,
        &signature,
    )?;
    Ok(())
}

/// Why a statement is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum TakeOverError {
    /// It says something else than what is decided here.
    #[error("It says something else than what is decided here.")]
    Contradiction,
    /// The database refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Under which number a certificate of this party is stored; it is now, if it was not.
fn number_of(tables: &(impl Tables + ?Sized), certificate: &[u8]) -> Result<i64, DatabaseError> {
    let known = "SELECT number FROM own_certificates WHERE certificate = ?";
    let new = "INSERT INTO own_certificates (certificate) VALUES (?) RETURNING number";
    match typed::one(tables, known, &[certificate.into()])? {
        Some(number) => Ok(number),
        None => typed::one(tables, new, &[certificate.into()])?.ok_or(DatabaseError::RolledBack),
    }
}

fn assembled(
    payload: &[u8],
    certificate: &[u8],
    signature: &[u8],
) -> Result<Vec<u8>, DatabaseError> {
    statement::assemble(payload, certificate, signature).map_err(|_| DatabaseError::Shape(3))
}

/// As [`keep`], for a decision of release 0.1.0.
///
/// # Errors
/// [`DatabaseError::RolledBack`] if there is no such decision.
pub fn keep_old(
    tables: &(impl Tables + ?Sized),
    (kind, reference): (&str, &str),
    signed: &[u8],
) -> Result<Vec<u8>, DatabaseError> {
    let kept = typed::one(
        tables,
        "UPDATE statements_of_0_1 SET signed = coalesce(signed, ?) WHERE kind = ? AND reference = ?
         RETURNING signed",
        &[signed.into(), kind.into(), reference.into()],
    )?;
    kept.ok_or(DatabaseError::RolledBack)
}

/// A decision with the signature and the certificate it has, if it has them.
type Kept = (u64, String, Vec<u8>, Option<(Vec<u8>, Vec<u8>)>);

fn read((void_from, context, payload, signature): Kept) -> Result<Statement, DatabaseError> {
    let content = match signature {
        None => Content::Draft { context, payload },
        Some((signature, certificate)) => {
            Content::Signed(assembled(&payload, &certificate, &signature)?)
        }
    };
    Ok(Statement { void_from, content })
}

/// What release 0.1.0 was to sign, and what it signed.
fn read_old(
    (to_be_signed, signed): (Vec<u8>, Option<Vec<u8>>),
) -> Result<Statement, DatabaseError> {
    let Some(signed) = signed else {
        return Ok(Statement {
            void_from: u64::MAX,
            content: Content::OldDraft(to_be_signed),
        });
    };
    let void_from = |bytes| -> Result<u64, StatementError> {
        let envelope = statement::unverified_envelope(bytes, SIGNED_MAX_BYTES)?;
        Ok(envelope.expires_at.0)
    };
    Ok(Statement {
        void_from: void_from(&signed).map_err(|_| DatabaseError::Shape(1))?,
        content: Content::Signed(signed),
    })
}
