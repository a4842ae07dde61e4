//! What is said about coupons.

use tallystick_protocol::coupon::{
    BillingAnswer, BillingLine, BillingQuery, CampaignId, ClaimCancellation, ClaimOffer,
    ClaimProof, ClaimRedemption, ClaimRequest, Conditions, ConfirmationAsk, ConversionNotice,
    Coupon, CouponAnswer, CouponConversation, CouponConversationAnswer, CouponId, CouponKeyRequest,
    CouponKind, CouponOutcome, CouponQuery, CouponState, CouponStatus, CouponTerms, CouponTransfer,
    CouponVerdict, CouponVerification, Funding, GatewayMessage, GatewayRequest, GatewayWhat,
    HeldBy, IssueRequest, LineKind, Owner, OwnerChangeRequest, OwnerKey, Ownership, SettlementKind,
    ShopPresentation, ShopSettlement, TransferReply, VerdictKind,
};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::{domain, envelope, holds, pair, yen};

const COUPON: CouponId = CouponId([7; 16]);
const HOLDER: HolderId = HolderId([8; 32]);

fn office() -> Domain {
    domain("coupons.example")
}

fn owners() -> [Owner; 2] {
    [Owner::Holder(HOLDER), Owner::Shop(domain("shop.example"))]
}

#[test]
fn a_coupon_is_as_the_page_says() {
    for kind in CouponKind::ALL {
        for funding in Funding::ALL {
            holds(
                "coupon-terms",
                &CouponTerms {
                    office: office(),
                    coupon: COUPON,
                    campaign: (kind == CouponKind::Voucher).then_some(CampaignId([1; 16])),
                    kind,
                    funding,
                    value: yen(500),
                    shops: vec![domain("shop.example")],
                    conditions: Conditions {
                        minimum_total: Some(yen(1)),
                        condition: Some("tea".into()),
                        once_each: true,
                    },
                    not_before: Timestamp(1),
                    valid_until: Timestamp(3),
                    issued_at: Timestamp(1),
                },
            );
        }
    }
    for owner in owners() {
        holds(
            "ownership",
            &Ownership {
                office: office(),
                coupon: COUPON,
                owner: owner.clone(),
                change: 2,
                valid_until: Timestamp(3),
                at: Timestamp(2),
            },
        );
        holds(
            "owner-key",
            &OwnerKey {
                office: office(),
                owner,
                key: [2; 33],
                held_by: HeldBy::Office,
                at: Timestamp(1),
            },
        );
    }
    holds(
        "coupon",
        &Coupon {
            terms: vec![1],
            owner_key: vec![2],
            ownership: vec![3],
        },
    );
}

#[test]
fn the_sealed_conversation_about_coupons_is_as_the_page_says() {
    for about in [None, Some(COUPON)] {
        holds(
            "coupon-conversation",
            &CouponConversation {
                pair: pair(),
                nonce: [1; 32],
                about,
                ciphertext: vec![1; 40],
            },
        );
    }
    holds(
        "coupon-conversation-answer",
        &CouponConversationAnswer {
            ciphertext: vec![1; 40],
        },
    );
    holds("coupon-query", &CouponQuery { coupon: COUPON });
    for before in [None, Some(9)] {
        let currency = Currency::Jpy;
        holds("billing-query", &BillingQuery { currency, before });
    }
}

#[test]
fn what_a_holder_signs_about_coupons_is_as_the_page_says() {
    let (office, holder, coupon, change) = (office(), HOLDER, COUPON, 1);
    let (at, nonce) = (Timestamp(9), [3; 16]);
    for campaign in [None, Some(CampaignId([1; 16]))] {
        let office = office.clone();
        holds(
            "issue-request",
            &IssueRequest {
                office,
                holder,
                campaign,
                kind: CouponKind::Voucher,
                funding: Funding::Postpaid,
                value: yen(5),
                at,
                nonce,
            },
        );
    }
    for to in owners() {
        holds(
            "coupon-transfer",
            &CouponTransfer {
                office: office.clone(),
                holder,
                coupon,
                change,
                to: to.clone(),
                until: at,
                at,
                nonce,
            },
        );
        holds(
            "transfer-reply",
            &TransferReply {
                office: office.clone(),
                holder,
                coupon,
                change,
                asked: [4; 32],
                to,
                agrees: true,
                at,
                nonce,
            },
        );
    }
    holds(
        "owner-change-request",
        &OwnerChangeRequest {
            office: office.clone(),
            holder,
            coupon,
            change,
            shown: [4; 32],
            at,
            nonce,
        },
    );
    holds(
        "conversion-notice",
        &ConversionNotice {
            office,
            holder,
            coupon,
            change,
            value: yen(5),
            at,
            nonce,
        },
    );
}

