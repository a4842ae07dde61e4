//! What is answered about an order.

use tallystick_protocol::checkout::answers::{
    Acceptance, Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance, CourierAnswer,
    DeliveryRequest, Evidence, Inquiry, IssuerAnswer, MoneyState, Refusal, RefusalReason,
    ShopReceipt, ShopState,
};
use tallystick_protocol::checkout::cancellation::{
    CancellationKey, CancellationRequest, DeliveryCancellation,
};
use tallystick_protocol::checkout::handing::{HandedGoods, HandedLine, HandingOver};
use tallystick_protocol::checkout::recollection::{
    MARK_MAX_BYTES, Recollected, Recollection, RecollectionRequest,
};
use tallystick_protocol::checkout::refunds::{
    CouponGivenBack, REFUNDS_MAX, RefundAdvice, RefundAdvices, RefundOutcome, RefundRequest,
};
use tallystick_protocol::checkout::tracking::{
    ParcelMove, ParcelStep, TrackingReport, TrackingRequest,
};
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::{Handle, OrderId, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use crate::{domain, envelope, holds, part, support, validate, yen};

#[test]
fn the_answers_are_as_the_page_says() {
    let root = Root([4; 32]);
    let (shop, issuer, courier) = (
        domain("shop.example"),
        domain("issuer.example"),
        domain("courier.example"),
    );
    let to = || envelope(Audience::Party(domain("issuer.example")));
    holds(
        "authorisation-request",
        &AuthorisationRequest {
            envelope: to(),
            amount: yen(1),
            part: part(),
            settlement: Some(vec![1; 40]),
        },
    );
    holds(
        "authorisation",
        &Authorisation {
            envelope: to(),
            root,
            payee: shop.clone(),
            amount: yen(1),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "clearance",
        &Clearance {
            envelope: to(),
            root,
            payee: shop.clone(),
            courier: courier.clone(),
            binds_until: Some(Timestamp(90_000)),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "clearance",
        &Clearance {
            envelope: to(),
            root,
            payee: shop.clone(),
            courier,
            binds_until: None,
            handle: None,
        },
    );
    holds(
        "authorisation-answer",
        &AuthorisationAnswer {
            authorisation: vec![1],
            clearance: Some(vec![2]),
        },
    );
    holds(
        "authorisation-answer",
        &AuthorisationAnswer {
            authorisation: vec![1],
            clearance: None,
        },
    );
    holds(
        "refusal",
        &Refusal {
            envelope: to(),
            root,
            by: Role::Courier,
            reason: RefusalReason::Declined,
            handle: None,
        },
    );
    holds(
        "delivery-request",
        &DeliveryRequest {
            envelope: to(),
            part: part(),
            clearance: vec![1],
            parcels: 1,
        },
    );
    let tracking = "HY-1234".into();
    holds(
        "acceptance",
        &Acceptance {
            envelope: to(),
            root,
            shop,
            issuer,
            tracking,
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "shop-receipt",
        &ShopReceipt {
            envelope: envelope(Audience::Holder),
            order_id: OrderId([3; 32]),
            root,
            state: ShopState::Accepted,
            authorisation: Some(vec![1]),
            acceptance: Some(vec![2]),
            refusal: None,
            handing_over: None,
            handed: None,
        },
    );
    holds(
        "handing-over",
        &HandingOver {
            envelope: envelope(Audience::Anyone),
            root,
            issuer: domain("issuer.example"),
            handed: Some([5; 32]),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "shop-receipt",
        &ShopReceipt {
            envelope: envelope(Audience::Holder),
            order_id: OrderId([3; 32]),
            root,
            state: ShopState::Accepted,
            authorisation: Some(vec![1]),
            acceptance: None,
            refusal: None,
            handing_over: Some(vec![2]),
            handed: Some(vec![3]),
        },
    );
    let handed = HandedGoods {
        lines: vec![HandedLine {
            sku: "guide".into(),
            text: "ABCD-1234".into(),
        }],
    };
    assert!(validate("handed-goods", &encode_value(&handed)).is_ok());
    let nothing = HandedGoods { lines: vec![] };
    assert!(validate("handed-goods", &encode_value(&nothing)).is_err());
    holds(
        "issuer-answer",
        &IssuerAnswer {
            envelope: to(),
            root,
            money: Some(MoneyState::Captured),
            refusal: None,
        },
    );
    holds(
        "courier-answer",
        &CourierAnswer {
            statement: vec![1],
            accepted: true,
        },
    );
    holds(
        "inquiry",
        &Inquiry {
            envelope: to(),
            root,
            expired_at: Timestamp(1_900),
        },
    );
    holds(
        "cancellation-request",
        &CancellationRequest {
            order_id: OrderId([3; 32]),
            root,
            key: CancellationKey::random(&mut support::Seeded(1, 0)),
            form_start: 5,
        },
    );
    holds(
        "delivery-cancellation",
        &DeliveryCancellation {
            envelope: to(),
            root,
        },
    );
    holds(
        "refund-request",
        &RefundRequest {
            envelope: to(),
            root,
            number: 1,
            amount: yen(500),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "refund-advices",
        &RefundAdvices {
            advices: vec![vec![1].into(), vec![2].into()],
            coupons: None,
        },
    );
    holds(
        "refund-advices",
        &RefundAdvices {
            advices: vec![],
            coupons: Some(vec![CouponGivenBack {
                coupon: CouponId([7; 16]),
                amount: yen(500),
                answer: vec![1],
            }]),
        },
    );
    for outcome in RefundOutcome::ALL {
        holds(
            "refund-advice",
            &RefundAdvice {
                envelope: envelope(Audience::Anyone),
                root,
                number: REFUNDS_MAX,
                amount: yen(500),
                outcome,
            },
        );
    }
    holds(
        "evidence",
        &Evidence {
            envelope: envelope(Audience::Anyone),
            month: "2026-11".into(),
            page: 0,
            statements: vec![vec![1, 2].into(), vec![3].into()],
            has_more: true,
        },
    );
}

#[test]
fn what_is_said_of_a_parcel_is_as_the_page_says() {
    let root = Root([4; 32]);
    let request = TrackingRequest {
        envelope: envelope(Audience::Party(domain("courier.example"))),
        root,
    };
    holds("tracking-request", &request);
    let moves = ParcelStep::ALL.map(|step| ParcelMove {
        step,
        at: Timestamp(1_900),
    });
    let report = TrackingReport {
        envelope: envelope(Audience::Anyone),
        root,
        tracking: "HY-1234".into(),
        code: "7K3M9QXT".parse().unwrap(),
        moves: moves.into(),
    };
    holds("tracking-report", &report);
}

#[test]
fn what_a_party_is_reminded_of_is_as_the_page_says() {
    let to = || envelope(Audience::Party(domain("shop.example")));
    for after in [None, Some(vec![7; MARK_MAX_BYTES])] {
        let request = RecollectionRequest {
            envelope: to(),
            generation: 2,
            since: Timestamp(1_900),
            after: after.clone(),
        };
        holds("recollection-request", &request);
        let recollected = |part| Recollected {
            root: Root([4; 32]),
            part,
            words: vec![vec![1, 2].into(), vec![3].into()],
        };
        let page = Recollection {
            envelope: envelope(Audience::Party(domain("courier.example"))),
            generation: 2,
            orders: vec![recollected(Some(part())), recollected(None)],
            next: after,
        };
        assert!(page.is_within_limits());
        holds("recollection", &page);
    }
}
