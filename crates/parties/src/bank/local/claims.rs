//! What purses have signed of their histories, place by place: two of one place that differ name who spent twice, and
//! are the proof of it.

use tallystick_protocol::purse::local::{
    Claim, Contradiction, Credentials, LocalAnswer, LocalPayment, SaidKind,
};
use tallystick_protocol::purse::{PurseNumber, PurseReport};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode_value, encode, encode_value};
use tallystick_protocol::wire::time::Timestamp;

use super::shortfall::make_good;
use crate::bank::alerts::{self, Alert};
use crate::bank::purses;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

/// The longest stored credentials, in bytes.
const CREDENTIALS_BYTES_MAX: usize = 2048;

/// The tables of claims and of proofs, for the bank's schema. Both are evidence.
pub(in crate::bank) const TABLE: [&str; 2] = [
    "CREATE TABLE bank_claims (
        purse BLOB NOT NULL CHECK (length(purse) = 16),
        sequence INTEGER NOT NULL,
        entry BLOB NOT NULL CHECK (length(entry) = 32),
        kind TEXT NOT NULL,
        signed BLOB NOT NULL,
        credentials BLOB,
        PRIMARY KEY (purse, sequence, entry)
    ) STRICT",
    "CREATE TABLE bank_contradictions (
        purse BLOB NOT NULL CHECK (length(purse) = 16),
        sequence INTEGER NOT NULL,
        proof BLOB NOT NULL,
        found_at INTEGER NOT NULL,
        PRIMARY KEY (purse, sequence)
    ) STRICT",
];

impl Stored for SaidKind {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// One claim.
    struct Kept in "bank_claims" {
        purse: PurseNumber = "purse",
        sequence: u64 = "sequence",
        entry: [u8; 32] = "entry",
        kind: SaidKind = "kind",
        signed: Vec<u8> = "signed",
        /// By what anybody can verify it; not of a report, which comes with none.
        credentials: Option<Vec<u8>> = "credentials",
    }
}

/// What a purse has signed, and where it says so.
pub(super) struct Said<'a> {
    pub claim: Claim,
    pub kind: SaidKind,
    pub signed: &'a [u8],
    /// By what anybody can verify it.
    pub credentials: &'a Credentials,
}

/// Keeps a claim. If the purse has signed something else of the same place, it is blocked, the alert is raised, and the
/// proof is kept. Call it in a transaction, at the object of that purse.
///
/// # Errors
/// Those of the database.
pub(super) fn keep(tables: &dyn Tables, said: &Said<'_>, now: Timestamp) -> Result<(), Fault> {
    let Claim {
        purse,
        sequence,
        entry,
    } = said.claim;
    let at_place = "purse = ? AND sequence = ? ORDER BY rowid LIMIT 2";
    let known: Vec<Kept> = typed::find_all(tables, at_place, &[purse.into(), sequence.into()])?;
    if known.iter().any(|known| known.entry == entry) {
        return Ok(());
    }
    let kept = Kept {
        purse,
        sequence,
        entry,
        kind: said.kind,
        signed: said.signed.to_vec(),
        credentials: Some(encode_value(said.credentials)),
    };
    typed::insert(tables, &kept)?;
    let other = match known.into_iter().next() {
        Some(other) => Some((other.kind, other.signed)),
        None => reported(tables, &said.claim)?.map(|report| (SaidKind::Report, report)),
    };
    match other {
        Some(other) => caught(tables, said, other, now),
        None => Ok(()),
    }
}

/// The report that tells of this place something else, if one was kept.
fn reported(tables: &dyn Tables, claim: &Claim) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT signed FROM bank_claims
        WHERE purse = ? AND sequence > ? AND kind = 'report' ORDER BY sequence LIMIT 1";
    let place = [claim.purse.into(), claim.sequence.into()];
    let signed: Option<Vec<u8>> = typed::one(tables, sql, &place)?;
    Ok(signed.filter(|signed| {
        let report = keyed::unverified::<PurseReport>(signed).ok();
        let told = report.and_then(|report| report.claim(claim.sequence));
        told.is_some_and(|told| told.entry != claim.entry)
    }))
}

