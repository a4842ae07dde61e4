//! TAKE (80 B8 place 00): shows what came, and changes nothing.

use super::received::Received;
use crate::StatusWord;
use crate::applets::purse::asked;
use crate::applets::purse::work::Work;
use crate::host::purse::{PaymentSeen, Signed};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;
use tallystick_protocol::wire::cbor::encode_value;

/// Who pays, and how much: what the holder decides by (Sb8).
pub(super) fn seen(state: &State, place: u8, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let given: Signed = asked(command)?;
    let work = Work::begin(state, place, given.at)?;
    let received = Received::find(&work, &given.bytes)?;
    let asked = received.asked(&work)?;
    let wanted = asked.amount;
    let is_answered = asked.answered.is_some();
    let delivered = received.open(&work, state)?;
    let payment = delivered.payment;
    let seen = PaymentSeen {
        payer: payment.payer,
        amount: payment.amount.minor,
        wanted,
        at: payment.at,
        transaction: payment.transaction(),
        is_answered,
    };
    Ok(Outcome::data(encode_value(&seen)))
}
