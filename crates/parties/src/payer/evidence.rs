//! What others signed for what a payer books, kept for as long as the books: by it an auditor recomputes every balance.
//! Only a party that answers for balances keeps it; whoever gives credit drops the parts of its orders after a month.

use tallystick_protocol::bank::ProofKind;
use tallystick_protocol::checkout::order::OrderProof;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::time::Timestamp;

use super::judging::Judged;
use super::{Payer, books};
use crate::office::fault::Fault;
use crate::parts::part_fault;
use crate::ports::{DatabaseError, Ports, Tables};

/// The table, for a step of the schema of a role that keeps it.
pub const TABLE: [&str; 2] = [
    // `about` is the name of the transfer that was signed for; "purse NUMBER" of a purse's key.
    "CREATE TABLE payer_evidence (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        about TEXT NOT NULL,
        kind TEXT NOT NULL,
        signed BLOB NOT NULL,
        key BLOB,
        at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX payer_evidence_by_what_it_is_about ON payer_evidence (about, kind)",
];

/// What was signed.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// What it is.
    pub kind: ProofKind,
    /// The signed bytes.
    pub bytes: &'a [u8],
    /// The key that signed (subject public key info, DER), where nothing else tells it.
    pub key: Option<&'a [u8]>,
}

impl<'a> Signed<'a> {
    /// Something that says by itself who signed it.
    #[must_use]
    pub fn new(kind: ProofKind, bytes: &'a [u8]) -> Self {
        Self {
            kind,
            bytes,
            key: None,
        }
    }
}

/// Keeps what was signed for the transfer of this name. Call it in the transaction that books it.
///
/// # Errors
/// Only the database's own.
pub fn keep(
    tables: &dyn Tables,
    about: &str,
    signed: Signed<'_>,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO payer_evidence (about, kind, signed, key, at) VALUES (?, ?, ?, ?, ?)";
    let values = [
        about.into(),
        signed.kind.as_str().into(),
        signed.bytes.into(),
        signed.key.map(<[u8]>::to_vec).into(),
        at.into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

impl<P: Ports> Payer<'_, P> {
    /// Keeps what was signed, if this payer keeps such.
    pub(super) fn keep(
        &self,
        tables: &dyn Tables,
        about: &str,
        signed: Signed<'_>,
    ) -> Result<(), Fault> {
        if self.terms.keeps_evidence {
            keep(tables, about, signed, self.office.now())?;
        }
        Ok(())
    }

    /// Keeps why an order's amount is set aside: the shop's request, the holder's approval of the root, and that
    /// the root says the amount.
    pub(super) fn keep_order(&self, tables: &dyn Tables, judged: &Judged) -> Result<(), Fault> {
        let proof = encode(&OrderProof::of(&judged.part).map_err(part_fault)?);
        let about = books::reservation_of(&judged.request.message.part.root);
        let approval = judged.part.approval.as_deref().unwrap_or_default();
        for (kind, bytes) in [
            (ProofKind::AuthorisationRequest, &judged.request.bytes[..]),
            (ProofKind::Approval, approval),
            (ProofKind::OrderProof, &proof),
        ] {
            self.keep(tables, &about, Signed::new(kind, bytes))?;
        }
        Ok(())
    }
}
