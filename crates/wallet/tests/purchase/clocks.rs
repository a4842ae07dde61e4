//! A clock is wrong, the holder's or a party's, by an hour or by a day, ahead or behind: nothing is
//! sent, and the wallet says that it is the clocks.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::OrderState;

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, form, offer, open};
use super::world::{CENTRE, COURIER, ISSUER, ORIGIN, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;
const HOUR_MS: i64 = 60 * 60 * 1000;
const YEAR_MS: i64 = 366 * 24 * HOUR_MS;

/// Puts a party's clock forward, or back, by so many milliseconds, and starts it anew.
fn skew(world: &mut World, name: &'static str, off_ms: i64) {
    let clock = world.clock.skewed(off_ms);
    for (_, machine) in world.machines.iter_mut().filter(|(own, _)| *own == name) {
        machine.clock = clock.clone();
    }
    world.restart(name);
}

/// What an order ends with whose form the wallet took before a clock went wrong.
fn ends_unsent(holder: &Holder<'_>, request: &str, party: &str) {
    holder.finish();
    let order = holder.order(request);
    assert_eq!(order.state, OrderState::Failed, "{order:?}");
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "clock-wrong", "{failure:?}");
    assert!(failure.about.contains(party), "{failure:?}");
    assert_eq!(failure.money_key, None, "nothing was sent");
    assert_eq!(holder.world.requests(SHOP, "/v1/orders"), 0);
}

/// A holder whose clock goes wrong once the card is there.
fn off(world: &World, off_ms: i64) -> Holder<'_> {
    let mut holder = Holder::ready(world);
    holder.device.skew(off_ms);
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    holder
}

fn says_clock(error: &WalletError) {
    assert_eq!(error.kind, ErrorKind::ClockWrong, "{error:?}");
}

#[test]
fn a_form_from_the_future_or_by_a_shop_not_yet_or_no_longer_certified_is_the_clock() {
    let world = World::new();
    for off_ms in [-HOUR_MS, -YEAR_MS, 3 * YEAR_MS] {
        let holder = off(&world, off_ms);
        let refused = block_on(holder.wallet.receive_form(ORIGIN, &form(&world, TEA)));
        let refused = refused.unwrap_err();
        says_clock(&refused);
        assert_eq!(refused.about, SHOP);
    }
}

#[test]
fn to_a_wallet_an_hour_ahead_a_form_has_expired_and_it_says_that_the_clock_may_be_wrong() {
    let world = World::new();
    let holder = off(&world, HOUR_MS);
    let refused = block_on(holder.wallet.receive_form(ORIGIN, &form(&world, TEA))).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::FormExpired);
}

#[test]
fn an_offer_from_the_future_or_by_an_issuer_not_yet_certified_is_the_clock() {
    let world = World::new();
    for off_ms in [-HOUR_MS, -YEAR_MS] {
        let mut device = Device::new(&world);
        device.skew(off_ms);
        let wallet = open(&world, &device).unwrap();
        let refused = block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap_err();
        says_clock(&refused);
        assert_eq!(refused.about, ISSUER);
    }
}

#[test]
fn a_clock_that_goes_wrong_after_approval_ends_the_order_unsent() {
    for off_ms in [HOUR_MS / 6, -HOUR_MS / 6] {
        let world = World::new();
        let mut holder = Holder::ready(&world);
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        holder.device.skew(off_ms);
        holder.restart();
        // A session that would last for too long by this clock is not taken up.
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        ends_unsent(&holder, &request, "");
    }
}

#[test]
fn a_party_whose_clock_is_wrong_ends_the_order_unsent_and_is_named() {
    for (party, name) in [(ISSUER, "Asahi Card"), (COURIER, "Hayate Courier")] {
        for off_ms in [HOUR_MS, -HOUR_MS] {
            let mut world = World::new();
            let Holder {
                device,
                puk,
                recovery_code,
                ..
            } = Holder::ready(&world);
            skew(&mut world, party, off_ms);
            let wallet = open(&world, &device).unwrap();
            let holder = Holder {
                world: &world,
                device,
                wallet,
                puk,
                recovery_code,
                account_code: None,
            };
            let request = holder.asked(TEA);
            holder.approve(&request).unwrap();
            ends_unsent(&holder, &request, name);
        }
    }
}

#[test]
fn a_shop_whose_clock_is_ahead_is_named_and_one_whose_clock_is_behind_has_only_expired_forms() {
    for (off_ms, kind) in [
        (HOUR_MS, ErrorKind::ClockWrong),
        (-HOUR_MS, ErrorKind::FormExpired),
    ] {
        let mut world = World::new();
        skew(&mut world, SHOP, off_ms);
        let holder = Holder::ready(&world);
        let refused = block_on(holder.wallet.receive_form(ORIGIN, &form(&world, TEA)));
        assert_eq!(refused.unwrap_err().kind, kind, "{off_ms}");
    }
}

#[test]
fn enrolment_that_meets_a_wrong_clock_says_so_and_goes_on_when_it_is_right() {
    for party in [ISSUER, CENTRE] {
        let mut world = World::new();
        let device = Device::new(&world);
        let wallet = open(&world, &device).unwrap();
        block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
        block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
        for off_ms in [HOUR_MS, -2 * 24 * HOUR_MS] {
            skew(&mut world, party, off_ms);
            let refused = block_on(wallet.enrol()).unwrap_err();
            says_clock(&refused);
        }
        skew(&mut world, party, 0);
        // What was signed by a clock that was ahead counts once its time has come.
        world.run_for(HOUR_MS.unsigned_abs());
        block_on(wallet.unlock(PASSPHRASE)).unwrap();
        block_on(wallet.enrol()).unwrap();
    }
}
