//! What is stored of coupons and of the offices, each in a record of its own. A record is only ever replaced by its successor,
//! before the step that the successor allows.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_card::host::coupon::Progress;
use tallystick_codec::DecodeMap;
use tallystick_protocol::coupon::{
    ConfirmationAsk, Coupon, CouponId, CouponState, CouponTerms, Owner, Ownership,
};
use tallystick_protocol::keys::PairContext;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::view::{CouponEventKind, CouponWhat};
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The longest record accepted, in bytes.
pub const BYTES_MAX: usize = 128 * 1024;
/// The most events of a coupon that are kept; of more the oldest but the first make room.
const EVENTS_MAX: usize = 100;
/// The most words of the office that wait for the card; of more the oldest makes room, which a newer one says again.
const WORDS_MAX: usize = 8;

/// The key of what is said to an office and answered. It can do nothing else.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct TalkKey(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// Under which key an account talks to its office. Each gesture with the PIN brings a new one; until then everything is said
/// under it, so that what is under way is followed without the PIN.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Talk {
    /// Which pairwise key.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce that the key was derived with.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The key.
    #[n(2)]
    pub key: TalkKey,
    /// The office said that it is in another key space.
    #[n(3)]
    pub is_misplaced: bool,
}

/// What the wallet knows of an account's office.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OfficeRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// The account, as the wallet names it.
    #[n(1)]
    pub account: String,
    /// The certificate (DER) of the office's key for coupons.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// How it is talked to.
    #[n(3)]
    pub talk: Option<Talk>,
    /// Places of the card whose coupons are over: the next PIN removes them.
    #[n(4)]
    pub over: Vec<u8>,
}

/// What happened to a coupon.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Event {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// What.
    #[n(1)]
    pub what: CouponEventKind,
    /// With whom.
    #[n(2)]
    pub whom: Option<String>,
    /// How much, if it is not the whole value.
    #[n(3)]
    pub money: Option<Money>,
}

/// What is under way with a coupon.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct UnderWay {
    /// What.
    #[n(0)]
    pub what: CouponWhat,
    /// Since when.
    #[n(1)]
    pub since: Timestamp,
    /// With whom, or which order.
    #[n(2)]
    pub to: Option<String>,
    /// Until when it counts.
    #[n(3)]
    pub until: Option<Timestamp>,
    /// What is handed over.
    #[n(4)]
    pub text: Option<String>,
    /// What the card signed, as it is said to the office; said again until it has answered.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub said: Vec<u8>,
    /// SHA-256 of the message that was signed: what the office's answer names.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub asked: [u8; 32],
    /// Whether the office has answered, so that only its end is waited for.
    #[n(7)]
    pub is_answered: bool,
    /// Why it came to nothing.
    #[n(8)]
    pub failure: Option<ErrorKind>,
    /// The coupon, or campaign, by which the office finds the object that has it.
    #[n(9)]
    pub about: Option<CouponId>,
    /// What somebody in the office's place said of it and nobody signed: it is shown, and ends nothing.
    #[n(10)]
    pub told: Option<ErrorKind>,
}

/// A signed word of the office that the card has still to hear.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Word {
    /// Whether it says how the coupon is; otherwise it answers what the card signed.
    #[n(0)]
    pub is_status: bool,
    /// What the office signed.
    #[n(1)]
    pub signed: ByteVec,
}

/// How far a coupon is, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// It is not here yet.
    #[n(0)]
    Coming,
    /// It is its owner's.
    #[n(1)]
    Owned,
    /// Somebody wants it.
    #[n(2)]
    Asked,
    /// Somebody was named.
    #[n(3)]
    Named,
    /// There is a link.
    #[n(4)]
    Offered,
    /// It is held for an order.
    #[n(5)]
    Held,
    /// A shop has it.
    #[n(6)]
    Spent,
    /// It was converted.
    #[n(7)]
    Converted,
    /// Its time is over.
    #[n(8)]
    Expired,
    /// The office stopped it.
    #[n(9)]
    Blocked,
    /// It is another's.
    #[n(10)]
    Given,
}

impl Standing {
    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Spent | Self::Converted | Self::Expired | Self::Given
        )
    }

    /// What the office says of a coupon to its owner.
    #[must_use]
    pub const fn of(state: CouponState) -> Option<Self> {
        Some(match state {
            CouponState::Owned => Self::Owned,
            CouponState::Asked => Self::Asked,
            CouponState::Named => Self::Named,
            CouponState::Offered => Self::Offered,
            CouponState::Held => Self::Held,
            CouponState::Spent => Self::Spent,
            CouponState::Converted => Self::Converted,
            CouponState::Expired => Self::Expired,
            CouponState::Blocked => Self::Blocked,
            _ => return None,
        })
    }
}

