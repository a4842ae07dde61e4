//! The office's word decides: an old copy of the wallet, another device, a coupon's end.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::sealing::software_card::RECORD;
use tallystick_wallet::view::CouponStanding;

use super::customer::{MINE, address, buy, coupon, customer, follow, give, state, take, world};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::COUPONS;

const CARD_PIN: &str = "135790";

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

#[test]
fn t001_16_what_the_card_signed_before_the_wallet_died_is_taken_up_from_it() {
    let world = world();
    let (mut giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    buy(&taker, 100);
    let name = format!("coupon/held/{id}");
    let before = giver.device.record(&name).unwrap();
    world.hub.cut(COUPONS, true);
    give(&giver, &id, &address(&taker)).unwrap();
    // The card has kept it, the wallet has not.
    giver.device.tamper(&name, |stored| *stored = before);
    giver.restart();
    assert_eq!(state(&giver, &id), MINE);
    let other = customer_address(&giver);
    assert_eq!(give(&giver, &id, &other), Err(ErrorKind::CouponUnderWay));
    let text = coupon(&giver, &id).under_way.unwrap().text.unwrap();
    world.hub.cut(COUPONS, false);
    let taken = take(&taker, &text).unwrap();
    assert_eq!(state(&taker, &taken), MINE);
    giver.finish();
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
}

/// Where nobody's wallet is.
fn customer_address(holder: &Holder<'_>) -> String {
    let mut text = address(holder);
    let last = text.pop().unwrap();
    text.push(if last == 'A' { 'E' } else { 'A' });
    text
}

#[test]
fn t001_1_a_coupon_follows_its_account_into_another_card() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    let account = super::customer::account(&holder);
    holder.device.reader().insert(&HeldCard::new("held card"));
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    block_on(holder.wallet.move_card(&account, PIN, CARD_PIN)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let moved = coupon(&holder, &id);
    assert!(moved.former && !moved.usable);
    let text = block_on(holder.wallet.show_coupon(&id)).unwrap();
    let taken = block_on(holder.wallet.take_coupon(&text, &account, CARD_PIN)).unwrap();
    assert_eq!(taken, id);
    assert_eq!(state(&holder, &id), MINE);
    let taker = customer(&world);
    let to = address(&taker);
    let given = holder.wallet.give_coupon(&id, &to, CARD_PIN);
    let text = block_on(given).unwrap();
    let taken = take(&taker, &text).unwrap();
    assert_eq!(state(&taker, &taken), MINE);
}
