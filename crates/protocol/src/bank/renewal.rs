//! Continuing an account beyond its end (EP 1 221 669, S1 to S11): the fee, and a new key for the purse.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::purse::PurseNumber;
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::Domain;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// From what the fee is paid, or which (EP 1 221 669, fee options A1 to E1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum FeeOption {
        /// A1: from the account.
        #[n(1)]
        Account => "account",
        /// B1: from the account at the ordinary bank outside.
        #[n(2)]
        OutsideAccount => "outside-account",
        /// C1: with the price of a new card.
        #[n(3)]
        NewCard => "new-card",
        /// D1: for installing the new key.
        #[n(4)]
        KeyInstallation => "key-installation",
        /// E1: for the certificate.
        #[n(5)]
        Certificate => "certificate",
    }
}

/// A purse asks for its new key to be certified (S6, key option D2: the card made the key). Signed by the old key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct KeyRenewal {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// Which purse.
    #[n(1)]
    pub purse: PurseNumber,
    /// The new key (subject public key info, DER).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub new_public_key: Vec<u8>,
    /// From what the fee is paid.
    #[n(3)]
    pub fee: FeeOption,
    /// When, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
    /// What the holder agrees to pay for it, as the bank's [`FeeSchedule`](super::FeeSchedule) says; zero for nothing.
    #[n(5)]
    pub amount: Money,
}
keyed_message!(KeyRenewal, message::KEY_RENEWAL, 1024, context::KEY_RENEWAL);

/// The card has put the new key in the old one's place (S10). Signed by the new key; then the old one is revoked
/// (S11).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct KeyRenewed {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// Which purse.
    #[n(1)]
    pub purse: PurseNumber,
    /// [`key_digest`](crate::purse::key_digest) of the old key.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub old_key: [u8; 32],
    /// When, by the wallet's clock.
    #[n(3)]
    pub at: Timestamp,
}
keyed_message!(KeyRenewed, message::KEY_RENEWED, 512, context::KEY_RENEWED);
