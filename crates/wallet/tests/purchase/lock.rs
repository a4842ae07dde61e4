//! When the wallet locks, and what then becomes of a purchase.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::core::lock::LOCK_MINUTES;
use tallystick_wallet::view::{OrderState, Phase};

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, form, offer, open};
use super::world::{ORIGIN, World};

const MINUTE_MS: u64 = 60_000;

#[test]
fn the_wallet_locks_itself_after_the_time_that_the_holder_chose() {
    for minutes in LOCK_MINUTES {
        let world = World::new();
        let mut holder = Holder::ready(&world);
        block_on(holder.wallet.set_lock_minutes(minutes)).unwrap();
        assert_eq!(holder.view().lock_minutes, Some(minutes));
        let shown = holder.view().locks_at;
        let chosen = world.now().seconds() + u64::from(minutes) * 60;
        assert_eq!(shown, (minutes > 0).then_some(chosen), "{minutes}");
        world.run_for(u64::from(minutes.max(1)) * MINUTE_MS - 1);
        assert_eq!(holder.view().phase, Phase::Ready, "{minutes}");
        world.run_for(if minutes == 0 { 24 * 60 * MINUTE_MS } else { 1 });
        let after = [Phase::Locked, Phase::Ready][usize::from(minutes == 0)];
        assert_eq!(holder.view().phase, after, "{minutes}");
        holder.restart();
        assert_eq!(holder.view().phase, after, "{minutes}");
        holder.device.forget_session();
        holder.restart();
        assert_eq!(holder.view().phase, Phase::Locked, "{minutes}");
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        assert_eq!(holder.view().lock_minutes, Some(minutes), "it is kept");
    }
}

#[test]
fn a_shorter_time_counts_at_once() {
    let world = World::new();
    let holder = Holder::ready(&world);
    assert_eq!(holder.view().lock_minutes, Some(15));
    block_on(holder.wallet.set_lock_minutes(60)).unwrap();
    block_on(holder.wallet.set_lock_minutes(1)).unwrap();
    world.run_for(MINUTE_MS);
    assert_eq!(holder.view().phase, Phase::Locked);
}

#[test]
fn only_what_is_offered_can_be_chosen_and_only_while_unlocked() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let refused = block_on(holder.wallet.set_lock_minutes(7)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CallInvalid);
    block_on(holder.wallet.lock()).unwrap();
    let refused = block_on(holder.wallet.set_lock_minutes(0)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Locked);
}

#[test]
fn what_the_holder_does_puts_locking_off_and_what_the_wallet_does_by_itself_does_not() {
    let world = World::new();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.set_lock_minutes(1)).unwrap();
    for _ in 0..4 {
        world.run_for(MINUTE_MS / 2);
        block_on(holder.wallet.stay_unlocked()).unwrap();
    }
    assert_eq!(holder.view().phase, Phase::Ready);
    for _ in 0..4 {
        world.run_for(MINUTE_MS / 4);
        block_on(holder.wallet.advance()).unwrap();
    }
    assert_eq!(holder.view().phase, Phase::Locked);
    block_on(holder.wallet.stay_unlocked()).unwrap();
    assert_eq!(holder.view().phase, Phase::Locked);
}

#[test]
fn a_purchase_that_the_time_out_interrupts_goes_on_after_unlocking() {
    let world = World::new();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.set_lock_minutes(1)).unwrap();
    let request = holder.asked(r#"[{"sku":"sencha-100","quantity":1}]"#);
    holder.approve(&request).unwrap();
    world.run_for(MINUTE_MS);
    assert_eq!(block_on(holder.wallet.advance()).unwrap(), None);
    assert_eq!(holder.view().phase, Phase::Locked);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(holder.order(&request).state, OrderState::Approved);
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

/// A page of the browser asks; whether anything opens for it must not wait for the passphrase.
#[test]
fn a_locked_or_empty_wallet_tells_genuine_forms_and_offers_from_others_and_stores_nothing() {
    const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;
    let world = World::new();
    let (form, offer) = (form(&world, TEA), offer(&world));
    let device = Device::new(&world);
    let empty = open(&world, &device).unwrap();
    let locked = Holder::ready(&world);
    block_on(locked.wallet.lock()).unwrap();
    for wallet in [&empty, &locked.wallet] {
        let check_form = |origin: &str, form: &[u8]| block_on(wallet.check_form(origin, form));
        let check_offer = |origin: &str, offer: &[u8]| block_on(wallet.check_offer(origin, offer));
        assert_eq!(check_form(ORIGIN, &form).unwrap(), None);
        check_offer(ISSUER_ORIGIN, &offer).unwrap();
        let elsewhere = check_form(ISSUER_ORIGIN, &form).unwrap_err();
        assert_eq!(elsewhere.kind, ErrorKind::FormFromElsewhere);
        let elsewhere = check_offer(ORIGIN, &offer).unwrap_err();
        assert_eq!(elsewhere.kind, ErrorKind::OfferFromElsewhere);
        let garbage = check_form(ORIGIN, &form[1..]).unwrap_err();
        assert_eq!(garbage.kind, ErrorKind::FormInvalid);
        let garbage = check_offer(ISSUER_ORIGIN, &offer[1..]).unwrap_err();
        assert_eq!(garbage.kind, ErrorKind::OfferInvalid);
    }
    assert!(device.record("offer").is_none());
    block_on(locked.wallet.unlock(PASSPHRASE)).unwrap();
    assert!(locked.view().orders.is_empty());
}
