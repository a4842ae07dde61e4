//! Each step of each coupon was signed by whoever owned it before, with the key of their account, for just this coupon, change
//! and receiver: so the office moves none by itself, and nobody in another's name. And what these signatures come to is what was
//! charged.

use std::collections::BTreeMap;

use tallystick_parties::ports::Row;
use tallystick_protocol::coupon::{
    ClaimOffer, ClaimRedemption, ConversionNotice, CouponId, CouponTransfer, Owner,
    OwnerChangeRequest, SettlementKind, ShopSettlement, TransferReply,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::decode_value;
use tallystick_protocol::wire::identifier::HolderId;

use super::super::books::{differing, sums};
use super::super::rows;
use crate::cast::COUPONS;
use crate::town::Town;

/// The longest owner that is stored, in bytes.
const OWNER_BYTES_MAX: usize = 300;

/// Something that happened to a coupon.
struct Step {
    coupon: CouponId,
    step: String,
    change: u32,
    owner: Owner,
    signed: Option<Vec<u8>>,
}

impl Step {
    fn read(row: &Row) -> Option<Self> {
        Some(Self {
            coupon: row.blob(0).ok()?.try_into().ok()?,
            step: row.text(1).ok()?.to_owned(),
            change: row.number(2).ok()?,
            owner: decode_value(row.blob(3).ok()?, OWNER_BYTES_MAX).ok()?,
            signed: row.blob(4).ok().map(<[u8]>::to_vec),
        })
    }
}

/// Certificates by holder.
struct Keys(BTreeMap<[u8; 32], Vec<Certificate>>);

impl Keys {
    fn of(town: &Town) -> Self {
        let sql = "SELECT holder, certificate FROM issuer_holders WHERE certificate IS NOT NULL
            UNION SELECT holder, certificate FROM issuer_revoked_holders WHERE certificate IS NOT NULL";
        let mut keys = BTreeMap::<_, Vec<_>>::new();
        for row in rows(town, COUPONS, sql) {
            let certificate = row.blob(1).ok().map(Certificate::from_der);
            if let (Ok(holder), Some(Ok(certificate))) = (row.bytes32(0), certificate) {
                keys.entry(holder).or_default().push(certificate);
            }
        }
        Self(keys)
    }

    /// What a holder signed.
    fn open<M: KeyedMessage>(&self, bytes: &[u8], holder: &HolderId) -> Option<M> {
        let keys = self.0.get(&holder.0)?;
        let mut opened = keys.iter().map(|key| keyed::open(bytes, key.public_key()));
        opened.find_map(Result::ok)
    }
}

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let keys = Keys::of(town);
    let sql = "SELECT h.coupon, h.step, h.change, h.owner, n.signed FROM coupon_history h
        LEFT JOIN coupon_notices n ON n.digest = h.notice ORDER BY h.coupon, h.number";
    let rows = rows(town, COUPONS, sql);
    let steps: Vec<_> = rows.iter().filter_map(Step::read).collect();
    if steps.len() != rows.len() {
        broken.push(format!("{COUPONS}: a step cannot be read"));
    }
    let mut charged = BTreeMap::new();
    for chain in steps.chunk_by(|one, other| one.coupon == other.coupon) {
        for (place, step) in chain.iter().enumerate() {
            let before = &chain[..place];
            if !is_signed(&keys, before, step) {
                broken.push(format!(
                    "{COUPONS}: nobody who may signed that coupon {} is {}",
                    step.coupon, step.step
                ));
            }
            if let Some(minor) = comes_to(step) {
                *charged.entry(step.coupon.to_string()).or_insert(0) += minor;
            }
        }
    }
    amounts(town, charged, broken);
}

