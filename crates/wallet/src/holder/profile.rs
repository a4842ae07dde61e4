//! What the wallet keeps about the holder, in one record: card accounts, addresses, and what it knows of key spaces.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::keys::Space;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, Role};
use zeroize::Zeroizing;

use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::{CardAccount, Enrolment};
use crate::slices::{Opened, Slice};

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The name of its record.
const RECORD: &str = "profile";
/// The longest profile accepted, in bytes.
pub const BYTES_MAX: usize = 256 * 1024;

/// An address, as stored.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct StoredAddress {
    /// Names the address in calls.
    #[n(0)]
    pub id: String,
    /// What the holder calls it.
    #[n(1)]
    pub label: String,
    /// Who receives.
    #[n(2)]
    pub name: String,
    /// The receiver's telephone number.
    #[n(3)]
    pub telephone: String,
    /// Postal code.
    #[n(4)]
    pub postal_code: String,
    /// Street, house and place.
    #[n(5)]
    pub lines: String,
    /// ISO 3166-1 alpha-2 code.
    #[n(6)]
    pub country: String,
}

/// That a party is in another space than the first of its role.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct KnownSpace {
    /// The party.
    #[n(0)]
    pub party: Domain,
    /// Its space.
    #[n(1)]
    pub space: Space,
}

/// Everything about the holder, in one record.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Profile {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// The cards, oldest first.
    #[n(1)]
    pub cards: Vec<CardAccount>,
    /// The addresses.
    #[n(2)]
    pub addresses: Vec<StoredAddress>,
    /// Parties in further spaces.
    #[n(3)]
    pub spaces: Vec<KnownSpace>,
    /// After how many minutes the wallet locks itself, once the holder has chosen.
    #[n(4)]
    pub lock_minutes: Option<u32>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            format: FORMAT,
            cards: Vec::new(),
            addresses: Vec::new(),
            spaces: Vec::new(),
            lock_minutes: None,
        }
    }
}

impl Profile {
    /// A profile with that card and nothing else.
    #[must_use]
    pub fn new(card: CardAccount) -> Self {
        Self {
            cards: vec![card],
            ..Self::default()
        }
    }

    /// Whether nothing keeps the holder from the wallet: a card that can pay, or none at all.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.cards.is_empty() || self.is_enrolled()
    }

    /// Whether there is a card that can pay.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.cards.iter().any(|card| card.enrolment.is_done())
    }

    /// The space in which to meet a party: the one it named, if the card has its share; else the one
    /// whose share came with enrolment.
    #[must_use]
    pub fn space_of(&self, party: &Domain, role: Role, enrolment: &Enrolment) -> Option<Space> {
        self.spaces
            .iter()
            .filter(|known| known.party == *party && known.space.role == role)
            .map(|known| known.space)
            .find(|space| enrolment.shares.iter().any(|held| held.space == *space))
            .or_else(|| {
                enrolment
                    .shares
                    .iter()
                    .find(|held| held.space.role == role)
                    .map(|held| held.space)
            })
    }
}

impl Slice for Profile {
    const NEEDED: Option<&'static str> = Some(RECORD);

    fn owns(name: &str) -> bool {
        name == RECORD
    }

    fn take_up(&mut self, _: &str, opened: Opened) -> Result<(), WalletError> {
        *self = decode_value(&opened?, BYTES_MAX)
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
        Ok(())
    }
}

impl Desk<'_> {
    /// The profile, to be looked at.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn profile(&mut self) -> Result<&Profile, WalletError> {
        Ok(&self.unlocked()?.slices.profile)
    }

    /// Replaces the profile.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_profile(&mut self, profile: Profile) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&profile));
        self.put_sealed(RECORD, &bytes)?;
        let unlocked = self.unlocked()?;
        unlocked.lock_minutes = profile.lock_minutes;
        unlocked.slices.profile = profile;
        Ok(())
    }
}