/// Looks in a report for what the purse has signed otherwise before: each of its entries is a claim. Keeps the report, as far
/// as it tells something new.
///
/// # Errors
/// Those of the database.
pub(in crate::bank) fn compare_report(
    tables: &dyn Tables,
    (report, signed): (&PurseReport, &[u8]),
    now: Timestamp,
) -> Result<(), Fault> {
    if !report.entries.is_empty() {
        let kept = Kept {
            purse: report.purse,
            sequence: report.state.sequence,
            entry: report.state.head,
            kind: SaidKind::Report,
            signed: signed.to_vec(),
            credentials: None,
        };
        let sql = "purse = ? AND sequence = ? AND entry = ?";
        let place = [kept.purse.into(), kept.sequence.into(), kept.entry.into()];
        if typed::find::<Kept>(tables, sql, &place)?.is_none() {
            typed::insert(tables, &kept)?;
        }
    }
    for entry in &report.entries {
        // Before a gap the newest entry's hash says nothing, and so nothing would be proved.
        let Some(claim) = report.claim(entry.sequence) else {
            continue;
        };
        let sql = "purse = ? AND sequence = ? AND entry <> ? AND credentials IS NOT NULL ORDER BY rowid LIMIT 1";
        let of_place = [
            claim.purse.into(),
            claim.sequence.into(),
            claim.entry.into(),
        ];
        let Some(other) = typed::find::<Kept>(tables, sql, &of_place)? else {
            continue;
        };
        let credentials = other.credentials.as_deref().unwrap_or_default();
        let credentials = decode_value(credentials, CREDENTIALS_BYTES_MAX);
        let said = Said {
            claim,
            kind: SaidKind::Report,
            signed,
            credentials: &credentials.map_err(|_| Fault::internal())?,
        };
        return caught(tables, &said, (other.kind, other.signed), now);
    }
    Ok(())
}

/// Whether the bank has from another purse what this one signed afterwards, and not before the report.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn was_overtaken(
    tables: &dyn Tables,
    report: &PurseReport,
) -> Result<bool, DatabaseError> {
    let newest =
        "purse = ? AND sequence > ? AND credentials IS NOT NULL ORDER BY sequence DESC LIMIT 1";
    let after = [report.purse.into(), report.state.sequence.into()];
    let newest = typed::find::<Kept>(tables, newest, &after)?;
    let said_at = newest.and_then(|newest| said_at(newest.kind, &newest.signed));
    Ok(said_at.is_some_and(|at| at >= report.at))
}

/// When a purse said it to another one.
fn said_at(kind: SaidKind, signed: &[u8]) -> Option<Timestamp> {
    match kind {
        SaidKind::Payment => keyed::unverified::<LocalPayment>(signed)
            .ok()
            .map(|said| said.at),
        SaidKind::Receipt => keyed::unverified::<LocalAnswer>(signed)
            .ok()
            .map(|said| said.at),
        _ => None,
    }
}

fn caught(
    tables: &dyn Tables,
    said: &Said<'_>,
    other: (SaidKind, Vec<u8>),
    now: Timestamp,
) -> Result<(), Fault> {
    let Claim {
        purse, sequence, ..
    } = said.claim;
    let second = (said.kind, said.signed.to_vec());
    let proof = Contradiction::new(said.credentials.clone(), sequence, other, second);
    tables.run(
        "INSERT INTO bank_contradictions (purse, sequence, proof, found_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
        &[
            purse.into(),
            sequence.into(),
            encode(&proof).into(),
            now.into(),
        ],
    )?;
    alerts::raise(tables, Alert::SpentTwice, (&purse, sequence), None, now)?;
    purses::block(tables, &purse, now)?;
    make_good(tables, &purse, now)
}

/// The newest proof against a purse.
///
/// # Errors
/// Only the database's own.
pub(super) fn proof_against(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql =
        "SELECT proof FROM bank_contradictions WHERE purse = ? ORDER BY found_at DESC LIMIT 1";
    typed::one(tables, sql, &[(*purse).into()])
}
