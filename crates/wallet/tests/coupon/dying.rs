//! The wallet dies at each write and each call while it buys a coupon and gives it away, comes back, and each of it has happened
//! once.

use tallystick_parties::native::block_on;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{CouponStanding, Phase};

use super::customer::{address, at_office, balance, customer, take, world};
use super::device::Device;
use super::holder::{Holder, PASSPHRASE, PIN, open};
use super::world::World;

/// Goes on from what is stored, to the end or to the wallet's death; the text of the gift, once there is one.
fn go_on(world: &World, device: &Device, to: &str) -> Result<Option<String>, WalletError> {
    let wallet = open(world, device)?;
    if block_on(wallet.view())?.phase == Phase::Locked {
        block_on(wallet.unlock(PASSPHRASE))?;
    }
    world.run_for(1_000);
    block_on(wallet.advance())?;
    let view = block_on(wallet.view())?;
    let Some(coupon) = view.coupons.first() else {
        let account = &view.coupon_offices[0].account_id;
        block_on(wallet.get_coupon(account, "voucher", 500, "prepaid", PIN))?;
        return go_on(world, device, to);
    };
    if coupon.usable {
        return block_on(wallet.give_coupon(&coupon.id, to, PIN)).map(Some);
    }
    block_on(wallet.follow_coupons())?;
    Ok(coupon.under_way.as_ref().and_then(|it| it.text.clone()))
}

fn is_right(world: &World, device: &Device, died: &str) {
    let wallet = open(world, device).unwrap();
    block_on(wallet.unlock(PASSPHRASE)).unwrap();
    block_on(wallet.follow_coupons()).unwrap();
    let view = block_on(wallet.view()).unwrap();
    let states: Vec<_> = view.coupons.iter().map(|coupon| coupon.state).collect();
    assert_eq!(states, [CouponStanding::Given], "{died}");
    assert_eq!(at_office(world, "owned"), 1, "{died}");
    assert_eq!(balance(world, "coupons"), 500, "{died}");
}

fn at_every_step(lose_answers: bool) {
    let runs = |number: Option<u32>| {
        let world = world();
        let taker: Holder<'_> = customer(&world);
        let to = address(&taker);
        let device = customer(&world).device;
        let before = device.journal().len();
        if let Some(number) = number {
            device.fail_after(number, lose_answers);
        }
        let died = format!("died at step {number:?}");
        let mut text = go_on(&world, &device, &to).unwrap_or_default();
        let steps = device.journal().split_off(before).len();
        if number.is_some() {
            assert!(device.has_failed(), "{died}");
            device.mend();
            for _ in 0..4 {
                let gone_on = go_on(&world, &device, &to);
                text = gone_on
                    .unwrap_or_else(|error| panic!("{died}: {error}"))
                    .or(text);
            }
        }
        if let Some(text) = text {
            // Whoever of the two was at the office first.
            let _taken = take(&taker, &text);
        }
        is_right(&world, &device, &died);
        steps
    };
    let steps = runs(None);
    assert!(steps > 10);
    for number in 0..steps {
        runs(Some(u32::try_from(number).unwrap()));
    }
}

#[test]
fn t001_16_t001_23_a_wallet_that_dies_anywhere_buys_and_gives_once() {
    at_every_step(false);
}

#[test]
fn t001_16_t001_23_a_wallet_that_loses_any_answer_buys_and_gives_once() {
    at_every_step(true);
}
