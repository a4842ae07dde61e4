//! The rows of charges: what holders asked to be put on cards, and how far each is.

use tallystick_protocol::settlement::{Alias, ChargeRefusal, ChargeState};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::books;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A charge.
    pub(super) struct Charge in "settlement_charges" {
        /// Its number: SHA-256 of the signed request; the credit's, too.
        pub number: TransactionId = "number",
        /// The account that pays.
        pub account: i64 = "account",
        /// The card.
        pub alias: Alias = "alias",
        /// How much.
        pub money: Money = "minor, currency",
        /// The holder's signed request.
        pub signed: Vec<u8> = "signed",
        /// When it was asked for.
        pub asked_at: Timestamp = "asked_at",
        /// Until when the card can take it.
        pub until: Timestamp = "until",
        /// How far it is.
        pub state: ChargeState = "state",
        /// Why nothing is charged.
        pub refusal: Option<ChargeRefusal> = "refusal",
    }
}

/// The charge of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    number: &TransactionId,
) -> Result<Option<Charge>, DatabaseError> {
    typed::find(tables, "number = ?", &[(*number).into()])
}

/// The charge is on its card (the completion notice), or never will be: state and money in one step.
///
/// # Errors
/// Those of the ledger and the database.
pub(super) fn end(
    tables: &dyn Tables,
    number: &TransactionId,
    is_written: bool,
    at_ms: u64,
) -> Result<(), Fault> {
    let (state, refusal) = if is_written {
        (ChargeState::Done, None)
    } else {
        (ChargeState::Refused, Some(ChargeRefusal::Expired))
    };
    let sql = "UPDATE settlement_charges SET state = ?, refusal = ? WHERE number = ? AND state = ? RETURNING 1";
    let values = [
        state.into(),
        refusal.into(),
        (*number).into(),
        ChargeState::Waiting.into(),
    ];
    if tables.run(sql, &values)?.is_empty() {
        return Ok(());
    }
    books::end(tables, number, is_written, at_ms)
}