/// Whether whoever owned it before signed just that.
fn is_signed(keys: &Keys, before: &[Step], step: &Step) -> bool {
    let last = before.last();
    let owner = last.and_then(|last| last.owner.holder());
    let (Some(signed), coupon) = (&step.signed, step.coupon) else {
        // What nobody signs: that its time is over, or that nobody said anything in time.
        return matches!(
            step.step.as_str(),
            "expired" | "withdrawn" | "silent" | "freed"
        );
    };
    let of_shop = |kind| {
        let said = unverified::<ShopSettlement>(signed);
        said.ok()
            .filter(|said| said.coupon == coupon && said.kind == kind)
    };
    if step.step == "issued" {
        let is_of_taken = unverified::<ShopSettlement>(signed).is_ok();
        let wanted = step
            .owner
            .holder()
            .and_then(|holder| keys.open(signed, holder));
        return is_of_taken
            || wanted.is_some_and(|wanted: tallystick_protocol::coupon::IssueRequest| {
                Some(&wanted.holder) == step.owner.holder()
            });
    }
    let Some(owner) = owner else { return false };
    let change = last.map_or(0, |last| last.change);
    match step.step.as_str() {
        "handed-on" | "spent" | "held" => {
            let transfer: Option<CouponTransfer> = keys.open(signed, owner);
            transfer.is_some_and(|transfer| {
                let names = transfer.coupon == coupon && transfer.holder == *owner;
                let goes = step.step == "held" || transfer.to == step.owner;
                names && goes && transfer.change == change
            })
        }
        "agreed" | "agreed-to-shop" | "denied" => {
            let reply: Option<TransferReply> = keys.open(signed, owner);
            reply.is_some_and(|reply| {
                let names = reply.coupon == coupon && reply.change == change;
                let says = reply.agrees == (step.step != "denied");
                names && says && (!reply.agrees || reply.to == step.owner)
            })
        }
        "asked" => {
            // Somebody else asks, by their own key, or a shop by its own.
            let asks = keyed::unverified::<OwnerChangeRequest>(signed);
            asks.map_or(true, |asks| {
                let signed: Option<OwnerChangeRequest> = keys.open(signed, &asks.holder);
                signed.is_some_and(|asks| asks.coupon == coupon && asks.holder != *owner)
            })
        }
        "redeemed" => is_redeemed(keys, before, step, signed),
        "taken" => {
            let shop = step.owner.shop();
            let held = before.iter().rev().find(|one| one.step == "held");
            let held = held.and_then(|held| keys.open(held.signed.as_ref()?, owner));
            let is_theirs = held.is_some_and(|held: CouponTransfer| held.to == step.owner);
            let said = of_shop(SettlementKind::Take);
            is_theirs && said.is_some_and(|said| Some(&said.envelope.from) == shop)
        }
        "freed" => of_shop(SettlementKind::Free).is_some(),
        "converted" => {
            let notice: Option<ConversionNotice> = keys.open(signed, owner);
            notice.is_some_and(|notice| notice.coupon == coupon && notice.change == change)
        }
        "offered" => keys.open::<ClaimOffer>(signed, owner).is_some(),
        _ => true,
    }
}

/// By the key of the link that its owner offered.
fn is_redeemed(keys: &Keys, before: &[Step], step: &Step, signed: &[u8]) -> bool {
    let Some(holder) = step.owner.holder() else {
        return false;
    };
    let redemption: Option<ClaimRedemption> = keys.open(signed, holder);
    let offered = before.last().filter(|last| last.step == "offered");
    let offer = offered.and_then(|offered| {
        let by = offered.owner.holder()?;
        keys.open::<ClaimOffer>(offered.signed.as_ref()?, by)
    });
    let both = redemption.zip(offer);
    both.is_some_and(|(redemption, offer)| {
        offer.coupon == redemption.coupon && offer.claim == ClaimOffer::hash(&redemption.claim_key)
    })
}

/// How much of it is spent or converted by what was signed: nothing said is all of it.
fn comes_to(step: &Step) -> Option<i64> {
    let signed = step.signed.as_ref()?;
    match step.step.as_str() {
        "spent" | "agreed-to-shop" | "converted" => Some(0),
        "taken" => {
            let said = unverified::<ShopSettlement>(signed).ok()?;
            said.amount.map(|amount| amount.minor.cast_signed())
        }
        _ => None,
    }
}

/// The sum of what was charged is the sum of what was signed for.
fn amounts(town: &Town, signed: BTreeMap<String, i64>, broken: &mut Vec<String>) {
    let sql = "SELECT lower(hex(id)), minor FROM coupons WHERE funding = 'postpaid'";
    let mut said = sums(town, COUPONS, sql);
    said.retain(|id, _| signed.contains_key(id));
    for (id, minor) in signed.iter().filter(|(_, minor)| **minor > 0) {
        said.entry(id.clone()).and_modify(|whole| *whole = *minor);
    }
    let sql = "SELECT lower(hex(coupon)), minor FROM coupon_lines WHERE kind = 'charge'";
    let charged = sums(town, COUPONS, sql);
    let other = "what was charged is not what was signed for";
    differing(COUPONS, other, &charged, &said, broken);
}
