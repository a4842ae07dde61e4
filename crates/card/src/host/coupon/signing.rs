//! What a holder says about coupons: each answered by the signed message ([`super::signed`]). Each needs the PIN anew; about
//! a locked coupon the password of the session besides. Office, holder, coupon and change are those that the card has.

use alloc::vec::Vec;

use tallystick_protocol::coupon::{ClaimRedemption, IssueRequest, Owner};
use tallystick_protocol::wire::cbor::{encode, encode_value};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::ToSign;
use crate::applets::coupon::instruction as ins;
use crate::host::CardError;
use crate::host::build::apdu;

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// What makes a message this one: with both the same, the card gives what it signed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now, by the wallet's clock.
    pub at: Timestamp,
    /// Drawn by the wallet.
    pub nonce: [u8; 16],
}

impl Moment {
    const fn asked(self) -> ToSign {
        ToSign {
            at: self.at,
            nonce: self.nonce,
            to: None,
            until: None,
            claim: None,
            agrees: None,
            by: None,
            holder: None,
        }
    }
}

/// A coupon is wanted (C1), of an office that the card knows.
///
/// # Errors
/// None.
pub fn sign_issue_request(request: &IssueRequest) -> Apdu {
    apdu([0x80, ins::SIGN, 0, ins::ISSUE], &encode(request))
}

/// A link is redeemed, at an office that the card knows.
///
/// # Errors
/// None.
pub fn sign_redemption(redemption: &ClaimRedemption) -> Apdu {
    apdu([0x80, ins::SIGN, 0, ins::REDEEM], &encode(redemption))
}

/// The coupon is handed on (C7): a [`CouponTransfer`](tallystick_protocol::coupon::CouponTransfer). From then on the card hands
/// it to nobody else, until the office says that it came to nothing.
///
/// # Errors
/// None.
pub fn sign_transfer(place: u8, to: &Owner, until: Timestamp, moment: Moment) -> Apdu {
    let asked = ToSign {
        to: Some(to.clone()),
        until: Some(until),
        ..moment.asked()
    };
    sign(place, ins::TRANSFER, &asked)
}

/// The owner's answer (C12) to the office's signed [`ConfirmationAsk`](tallystick_protocol::coupon::ConfirmationAsk): a
/// [`TransferReply`](tallystick_protocol::coupon::TransferReply). A *yes* binds the coupon as [`sign_transfer`] does.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn sign_reply(place: u8, ask: &[u8], agrees: bool, moment: Moment) -> Apdu {
    let asked = ToSign {
        agrees: Some(agrees),
        by: Some(ask.to_vec()),
        ..moment.asked()
    };
    sign(place, ins::REPLY, &asked)
}

/// A holder of this card wants another's coupon that was shown, encoded (C11): an
/// [`OwnerChangeRequest`](tallystick_protocol::coupon::OwnerChangeRequest).
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn sign_owner_change(holder: HolderId, shown: &[u8], moment: Moment) -> Apdu {
    let asked = ToSign {
        holder: Some(holder),
        by: Some(shown.to_vec()),
        ..moment.asked()
    };
    sign(0, ins::OWNER_CHANGE, &asked)
}

/// The coupon's value shall be set against what was charged (C17): a
/// [`ConversionNotice`](tallystick_protocol::coupon::ConversionNotice).
///
/// # Errors
/// None.
pub fn sign_conversion(place: u8, moment: Moment) -> Apdu {
    sign(place, ins::CONVERSION, &moment.asked())
}

/// The coupon goes to whoever has a link: a [`ClaimOffer`](tallystick_protocol::coupon::ClaimOffer), whose
/// [`hash`](tallystick_protocol::coupon::ClaimOffer::hash) of the link's key `claim` is.
///
/// # Errors
/// None.
pub fn sign_offer(place: u8, claim: [u8; 32], until: Timestamp, moment: Moment) -> Apdu {
    let asked = ToSign {
        claim: Some(claim),
        until: Some(until),
        ..moment.asked()
    };
    sign(place, ins::OFFER, &asked)
}

/// The link shall be void: a [`ClaimCancellation`](tallystick_protocol::coupon::ClaimCancellation). The coupon is free once
/// the office has said so.
///
/// # Errors
/// None.
pub fn sign_cancellation(place: u8, moment: Moment) -> Apdu {
    sign(place, ins::CANCELLATION, &moment.asked())
}

fn sign(place: u8, what: u8, asked: &ToSign) -> Apdu {
    apdu([0x80, ins::SIGN, place, what], &encode_value(asked))
}
