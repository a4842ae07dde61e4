//! The office's money: what stands on each account is what coupons were issued, spent, converted and over for.

use super::super::books::{Sums, differing, sums};
use super::super::rows;
use crate::cast::{COUPONS, SHOP};
use crate::coupons::counter::Told;
use crate::town::Town;

/// How much of a spent coupon the shop got, and has not given back.
const TAKEN: &str = "coalesce((SELECT t.minor FROM coupon_taken t WHERE t.coupon = c.id), c.minor)";
const KEPT: &str =
    "coalesce((SELECT t.minor - t.given_back FROM coupon_taken t WHERE t.coupon = c.id), c.minor)";
/// What is left of a coupon as an amount that somebody owes.
const OUT: &str = "c.state NOT IN ('spent', 'converted', 'expired')";

/// What holds at every object at every moment.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let both = [
        (
            "what is owed for prepaid coupons is not what those that are out are worth",
            "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'coupons'".to_owned(),
            format!("SELECT 'coupons', c.minor FROM coupons c WHERE c.funding = 'prepaid' AND {OUT}"),
        ),
        (
            "a shop is not owed what was taken for it and not given back",
            "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'payable'".to_owned(),
            format!("SELECT 'payable to {SHOP}', {KEPT} FROM coupons c WHERE c.state = 'spent'"),
        ),
        (
            "what was charged is not what postpaid coupons were spent and converted for",
            "SELECT 'coupon ' || lower(hex(coupon)), minor FROM coupon_lines WHERE kind = 'charge'".to_owned(),
            format!(
                "SELECT 'coupon ' || lower(hex(c.id)), {TAKEN} FROM coupons c
                    WHERE c.funding = 'postpaid' AND c.state IN ('spent', 'converted')"
            ),
        ),
        (
            "what lapsed is not what prepaid coupons were worth whose time was over",
            "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'lapsed'".to_owned(),
            "SELECT 'lapsed', minor FROM coupons WHERE funding = 'prepaid' AND campaign IS NULL AND state = 'expired'"
                .to_owned(),
        ),
    ];
    for (complaint, booked, said) in both {
        let (booked, said) = (sums(town, COUPONS, &booked), sums(town, COUPONS, &said));
        differing(COUPONS, complaint, &booked, &said, broken);
    }
}

/// What holds of each account when everything was totalled.
pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    let both = [
        (
            "something was charged and never totalled",
            "SELECT 'line ' || number, minor FROM coupon_lines WHERE total IS NULL".to_owned(),
            "SELECT '', 0".to_owned(),
        ),
        (
            "what was charged is not zero after its total",
            "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'charges'".to_owned(),
            "SELECT '', 0".to_owned(),
        ),
        (
            "totals are not charges less conversions",
            "SELECT 'account ' || account, CASE kind WHEN 'debit' THEN minor ELSE -minor END FROM coupon_lines
                WHERE kind IN ('debit', 'paid-out')"
                .to_owned(),
            "SELECT 'account ' || account, CASE kind WHEN 'charge' THEN minor ELSE -minor END FROM coupon_lines
                WHERE kind IN ('charge', 'conversion')"
                .to_owned(),
        ),
        (
            "what is set aside is not what postpaid coupons that are out will cost",
            "SELECT name, debits_pending FROM accounts WHERE kind = 'holder'
                UNION ALL SELECT d.name, -t.minor FROM transfers t
                JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit AND c.kind = 'between'
                WHERE t.kind = 'pending' AND NOT EXISTS (SELECT 1 FROM transfers e WHERE e.pending_id = t.id)"
                .to_owned(),
            format!(
                "SELECT 'holder ' || c.account, c.minor FROM coupons c WHERE c.funding = 'postpaid' AND {OUT}"
            ),
        ),
        (
            "what a holder has is not the limit less what was bought and totalled",
            "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'holder'".to_owned(),
            "SELECT 'holder ' || account, limit_minor FROM issuer_accounts WHERE length(grant_digest) = 32
                UNION ALL SELECT 'holder ' || c.account, -c.minor FROM coupons c JOIN coupon_history h
                    ON h.coupon = c.id AND h.step = 'issued' JOIN coupon_notices n ON n.digest = h.notice AND n.kind = 'issue'
                    WHERE c.funding = 'prepaid' AND c.account IS NOT NULL
                UNION ALL SELECT 'holder ' || account, CASE kind WHEN 'debit' THEN -minor ELSE minor END FROM coupon_lines
                    WHERE kind IN ('debit', 'paid-out')"
                .to_owned(),
        ),
    ];
    for (complaint, booked, said) in both {
        let (booked, said) = (sums(town, COUPONS, &booked), sums(town, COUPONS, &said));
        differing(COUPONS, complaint, &booked, &said, broken);
    }
    conversions(town, broken);
    at_counter(town, broken);
}

/// Each converted coupon is set against what was charged to whoever owned it.
fn conversions(town: &Town, broken: &mut Vec<String>) {
    let of_holder = "SELECT hex(holder), 'account ' || account FROM issuer_holders
        UNION SELECT hex(holder), 'account ' || account FROM issuer_revoked_holders";
    let accounts = rows(town, COUPONS, of_holder);
    let accounts: Vec<_> = accounts
        .iter()
        .filter_map(|row| Some((row.text(0).ok()?, row.text(1).ok()?)))
        .collect();
    let mut said = Sums::new();
    let converted = "SELECT hex(owner), minor FROM coupons WHERE state = 'converted'";
    for row in rows(town, COUPONS, converted) {
        let (Ok(owner), Ok(minor)) = (row.text(0), row.integer(1)) else {
            continue;
        };
        let account = accounts.iter().find(|(holder, _)| owner.ends_with(holder));
        let account = account.map_or("nobody", |(_, account)| account);
        *said.entry(account.to_owned()).or_default() += minor;
    }
    let booked = "SELECT 'account ' || account, minor FROM coupon_lines WHERE kind = 'conversion'";
    let other = "what was converted is not set against what was charged";
    differing(COUPONS, other, &sums(town, COUPONS, booked), &said, broken);
}

/// What the counter was told of each coupon, is so.
fn at_counter(town: &Town, broken: &mut Vec<String>) {
    let Some(counter) = town.coupons.counter.borrow().clone() else {
        return;
    };
    let sql = format!(
        "SELECT lower(hex(c.id)), {TAKEN}, {TAKEN} - {KEPT} FROM coupons c WHERE c.state = 'spent'"
    );
    let rows = rows(town, COUPONS, &sql);
    for (coupon, told) in counter.told.borrow().iter() {
        let of_office = rows.iter().find_map(|row| {
            let is_it = row.text(0).ok()? == coupon.to_string();
            let [taken, given_back] = [row.number(1).ok()?, row.number(2).ok()?];
            is_it.then_some(Told { taken, given_back })
        });
        if *told != Told::default() && of_office != Some(*told) {
            broken.push(format!(
                "{COUPONS}: the counter was told of {coupon} that it has {told:?}, and {of_office:?} is so"
            ));
        }
    }
}
