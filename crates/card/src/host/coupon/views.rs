//! What the coupon applet is asked and what it shows. None of it is signed: it is the card's word to its own wallet.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::coupon::{CouponId, Owner};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::time::Timestamp;

/// How far a coupon is, as the card knows it (T001-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Progress {
    /// It is its owner's.
    #[n(1)]
    Held,
    /// The card has signed who shall have it, or that its value be converted, and the office has not answered.
    #[n(2)]
    GivenAway,
    /// The office waits: for the owner's reply, for the receiver, for whoever has the link, or for an order's end.
    #[n(3)]
    Waiting,
    /// It is another's.
    #[n(4)]
    HandedOn,
    /// Its value was set against what was charged.
    #[n(5)]
    Converted,
    /// Its time is over, or the office stopped it.
    #[n(6)]
    Ended,
}

/// What the card signed last about a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum SignedKind {
    /// A [`CouponTransfer`](tallystick_protocol::coupon::CouponTransfer).
    #[n(1)]
    Transfer,
    /// A [`TransferReply`](tallystick_protocol::coupon::TransferReply) that agrees.
    #[n(2)]
    Reply,
    /// A [`ConversionNotice`](tallystick_protocol::coupon::ConversionNotice).
    #[n(3)]
    Conversion,
    /// A [`ClaimOffer`](tallystick_protocol::coupon::ClaimOffer).
    #[n(4)]
    Offer,
}

/// A place that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ListedCoupon {
    /// Its number, below [`super::PLACES`].
    #[n(0)]
    pub place: u8,
    /// Whether it wants the password to be read and handed on.
    #[n(1)]
    pub is_locked: bool,
    /// The office; nothing that follows of a locked one, before the password was given.
    #[n(2)]
    pub office: Option<Domain>,
    /// The coupon's number there.
    #[n(3)]
    pub coupon: Option<CouponId>,
    /// How far it is.
    #[n(4)]
    pub progress: Option<Progress>,
}

/// What a place holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponView {
    /// Its number.
    #[n(0)]
    pub place: u8,
    /// Whether it wants the password to be read and handed on.
    #[n(1)]
    pub is_locked: bool,
    /// All else; none of a locked one, before the password was given.
    #[n(2)]
    pub shown: Option<ShownCoupon>,
}

/// A coupon that may be read.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ShownCoupon {
    /// The encoded [`Coupon`](tallystick_protocol::coupon::Coupon).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coupon: Vec<u8>,
    /// How far it is.
    #[n(1)]
    pub progress: Progress,
    /// What was signed about it and binds it, to be sent again.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signed: Option<Vec<u8>>,
    /// What that is.
    #[n(3)]
    pub kind: Option<SignedKind>,
    /// Until when it binds: then the office's word that it is still the owner's frees it. A conversion has no end.
    #[n(4)]
    pub until: Option<Timestamp>,
}

/// What a holder says beside what the card has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct ToSign {
    #[n(0)]
    pub(crate) at: Timestamp,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) nonce: [u8; 16],
    /// Who shall have it, of a transfer.
    #[n(2)]
    pub(crate) to: Option<Owner>,
    /// Until when it counts, of a transfer or an offer.
    #[n(3)]
    pub(crate) until: Option<Timestamp>,
    /// The hash of the link's key, of an offer.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(crate) claim: Option<[u8; 32]>,
    /// Yes or no, of a reply.
    #[n(5)]
    pub(crate) agrees: Option<bool>,
    /// The office's signed ask, of a reply; the coupon that was shown, of a wish to have it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub(crate) by: Option<Vec<u8>>,
    /// Who wants it, of such a wish.
    #[n(7)]
    pub(crate) holder: Option<HolderId>,
}
