//! Payments from purse to purse: commands, what is asked in them, and what comes back.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::Signed;
use crate::applets::purse::instruction as ins;
use crate::host::build::apdu;
use crate::host::{CardError, data};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// The longest answer that shows a payment, in bytes.
const SEEN_BYTES_MAX: usize = 256;

/// What another purse is asked for (Sb1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PaymentWanted {
    /// How much, in minor units of the purse's currency, not zero; none lets the payer say it.
    #[n(0)]
    pub amount: Option<u64>,
    /// Now.
    #[n(1)]
    pub at: Timestamp,
}

/// A payment to another purse (Sb4).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PaymentGiven {
    /// The signed [`LocalRequest`](tallystick_protocol::purse::local::LocalRequest), as it came.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub request: Vec<u8>,
    /// How much, not zero; what the request says, if it says something.
    #[n(1)]
    pub amount: Money,
    /// Now.
    #[n(2)]
    pub at: Timestamp,
    /// The place of a prepaid card in this card, if the amount is that card's: the purse takes it over and pays it on, both
    /// or neither.
    #[n(3)]
    pub prepaid: Option<u8>,
}

/// A payment that came, before it is taken (Sb8).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PaymentSeen {
    /// Who pays.
    #[n(0)]
    pub payer: PurseNumber,
    /// How much, in minor units of the purse's currency.
    #[n(1)]
    pub amount: u64,
    /// How much was asked for, if it was said.
    #[n(2)]
    pub wanted: Option<u64>,
    /// When, by the payer's clock.
    #[n(3)]
    pub at: Timestamp,
    /// The movement's number.
    #[n(4)]
    pub transaction: TransactionId,
    /// Whether its request was answered already: this payment's answer is given again, another's is a refusal.
    #[n(5)]
    pub is_answered: bool,
}

/// Asks for a payment: [`super::signed`], a [`LocalRequest`](tallystick_protocol::purse::local::LocalRequest) to be
/// shown to the payer. Needs the PIN.
///
/// # Errors
/// None.
pub fn ask_purse(place: u8, wanted: &PaymentWanted) -> Apdu {
    apdu([0x80, ins::ASK, place, 0], &encode_value(wanted))
}

/// Pays: [`super::signed`], a [`SealedPayment`](tallystick_protocol::purse::local::SealedPayment) for the payee. The amount
/// is set aside before it leaves the card; where it is a prepaid card's, that has given it to the purse by then. Needs the
/// PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn pay_purse(place: u8, given: &PaymentGiven) -> Apdu {
    apdu([0x80, ins::PAY_PURSE, place, 0], &encode_value(given))
}

/// Looks at a sealed payment: [`payment_seen`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn look_at_payment(place: u8, payment: &[u8], at: Timestamp) -> Apdu {
    payment_apdu(ins::LOOK, place, payment, at)
}

/// Takes a sealed payment: [`super::signed`], a [`SealedAnswer`](tallystick_protocol::purse::local::SealedAnswer) for the
/// payer. The same again gives the same answer. Needs the PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn take_payment(place: u8, payment: &[u8], at: Timestamp) -> Apdu {
    payment_apdu(ins::TAKE, place, payment, at)
}

/// Refuses a sealed payment for good: as [`take_payment`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn refuse_payment(place: u8, payment: &[u8], at: Timestamp) -> Apdu {
    payment_apdu(ins::REFUSE, place, payment, at)
}

/// Gives the payer's card the payee's sealed answer: [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn settle_payment(place: u8, answer: &[u8], at: Timestamp) -> Apdu {
    let answer = Signed {
        bytes: answer.to_vec(),
        at,
    };
    apdu([0x80, ins::SETTLE, place, 0], &encode_value(&answer))
}

/// What came.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if no request of this purse waits for it); [`CardError::Malformed`].
pub fn payment_seen(response: &[u8]) -> Result<PaymentSeen, CardError> {
    decode_value(data(response)?, SEEN_BYTES_MAX).map_err(|_| CardError::Malformed)
}

fn payment_apdu(what: u8, place: u8, payment: &[u8], at: Timestamp) -> Apdu {
    let payment = Signed {
        bytes: payment.to_vec(),
        at,
    };
    apdu(
        [0x80, ins::TAKE_PAYMENT, place, what],
        &encode_value(&payment),
    )
}
