//! What the holder does at home: passwords, terminals, loans.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::{Loan, PublicKeys};
use tallystick_protocol::purse::{PurseNumber, PurseState};
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::{Domain, HolderId, Root, TerminalId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{password, value};
use crate::applets::home::instruction as ins;
use crate::host::build::apdu;
use crate::host::{CardError, replies};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// The longest name of a terminal, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 64;
/// The most loans that a card keeps.
pub const LOANS_MAX: usize = 32;
/// The longest loan that a card keeps, encoded, in bytes.
pub const LOAN_BYTES_MAX: usize = 1536;
/// How many decisions a card keeps.
pub const DECISIONS_MAX: usize = 32;
/// Wrong tries in a row until a password is blocked.
pub const TRIES_MAX: u8 = 5;

/// The two passwords.
#[derive(Clone, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub(crate) struct Passwords {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) first: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) second: Vec<u8>,
}

/// A terminal to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Enrolment {
    #[n(0)]
    pub(crate) keys: PublicKeys,
    #[n(1)]
    pub(crate) name: String,
}

/// What a registration says beside what is in the card.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RegistrationTerms {
    /// At which proxy.
    #[n(0)]
    pub proxy: Domain,
    /// SHA-256 of the token (32 bytes) with which the home browser connects.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub verifier: [u8; 32],
    /// Now.
    #[n(2)]
    pub at: Timestamp,
}

/// A purse of the card.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct NamedPurse {
    /// Its bank.
    #[n(0)]
    pub bank: Domain,
    /// Its number there.
    #[n(1)]
    pub number: PurseNumber,
}

/// What is to be lent; the card puts in its name and the loan's number. See
/// [`Loan`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LoanTerms {
    /// To whom.
    #[n(0)]
    pub terminal: TerminalId,
    /// Whose account pays: the holder identifier of a slot of this card.
    #[n(1)]
    pub holder: HolderId,
    /// Where; any shop if it names none.
    #[n(2)]
    pub shops: Vec<Domain>,
    /// The most that one order may cost; not zero.
    #[n(3)]
    pub each: Money,
    /// The most that all may cost, in minor units; not less than one.
    #[n(4)]
    pub total: u64,
    /// How many orders; not zero.
    #[n(5)]
    pub count: u32,
    /// Until when.
    #[n(6)]
    pub ends_at: Timestamp,
    /// SHA-256 of what the terminal is told of the account.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub account: [u8; 32],
    /// The purse of this card that pays, of the loan's currency; none where the account does. The signed loan does not say
    /// it, because the proxy can read that: the terminal is told with the account.
    #[n(8)]
    pub purse: Option<NamedPurse>,
}

/// What a home card shows. Nothing of it is signed: it is the card's word to its own wallet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeView {
    /// Its keys, once it was set up.
    #[n(0)]
    pub keys: Option<PublicKeys>,
    /// Tries of the first password that are left.
    #[n(1)]
    pub first_tries: u8,
    /// Tries of the second password that are left.
    #[n(2)]
    pub second_tries: u8,
    /// The terminals, in the order in which they were enrolled.
    #[n(3)]
    pub terminals: Vec<TerminalView>,
    /// The loans, oldest first.
    #[n(4)]
    pub loans: Vec<LoanView>,
    /// The version of the newest registration that the card signed; 0 if there was none.
    #[n(5)]
    pub registration: u32,
}

/// A terminal that may be lent something.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TerminalView {
    /// Which.
    #[n(0)]
    pub id: TerminalId,
    /// What its holder calls it.
    #[n(1)]
    pub name: String,
}

/// A loan, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LoanView {
    /// What was lent.
    #[n(0)]
    pub loan: Loan,
    /// What is left, in minor units.
    #[n(1)]
    pub total_left: u64,
    /// How many orders are left.
    #[n(2)]
    pub count_left: u32,
    /// Whether it was stopped.
    #[n(3)]
    pub is_stopped: bool,
    /// The purse that pays, if one does.
    #[n(4)]
    pub purse: Option<NamedPurse>,
}

/// How much more is lent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TopUp {
    /// The loan's number.
    #[n(0)]
    pub loan: u32,
    /// What it has been so far in all, in minor units: said twice, it counts once.
    #[n(1)]
    pub from: u64,
    /// How much more, in minor units of the loan's currency, not zero.
    #[n(2)]
    pub more: u64,
    /// How many more orders.
    #[n(3)]
    pub orders: u32,
}

/// An order that the card signed for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Decision {
    /// Its number, from 1.
    #[n(0)]
    pub number: u32,
    /// Of which loan.
    #[n(1)]
    pub loan: u32,
    /// For whom.
    #[n(2)]
    pub terminal: TerminalId,
    /// The shop.
    #[n(3)]
    pub shop: Domain,
    /// What it costs.
    #[n(4)]
    pub amount: Money,
    /// The order's root.
    #[n(5)]
    pub root: Root,
    /// When it was approved, as the order itself says.
    #[n(6)]
    pub at: Timestamp,
    /// When the order is over.
    #[n(7)]
    pub expires_at: Timestamp,
    /// Who pays it.
    #[n(8)]
    pub issuer: Domain,
    /// Whether it was cancelled, and is the loan's again.
    #[n(9)]
    pub is_cancelled: bool,
    /// What its purse signed, if one pays; that purse's bank is the issuer.
    #[n(10)]
    pub paid: Option<PaidFrom>,
}

