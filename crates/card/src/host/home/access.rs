//! What the access card does for whoever is away. One procedure at a time: [`request`] drops the one before. The card
//! wants no PIN: the two passwords are the secret. Select [`Applet::Home`](crate::Applet::Home) before.

use alloc::vec::Vec;

use minicbor::Encode;
use minicbor::bytes::{ByteArray, ByteVec};
use tallystick_codec::DecodeMap;
use tallystick_protocol::checkout::order::OrderProof;
use tallystick_protocol::home::agreement::{Confirmation, HelloAnswer, Profile};
use tallystick_protocol::home::calls::{InnerRequest, InnerResponse, SessionAskKind};
use tallystick_protocol::home::channel::Signed;
use tallystick_protocol::home::{AccessAnswer, AccessPurpose, HomeRefusal, PublicKeys};
use tallystick_protocol::keys::KeyContext;
use tallystick_protocol::keys::sealed::Sealed;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::cbor::{decode, encode, encode_value};
use tallystick_protocol::wire::identifier::{Domain, HomeId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{password, value};
use crate::applets::home::instruction as ins;
use crate::host::build::{apdu, long_apdu};
use crate::host::{CardError, data};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// Where a terminal asks, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccessTerms {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// At which proxy.
    #[n(1)]
    pub proxy: Domain,
    /// What for.
    #[n(2)]
    pub purpose: AccessPurpose,
    /// Now.
    #[n(3)]
    pub at: Timestamp,
}

/// The first password, and for whom it is sealed.
#[derive(Clone, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub(crate) struct OpeningTerms {
    #[n(0)]
    #[zeroize(skip)]
    pub(crate) home: PublicKeys,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) nonce: [u8; 32],
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(crate) password: Vec<u8>,
}

/// Something encoded, and now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct GivenAt {
    #[n(0)]
    pub(crate) given: ByteVec,
    #[n(1)]
    pub(crate) at: Timestamp,
}

/// The second password.
#[derive(Clone, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub(crate) struct ReleaseTerms {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) password: Vec<u8>,
}

/// At which shop, and how.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnterTerms {
    /// Of which loan.
    #[n(0)]
    pub loan: u32,
    /// The shop.
    #[n(1)]
    pub shop: Domain,
    /// The first byte of the order form's number.
    #[n(2)]
    pub form_start: u8,
    /// The profile.
    #[n(3)]
    pub profile: Profile,
    /// Whether this card puts a share of its own in, so that the proxy does not know the key.
    #[n(4)]
    pub is_joint: bool,
    /// The holder's certificate (DER).
    #[cbor(n(5), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}

/// An order to be signed; as [`SignAsk`](tallystick_protocol::home::channel::SignAsk), into which the card puts its key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SignTerms {
    /// Of which loan.
    #[n(0)]
    pub loan: u32,
    /// Header, leaves and amount of the order.
    #[n(1)]
    pub proof: OrderProof,
    /// The holder's certificate (DER).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// Of which shares the keys for shop, issuer and courier come, in this order.
    #[n(3)]
    pub contexts: Vec<KeyContext>,
    /// For each of the three the nonces of the part's key and of the confirmation key, 32 bytes each.
    #[n(4)]
    pub nonces: Vec<ByteArray<32>>,
    /// The purse that pays, if one is lent.
    #[n(5)]
    pub purse: Option<PurseNumber>,
}

/// What a proxy's answer said.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Answered {
    #[n(0)]
    pub(crate) refusal: Option<HomeRefusal>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) content: Vec<u8>,
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.content.zeroize();
    }
}

/// Asks for the terminal's keys, which are made once: [`super::public_keys`].
///
/// # Errors
/// None.
pub fn keys() -> Apdu {
    apdu([0x80, ins::ACCESS_KEYS, 0, 0], &[])
}

/// Opens what was sealed to this terminal as an account that is lent to it
/// ([`account_info`](tallystick_protocol::home::loan::account_info)): [`account`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn open_account(home: &HomeId, sealed: &Sealed) -> Apdu {
    let asked = AccountTerms {
        home: *home,
        sealed: sealed.clone(),
    };
    long_apdu([0x80, ins::ACCESS_KEYS, 1, 0], &encode_value(&asked))
}

/// What was sealed.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn account(response: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
    super::bytes(response).map(Zeroizing::new)
}

/// An account that is lent, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct AccountTerms {
    #[n(0)]
    pub(crate) home: HomeId,
    #[n(1)]
    pub(crate) sealed: Sealed,
}

/// Begins a procedure: the signed [`AccessRequest`](tallystick_protocol::home::AccessRequest), [`super::bytes`]. A request
/// to fetch or to stop begins nothing, and lets the procedure be that there is.
///
/// # Errors
/// None.
pub fn request(terms: &AccessTerms) -> Apdu {
    apdu([0x80, ins::REQUEST_ACCESS, 0, 0], &encode_value(terms))
}

/// Seals the first password: the signed [`Opening`](tallystick_protocol::home::Opening), [`super::bytes`].
///
/// # Errors
/// [`CardError::MalformedPassword`].
pub fn opening(home: &PublicKeys, answer: &AccessAnswer, first: &str) -> Apdu {
    let terms = OpeningTerms {
        home: home.clone(),
        nonce: answer.nonce,
        password: password(first)?,
    };
    let data = Zeroizing::new(encode_value(&terms));
    apdu([0x80, ins::OPENING, ins::SEAL, 0], &data)
}

