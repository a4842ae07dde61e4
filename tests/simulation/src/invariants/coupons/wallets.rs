//! What wallets show as theirs is what the registry says is.

use std::collections::BTreeMap;

use tallystick_wallet::view::CouponStanding;

use super::many;
use crate::holder::Holder;
use crate::town::Town;

/// How many there are of each worth.
type Worths = BTreeMap<u64, u32>;

/// Call it when wallets have asked how everything is, and nobody lied.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    if town.lied.get().is_some() {
        return;
    }
    let of_holder = "SELECT hex(h.holder), a.holder_name FROM issuer_holders h JOIN issuer_accounts a ON a.account = h.account";
    let holders: Vec<[String; 2]> = many(town, of_holder);
    let owned =
        "SELECT hex(owner), CAST(minor AS TEXT), lower(hex(id)) FROM coupons WHERE state = 'owned'";
    let owned: Vec<[String; 3]> = many(town, owned);
    for holder in town
        .holders
        .borrow()
        .iter()
        .filter(|holder| holder.is_first())
    {
        let ids = holders
            .iter()
            .filter(|[_, name]| name == holder.person.name);
        let ids: Vec<_> = ids.map(|[id, _]| id).collect();
        let is_theirs = |owner: &str| ids.iter().any(|id| owner.ends_with(*id));
        let own = owned.iter().filter(|[owner, ..]| is_theirs(owner));
        let registered = counted(own.filter_map(|[_, minor, _]| minor.parse().ok()));
        let shown = shown(holder);
        if registered != shown {
            broken.push(format!(
                "{}: the wallet shows coupons worth {shown:?}, and the office has {registered:?}",
                holder.name
            ));
        }
    }
}

fn shown(holder: &Holder) -> Worths {
    let shown = holder.coupons.shown.borrow();
    let own = shown.iter().filter(|coupon| {
        // What was wanted and did not come is shown, too, until it is forgotten.
        coupon.state == CouponStanding::Owned && !coupon.unconfirmed && coupon.under_way.is_none()
    });
    counted(own.filter_map(|coupon| Some(coupon.value.as_ref()?.minor)))
}

fn counted(worths: impl Iterator<Item = u64>) -> Worths {
    let mut counted = Worths::new();
    for worth in worths {
        *counted.entry(worth).or_default() += 1;
    }
    counted
}