/// What a purse has set aside for an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PaidFrom {
    /// Which purse.
    #[n(0)]
    pub purse: PurseNumber,
    /// By what its bank is asked for the verdict
    /// ([`PursePayment::reference`](tallystick_protocol::purse::PursePayment::reference)).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub reference: [u8; 32],
    /// When, as the payment says.
    #[n(2)]
    pub at: Timestamp,
    /// What the purse holds, the amount pending out included.
    #[n(3)]
    pub state: PurseState,
}

/// What cancels an order.
#[derive(Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Cancelling {
    /// Its root.
    #[n(0)]
    pub(crate) root: Root,
    /// What the issuer signed.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) word: Vec<u8>,
    /// When, by the wallet's clock.
    #[n(2)]
    pub(crate) at: Timestamp,
}

/// Makes a home card of this card, or gives it new passwords: [`super::public_keys`]. Whatever was released is not any
/// more, and all tries are back. Needs the PIN.
///
/// # Errors
/// [`CardError::MalformedPassword`].
pub fn set_up(first: &str, second: &str) -> Apdu {
    let passwords = Passwords {
        first: password(first)?,
        second: password(second)?,
    };
    let data = Zeroizing::new(encode_value(&passwords));
    apdu([0x80, ins::SET_UP, 0, ins::PASSWORDS], &data)
}

/// Asks what the card is and lends: [`view`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn status() -> Apdu {
    apdu([0x80, ins::SET_UP, 0, ins::STATE], &[])
}

/// Enrols a terminal, or gives it another name: [`crate::host::done`]. Needs the PIN.
///
/// # Errors
/// [`CardError::TooLarge`] if the name is empty or longer than [`NAME_BYTES_MAX`].
pub fn enrol(keys: &PublicKeys, name: &str) -> Apdu {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(CardError::TooLarge);
    }
    let enrolment = Enrolment {
        keys: keys.clone(),
        name: name.into(),
    };
    apdu(
        [0x80, ins::TERMINAL, ins::ENROL, 0],
        &encode_value(&enrolment),
    )
}

/// Forgets a terminal and what it was lent: [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn revoke(terminal: &TerminalId) -> Apdu {
    apdu([0x80, ins::TERMINAL, ins::REVOKE, 0], &terminal.0)
}

/// Has the card sign a [`HomeRegistration`](tallystick_protocol::home::HomeRegistration): [`super::bytes`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn register(terms: &RegistrationTerms) -> Apdu {
    apdu([0x80, ins::REGISTER, 0, 0], &encode_value(terms))
}

/// Lends, and has the card sign the [`Loan`]: [`super::bytes`]. Needs the PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn lend(terms: &LoanTerms) -> Apdu {
    apdu([0x80, ins::LEND, 0, 0], &encode_value(terms))
}

/// Lends more of what is lent: the card signs the [`Loan`] anew ([`super::bytes`]), under its number. Needs the PIN.
///
/// # Errors
/// None.
pub fn top_up(terms: &TopUp) -> Apdu {
    apdu([0x80, ins::TOP_UP, 0, 0], &encode_value(terms))
}

/// Stops a loan: [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn stop(loan: u32) -> Apdu {
    apdu([0x80, ins::STOP, ins::ONE, 0], &encode_value(&loan))
}

/// Stops all loans, and forgets what was released: [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn stop_everything() -> Apdu {
    apdu([0x80, ins::STOP, ins::EVERYTHING, 0], &[])
}

/// Asks for the newest orders that were signed: [`decisions`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn log() -> Apdu {
    apdu([0x80, ins::LOG, 0, 0], &[])
}

/// Gives an order back to its loan, once, by the issuer's signed word that nothing is charged for it
/// ([`IssuerAnswer`](tallystick_protocol::checkout::answers::IssuerAnswer)): [`crate::host::done`]. Needs no PIN: the word
/// is what authenticates it.
///
/// # Errors
/// None.
pub fn cancel(root: &Root, word: &[u8], at: Timestamp) -> Apdu {
    let cancelling = Cancelling {
        root: *root,
        word: word.to_vec(),
        at,
    };
    apdu([0x80, ins::CANCEL, 0, 0], &encode_value(&cancelling))
}

/// What the card is and lends.
///
/// # Errors
/// As [`crate::host::data`]; [`CardError::Malformed`].
pub fn view(response: &[u8]) -> Result<HomeView, CardError> {
    value(response)
}

/// The newest orders that were signed, oldest first.
///
/// # Errors
/// As [`crate::host::data`]; [`CardError::Malformed`].
pub fn decisions(response: &[u8]) -> Result<Vec<Decision>, CardError> {
    replies::list(
        crate::host::data(response)?,
        DECISIONS_MAX,
        super::RESPONSE_MAX,
    )
}
