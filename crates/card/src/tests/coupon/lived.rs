//! Coupons in a card that has been used, and what their office has said since.

use alloc::vec::Vec;

use tallystick_protocol::coupon::{
    CouponAnswer, CouponOutcome, CouponTransfer, Owner, asked_digest,
};
use tallystick_protocol::wire::identifier::HolderId;
use zeroize::Zeroizing;

use super::world::{Apdu, BEN, OFFICE, PASSWORD, certificate, coupon_of, handing, number, office};
use crate::Applet;
use crate::host::{self, coupon, purse};
use crate::tests::bench::PIN;
use crate::tests::purse::bank::START;

/// What comes next: each would change the card.
pub(in crate::tests) struct Said {
    /// The certificate of another office.
    pub(in crate::tests) other_office: Vec<u8>,
    /// A coupon that is not in the card.
    pub(in crate::tests) coupon: Vec<u8>,
    /// The one at place 0.
    pub(in crate::tests) held: Vec<u8>,
    /// The same, after it came back.
    pub(in crate::tests) newer: Vec<u8>,
    /// What is to be signed about the one at place 0.
    pub(in crate::tests) transfer: CouponTransfer,
    /// What was signed about the one at place 1.
    pub(in crate::tests) given: CouponTransfer,
    /// The office's answer to that.
    pub(in crate::tests) answer: Vec<u8>,
}

/// Has a coupon at place 0, one at place 1 that was given away, and a locked one at place 2.
pub(in crate::tests) fn live(mut ok: impl FnMut(Apdu) -> Zeroizing<Vec<u8>>) -> Said {
    ok(host::select(Applet::Identity));
    ok(host::generate_signing_key(0));
    ok(host::select(Applet::Keys));
    let public = host::enrolment_public_key(&ok(host::generate_enrolment_key(0))).unwrap();
    let anna = HolderId::of_enrolment_key(&public);
    let mut office = office(OFFICE);
    ok(host::select(Applet::Coupon));
    ok(coupon::verify_pin_block(PIN));
    ok(host::select(Applet::Purse));
    ok(purse::put_roots(&[office.authority.root.as_der().to_vec()]));
    ok(host::select(Applet::Coupon));
    ok(coupon::put_office(&certificate(&mut office), START));
    let own = |coupon, change| coupon_of(&office, coupon, &Owner::Holder(anna), change);
    for coupon in 1..=3 {
        ok(coupon::store(&own(coupon, 0), START));
    }
    let transfer = |coupon| CouponTransfer {
        office: office.domain.clone(),
        holder: anna,
        coupon: number(coupon),
        change: 0,
        to: BEN,
        until: START.plus_seconds(3_600),
        at: START,
        nonce: [5; 16],
    };
    let given = transfer(2);
    ok(handing(1, &given));
    ok(coupon::set_password(PASSWORD));
    ok(coupon::lock(2));
    Said {
        other_office: certificate(&mut super::world::office("other-coupons.localhost")),
        coupon: own(4, 0),
        held: own(1, 0),
        newer: own(1, 2),
        transfer: transfer(1),
        answer: office.sign(&CouponAnswer {
            asked: asked_digest(&given),
            outcome: CouponOutcome::Done,
            coupon: None,
            whole: None,
            until: None,
            at: START,
        }),
        given,
    }
}
