//! What the card is asked about payments between purses, and what its refusals mean.

use tallystick_card::Applet;
use tallystick_card::host::CardError;
use tallystick_card::host::purse::{self, PaymentGiven, PaymentSeen, PaymentWanted};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

fn command(apdu: Apdu) -> Command {
    Command::of(Applet::Purse, apdu, failed)
}

/// Asks for a payment: [`super::super::card::signed`]. Needs the PIN.
pub fn ask(place: u8, wanted: &PaymentWanted) -> Command {
    command(purse::ask_purse(place, wanted))
}

/// Pays: [`super::super::card::signed`]. Needs the PIN.
pub fn pay(place: u8, given: &PaymentGiven) -> Command {
    command(purse::pay_purse(place, given))
}

/// Looks at a payment: [`seen`].
pub fn look(place: u8, payment: &[u8], at: Timestamp) -> Command {
    command(purse::look_at_payment(place, payment, at))
}

/// What came.
pub fn seen(reply: &Reply) -> Result<PaymentSeen, WalletError> {
    purse::payment_seen(reply).map_err(failed)
}

/// Takes a payment, or refuses it for good: [`super::super::card::signed`]. Needs the PIN.
pub fn answer(place: u8, accept: bool, payment: &[u8], at: Timestamp) -> Command {
    command(match accept {
        true => purse::take_payment(place, payment, at),
        false => purse::refuse_payment(place, payment, at),
    })
}

/// Tells the payer's card what the payee's has signed.
pub fn settle(place: u8, answer: &[u8], at: Timestamp) -> Command {
    command(purse::settle_payment(place, answer, at))
}

fn failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::HistoryFull => ErrorKind::PurseHistoryFull,
        CardError::LimitExceeded => ErrorKind::PaymentLimit,
        CardError::InsufficientAmount => ErrorKind::PurseShort,
        CardError::Expired => ErrorKind::PaymentExpired,
        CardError::PendingFull => ErrorKind::PurseBusy,
        CardError::NotFound => ErrorKind::PaymentNotAsked,
        CardError::BadSignature => ErrorKind::PaymentForged,
        CardError::NotForThisPurse => ErrorKind::PaymentElsewhere,
        CardError::Refused(0x6a89) => ErrorKind::PaymentDone,
        CardError::Refused(0x6a80) => ErrorKind::PaymentTextInvalid,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}
