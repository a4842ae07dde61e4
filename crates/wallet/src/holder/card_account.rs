//! A card account as it is stored: the card, and how it is enrolled.

use minicbor::Encode;
use tallystick_card::host::TakenSlot;
use tallystick_codec::DecodeMap;
use tallystick_protocol::account::CardRecord;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::keys::{Centres, Epoch, KeyContext, Space};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::core::conversation::Needed;
use crate::core::place::KeyPlace;

/// The roles with which a holder shares keys, in the order in which shares are fetched.
pub const SHARE_ROLES: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

/// A share that the card holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HeldShare {
    /// Which space.
    #[n(0)]
    pub space: Space,
    /// Whose summand.
    #[n(1)]
    pub centre: Domain,
}

/// How a card is enrolled, with keys that no other card has. Each field that appears is a step that is finished.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Enrolment {
    /// The slot of the enrolment key in the keys applet, and of the signing key.
    #[n(0)]
    pub slot: u8,
    /// The public enrolment key (X25519, RFC 7748).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub enrolment_public_key: [u8; 32],
    /// The encoded request to the issuer; sent as often as needed until it answers.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub request: Vec<u8>,
    /// The certificate of the signing key, once the issuer has answered.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub certificate: Option<Vec<u8>>,
    /// The ticket for the key centres.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub ticket: Option<Vec<u8>>,
    /// The epoch that the ticket names.
    #[n(5)]
    pub epoch: Option<Epoch>,
    /// The centres that the ticket names.
    #[n(6)]
    pub centres: Option<Centres>,
    /// The shares that the card holds.
    #[n(7)]
    pub shares: Vec<HeldShare>,
    /// When the ticket ends; absent where a release took it that did not look.
    #[n(8)]
    pub ticket_ends_at: Option<Timestamp>,
}

impl Enrolment {
    /// Of keys that are still to be made, in that slot.
    #[must_use]
    pub const fn begin(slot: u8) -> Self {
        Self {
            slot,
            enrolment_public_key: [0; 32],
            request: Vec::new(),
            certificate: None,
            ticket: None,
            epoch: None,
            centres: None,
            shares: Vec::new(),
            ticket_ends_at: None,
        }
    }

    /// The holder's identifier.
    #[must_use]
    pub fn holder(&self) -> HolderId {
        HolderId::of_enrolment_key(&self.enrolment_public_key)
    }

    /// The next share of the first spaces that is still missing.
    #[must_use]
    pub fn missing_share(&self) -> Option<(Role, Domain)> {
        let centres = self.centres.as_ref()?;
        SHARE_ROLES.into_iter().find_map(|role| {
            let missing = centres.as_slice().iter().find(|centre| {
                !self
                    .shares
                    .iter()
                    .any(|held| held.space.role == role && held.centre == **centre)
            })?;
            Some((role, missing.clone()))
        })
    }

    /// Whether the card can take part in a purchase.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.certificate.is_some() && self.centres.is_some() && self.missing_share().is_none()
    }

    /// Which keys the shares of a space give.
    #[must_use]
    pub fn key_context(&self, space: Space) -> Option<KeyContext> {
        Some(KeyContext {
            space,
            epoch: self.epoch?,
            centres: self.centres.clone()?,
        })
    }
}

/// A card account.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardAccount {
    /// Names the card in calls.
    #[n(0)]
    pub id: String,
    /// Who issued it.
    #[n(1)]
    pub issuer: Domain,
    /// The issuer's certified name.
    #[n(2)]
    pub issuer_name: String,
    /// Number, expiry, name and telephone.
    #[n(3)]
    pub card: CardRecord,
    /// The limit, if the issuer told it.
    #[n(4)]
    pub limit: Option<Money>,
    /// How it is enrolled.
    #[n(5)]
    pub enrolment: Enrolment,
    /// Where its keys live; absent for the software card.
    #[n(6)]
    pub place: Option<KeyPlace>,
    /// The encoded request by which the keys that it had before hand it over to these; sent as often as
    /// needed until the issuer answers.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub handover: Option<Vec<u8>>,
    /// Which face it was given; absent for one that has that of its slot.
    #[n(8)]
    pub face: Option<u8>,
    /// What orders are paid with from it; absent for a card account.
    #[n(9)]
    pub instrument: Option<Instrument>,
    /// The number of an account at a bank (EP 1 221 669: acctNo).
    #[n(10)]
    pub account: Option<u64>,
    /// Until when an account at a bank is good, if it is not continued (SZ2).
    #[n(11)]
    pub account_expires_at: Option<Timestamp>,
    /// The currency of an account at a bank.
    #[n(12)]
    pub currency: Option<Currency>,
    /// The number of the registration by which an account at a bank was opened, 32 bytes: its purses are applied for
    /// with it.
    #[cbor(n(13), with = "minicbor::bytes")]
    pub registration: Option<[u8; 32]>,
}

impl CardAccount {
    /// What orders are paid with from it.
    #[must_use]
    pub fn instrument(&self) -> Instrument {
        self.instrument.unwrap_or(Instrument::CardAccount)
    }

    /// Whether it is an account at a bank.
    #[must_use]
    pub fn is_at_bank(&self) -> bool {
        self.instrument() == Instrument::BankAccount
    }

    /// Where its keys live.
    #[must_use]
    pub fn place(&self) -> KeyPlace {
        self.place.unwrap_or(KeyPlace::Software)
    }

    /// The card that is needed wherever the account's keys are.
    #[must_use]
    pub fn needed(&self) -> Needed {
        let Enrolment {
            slot,
            enrolment_public_key,
            ..
        } = self.enrolment;
        let holder = self.enrolment.holder();
        Needed::holding(
            self.place(),
            TakenSlot { slot, holder },
            enrolment_public_key,
        )
    }

    /// Which face it has, 0 to 15: the same wherever its keys go.
    #[must_use]
    pub fn face(&self) -> u8 {
        self.face.unwrap_or(self.enrolment.slot)
    }
}
