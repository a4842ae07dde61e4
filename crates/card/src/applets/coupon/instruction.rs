//! The second byte of the applet's commands, and what stands in their fourth.

/// Takes an office's certificate.
pub(crate) const PUT_OFFICE: u8 = 0xc2;
/// Takes a coupon.
pub(crate) const STORE: u8 = 0xc4;
/// Lists the places that are taken.
pub(crate) const LIST: u8 = 0xc6;
/// Shows a coupon.
pub(crate) const READ: u8 = 0xc8;
/// Deletes a coupon.
pub(crate) const REMOVE: u8 = 0xca;
/// Signs; P2 is [`ISSUE`] to [`REDEEM`].
pub(crate) const SIGN: u8 = 0xcc;
/// Takes the office's word; P2 is [`ANSWER`], [`STATUS`] or [`VERDICT`].
pub(crate) const HEAR: u8 = 0xce;
/// Locks a coupon (P2 = [`CLOSE`]), or unlocks it ([`OPEN`]).
pub(crate) const LOCK: u8 = 0xd0;
/// The password: P2 is [`SET`], [`PRESENT`], [`TRIES`] or [`FORGET`].
pub(crate) const PASSWORD: u8 = 0xd2;
/// Presents the PIN in a block; P2 is its format, 2.
pub(crate) const PIN_BLOCK: u8 = 0xd4;

/// An `IssueRequest`.
pub(crate) const ISSUE: u8 = 1;
/// A `CouponTransfer`.
pub(crate) const TRANSFER: u8 = 2;
/// A `TransferReply`.
pub(crate) const REPLY: u8 = 3;
/// An `OwnerChangeRequest`.
pub(crate) const OWNER_CHANGE: u8 = 4;
/// A `ConversionNotice`.
pub(crate) const CONVERSION: u8 = 5;
/// A `ClaimOffer`.
pub(crate) const OFFER: u8 = 6;
/// A `ClaimCancellation`.
pub(crate) const CANCELLATION: u8 = 7;
/// A `ClaimRedemption`.
pub(crate) const REDEEM: u8 = 8;

/// A `CouponAnswer`.
pub(crate) const ANSWER: u8 = 0;
/// A `CouponStatus`.
pub(crate) const STATUS: u8 = 1;
/// A `CouponVerdict`.
pub(crate) const VERDICT: u8 = 2;

/// Locks.
pub(crate) const CLOSE: u8 = 0;
/// Unlocks.
pub(crate) const OPEN: u8 = 1;

/// Sets the password.
pub(crate) const SET: u8 = 0;
/// Gives it.
pub(crate) const PRESENT: u8 = 1;
/// How many tries it has left.
pub(crate) const TRIES: u8 = 2;
/// It was not given.
pub(crate) const FORGET: u8 = 3;

/// ISO 9564-1's format for IC cards.
pub(crate) const FORMAT_2: u8 = 2;
