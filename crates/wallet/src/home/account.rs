//! What the terminal is told of an account that is lent to it: what it needs to make the same orders as the wallet at
//! home. No key and no share is in it.

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;
use tallystick_protocol::instrument::{BankAccountDetails, CardDetails, Payment, PurseDetails};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::{CardAccount, Enrolment};
use crate::holder::profile::{KnownSpace, Profile, StoredAddress};
use crate::home::view::LentKind;

/// The longest, encoded, in bytes: as many as a terminal may have fit into one list at the proxy.
const BYTES_MAX: usize = 14 * 1024;
/// The most addresses that are told.
const LENT_ADDRESSES_MAX: usize = 8;

/// An account, as it is lent.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LentAccount {
    /// The account, without anything that is for its own wallet alone.
    #[n(0)]
    pub account: CardAccount,
    /// Which parties are in further spaces.
    #[n(1)]
    pub spaces: Vec<KnownSpace>,
    /// Its holder's addresses, the own one first.
    #[n(2)]
    pub addresses: Vec<StoredAddress>,
    /// The account's purse, if that pays.
    #[n(3)]
    pub purse: Option<LentPurse>,
}

/// A purse, as it is lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LentPurse {
    /// Its number at the account's bank.
    #[n(0)]
    pub number: PurseNumber,
}

impl LentAccount {
    /// Of an account of this profile, or of its purse.
    #[must_use]
    pub fn of(profile: &Profile, account: &CardAccount, purse: Option<LentPurse>) -> Self {
        let Enrolment {
            slot,
            enrolment_public_key,
            certificate,
            epoch,
            centres,
            shares,
            ..
        } = account.enrolment.clone();
        let enrolment = Enrolment {
            enrolment_public_key,
            certificate,
            epoch,
            centres,
            shares,
            ..Enrolment::begin(slot)
        };
        Self {
            account: CardAccount {
                limit: None,
                place: None,
                handover: None,
                registration: None,
                enrolment,
                ..account.clone()
            },
            spaces: profile.spaces.clone(),
            addresses: profile
                .addresses
                .iter()
                .take(LENT_ADDRESSES_MAX)
                .cloned()
                .collect(),
            purse,
        }
    }

    /// What is said to whoever pays.
    #[must_use]
    pub fn payment(&self) -> Payment {
        let account = &self.account;
        match (self.purse, account.account.filter(|_| account.is_at_bank())) {
            (Some(LentPurse { number }), _) => Payment::Purse(PurseDetails { purse: number }),
            (None, Some(account)) => Payment::BankAccount(BankAccountDetails { account }),
            (None, None) => Payment::CardAccount(CardDetails {
                number: account.card.number.as_str().to_owned(),
                expiry: account.card.expiry.to_string(),
            }),
        }
    }

    /// What pays.
    #[must_use]
    pub fn pays(&self) -> LentKind {
        LentKind::of(&self.account, self.purse.is_some())
    }

    /// The end of its number, which may be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.purse {
            Some(purse) => end_of(&purse.number.to_string()).to_owned(),
            None => self.account.card.number.last4().to_owned(),
        }
    }

    /// Encoded, to be sealed.
    ///
    /// # Errors
    /// [`ErrorKind::LoanInvalid`] if it is too long.
    pub fn encoded(&self) -> Result<Zeroizing<Vec<u8>>, WalletError> {
        let bytes = Zeroizing::new(encode_value(self));
        if bytes.len() > BYTES_MAX {
            return Err(WalletError::new(ErrorKind::LoanInvalid).about("addresses"));
        }
        Ok(bytes)
    }

    /// What was sealed, if it is an account that can pay.
    #[must_use]
    pub fn decoded(bytes: &[u8]) -> Option<Self> {
        let account: Self = decode_value(bytes, BYTES_MAX).ok()?;
        let is_whole =
            account.account.enrolment.is_done() && account.addresses.len() <= LENT_ADDRESSES_MAX;
        is_whole.then_some(account)
    }

    /// The profile under which an order is made with it.
    #[must_use]
    pub fn profile(&self, others: &[StoredAddress]) -> Profile {
        let mut addresses = self.addresses.clone();
        addresses.extend_from_slice(others);
        Profile {
            cards: vec![self.account.clone()],
            addresses,
            spaces: self.spaces.clone(),
            ..Profile::default()
        }
    }
}

/// The last digits of a purse's number.
#[must_use]
pub fn end_of(number: &str) -> &str {
    let start = number.len().saturating_sub(4);
    number.get(start..).unwrap_or_default()
}

/// SHA-256 of what is sealed, as it stands in the loan.
#[must_use]
pub fn digest(encoded: &[u8]) -> [u8; 32] {
    Sha256::digest(encoded).into()
}
