//! What the home applet is asked, and what its refusals mean.

use tallystick_card::Applet;
use tallystick_card::host::home::access::{self, AccessTerms, EnterTerms, SignTerms};
use tallystick_card::host::home::lending::{
    self, Decision, HomeView, LoanTerms, RegistrationTerms, TopUp,
};
use tallystick_card::host::home::{self, calls};
use tallystick_card::host::{CardError, purse};
use tallystick_protocol::home::agreement::{Confirmation, HelloAnswer};
use tallystick_protocol::home::calls::{HomeCall, InnerRequest, InnerResponse, SessionAskKind};
use tallystick_protocol::home::channel::Signed;
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, AccessRequest, HomeRefusal, PublicKeys,
};
use tallystick_protocol::keys::sealed::Sealed;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::{Domain, HomeId, Root, TerminalId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

/// The status word of data that is not what a command takes (ISO/IEC 7816-4 §5.6).
const WRONG_DATA: u16 = 0x6a80;

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// A command to the card that lends; its refusal is the holder's own card's.
fn at_home(apdu: Apdu) -> Command {
    Command::of(Applet::Home, apdu, failed_at_home)
}

/// A command to the card of whoever is away; its refusal is about what others said.
fn away(apdu: Apdu) -> Command {
    Command::of(Applet::Home, apdu, failed_away)
}

/// Tells the card whom it trusts. Needs the PIN.
pub fn put_roots(roots: &[Vec<u8>]) -> Command {
    Command::of(Applet::Purse, purse::put_roots(roots), failed_at_home)
}

/// Makes a home card, or gives it new passwords: [`public_keys`]. Needs the PIN.
pub fn set_up(first: &str, second: &str) -> Command {
    at_home(lending::set_up(first, second))
}

/// Asks what the card is and lends: [`view`].
pub fn status() -> Command {
    at_home(lending::status())
}

/// Lets a terminal in. Needs the PIN.
pub fn enrol(keys: &PublicKeys, name: &str) -> Command {
    at_home(lending::enrol(keys, name))
}

/// Lets a terminal in no more.
pub fn revoke(terminal: &TerminalId) -> Command {
    at_home(lending::revoke(terminal))
}

/// Signs what the proxy is to know: [`bytes`].
pub fn register(terms: &RegistrationTerms) -> Command {
    at_home(lending::register(terms))
}

/// Lends: [`bytes`]. Needs the PIN.
pub fn lend(terms: &LoanTerms) -> Command {
    at_home(lending::lend(terms))
}

/// Stops a loan.
pub fn stop(number: u32) -> Command {
    at_home(lending::stop(number))
}

/// Stops all of them.
pub fn stop_everything() -> Command {
    at_home(lending::stop_everything())
}

/// Lends more of a loan: [`bytes`] are the loan, signed anew. Needs the PIN.
pub fn top_up(terms: &TopUp) -> Command {
    at_home(lending::top_up(terms))
}

/// Gives an order back to its loan, by the issuer's signed word.
pub fn cancel(root: &Root, word: &[u8], at: Timestamp) -> Command {
    at_home(lending::cancel(root, word, at))
}

/// Asks for what was signed: [`decisions`].
pub fn log() -> Command {
    at_home(lending::log())
}

/// What the proxy asks. A refusal is [`ErrorKind::HomeCardRefused`]; [`refusal_of`] tells which.
pub fn call(call: &HomeCall, at: Timestamp) -> Command {
    at_home(calls::apdu_for(call, at))
}

/// The refusal that an error of [`call`] stands for.
#[must_use]
pub fn refusal_of(error: &WalletError) -> HomeRefusal {
    let said = match error.kind {
        ErrorKind::Locked | ErrorKind::NotSetUp => Some(HomeRefusal::Locked),
        ErrorKind::HomeNotSetUp => Some(HomeRefusal::Unknown),
        ErrorKind::HomeCardRefused => HomeRefusal::from_name(&error.about),
        _ => None,
    };
    said.unwrap_or(HomeRefusal::NoCard)
}

/// What is answered by a card that did what [`call`] asked.
pub fn called(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    let data = tallystick_card::host::data(reply).map_err(failed_at_home)?;
    Ok(data.to_vec())
}

/// What the card is and lends.
pub fn view(reply: &Reply) -> Result<HomeView, WalletError> {
    lending::view(reply).map_err(failed_at_home)
}

/// What it signed, oldest first.
pub fn decisions(reply: &Reply) -> Result<Vec<Decision>, WalletError> {
    lending::decisions(reply).map_err(failed_at_home)
}

/// A home's keys, or a terminal's.
pub fn public_keys(reply: &Reply) -> Result<PublicKeys, WalletError> {
    home::public_keys(reply).map_err(failed_at_home)
}

/// Something signed or sealed, to be passed on.
pub fn bytes(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    home::bytes(reply).map_err(failed_at_home)
}

/// Asks for the terminal's keys: [`public_keys`].
pub fn access_keys() -> Command {
    away(access::keys())
}

/// As [`access_keys`], of a card that the holder has just put into a reader.
pub fn access_keys_in_reader() -> Command {
    Command::of(Applet::Home, access::keys(), no_access_card)
}

/// Has a card show that it is an access card: [`require_access`]. `home` is drawn by lot.
pub fn prove_access(home: HomeId, proxy: &Domain, at: Timestamp) -> Command {
    let terms = AccessTerms {
        home,
        proxy: proxy.clone(),
        purpose: AccessPurpose::Fetch,
        at,
    };
    Command::of(Applet::Home, access::request(&terms), no_access_card)
}

/// That the access card with these keys answered.
///
/// # Errors
/// [`ErrorKind::OtherAccessCard`] if another one did.
pub fn require_access(reply: &Reply, home: HomeId, keys: &PublicKeys) -> Result<(), WalletError> {
    let other =
        |error: &dyn core::fmt::Display| WalletError::caused(ErrorKind::OtherAccessCard, error);
    let key = keys.verifying().map_err(|error| other(&error))?;
    let request = bytes(reply).map_err(|error| other(&error))?;
    let request: AccessRequest = keyed::open(&request, &key).map_err(|error| other(&error))?;
    match request.home == home && request.terminal == keys.terminal() {
        true => Ok(()),
        false => Err(other(&"it answered to something else")),
    }
}

/// Opens an account that is lent: [`account`].
pub fn open_account(home: &HomeId, sealed: &Sealed) -> Command {
    Command::of(Applet::Home, access::open_account(home, sealed), not_lent)
}

/// The account.
pub fn account(reply: &Reply) -> Result<Zeroizing<Vec<u8>>, WalletError> {
    access::account(reply).map_err(failed_away)
}

/// H1: [`bytes`].
pub fn request(terms: &AccessTerms) -> Command {
    away(access::request(terms))
}

/// H4: [`bytes`].
pub fn opening(home: &PublicKeys, answer: &AccessAnswer, first: &str) -> Command {
    away(access::opening(home, answer, first))
}

/// The home card's record in answer to that.
pub fn opened(record: &[u8]) -> Command {
    away(access::opened(record))
}

/// H3, first message: [`bytes`].
pub fn hello() -> Command {
    away(access::hello())
}

/// H3, second message: [`bytes`].
pub fn finish(answer: &HelloAnswer, at: Timestamp) -> Command {
    Command::of(Applet::Home, access::finish(answer, at), proxy_unproven)
}

/// H3, the end.
pub fn confirm(confirmation: &Confirmation) -> Command {
    Command::of(Applet::Home, access::confirm(confirmation), proxy_unproven)
}

/// H5: [`bytes`].
pub fn ask_release(second: &str) -> Command {
    away(access::ask_release(second))
}

/// H6: [`bytes`].
pub fn ask_enter(terms: &EnterTerms) -> Command {
    away(access::ask_enter(terms))
}

/// Asks for the signature: [`bytes`].
pub fn ask_sign(terms: &SignTerms) -> Command {
    away(access::ask_sign(terms))
}

/// The end of the session with the proxy: [`bytes`].
pub fn ask_end() -> Command {
    away(access::ask_end())
}

/// The proxy's answer to what was asked last: [`released`], [`entered`] or [`signed`].
pub fn answer(kind: SessionAskKind, record: &[u8]) -> Command {
    away(access::answer(kind, record))
}

type Answered<T> = Result<Result<T, HomeRefusal>, WalletError>;

/// Whether proxying is released.
pub fn released(reply: &Reply) -> Answered<()> {
    access::released(reply).map_err(failed_away)
}

/// The session at the shop.
pub fn entered(reply: &Reply) -> Answered<[u8; 16]> {
    access::entered(reply).map_err(failed_away)
}

/// What the home card signed.
pub fn signed(reply: &Reply) -> Answered<Signed> {
    access::signed(reply).map_err(failed_away)
}

/// H8: [`bytes`].
pub fn to_shop(request: &InnerRequest, is_last: bool) -> Command {
    away(access::to_shop(request, is_last))
}

/// The shop's record: [`shop_response`].
pub fn from_shop(record: &[u8]) -> Command {
    away(access::from_shop(record))
}

/// What the shop answered.
pub fn shop_response(reply: &Reply) -> Result<InnerResponse, WalletError> {
    access::shop_response(reply).map_err(failed_away)
}

fn failed_at_home(error: CardError) -> WalletError {
    match error {
        CardError::AtHome(refusal) => {
            WalletError::new(ErrorKind::HomeCardRefused).about(refusal.as_str())
        }
        CardError::MalformedPassword => WalletError::new(ErrorKind::HomePasswordInvalid),
        _ => WalletError::caused(ErrorKind::CardFailed, &error),
    }
}

fn failed_away(error: CardError) -> WalletError {
    let kind = match error {
        CardError::MalformedPassword => ErrorKind::HomePasswordInvalid,
        _ if is_about_what_was_said(&error) => ErrorKind::HomeAnswerInvalid,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}

fn proxy_unproven(error: CardError) -> WalletError {
    let kind = match error {
        CardError::Expired => ErrorKind::ClockWrong,
        _ if is_about_what_was_said(&error) => ErrorKind::HomeProxyRefused,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}

/// A card without the applet, or one that has no keys of a terminal.
fn no_access_card(error: CardError) -> WalletError {
    WalletError::caused(ErrorKind::OtherAccessCard, &error)
}

fn not_lent(error: CardError) -> WalletError {
    WalletError::caused(ErrorKind::LentInvalid, &error)
}

/// Whether the card refuses what others said: it does not open, is no such message, or is not signed by whom it should.
fn is_about_what_was_said(error: &CardError) -> bool {
    matches!(
        error,
        CardError::AtHome(_) | CardError::BadSignature | CardError::Refused(WRONG_DATA)
    )
}
