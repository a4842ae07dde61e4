//! The ownership registry: one row and one chain for each coupon, one owner for each change, and a campaign's limits.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;

use super::super::books::sums;
use super::super::{none, texts};
use super::many;
use crate::cast::COUPONS;
use crate::town::Town;

/// The steps by which a coupon gets another owner.
pub(super) const CHANGES: &str = "('handed-on', 'spent', 'agreed', 'agreed-to-shop', 'presented', 'presented-at-shop', 'redeemed',
    'taken', 'reclaimed')";
/// In how many bits two numbers differ at least: those that are drawn do in about 60 of the 120 that are.
const BITS_APART: u32 = 24;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let changed = format!(
        "(SELECT count(*) FROM coupon_history h WHERE h.coupon = c.id AND h.step IN {CHANGES})"
    );
    let each = [
        (
            "a coupon's owner is not the newest of its chain",
            "SELECT lower(hex(id)) FROM coupons c WHERE NOT EXISTS (SELECT 1 FROM coupon_history h
                WHERE h.coupon = c.id AND h.change = c.change AND h.owner = c.owner)
                OR EXISTS (SELECT 1 FROM coupon_history h WHERE h.coupon = c.id AND h.change > c.change)"
                .to_owned(),
        ),
        (
            "a coupon had two owners at once",
            "SELECT lower(hex(coupon)) || ', change ' || change FROM coupon_history
                GROUP BY coupon, change HAVING count(DISTINCT owner) > 1"
                .to_owned(),
        ),
        (
            "a coupon changed its owner another number of times than it says",
            format!("SELECT lower(hex(id)) FROM coupons c WHERE c.change <> {changed}"),
        ),
        (
            "a coupon is spent and not a shop's, or a shop's and not spent",
            "SELECT lower(hex(id)) FROM coupons WHERE (substr(hex(owner), 1, 4) = '8201') <> (state = 'spent')"
                .to_owned(),
        ),
        (
            "something came of a coupon that was over",
            "SELECT lower(hex(h.coupon)) FROM coupon_history h JOIN coupon_history o
                ON o.coupon = h.coupon AND o.number < h.number
                AND o.step IN ('spent', 'agreed-to-shop', 'presented-at-shop', 'taken', 'converted', 'expired')"
                .to_owned(),
        ),
    ];
    for (complaint, sql) in each {
        none(town, broken, COUPONS, &sql, complaint);
    }
    let mut at = BTreeMap::<String, usize>::new();
    for id in texts(town, COUPONS, "SELECT lower(hex(id)) FROM coupons") {
        *at.entry(id).or_default() += 1;
    }
    for (id, _) in at.iter().filter(|(_, objects)| **objects > 1) {
        broken.push(format!("{COUPONS}: two objects have coupon {id}"));
    }
    campaigns(town, broken);
}

/// As many as there are, as many as one gets, and no more than was paid in.
fn campaigns(town: &Town, broken: &mut Vec<String>) {
    // What is over of one that was taken in part is no further one.
    let given = "SELECT lower(hex(c.campaign)), hex(h.owner), c.minor FROM coupons c JOIN coupon_history h
        ON h.coupon = c.id AND h.change = 0 AND h.step = 'issued'
        JOIN coupon_notices n ON n.digest = h.notice AND n.kind = 'issue' WHERE c.campaign IS NOT NULL";
    let given: Vec<[String; 2]> = many(town, given);
    let balances =
        "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'campaign'";
    let balances = sums(town, COUPONS, balances);
    let over = "SELECT lower(hex(campaign)), minor FROM coupons WHERE campaign IS NOT NULL AND state = 'expired'";
    let over = sums(town, COUPONS, over);
    for campaign in town.coupons.campaigns.borrow().iter() {
        let name = campaign.id.to_string();
        let own: Vec<_> = given.iter().filter(|[id, _]| *id == name).collect();
        let count = own.len() as u64;
        let mut had = BTreeMap::<&str, u64>::new();
        for [_, owner] in &own {
            *had.entry(owner).or_default() += 1;
        }
        if count > campaign.count || had.values().any(|had| *had > campaign.each) {
            broken.push(format!("{COUPONS}: campaign {name} gave {count}: {had:?}"));
        }
        let left = balances.get(&format!("campaign {name}")).copied();
        let back = over.get(&name).copied().unwrap_or(0);
        let spent = (count * campaign.minor).cast_signed();
        let should = campaign.budget.cast_signed() - spent + back;
        let is_open = count > 0 || left.is_some();
        if is_open && (left.unwrap_or(0) != should || should < 0) {
            broken.push(format!(
                "{COUPONS}: campaign {name} has {left:?} left of its budget, and should have {should}"
            ));
        }
    }
}

/// Nobody guesses a number from others: any two are far apart.
pub(super) fn ids(town: &Town, broken: &mut Vec<String>) {
    let ids = texts(town, COUPONS, "SELECT lower(hex(id)) FROM coupons");
    let ids: Vec<_> = ids
        .iter()
        .filter_map(|id| HEXLOWER.decode(id.as_bytes()).ok())
        .collect();
    for (place, one) in ids.iter().enumerate() {
        for other in ids.iter().skip(place + 1) {
            // The first byte says at which object it is.
            let bits = one.iter().zip(other).skip(1);
            let apart: u32 = bits.map(|(one, other)| (one ^ other).count_ones()).sum();
            if apart < BITS_APART {
                broken.push(format!("{COUPONS}: two coupons have almost one number"));
            }
        }
    }
}
