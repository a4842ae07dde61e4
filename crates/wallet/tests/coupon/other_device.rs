//! The office's word decides: an old copy of the wallet, another device, a coupon's end.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::sealing::software_card::RECORD;
use tallystick_wallet::view::CouponStanding;

use super::customer::{MINE, address, buy, coupon, customer, follow, give, state, take, world};
use super::holder::{PASSPHRASE, PIN};

#[test]
fn t001_7_an_old_copy_of_a_wallet_gives_nothing_twice() {
    let world = world();
    let (giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    let names = [RECORD.to_owned(), format!("coupon/held/{id}")];
    let before = names.map(|name| (giver.device.record(&name).unwrap(), name));
    let text = give(&giver, &id, &address(&taker)).unwrap();
    let taken = take(&taker, &text).unwrap();
    // The copy believes that the coupon is here, and its card, which is a copy too, signs.
    for (old, name) in before {
        giver.device.tamper(&name, |stored| stored.clone_from(&old));
    }
    let mut old = giver;
    old.restart();
    assert_eq!(state(&old, &id), MINE);
    let other = customer(&world);
    assert_eq!(
        give(&old, &id, &address(&other)),
        Err(ErrorKind::CouponChanged)
    );
    follow(&old);
    assert_eq!(state(&old, &id), (CouponStanding::Given, false));
    assert_eq!(coupon(&taker, &taken).state, CouponStanding::Owned);
}

#[test]
fn t001_8_a_coupon_whose_time_is_over_is_shown_as_such_and_can_be_forgotten() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    let end = coupon(&holder, &id).valid_until;
    world.clock.set((end - 86_400) * 1000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert!(coupon(&holder, &id).ends_soon);
    world.clock.set((end + 1) * 1000);
    world.run_for(60_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(state(&holder, &id), (CouponStanding::Expired, false));
    block_on(holder.wallet.forget_coupon(&id)).unwrap();
    assert!(holder.view().coupons.is_empty());
}

#[test]
fn an_account_with_coupons_is_not_removed() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    let account = super::customer::account(&holder);
    let removed = block_on(holder.wallet.remove_card(&account, PIN));
    assert_eq!(removed.unwrap_err().kind, ErrorKind::CouponInUse);
    block_on(holder.wallet.convert_coupon(&id, PIN)).unwrap();
    block_on(holder.wallet.remove_card(&account, PIN)).unwrap();
}
