//! Purses as what orders are paid from: the card has set the amount aside and signed that it may be charged for this
//! very order; beside it the account's key approved the order, as of every instrument.

use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::purse::{Endpoint, PursePayment, number_of_refund};
use tallystick_protocol::wire::identifier::{Root, TransactionId};
use tallystick_protocol::wire::time::Timestamp;

use super::closing;
use super::frozen;
use super::funds::is_approved;
use super::lost::{self, Receipt};
use super::movements::{self, Movement, MovementState};
use super::purses::{self, Purse};
use super::speaking::{self, Heard, require_not_revoked};
use super::states;
use super::waiting::{self, Waiting};
use crate::issuer::accounts;
use crate::ledger::{self, Transfer};
use crate::office::fault::Fault;
use crate::payer::refunds::Refund;
use crate::payer::{Claim, Funds, Owner};
use crate::ports::{DatabaseError, Tables};

/// The purses of a bank.
pub(super) struct Purses;

/// A payment that the named purse signed for the claimed order.
struct Paid {
    purse: Purse,
    heard: Heard<PursePayment>,
}

impl Paid {
    /// The payment in a claim, if its purse signed it and it is about this order.
    fn of(tables: &dyn Tables, claim: &Claim<'_>) -> Result<Option<Self>, DatabaseError> {
        let Payment::Purse(named) = claim.payment else {
            return Ok(None);
        };
        let Some(signed) = claim.signed_payment else {
            return Ok(None);
        };
        let Some(purse) = purses::find(tables, &named.purse)? else {
            return Ok(None);
        };
        let Ok(heard) = speaking::hear::<PursePayment>(tables, &purse, signed) else {
            return Ok(None);
        };
        let is_it = |payment: &PursePayment| {
            payment.bank == *claim.payer
                && payment.purse == purse.number
                && payment.root == *claim.root
                && payment.shop == *claim.shop
                && payment.amount == claim.amount
                && purse.holder == Some(*claim.holder)
        };
        if !is_it(&heard.message) {
            return Ok(None);
        }
        Ok(Some(Self { purse, heard }))
    }

    /// As [`Paid::of`]; from now on the key that signed it is the purse's.
    fn settled(tables: &dyn Tables, claim: &Claim<'_>) -> Result<Option<Self>, DatabaseError> {
        let Some(paid) = Self::of(tables, claim)? else {
            return Ok(None);
        };
        let heard = paid.heard;
        let purse = speaking::settle(tables, paid.purse, &heard, claim.now)?;
        Ok(purse.map(|purse| Self { purse, heard }))
    }

    /// The same as a movement; its number is the order's root.
    fn movement(&self, claim: &Claim<'_>, state: MovementState) -> Movement {
        let signed = claim.signed_payment.unwrap_or_default();
        Movement {
            transaction: TransactionId(claim.root.0),
            purse: self.purse.number,
            holder: *claim.holder,
            changes: self.purse.number,
            source: Some(Endpoint::Purse(self.purse.number)),
            destination: Some(Endpoint::Shop(claim.shop.clone())),
            money: Some(claim.amount),
            state,
            digest: Some(Sha256::digest(signed).into()),
            asked: Some(signed.to_vec()),
            asked_at: None,
            reply: None,
            reference: Some(PursePayment::reference(signed)),
            onward: None,
            received_at: claim.now,
            expires_at: claim.now,
            ended_at: None,
        }
    }

    /// Whether it was decided or barred before.
    fn is_known(&self, tables: &dyn Tables) -> Result<bool, DatabaseError> {
        let transaction = TransactionId(self.heard.message.root.0);
        Ok(movements::find(tables, &self.purse.number, &transaction)?.is_some())
    }

    fn is_revoked(&self, claim: &Claim<'_>) -> bool {
        let identity = claim.identity.as_ref();
        identity.is_none_or(|identity| require_not_revoked(identity, &self.purse).is_err())
    }

