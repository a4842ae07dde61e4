//! PAY (80 32 place 00): an order is paid.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::purse::{Endpoint, PursePayment, PurseState};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::pending::{Pending, Side};
use super::work::Work;
use super::{asked, place_alone, request};
use crate::StatusWord;
use crate::host::purse::{OrderToPay, PendingStep};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::SafeKey;
use crate::session::Session;
use crate::state::State;

/// Sets the amount aside for this order and no other, and answers with the signed payment. The same order again gives
/// the same payment; another amount or shop for its root, or an order that was paid before, is refused.
pub(crate) fn pay(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let order: OrderToPay = asked(command)?;
    let work = Work::begin(state, place, order.at)?;
    let paid = set_aside(work, order, session.require_verified()?, rng)?;
    let signed = paid.signed.clone();
    Ok(Outcome::data(signed).changing(paid.keep(state)))
}

/// A payment that was signed. What it changes in the purse is still to be kept.
pub(crate) struct Paid {
    pub(crate) signed: Vec<u8>,
    /// When, as it says.
    pub(crate) at: Timestamp,
    /// What the purse holds then.
    pub(crate) state: PurseState,
    /// The purse as it will be; none if it is as it was.
    work: Option<Work>,
}

impl Paid {
    /// Keeps what is set aside; whether that is something else than before.
    pub(crate) fn keep(self, state: &mut State) -> bool {
        self.work.is_some_and(|work| work.finish(state))
    }
}

/// Sets the amount aside in a copy of the purse, and signs.
pub(super) fn set_aside(
    mut work: Work,
    order: OrderToPay,
    safe: &SafeKey,
    rng: &mut impl CryptoRng,
) -> Result<Paid, StatusWord> {
    if order.amount.minor == 0 {
        return Err(StatusWord::WrongData);
    }
    if order.amount.currency != work.terms.currency {
        return Err(StatusWord::NotForThisPurse);
    }
    let pending = Pending {
        transaction: TransactionId(order.root.0),
        source: work.endpoint(),
        destination: Endpoint::Shop(order.shop.clone()),
        amount: order.amount.minor,
        at: order.at,
        side: Side::Gives,
        step: PendingStep::Asked,
        asked: None,
        reply: None,
        outgoing: None,
    };
    if let Some(paid) = again(&work, &pending)? {
        return Ok(paid);
    }
    work.require_current()?;
    request::begin(&mut work, pending)?;
    let payment = PursePayment {
        bank: work.terms.bank.clone(),
        purse: work.terms.number,
        root: order.root,
        shop: order.shop,
        amount: order.amount,
        state: work.value.state(),
        at: order.at,
    };
    let signed = work.sign_by(safe, &payment, rng)?;
    request::keep_signed(&mut work, &signed);
    Ok(Paid {
        signed,
        at: payment.at,
        state: payment.state,
        work: Some(work),
    })
}

/// The payment, if this order is pending.
fn again(work: &Work, order: &Pending) -> Result<Option<Paid>, StatusWord> {
    let known = work.value.find(order.transaction);
    let Some(known) = known.and_then(|index| work.value.pending.get(index)) else {
        let mut history = work.value.history.iter();
        let was_paid = history.any(|entry| entry.transaction == order.transaction);
        return if was_paid {
            Err(StatusWord::AlreadyThere)
        } else {
            Ok(None)
        };
    };
    if (&known.destination, known.amount) == (&order.destination, order.amount) {
        let paid = |signed| Paid {
            signed,
            at: known.at,
            state: work.value.state(),
            work: None,
        };
        Ok(known.asked.clone().map(paid))
    } else {
        Err(StatusWord::AlreadyThere)
    }
}
