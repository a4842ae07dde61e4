//! What the card with a purse is asked, and what its refusals mean.

use tallystick_card::Applet;
use tallystick_card::host::CardError;
use tallystick_card::host::purse::{
    self, ApplicationTerms, ListedPurse, MovementTerms, OpeningGiven, OrderToPay, PLACES, Prepared,
    PurseView, RenewalTerms,
};
use tallystick_protocol::purse::{HistoryEntry, PurseNumber};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

fn command(apdu: Apdu) -> Command {
    Command::of(Applet::Purse, apdu, failed)
}

/// Which places are taken: [`free_place`].
pub fn list() -> Command {
    command(purse::list_purses())
}

/// The first place for a purse that is not taken.
pub fn free_place(reply: &Reply) -> Result<u8, WalletError> {
    let taken = purse::purses(reply).map_err(failed)?;
    let is_taken = |place: u8| taken.iter().any(|one: &ListedPurse| one.place == place);
    let place = (0..PLACES).find(|place| !is_taken(*place));
    place.ok_or_else(|| WalletError::new(ErrorKind::PurseLimit))
}

/// The place where that purse is open, if it is in the card: from the reply to [`list`].
pub fn place_of(reply: &Reply, number: PurseNumber) -> Result<Option<u8>, WalletError> {
    let taken = purse::purses(reply).map_err(failed)?;
    let mut taken = taken.iter();
    let found = taken.find(|one: &&ListedPurse| one.number == Some(number));
    Ok(found.map(|one| one.place))
}

/// Tells the card whom it trusts, and makes the key of a purse: [`public_key`]. Needs the PIN.
pub fn make(place: u8, roots: &[Vec<u8>]) -> [Command; 2] {
    [
        command(purse::put_roots(roots)),
        command(purse::make_key(place, Algorithm::Es256)),
    ]
}

/// A purse's key (subject public key info, DER).
pub fn public_key(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    purse::public_key(reply).map_err(failed)
}

/// What the card signed.
pub fn signed(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    purse::signed(reply).map_err(failed)
}

/// Signs the application for a purse. Needs the PIN.
pub fn apply(place: u8, terms: &ApplicationTerms) -> Command {
    command(purse::apply(place, terms))
}

/// Makes the next key of a purse ([`public_key`]), or shows the one that was made, and signs for it with the key that
/// is in use ([`signed`]). Needs the PIN.
pub fn renew(place: u8, terms: &RenewalTerms) -> [Command; 2] {
    [
        command(purse::make_key(place, Algorithm::Es256)),
        command(purse::renew(place, terms)),
    ]
}

/// Signs with the new key that it is in its place: [`signed`]. Needs the PIN.
pub fn renewed(place: u8, at: Timestamp) -> Command {
    command(purse::renewed(place, at))
}

/// Deletes an empty purse with its keys. Needs the PIN.
pub fn close(place: u8) -> Command {
    command(purse::close(place))
}

/// Puts in what the bank signed of a new purse, or of a purse's new key.
pub fn open(place: u8, bank_certificate: &[u8], given: &OpeningGiven) -> [Command; 2] {
    [
        command(purse::put_bank(bank_certificate, given.at)),
        command(purse::open(place, given)),
    ]
}

/// Tells the card the bank's newest certificate.
pub fn put_bank(certificate: &[u8], at: Timestamp) -> Command {
    command(purse::put_bank(certificate, at))
}

/// Begins a movement. Needs the PIN.
pub fn request(place: u8, terms: &MovementTerms) -> Command {
    command(purse::request(place, terms))
}

/// Draws the number of a movement that this purse takes from a prepaid card: [`drawn`]. Needs the PIN.
pub fn draw(place: u8, at: Timestamp) -> Command {
    command(purse::draw(place, at))
}

/// The number that was drawn.
pub fn drawn(reply: &Reply) -> Result<TransactionId, WalletError> {
    purse::transaction(reply).map_err(failed)
}

/// What a prepaid card shows for a movement: of the reply to [`request`].
pub fn prepared(reply: &Reply) -> Result<Prepared, WalletError> {
    purse::prepared(reply).map_err(failed)
}

/// Says what the holder decided. Needs the PIN.
pub fn answer(place: u8, accepted: bool, offer: &[u8], at: Timestamp) -> Command {
    command(purse::answer_offer(place, accepted, offer, at))
}

/// Ends a movement.
pub fn take_verdict(place: u8, verdict: &[u8], at: Timestamp) -> Command {
    command(purse::take_verdict(place, verdict, at))
}

/// Takes what the bank says that the purse holds.
pub fn take_notice(place: u8, notice: &[u8], at: Timestamp) -> Command {
    command(purse::take_notice(place, notice, at))
}

/// Pays an order. Needs the PIN.
pub fn pay(place: u8, order: &OrderToPay) -> Command {
    command(purse::pay(place, order))
}

/// Reports what the bank does not know. Needs the PIN.
pub fn report(place: u8, at: Timestamp) -> Command {
    command(purse::report(place, None, at))
}

/// Asks what the purse holds: [`view`].
pub fn read(place: u8) -> Command {
    command(purse::read_purse(place))
}

/// Asks for its history after that entry: [`history`].
pub fn read_history(place: u8, after: u64) -> Command {
    command(purse::read_history(place, after))
}

/// A part of a history, oldest entry first.
pub fn history(reply: &Reply) -> Result<Vec<HistoryEntry>, WalletError> {
    purse::history(reply).map_err(failed)
}

/// Asks for what it signed about a movement that has not ended: [`asked`].
pub fn read_messages(place: u8, transaction: &TransactionId) -> Command {
    command(purse::read_messages(place, transaction))
}

/// The request that it signed.
pub fn asked(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    let messages = purse::messages(reply).map_err(failed)?;
    let missing = || WalletError::new(ErrorKind::CardFailed);
    messages.asked.ok_or_else(missing)
}

/// What a purse holds.
pub fn view(reply: &Reply) -> Result<PurseView, WalletError> {
    purse::purse(reply).map_err(failed)
}

fn failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::HistoryFull => ErrorKind::PurseHistoryFull,
        CardError::LimitExceeded => ErrorKind::PurseLimit,
        CardError::InsufficientAmount => ErrorKind::PurseShort,
        CardError::Expired => ErrorKind::MovementExpired,
        CardError::PendingFull => ErrorKind::PurseBusy,
        CardError::NotSettled => ErrorKind::PurseInUse,
        CardError::NotTold => ErrorKind::PurseWantsReport,
        CardError::NotFound => ErrorKind::NoPurseInCard,
        CardError::BadSignature | CardError::NotForThisPurse | CardError::OlderCheckpoint => {
            ErrorKind::BankAnswerInvalid
        }
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}