    /// Whether the purse may pay it: usable, its key not revoked, and not older than it was. A time may be another request's as well: an
    /// order is done once by its root.
    fn may_pay(&self, tables: &dyn Tables, claim: &Claim<'_>) -> Result<bool, DatabaseError> {
        let payment = &self.heard.message;
        let (state, at) = (&payment.state, payment.at);
        let is_receipt = lost::is_receipt(tables, &self.purse, (at, claim.asked_at))?;
        let is_frozen = frozen::until(tables, &self.purse.number)?.is_some();
        let is_usable = is_receipt
            || self.purse.require_usable(claim.now).is_ok()
                && !is_frozen
                && !self.is_revoked(claim);
        let is_set_aside =
            state.pending_out >= claim.amount.minor && self.purse.currency == claim.amount.currency;
        let has_come = states::require_come(at, claim.now).is_ok();
        if !is_usable || !is_set_aside || !has_come || self.is_known(tables)? {
            return Ok(false);
        }
        // What went another way may have overtaken it: an order takes its time. Only a card that is behind itself
        // pays nothing.
        let finding = states::compare(&self.purse, state, at);
        if finding == states::Finding::Late {
            return Ok(true);
        }
        Ok(states::note(tables, &self.purse, state, at, claim.now)?.is_none())
    }
}

impl Funds for Purses {
    fn instrument(&self) -> Instrument {
        Instrument::Purse
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        let Some(account) = accounts::of_holder(tables, claim.holder)? else {
            return Ok(None);
        };
        let Some(paid) = Paid::settled(tables, claim)? else {
            return Ok(None);
        };
        let is_locked = accounts::is_locked(tables, account.account)?;
        let is_genuine = paid.may_pay(tables, claim)? && is_approved(claim, &account) && !is_locked;
        Ok(Some(Owner {
            number: account.account,
            account: purses::ledger_name(&paid.purse.number),
            is_genuine,
        }))
    }

    /// Of a purse that was paid back as lost, what it paid before comes back first.
    fn provide(&self, tables: &dyn Tables, claim: &Claim<'_>) -> Result<(), Fault> {
        // Hardly any purse is lost, and looking for one costs less than a signature.
        let is_lost = match claim.payment {
            Payment::Purse(named) => lost::find(tables, &named.purse)?.is_some(),
            _ => false,
        };
        if !is_lost {
            return Ok(());
        }
        let Some(paid) = Paid::of(tables, claim)? else {
            return Ok(());
        };
        let receipt = Receipt {
            purse: &paid.purse.number,
            money: claim.amount,
            name: &claim.root.to_string(),
            entry: paid.heard.message.state.sequence,
        };
        lost::provide(tables, &receipt, claim.now)
    }

    fn decided(&self, tables: &dyn Tables, claim: &Claim<'_>, granted: bool) -> Result<(), Fault> {
        let Some(paid) = Paid::of(tables, claim)? else {
            return Ok(());
        };
        if paid.is_known(tables)? {
            return Ok(());
        }
        if granted {
            let reserved = paid.movement(claim, MovementState::Reserved);
            return Ok(movements::insert(tables, &reserved)?);
        }
        let mut refused = paid.movement(claim, MovementState::Refused);
        refused.ended_at = Some(claim.now);
        movements::insert(tables, &refused)?;
        movements::decide_verdict(tables, &refused, MovementState::Refused, claim.now)
    }

    fn settled(
        &self,
        tables: &dyn Tables,
        root: &Root,
        charged: bool,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let next = if charged {
            MovementState::Completed
        } else {
            MovementState::Refused
        };
        let reserved = movements::of_order(tables, root, MovementState::Reserved)?;
        reserved.map_or(Ok(()), |movement| {
            movements::end(tables, &movement, next, now)
        })
    }

    fn refunded(&self, tables: &dyn Tables, refund: &Refund) -> Result<(), Fault> {
        let paid = movements::of_order(tables, &refund.root, MovementState::Completed)?;
        let paid = paid.filter(|_| refund.outcome == RefundOutcome::Refunded);
        let Some(movement) = paid else { return Ok(()) };
        let credit = Waiting {
            transaction: number_of_refund(&refund.root, refund.number),
            purse: movement.purse,
            origin: movement.destination.clone().ok_or_else(Fault::internal)?,
            money: refund.money,
            arrived_at: refund.at,
            taken_by: None,
        };
        let (inside, waits) = (
            purses::ledger_name(&movement.purse),
            purses::waiting_name(&movement.purse),
        );
        // The ledger gave it back to the purse; the card has to take it first.
        let waiting_transfer = Transfer {
            id: &format!("wait {}", credit.transaction),
            at_ms: refund.at.milliseconds(),
            order_id: None,
            memo: "Waits until the card takes it",
            debit: purses::inside_of(&inside),
            credit: purses::waiting_for(&waits),
            money: refund.money,
        };
        ledger::transfer(tables, &waiting_transfer)?;
        if closing::redirect(tables, &credit)? {
            return Ok(());
        }
        Ok(waiting::arrive(tables, &credit)?)
    }
}