/// A coupon.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Names it in calls.
    #[n(1)]
    pub id: String,
    /// The account at the office, as the wallet names it.
    #[n(2)]
    pub account: String,
    /// The office.
    #[n(3)]
    pub office: Domain,
    /// Its certified name.
    #[n(4)]
    pub office_name: String,
    /// Its number at the office, once known.
    #[n(5)]
    pub coupon: Option<CouponId>,
    /// How often it changed its owner.
    #[n(6)]
    pub change: u32,
    /// The encoded coupon; none of a locked one, and of one that is not here yet.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub whole: Option<Vec<u8>>,
    /// Its place in the card.
    #[n(8)]
    pub place: Option<u8>,
    /// How far it is.
    #[n(9)]
    pub standing: Standing,
    /// How far the card says that it is.
    #[n(10)]
    pub progress: Option<Progress>,
    /// Whether it wants the password.
    #[n(11)]
    pub is_locked: bool,
    /// What is under way.
    #[n(12)]
    pub under_way: Option<UnderWay>,
    /// The office's signed question whether somebody shall have it.
    #[cbor(n(13), with = "minicbor::bytes")]
    pub ask: Option<Vec<u8>>,
    /// What happened, oldest first.
    #[n(14)]
    pub events: Vec<Event>,
    /// Of which coupon here it was made.
    #[n(15)]
    pub made_of: Option<String>,
    /// What the card has still to hear.
    #[n(16)]
    pub words: Vec<Word>,
    /// When the office spoke last of how it is.
    #[n(17)]
    pub heard_at: Timestamp,
    /// When it was begun here.
    #[n(18)]
    pub created_at: Timestamp,
    /// Until when it is good, once known: also of a locked one.
    #[n(19)]
    pub valid_until: Option<Timestamp>,
    /// Whether the card refused it, because it is full.
    #[n(20)]
    pub has_no_room: bool,
}

impl CouponRecord {
    /// The coupon, if it is here and not locked.
    #[must_use]
    pub fn read(&self) -> Option<Coupon> {
        decode(self.whole.as_deref()?).ok()
    }

    /// What it is worth, if that may be shown. It was verified before it was stored.
    #[must_use]
    pub fn terms(&self) -> Option<CouponTerms> {
        keyed::unverified(&self.read()?.terms).ok()
    }

    /// Whose it is. It was verified before it was stored.
    #[must_use]
    pub fn ownership(&self) -> Option<Ownership> {
        keyed::unverified(&self.read()?.ownership).ok()
    }

    /// Who wants it. It was verified before it was stored.
    #[must_use]
    pub fn asked(&self) -> Option<ConfirmationAsk> {
        keyed::unverified(self.ask.as_deref()?).ok()
    }

    /// Whether it is owned by keys that its account had before.
    #[must_use]
    pub fn is_formers(&self, account: &CardAccount) -> bool {
        let now = Owner::Holder(account.enrolment.holder());
        let is_here = !self.standing.is_over() && self.standing != Standing::Coming;
        is_here && self.ownership().is_some_and(|whose| whose.owner != now)
    }

    /// Whether it can be handed on, spent or converted now.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.standing == Standing::Owned
            && self.under_way.is_none()
            && !self.is_locked
            && self.place.is_some()
            && self.progress.is_none_or(|it| it == Progress::Held)
            && self.valid_until.is_some_and(|until| until > now)
    }

    /// Requires that it can be handed on, spent or converted now: its place in the card.
    ///
    /// # Errors
    /// [`ErrorKind::CouponLocked`], [`ErrorKind::CouponOver`], [`ErrorKind::CouponExpired`], [`ErrorKind::CouponUnderWay`].
    pub fn usable(&self, now: Timestamp) -> Result<u8, WalletError> {
        let refused = |kind| Err(WalletError::new(kind).about(&self.office_name));
        match (self.place, self.valid_until) {
            _ if self.is_locked => refused(ErrorKind::CouponLocked),
            _ if self.standing.is_over() || self.standing == Standing::Blocked => {
                refused(ErrorKind::CouponOver)
            }
            (_, Some(until)) if until <= now => refused(ErrorKind::CouponExpired),
            (Some(place), Some(_)) if self.is_usable(now) => Ok(place),
            _ => refused(ErrorKind::CouponUnderWay),
        }
    }

    /// Notes what happened.
    pub fn note(&mut self, at: Timestamp, what: CouponEventKind, whom: Option<String>) {
        if self.events.len() >= EVENTS_MAX {
            self.events.remove(1);
        }
        self.events.push(Event {
            at,
            what,
            whom,
            money: None,
        });
    }

    /// The card is to hear that.
    pub fn tell_card(&mut self, is_status: bool, signed: &[u8]) {
        if self.words.len() >= WORDS_MAX {
            self.words.remove(0);
        }
        self.words.push(Word {
            is_status,
            signed: signed.to_vec().into(),
        });
    }

    /// Whether the office has still to say something about it that matters.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let waits = self
            .under_way
            .as_ref()
            .is_some_and(|it| it.failure.is_none() && !(it.is_answered && self.standing.is_over()));
        // What was made of another is known by its number, and asked for.
        let is_named = self.coupon.is_some() && self.under_way.is_none();
        let comes = self.standing == Standing::Coming && is_named;
        waits || comes || matches!(self.standing, Standing::Asked | Standing::Held)
    }
}
