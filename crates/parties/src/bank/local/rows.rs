//! The rows of payments between purses.

use tallystick_protocol::bank::{Proof, ProofKind};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::purse::local::LocalEvidence;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, Stored, typed_row};

/// The table of payments between purses, for the bank's schema. Evidence is kept as long as the books.
pub(in crate::bank) const TABLE: [&str; 4] = [
    "CREATE TABLE bank_local (
        transaction_id BLOB PRIMARY KEY CHECK (length(transaction_id) = 32),
        payer BLOB NOT NULL,
        payee BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        payment BLOB,
        answer BLOB,
        is_agreed INTEGER NOT NULL,
        heard_at INTEGER NOT NULL,
        booked_at INTEGER
    ) STRICT",
    "CREATE INDEX bank_local_by_payer ON bank_local (payer)",
    "CREATE INDEX bank_local_waits_of_payer ON bank_local (payer) WHERE booked_at IS NULL",
    "CREATE INDEX bank_local_waits_of_payee ON bank_local (payee) WHERE booked_at IS NULL",
];

typed_row! {
    /// A payment between purses.
    #[derive(Clone)]
    pub(in crate::bank) struct Local in "bank_local" {
        /// Its number.
        pub transaction: TransactionId = "transaction_id",
        /// Who paid.
        pub payer: PurseNumber = "payer",
        /// Who was paid.
        pub payee: PurseNumber = "payee",
        /// How much.
        pub money: Money = "minor, currency",
        /// What the payer signed, by the payee's history.
        pub payment: Option<Vec<u8>> = "payment",
        /// What the payee signed, by the payer's history.
        pub answer: Option<Vec<u8>> = "answer",
        /// Whether both histories are known to tell of it.
        pub is_agreed: bool = "is_agreed",
        /// When the bank heard of it first.
        pub heard_at: Timestamp = "heard_at",
        /// When it was booked.
        pub booked_at: Option<Timestamp> = "booked_at",
    }
}

/// The payment of this number.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    transaction: &TransactionId,
) -> Result<Option<Local>, DatabaseError> {
    typed::find(tables, "transaction_id = ?", &[(*transaction).into()])
}

/// Keeps what was heard of a payment, beside what was known of it.
pub(super) fn keep(tables: &dyn Tables, local: &Local) -> Result<(), DatabaseError> {
    let mut values = Vec::new();
    local.write(&mut values);
    tables.run(
        "INSERT INTO bank_local (transaction_id, payer, payee, minor, currency, payment, answer, is_agreed, heard_at,
            booked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (transaction_id) DO UPDATE SET
            payment = coalesce(payment, excluded.payment), answer = coalesce(answer, excluded.answer),
            is_agreed = max(is_agreed, excluded.is_agreed)",
        &values,
    )?;
    Ok(())
}

/// Notes that both histories tell of a payment.
pub(super) fn agree(tables: &dyn Tables, transaction: &TransactionId) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_local SET is_agreed = 1 WHERE transaction_id = ?";
    tables.run(sql, &[(*transaction).into()])?;
    Ok(())
}

/// Notes that a payment is booked.
pub(super) fn note_booked(
    tables: &dyn Tables,
    transaction: &TransactionId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_local SET booked_at = coalesce(booked_at, ?) WHERE transaction_id = ?";
    tables.run(sql, &[now.into(), (*transaction).into()])?;
    Ok(())
}

/// What a purse's own history has and the books have not yet, in minor units: a payment waits for the other history.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::bank) struct Awaited {
    /// Was paid to it.
    pub taken: u64,
    /// It paid.
    pub given: u64,
}

/// See [`Awaited`].
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn awaited(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Awaited, DatabaseError> {
    let sql = "SELECT
        (SELECT coalesce(sum(minor), 0) FROM bank_local
            WHERE payee = ?1 AND booked_at IS NULL AND payment IS NOT NULL),
        (SELECT coalesce(sum(minor), 0) FROM bank_local
            WHERE payer = ?1 AND booked_at IS NULL AND answer IS NOT NULL)";
    let sums: Option<(u64, u64)> = typed::one(tables, sql, &[(*purse).into()])?;
    let (taken, given) = sums.unwrap_or_default();
    Ok(Awaited { taken, given })
}

/// What either purse signed of the payment of this number, as an auditor is shown it for the entry `about`.
///
/// # Errors
/// Those of the database.
pub(in crate::bank) fn proofs_of(
    tables: &dyn Tables,
    about: &str,
    number: &str,
) -> Result<Vec<Proof>, Fault> {
    let transaction = number.parse().map_err(|_| Fault::internal())?;
    let Some(local) = find(tables, &transaction)? else {
        return Ok(Vec::new());
    };
    let said = [
        (ProofKind::LocalPayment, local.payment),
        (ProofKind::LocalAnswer, local.answer),
    ];
    let said = said
        .into_iter()
        .filter_map(|(kind, bytes)| Some((kind, bytes?)));
    said.map(|(kind, bytes)| {
        let evidence = LocalEvidence::read(&bytes).map_err(|_| Fault::internal())?;
        Ok(Proof {
            kind,
            about: about.to_owned(),
            signed: evidence.signed,
            key: None,
            at: local.heard_at,
        })
    })
    .collect()
}
