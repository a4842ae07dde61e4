//! Contactless cards as what orders are paid from: the card has paid, as the security server signed, and the holder's account
//! key approved the order, as of every instrument. What an order does not need after all goes back to the card.

use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::settlement::CreditReason;
use tallystick_protocol::settlement::credit_number;
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::time::Timestamp;

use super::credits::{self, Credit};
use super::settlements::{self, Decision, Settlement, Stage};
use super::{books, ending};
use crate::issuer::funds::{is_of_holder, owner_of};
use crate::ledger;
use crate::office::fault::Fault;
use crate::payer::refunds::Refund;
use crate::payer::{Claim, Funds, Owner};
use crate::ports::{DatabaseError, Tables};

/// The cards of a front.
pub(super) struct Cards;

/// Whose account at the front ordered, and whether that account may: whatever the card does.
///
/// # Errors
/// Only the database's own.
pub(super) fn holder_of(
    tables: &dyn Tables,
    claim: &Claim<'_>,
) -> Result<Option<Owner>, DatabaseError> {
    owner_of(tables, claim, |account| {
        // The words name a reading of a card, which anybody may hold; which account it is says who signed.
        let of_account = (account.card.number.as_str(), account.card.expiry.as_str());
        matches!(claim.payment, Payment::Contactless(_)) & is_of_holder(claim, account, of_account)
    })
}

/// Whether the card has paid this very claim, and nothing else was decided about it.
fn has_paid(row: &Settlement, claim: &Claim<'_>) -> bool {
    row.stage == Stage::Settled
        && row.decision.is_none()
        && row.shop == *claim.shop
        && row.money == claim.amount
}

impl Funds for Cards {
    fn instrument(&self) -> Instrument {
        Instrument::Contactless
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        let Some(holder) = holder_of(tables, claim)? else {
            return Ok(None);
        };
        let row = settlements::find(tables, claim.root)?;
        let paid = row.filter(|row| has_paid(row, claim));
        let Some(alias) = paid.and_then(|row| row.alias) else {
            return Ok(Some(Owner {
                is_genuine: false,
                ..holder
            }));
        };
        Ok(Some(Owner {
            account: books::name_of(&alias),
            ..holder
        }))
    }

    /// The card's account is one of a card, whatever is on it.
    fn provide(&self, tables: &dyn Tables, claim: &Claim<'_>) -> Result<(), Fault> {
        let row = settlements::find(tables, claim.root)?;
        if let Some(alias) = row.and_then(|row| row.alias) {
            let name = books::name_of(&alias);
            ledger::open(tables, books::of_card(&name), claim.amount.currency)?;
        }
        Ok(())
    }

    fn decided(&self, tables: &dyn Tables, claim: &Claim<'_>, granted: bool) -> Result<(), Fault> {
        if granted {
            settlements::decide(tables, claim.root, Decision::Granted)?;
            return Ok(());
        }
        ending::end(tables, claim.root, claim.now)
    }

    fn settled(
        &self,
        tables: &dyn Tables,
        root: &Root,
        charged: bool,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if charged {
            return Ok(());
        }
        match settlements::find(tables, root)? {
            Some(row) => give_back(tables, &row, now),
            None => Ok(()),
        }
    }

    fn refunded(&self, tables: &dyn Tables, refund: &Refund) -> Result<(), Fault> {
        let row = settlements::find(tables, &refund.root)?;
        let is_refunded = refund.outcome == RefundOutcome::Refunded;
        let Some(row) = row.filter(|_| is_refunded) else {
            return Ok(());
        };
        let credit = Credit::of_order(&row, CreditReason::Refunded, refund.at)
            .ok_or_else(Fault::internal)?;
        let number = credit_number(&refund.root, refund.number);
        let credit = Credit {
            number,
            money: refund.money,
            ..credit
        };
        credits::order(tables, &credit)
    }
}

/// Has what a card paid for an order written to it again, once.
///
/// # Errors
/// Those of the database; [`Kind::Internal`](crate::office::fault::Kind::Internal) if no card has paid.
pub(super) fn give_back(
    tables: &dyn Tables,
    row: &Settlement,
    now: Timestamp,
) -> Result<(), Fault> {
    let credit = Credit::of_order(row, CreditReason::Released, now).ok_or_else(Fault::internal)?;
    credits::order(tables, &credit)
}