#[test]
fn a_link_and_its_redemption_are_as_the_page_says() {
    let (office, holder, coupon, change) = (office(), HOLDER, COUPON, 1);
    let (at, nonce) = (Timestamp(9), [3; 16]);
    holds(
        "claim-offer",
        &ClaimOffer {
            office: office.clone(),
            holder,
            coupon,
            change,
            claim: [4; 32],
            until: at,
            at,
            nonce,
        },
    );
    holds(
        "claim-cancellation",
        &ClaimCancellation {
            office: office.clone(),
            holder,
            coupon,
            change,
            claim: [4; 32],
            at,
            nonce,
        },
    );
    holds(
        "claim-redemption",
        &ClaimRedemption {
            office: office.clone(),
            holder,
            coupon,
            claim_key: [2; 33],
            at,
            nonce,
        },
    );
    holds(
        "claim-proof",
        &ClaimProof {
            office,
            coupon,
            holder,
        },
    );
    holds(
        "claim-request",
        &ClaimRequest {
            redemption: vec![1],
            proof: vec![2],
        },
    );
}

#[test]
fn what_the_office_answers_is_as_the_page_says() {
    for outcome in CouponOutcome::ALL {
        let is_done = outcome == CouponOutcome::Done;
        holds(
            "coupon-answer",
            &CouponAnswer {
                asked: [1; 32],
                outcome,
                coupon: is_done.then_some(COUPON),
                whole: is_done.then(|| vec![1]),
                until: (outcome == CouponOutcome::Waiting).then_some(Timestamp(5)),
                at: Timestamp(4),
            },
        );
    }
    holds(
        "coupon-verification",
        &CouponVerification {
            coupon: vec![1],
            nonce: [2; 32],
        },
    );
    for verdict in VerdictKind::ALL {
        holds(
            "coupon-verdict",
            &CouponVerdict {
                office: office(),
                shown: [1; 32],
                nonce: [2; 32],
                verdict,
                at: Timestamp(4),
            },
        );
    }
    for to in owners() {
        holds(
            "confirmation-ask",
            &ConfirmationAsk {
                office: office(),
                holder: HOLDER,
                coupon: COUPON,
                change: 0,
                to,
                asked: [1; 32],
                until: Timestamp(5),
                at: Timestamp(4),
            },
        );
    }
    for state in CouponState::ALL {
        let is_asked = state == CouponState::Asked;
        holds(
            "coupon-status",
            &CouponStatus {
                office: office(),
                coupon: COUPON,
                state: (state != CouponState::Spent).then_some(state),
                change: 1,
                whole: is_asked.then(|| vec![1]),
                ask: is_asked.then(|| vec![2]),
                ended: is_asked.then_some(CouponOutcome::Silent),
                at: Timestamp(4),
                made: is_asked.then_some(COUPON),
            },
        );
    }
    let lines = LineKind::ALL.map(|kind| BillingLine {
        number: 1,
        kind,
        coupon: (kind == LineKind::Charge).then_some(COUPON),
        money: yen(5),
        at: Timestamp(3),
    });
    holds(
        "billing-answer",
        &BillingAnswer {
            office: office(),
            holder: HOLDER,
            charged: yen(5),
            converted: yen(0),
            period_ends: Timestamp(9),
            lines: lines.into(),
            at: Timestamp(4),
        },
    );
}

#[test]
fn what_shops_and_gateways_say_about_coupons_is_as_the_page_says() {
    for is_whole in [true, false] {
        holds(
            "shop-presentation",
            &ShopPresentation {
                envelope: envelope(Audience::Party(office())),
                coupon: vec![1],
                transfer: is_whole.then(|| vec![2]),
                total: is_whole.then(|| yen(9)),
                condition: is_whole.then(|| "tea".into()),
                held_for: is_whole.then_some([6; 32]),
            },
        );
    }
    for kind in SettlementKind::ALL {
        holds(
            "shop-settlement",
            &ShopSettlement {
                envelope: envelope(Audience::Party(office())),
                coupon: COUPON,
                order: [6; 32],
                kind,
                amount: (kind != SettlementKind::Free).then(|| yen(5)),
            },
        );
    }
    for what in GatewayWhat::ALL {
        let is_issue = what == GatewayWhat::Issue;
        let request = GatewayRequest {
            office: office(),
            terminal: "090-0000-0001".into(),
            what,
            kind: is_issue.then_some(CouponKind::Voucher),
            value: is_issue.then(|| yen(5)),
            coupon: (!is_issue).then_some(COUPON),
            to: (what == GatewayWhat::Transfer).then_some(Owner::Holder(HOLDER)),
            at: Timestamp(4),
            nonce: [3; 16],
        };
        holds("gateway-request", &request);
        holds("gateway-message", &GatewayMessage::new(&[1; 32], &request));
    }
    holds(
        "coupon-key-request",
        &CouponKeyRequest {
            envelope: envelope(Audience::Party(domain("ca.example"))),
            public_key: vec![1],
            token: [2; 32],
        },
    );
}