/// Gives the card the home card's record that answers the opening: [`crate::host::done`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn opened(record: &[u8]) -> Apdu {
    apdu([0x80, ins::OPENING, ins::TAKE, 0], record)
}

/// Speaks to the proxy: the encoded [`Hello`](tallystick_protocol::home::agreement::Hello), [`super::bytes`].
///
/// # Errors
/// None.
pub fn hello() -> Apdu {
    apdu([0x80, ins::HELLO, 0, 0], &[])
}

/// Has the card verify who answered, and show the terminal: the encoded
/// [`Finish`](tallystick_protocol::home::agreement::Finish), [`super::bytes`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn finish(answer: &HelloAnswer, at: Timestamp) -> Apdu {
    let given = GivenAt {
        given: encode(answer).into(),
        at,
    };
    apdu([0x80, ins::FINISH, 0, 0], &encode_value(&given))
}

/// Gives the card what the proxy confirmed: [`crate::host::done`].
///
/// # Errors
/// None.
pub fn confirm(confirmation: &Confirmation) -> Apdu {
    apdu([0x80, ins::CONFIRM, 0, 0], &encode(confirmation))
}

/// Asks to release proxying (H5): the record for the proxy, [`super::bytes`].
///
/// # Errors
/// [`CardError::MalformedPassword`].
pub fn ask_release(second: &str) -> Apdu {
    let terms = ReleaseTerms {
        password: password(second)?,
    };
    let data = Zeroizing::new(encode_value(&terms));
    apdu([0x80, ins::ASK, ins::RELEASE_ASK, 0], &data)
}

/// Asks to agree on a key with a shop (H6): the record for the proxy, [`super::bytes`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn ask_enter(terms: &EnterTerms) -> Apdu {
    apdu([0x80, ins::ASK, ins::ENTER_ASK, 0], &encode_value(terms))
}

/// Asks for an order's signature: the record for the proxy, [`super::bytes`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn ask_sign(terms: &SignTerms) -> Apdu {
    apdu([0x80, ins::ASK, ins::SIGN_ASK, 0], &encode_value(terms))
}

/// Says that that is all: the record for the proxy, [`super::bytes`].
///
/// # Errors
/// None.
pub fn ask_end() -> Apdu {
    apdu([0x80, ins::ASK, ins::END_ASK, 0], &[])
}

/// Gives the card the proxy's record that answers what was asked last: [`released`], [`entered`], [`signed`] or
/// [`ended`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn answer(kind: SessionAskKind, record: &[u8]) -> Apdu {
    let kind = match kind {
        SessionAskKind::Release => ins::RELEASE_ASK,
        SessionAskKind::Enter => ins::ENTER_ASK,
        SessionAskKind::Sign => ins::SIGN_ASK,
        SessionAskKind::End => ins::END_ASK,
    };
    apdu([0x80, ins::TAKE_ANSWER, kind, 0], record)
}

/// Whether proxying was released, or why not.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn released(response: &[u8]) -> Result<Result<(), HomeRefusal>, CardError> {
    Ok(answered(response)?.map(|_| ()))
}

/// The name of the session at the shop, 16 bytes, or why there is none.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn entered(response: &[u8]) -> Result<Result<[u8; 16], HomeRefusal>, CardError> {
    let session = |content: Zeroizing<Vec<u8>>| content.as_slice().try_into();
    answered(response)?
        .map(session)
        .map_or_else(|refusal| Ok(Err(refusal)), |session| session.map(Ok))
        .map_err(|_| CardError::Malformed)
}

/// What the home card signed, or why not.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn signed(response: &[u8]) -> Result<Result<Signed, HomeRefusal>, CardError> {
    match answered(response)? {
        Ok(content) => decode(&content).map(Ok).map_err(|_| CardError::Malformed),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Whether the session has ended, or why not.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn ended(response: &[u8]) -> Result<Result<(), HomeRefusal>, CardError> {
    released(response)
}

fn answered(response: &[u8]) -> Result<Result<Zeroizing<Vec<u8>>, HomeRefusal>, CardError> {
    let mut answered: Answered = value(response)?;
    let content = Zeroizing::new(core::mem::take(&mut answered.content));
    Ok(match answered.refusal {
        None => Ok(content),
        Some(refusal) => Err(refusal),
    })
}

/// Seals a request to the shop (H8): the record, [`super::bytes`]. At most 60,000 bytes.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn to_shop(request: &InnerRequest, is_last: bool) -> Apdu {
    let header = [0x80, ins::TO_SHOP, u8::from(is_last), 0];
    long_apdu(header, &encode(request))
}

/// Gives the card the shop's record: [`shop_response`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn from_shop(record: &[u8]) -> Apdu {
    long_apdu([0x80, ins::FROM_SHOP, 0, 0], record)
}

/// What the shop answered.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn shop_response(response: &[u8]) -> Result<InnerResponse, CardError> {
    decode(data(response)?).map_err(|_| CardError::Malformed)
}
