//! Coupons that want a password.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;

use super::customer::{MINE, account, address, buy, coupon, customer, give, state, take, world};
use super::holder::{Holder, PIN};

const PASSWORD: &str = "only for the festival";

fn set(holder: &Holder<'_>, old: &str, new: &str) -> Result<(), ErrorKind> {
    let account = account(holder);
    let set = holder.wallet.set_coupon_password(&account, old, new, PIN);
    block_on(set).map_err(|error| error.kind)
}

fn lock(holder: &Holder<'_>, id: &str) -> Result<(), ErrorKind> {
    block_on(holder.wallet.lock_coupon(id)).map_err(|error| error.kind)
}

fn unlock(holder: &Holder<'_>, id: &str, password: &str) -> Result<(), ErrorKind> {
    block_on(holder.wallet.unlock_coupon(id, password)).map_err(|error| error.kind)
}

#[test]
fn t001_13_t001_24_a_locked_coupon_is_not_read_in_the_wallet_without_its_password() {
    let world = world();
    let (mut holder, other) = (customer(&world), customer(&world));
    let id = buy(&holder, 500);
    assert_eq!(lock(&holder, &id), Err(ErrorKind::CouponPasswordInvalid));
    assert_eq!(
        set(&holder, "", "short"),
        Err(ErrorKind::CouponPasswordInvalid)
    );
    set(&holder, "", PASSWORD).unwrap();
    lock(&holder, &id).unwrap();
    for _ in 0..2 {
        let locked = coupon(&holder, &id);
        assert!(locked.locked && !locked.usable);
        assert_eq!((locked.value, locked.kind), (None, None));
        let shown = block_on(holder.wallet.show_coupon(&id)).unwrap_err().kind;
        assert_eq!(shown, ErrorKind::CouponLocked);
        let given = give(&holder, &id, &address(&other));
        assert_eq!(given, Err(ErrorKind::CouponLocked));
        // Neither asking the office nor starting anew shows it.
        super::customer::follow(&holder);
        holder.restart();
    }
}

#[test]
fn t001_14_the_password_permits_to_hand_it_on() {
    let world = world();
    let (holder, other) = (customer(&world), customer(&world));
    let id = buy(&holder, 500);
    set(&holder, "", PASSWORD).unwrap();
    lock(&holder, &id).unwrap();
    let wrong = "only for the birthday";
    assert_eq!(
        unlock(&holder, &id, wrong),
        Err(ErrorKind::CouponPasswordWrong)
    );
    assert_eq!(set(&holder, "", wrong), Err(ErrorKind::CouponLocked));
    set(&holder, PASSWORD, wrong).unwrap();
    unlock(&holder, &id, wrong).unwrap();
    assert_eq!(state(&holder, &id), MINE);
    assert_eq!(coupon(&holder, &id).value.unwrap().minor, 500);
    let text = give(&holder, &id, &address(&other)).unwrap();
    let taken = take(&other, &text).unwrap();
    assert_eq!(state(&other, &taken), MINE);
}

#[test]
fn t001_14_after_five_wrong_passwords_none_is_heard_any_more() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    set(&holder, "", PASSWORD).unwrap();
    lock(&holder, &id).unwrap();
    for _ in 0..5 {
        assert!(unlock(&holder, &id, "not that one").is_err());
    }
    assert_eq!(
        unlock(&holder, &id, PASSWORD),
        Err(ErrorKind::CouponPasswordBlocked)
    );
}
