//! A loan that pays from a purse of this card: the purse sets the amount aside and signs in the same step in which the
//! order is signed.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::checkout::order::OrderProof;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::purse::{PurseNumber, PursePayment};
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::StatusWord;
use crate::applets::purse::{Paid, paid_before, pay_lent};
use crate::host::home::lending::{LoanView, NamedPurse, PaidFrom};
use crate::host::purse::OrderToPay;
use crate::safe::SafeKey;
use crate::state::State;

/// Requires that what is to pay is what is lent, and that the purse's own bank is asked for it.
pub(super) fn require_meant(
    lent: &LoanView,
    asked: Option<PurseNumber>,
    proof: &OrderProof,
) -> Result<(), HomeRefusal> {
    let purse = lent.purse.as_ref();
    let is_at_bank = purse.is_none_or(|purse| purse.bank == proof.header.issuer);
    if asked == purse.map(|purse| purse.number) && is_at_bank {
        Ok(())
    } else {
        Err(HomeRefusal::OtherPurse)
    }
}

/// Pays exactly this order; shop and amount are those that its root says.
pub(super) fn pay(
    state: &State,
    purse: &NamedPurse,
    proof: &OrderProof,
    amount: Money,
    at: Timestamp,
    safe: &SafeKey,
    rng: &mut impl CryptoRng,
) -> Result<Paid, HomeRefusal> {
    let order = OrderToPay {
        root: proof.root(),
        shop: proof.header.shop.clone(),
        amount,
        at,
    };
    pay_lent(state, purse, order, safe, rng).map_err(|status| match status {
        StatusWord::InsufficientAmount => HomeRefusal::PurseShort,
        _ => HomeRefusal::PurseBarred,
    })
}

/// What was paid for an order that was signed before, where a purse pays. What has ended in the purse is not given out
/// again.
pub(super) fn again(
    state: &State,
    purse: Option<&NamedPurse>,
    root: &Root,
) -> Result<Option<Vec<u8>>, HomeRefusal> {
    let payment = purse.map(|purse| {
        let paid = paid_before(state, purse, root);
        paid.ok_or(HomeRefusal::PurseBarred)
    });
    payment.transpose()
}

/// A payment as the log has it.
pub(super) fn logged(purse: &NamedPurse, paid: &Paid) -> PaidFrom {
    PaidFrom {
        state: paid.state.clone(),
        purse: purse.number,
        reference: PursePayment::reference(&paid.signed),
        at: paid.at,
    }
}
