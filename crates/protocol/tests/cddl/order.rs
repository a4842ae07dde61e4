//! The order, and how parties are known before it.

use tallystick_protocol::checkout::coupons::{
    CouponMix, CouponOrder, CouponRule, CouponShare, RefundOrder,
};
use tallystick_protocol::checkout::form::{Delivery, Item, OrderForm, WithoutCourier};
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::names::LocalText;
use tallystick_protocol::checkout::order::{HolderApproval, OrderAgain, OrderHeader, SplitOrder};
use tallystick_protocol::checkout::policy::{Field, PolicyName};
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::checkout::tax::TaxLine;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::keys::DerivedKey;
use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::trust::introduction::{Introduction, IntroductionRequest};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use crate::{domain, envelope, holds, pair, part, support, validate, yen};

fn named(english: &str, japanese: &str) -> Vec<LocalText> {
    let named = [("en", english), ("ja", japanese)];
    let named = named.map(|(language, text)| LocalText {
        language: language.into(),
        text: text.into(),
    });
    named.into()
}

/// A form of goods that the shop hands over itself.
fn without_courier() -> OrderForm {
    OrderForm {
        envelope: envelope(Audience::Anyone),
        origin: "https://shop.example".into(),
        items: vec![Item {
            sku: "guide".into(),
            name: "Guide".into(),
            quantity: 1,
            unit_price: yen(980),
            names: None,
            tax_basis_points: None,
        }],
        delivery: None,
        total: yen(980),
        issuers: vec![domain("issuer.example")],
        instruments: vec![Instrument::CardAccount],
        policy: PolicyName::Strict,
        extra: vec![],
        coupons: None,
        tax: None,
        seller: None,
        without_courier: Some(WithoutCourier::ByShop),
    }
}

#[test]
fn the_order_is_as_the_page_says() {
    holds(
        "order-form",
        &OrderForm {
            envelope: envelope(Audience::Anyone),
            origin: "https://shop.example".into(),
            items: vec![Item {
                sku: "tea".into(),
                name: "Tea".into(),
                quantity: 1,
                unit_price: yen(1480),
                names: Some(named("Tea", "茶")),
                tax_basis_points: Some(800),
            }],
            delivery: Some(Delivery {
                courier: domain("courier.example"),
                name: "Courier".into(),
                price: yen(520),
                names: Some(named("Courier", "宅配便")),
                tax_basis_points: Some(1000),
            }),
            total: yen(2000),
            issuers: vec![domain("issuer.example")],
            instruments: vec![Instrument::CardAccount],
            policy: PolicyName::Strict,
            extra: vec![Field::HolderTelephone],
            coupons: Some(CouponRule {
                offices: vec![domain("coupons.example")],
                most: 3,
                order: CouponOrder::EndingFirst,
                mix: CouponMix::OneVoucher,
                conditions: vec!["tea".into()],
                refund: RefundOrder::InProportion,
            }),
            tax: Some(vec![TaxLine {
                basis_points: 800,
                taxable: yen(1480),
                tax: yen(109),
            }]),
            seller: Some(Seller {
                name: "Tea Shop".into(),
                address: Some("1 Tea Street".into()),
                registration: Some("T1234567890123".into()),
            }),
            without_courier: None,
        },
    );
    holds("order-form", &without_courier());
    let shares = vec![CouponShare {
        coupon: vec![1],
        transfer: vec![2],
        amount: yen(500),
    }];
    assert!(validate("coupon-shares", &encode_value(&shares)).is_ok());
    let none: Vec<CouponShare> = vec![];
    assert!(validate("coupon-shares", &encode_value(&none)).is_err());
    for note in [None, Some("Dear Kenji,\nお誕生日おめでとう")] {
        let note = note.map(Into::into);
        assert!(validate("gift", &Gift { note }.content()).is_ok());
    }
    let note = Some("a".repeat(1_001));
    assert!(validate("gift", &Gift { note }.content()).is_err());
    let mut header = OrderHeader {
        order_id: OrderId([3; 32]),
        holder: pair().holder,
        shop: domain("shop.example"),
        issuer: domain("issuer.example"),
        courier: Some(domain("courier.example")),
        sent_at: Timestamp(1),
        expires_at: Timestamp(2),
    };
    holds(
        "split-order",
        &SplitOrder {
            header: header.clone(),
            root: Root([4; 32]),
            parts: vec![part(), part(), part()],
            form_start: Some(5),
        },
    );
    let (order, form) = (vec![1], vec![2]);
    holds("order-again", &OrderAgain { order, form });
    header.courier = None;
    holds(
        "split-order",
        &SplitOrder {
            header,
            root: Root([4; 32]),
            parts: vec![part(), part()],
            form_start: Some(5),
        },
    );
    holds(
        "holder-approval",
        &HolderApproval {
            order_id: OrderId([3; 32]),
            root: Root([4; 32]),
        },
    );
}

#[test]
fn confirmation_and_introduction_are_as_the_page_says() {
    let key = DerivedKey::from([9; 32]);
    let request = ConfirmationRequest::new(pair(), [8; 32], &key, Timestamp(5));
    holds("confirmation-request", &request);
    let mut rng = support::Seeded(1, 0);
    let answer = ConfirmationAnswer::new(&mut rng, &request, &key, envelope(Audience::Holder));
    holds("confirmation-answer", &answer);
    holds(
        "introduction-request",
        &IntroductionRequest::new(&mut rng, domain("shop.example")),
    );
    let to = Audience::Party(domain("issuer.example"));
    holds(
        "introduction",
        &Introduction {
            envelope: envelope(to),
            role: Role::Shop,
        },
    );
}
