//! Opening an account and its purse (EP 1 221 669, SZ1 to SZ9).
//!
//! The wallet registers with the registration authority ([`Registration`]), which asks the bank ([`OpeningRequest`], SZ1;
//! SZ2 at the bank; [`OpeningAnswer`], SZ3). The answer's offer enrols the wallet at the bank as at any institution.
//! Then the wallet has a purse key made in its card and applies for a purse ([`PurseApplication`]): the registration
//! authority has the key certified (SZ4, SZ5: [`HolderCertificateRequest`](crate::account::HolderCertificateRequest)),
//! tells the bank ([`PurseKeysCertified`]), which finds the certificate in the directory (SZ6) and opens the purse
//! ([`PurseOpening`], SZ7), which the wallet writes into the card with the certificates (SZ8, SZ9).

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::{Decode, Decoder, Encode};
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::trust::keyed::keyed_message;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::Currency;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::text::is_plain;
use crate::wire::time::Timestamp;

/// The longest name in bytes.
const NAME_BYTES_MAX: usize = 120;
/// The longest address in bytes.
const ADDRESS_BYTES_MAX: usize = 400;
/// The longest telephone number in bytes.
const TELEPHONE_BYTES_MAX: usize = 32;
/// The longest account number at a bank outside, in bytes (ISO 13616: an IBAN has at most 34).
const OUTSIDE_ACCOUNT_BYTES_MAX: usize = 34;
/// The longest statement about an opening, in bytes.
const STATEMENT_BYTES_MAX: usize = 16 * 1024;

/// Why a registration is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// Empty, too long, or not plain text.
    #[error("The {0} is missing, too long, or has characters that cannot be shown.")]
    Text(&'static str),
}

/// What a holder tells the registration authority (SZ1). Kept nowhere but at the authority and the bank.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct Registration {
    /// The bank at which the account shall be.
    #[n(0)]
    #[zeroize(skip)]
    pub bank: Domain,
    /// Drawn by the wallet, 32 bytes: the same registration again is the same account.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[zeroize(skip)]
    pub number: [u8; 32],
    /// The holder's name, 1 to 120 bytes.
    #[cbor(n(2), decode_with = "decode_name")]
    pub name: String,
    /// The holder's address, 1 to 400 bytes.
    #[cbor(n(3), decode_with = "decode_address")]
    pub address: String,
    /// The holder's telephone number, 1 to 32 bytes.
    #[cbor(n(4), decode_with = "decode_telephone")]
    pub telephone: String,
    /// A verifier of the holder's password, 32 bytes, made by the wallet with a slow function (Argon2id): with the
    /// password the holder can block a lost purse at the bank. The password itself leaves the wallet never.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub password_verifier: [u8; 32],
    /// The account outside from which money comes and to which it goes (an IBAN).
    #[cbor(n(6), decode_with = "decode_outside_account")]
    pub outside_account: String,
    /// The currency of the account.
    #[n(7)]
    #[zeroize(skip)]
    pub currency: Currency,
}

impl core::fmt::Debug for Registration {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Registration")
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

impl Message for Registration {
    const TYPE: u16 = message::REGISTRATION;
    const LEN_MAX: usize = 2048;
}

impl Registration {
    /// Requires that every text is there, within its limit and plain.
    ///
    /// # Errors
    /// [`RegistrationError::Text`] names the first that is not.
    pub fn check(&self) -> Result<(), RegistrationError> {
        let texts = [
            (&self.name, NAME_BYTES_MAX, "name"),
            (&self.address, ADDRESS_BYTES_MAX, "address"),
            (&self.telephone, TELEPHONE_BYTES_MAX, "telephone number"),
            (
                &self.outside_account,
                OUTSIDE_ACCOUNT_BYTES_MAX,
                "account number",
            ),
        ];
        texts
            .into_iter()
            .try_for_each(|(text, limit, what)| require_text(text, limit, what))
    }
}

fn require_text(text: &str, limit: usize, what: &'static str) -> Result<(), RegistrationError> {
    if (1..=limit).contains(&text.len()) && is_plain(text) {
        Ok(())
    } else {
        Err(RegistrationError::Text(what))
    }
}

/// What the registration authority answers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RegistrationAnswer {
    /// The bank's signed [`OpeningAnswer`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub answer: Vec<u8>,
}

impl Message for RegistrationAnswer {
    const TYPE: u16 = message::REGISTRATION_ANSWER;
    const LEN_MAX: usize = 2 * STATEMENT_BYTES_MAX;
}

/// The registration authority asks the bank for an account (SZ1).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpeningRequest {
    /// From the registration authority to the bank; its transaction is the registration's number.
    #[n(0)]
    pub envelope: Envelope,
    /// What the holder told.
    #[n(1)]
    pub registration: Registration,
}
signed_message!(
    OpeningRequest,
    message::OPENING_REQUEST,
    4096,
    context::OPENING_REQUEST
);

