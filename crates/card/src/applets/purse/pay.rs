//! PAY (80 32 place 00): an order is paid.

use rand_core::CryptoRng;
use tallystick_protocol::purse::{Endpoint, PursePayment};
use tallystick_protocol::wire::identifier::TransactionId;

use super::pending::{Pending, Side};
use super::work::Work;
use super::{asked, place_alone, request};
use crate::StatusWord;
use crate::host::purse::{OrderToPay, PendingStep};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
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
    let mut work = Work::begin(state, place, order.at)?;
    session.require_verified()?;
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
        return Ok(Outcome::data(paid));
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
    let signed = work.sign(session, &payment, rng)?;
    request::keep_signed(&mut work, &signed);
    Ok(Outcome::data(signed).changing(work.finish(state)))
}

/// The payment, if this order is pending.
fn again(work: &Work, order: &Pending) -> Result<Option<alloc::vec::Vec<u8>>, StatusWord> {
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
        Ok(known.asked.clone())
    } else {
        Err(StatusWord::AlreadyThere)
    }
}
