//! What waits for cards, as it is kept.

use data_encoding::HEXLOWER;
use tallystick_protocol::settlement::{Alias, BALANCE_MAX, CreditReason, CreditState};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::cards::Card;
use super::state::move_credit;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A credit.
    #[derive(Clone)]
    pub(super) struct Credit in "security_credits" {
        /// Its number.
        pub number: [u8; 32] = "number",
        /// For which card.
        pub alias: Alias = "alias",
        /// How much.
        pub amount: Money = "minor, currency",
        /// Why; none if it was withdrawn before it came.
        pub reason: Option<CreditReason> = "reason",
        /// From when on it is not written any more.
        pub until: Option<Timestamp> = "until",
        pub received_at: Timestamp = "received_at",
        /// How far it is.
        pub state: CreditState = "state",
        /// Whether the front withdrew it while nothing was known of what the card did.
        pub is_withdrawn: bool = "is_withdrawn",
        /// What is on the card since it was written, in minor units.
        pub left: Option<u64> = "left_minor",
    }
}

impl Credit {
    /// By what its statements, letters and jobs are known.
    pub(super) fn reference(&self) -> String {
        HEXLOWER.encode(&self.number)
    }

    /// Whether it is not to be written any more.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.is_withdrawn || self.until.is_some_and(|until| until <= now)
    }
}

/// The credit of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    number: &[u8; 32],
) -> Result<Option<Credit>, DatabaseError> {
    typed::find(tables, "number = ?", &[number.into()])
}

/// The credit of this reference.
///
/// # Errors
/// If there is none: what refers to one is there only with it.
pub(super) fn by_reference(tables: &dyn Tables, reference: &str) -> Result<Credit, Fault> {
    let number = HEXLOWER.decode(reference.as_bytes()).ok();
    let number = number.and_then(|number| <[u8; 32]>::try_from(number).ok());
    let number = number.ok_or_else(Fault::internal)?;
    find(tables, &number)?.ok_or_else(Fault::internal)
}

/// How much waits to be written to a card, in minor units of its currency.
///
/// # Errors
/// Only the database's own.
pub(super) fn waiting(
    tables: &dyn Tables,
    alias: &Alias,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let sql = "SELECT coalesce(sum(minor), 0) FROM security_credits
        WHERE alias = ? AND state = 'waiting' AND coalesce(until > ?, 1)";
    let sum = typed::one(tables, sql, &[(*alias).into(), now.into()])?;
    Ok(sum.unwrap_or_default())
}

/// What is written to a card next: the oldest for which it has room.
///
/// # Errors
/// Only the database's own.
pub(super) fn next(
    tables: &dyn Tables,
    card: &Card,
    now: Timestamp,
) -> Result<Option<Credit>, DatabaseError> {
    let room = BALANCE_MAX.saturating_sub(card.balance.minor);
    typed::find(
        tables,
        "alias = ? AND state = 'waiting' AND coalesce(until > ?, 1) AND minor <= ?
         ORDER BY received_at, number LIMIT 1",
        &[card.alias.into(), now.into(), room.into()],
    )
}

/// Moves a credit on, and stores what goes with it.
///
/// # Errors
/// [`Kind::Conflict`] naming both states if there is no such move.
pub(super) fn store(
    tables: &dyn Tables,
    credit: &mut Credit,
    next: CreditState,
) -> Result<(), Fault> {
    let moved = move_credit(credit.state, next);
    credit.state = moved.map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    let values = [
        credit.state.into(),
        credit.left.into(),
        credit.number.into(),
    ];
    let sql = "UPDATE security_credits SET state = ?, left_minor = ? WHERE number = ?";
    tables.run(sql, &values)?;
    Ok(())
}

/// Notes that the front withdrew a credit of which nothing is known.
///
/// # Errors
/// Only the database's own.
pub(super) fn withdraw(tables: &dyn Tables, number: &[u8; 32]) -> Result<(), DatabaseError> {
    let sql = "UPDATE security_credits SET is_withdrawn = 1 WHERE number = ?";
    tables.run(sql, &[number.into()])?;
    Ok(())
}
