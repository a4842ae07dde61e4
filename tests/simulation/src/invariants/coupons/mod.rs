//! At the coupon office: each coupon has one owner at every moment, and got it by what the owner before signed; what was charged
//! is what was spent, to the unit; a shop is owed what was taken; a campaign gives no more than it has. And when everything has
//! come to rest, whoever takes a coupon to be theirs is right, and nobody has lost one.

mod money;
mod orders;
mod pockets;
mod registry;
mod signed;
mod wallets;

use std::collections::BTreeSet;

use super::{rows, texts};
use crate::cast::COUPONS;
use crate::town::Town;

/// Call it at any moment. While the power of an object is gone, nobody can look at its books.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let mut objects = town.objects(COUPONS);
    if !town.coupons.is_on || objects.any(|seat| seat.machine.database.is_spent()) {
        return;
    }
    registry::check(town, broken);
    money::check(town, broken);
}

/// Call it when everything has come to rest.
pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    if town.coupons.is_on {
        registry::ids(town, broken);
        signed::check(town, broken);
        money::at_rest(town, broken);
        orders::at_rest(town, broken);
    }
}

/// What does not hold once everybody was answered and has looked at what they have.
pub(crate) fn settled(town: &Town) -> Vec<String> {
    let mut broken = Vec::new();
    pockets::check(town, &mut broken);
    wallets::check(town, &mut broken);
    broken
}

/// All that was ever decided about coupons, but for those whose time is over.
pub(crate) fn decided(town: &Town) -> BTreeSet<String> {
    let steps = "SELECT lower(hex(coupon)) || ' ' || number || ' ' || step || ' ' || change || ' ' || hex(owner)
        FROM coupon_history WHERE step <> 'expired'";
    let lines = "SELECT kind || ' ' || account || ' ' || minor || ' ' || lower(hex(coupon)) FROM coupon_lines
        WHERE coupon IS NOT NULL";
    let owed = "SELECT name || ' ' || (credits_posted - debits_posted) FROM accounts WHERE kind = 'payable'";
    let all = [steps, lines, owed].map(|sql| texts(town, COUPONS, sql));
    all.into_iter().flatten().collect()
}

/// A few more than one text in each row.
fn many<const N: usize>(town: &Town, sql: &str) -> Vec<[String; N]> {
    let rows = rows(town, COUPONS, sql);
    let text =
        |row: &tallystick_parties::ports::Row, at| row.text(at).unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| core::array::from_fn(|at| text(row, at)))
        .collect()
}