crate::named_enum! {
    /// What the bank decided about an account (SZ2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum OpeningOutcome {
        /// It is open, until it expires.
        #[n(1)]
        Opened => "opened",
        /// The outside bank knows no such account.
        #[n(2)]
        UnknownAccount => "unknown-account",
        /// The outside account belongs to somebody else.
        #[n(3)]
        NameDiffers => "name-differs",
        /// The outside bank does not vouch for the holder.
        #[n(4)]
        NotSolvent => "not-solvent",
        /// The bank keeps no accounts in this currency.
        #[n(5)]
        OtherCurrency => "other-currency",
    }
}

/// The bank says what came of it (SZ3). Asked again, it says the same.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpeningAnswer {
    /// From the bank to the registration authority; its transaction is the registration's number.
    #[n(0)]
    pub envelope: Envelope,
    /// What it decided.
    #[n(1)]
    pub outcome: OpeningOutcome,
    /// The account's number (acctNo).
    #[cbor(n(2), decode_with = "decode_whole")]
    pub account: Option<u64>,
    /// Until when the account is good, if it is not continued (SZ2).
    #[n(3)]
    pub expires_at: Option<Timestamp>,
    /// The signed [`AccountOffer`](crate::account::AccountOffer) with which the wallet enrols.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub offer: Option<Vec<u8>>,
}
signed_message!(
    OpeningAnswer,
    message::OPENING_ANSWER,
    STATEMENT_BYTES_MAX,
    context::OPENING_ANSWER
);

impl core::fmt::Debug for OpeningAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OpeningAnswer")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// A holder applies for a purse of an account (SZ4). Signed by the purse's own key, which shows that the card has
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseApplication {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The account's number.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub account: u64,
    /// The holder identifier under which the wallet is enrolled at the bank.
    #[n(2)]
    pub holder: HolderId,
    /// The purse's key (subject public key info, DER).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub purse_public_key: Vec<u8>,
    /// When, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(
    PurseApplication,
    message::PURSE_APPLICATION,
    1024,
    context::PURSE_APPLICATION
);

impl PurseApplication {
    /// What the account's own key signs beside, so that nobody applies for another's account: the bytes are those
    /// that the purse key signs with PS256, whatever its own algorithm.
    #[must_use]
    pub fn approval_to_be_signed(&self) -> Vec<u8> {
        crate::trust::keyed::to_be_signed(self, crate::trust::signature::Algorithm::Ps256)
    }
}

/// A holder's application as it goes to the registration authority.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseApplicationRequest {
    /// The signed [`PurseApplication`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub application: Vec<u8>,
    /// The account key's signature (RSASSA-PSS) over [`PurseApplication::approval_to_be_signed`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub approval: Vec<u8>,
    /// The number of the [`Registration`] by which the account was opened, 32 bytes: whoever registered knows it, and
    /// nobody else has a key certified.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub registration: [u8; 32],
}

impl Message for PurseApplicationRequest {
    const TYPE: u16 = message::PURSE_APPLICATION_REQUEST;
    const LEN_MAX: usize = 4096;
}

/// The registration authority tells the bank that a purse's key is certified and in the directory (SZ5).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseKeysCertified {
    /// From the registration authority to the bank; its transaction is
    /// [`key_digest`](crate::purse::key_digest) of the purse's key.
    #[n(0)]
    pub envelope: Envelope,
    /// The signed [`PurseApplication`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub application: Vec<u8>,
    /// The account key's signature over [`PurseApplication::approval_to_be_signed`].
    #[cbor(n(2), with = "minicbor::bytes")]
    pub approval: Vec<u8>,
    /// The certificate (DER).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}
signed_message!(
    PurseKeysCertified,
    message::PURSE_KEYS_CERTIFIED,
    STATEMENT_BYTES_MAX,
    context::PURSE_KEYS_CERTIFIED
);

/// Everything that a card needs to have a purse (SZ7 to SZ9). Each of it is signed for itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseOpening {
    /// The signed [`PurseCertificate`](crate::purse::PurseCertificate) (SGN1).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub purse_certificate: Vec<u8>,
    /// The signed first [`CheckpointNotice`](crate::purse::CheckpointNotice) (SGN2).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub notice: Vec<u8>,
    /// The certificate of the key with which the bank signs purses (DER; Fig 7: EB-verify certificate).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bank_certificate: Vec<u8>,
    /// The certificate of the purse's key (DER), where the purse has one.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub key_certificate: Option<Vec<u8>>,
}

impl Message for PurseOpening {
    const TYPE: u16 = message::PURSE_OPENING;
    const LEN_MAX: usize = STATEMENT_BYTES_MAX;
}

fn decode_name<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    decode_text(d, NAME_BYTES_MAX, "name")
}

fn decode_address<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    decode_text(d, ADDRESS_BYTES_MAX, "address")
}

fn decode_telephone<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    decode_text(d, TELEPHONE_BYTES_MAX, "telephone number")
}

fn decode_outside_account<C>(
    d: &mut Decoder<'_>,
    _: &mut C,
) -> Result<String, minicbor::decode::Error> {
    decode_text(d, OUTSIDE_ACCOUNT_BYTES_MAX, "account number")
}

fn decode_text(
    d: &mut Decoder<'_>,
    limit: usize,
    what: &'static str,
) -> Result<String, minicbor::decode::Error> {
    let text = d.str()?;
    require_text(text, limit, what).map_err(minicbor::decode::Error::message)?;
    Ok(text.into())
}
