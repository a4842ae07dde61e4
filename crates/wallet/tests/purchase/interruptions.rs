//! The wallet dies at every write and every call, comes back, and finishes with exactly one order.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::OrderState;

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, address, offer, open};
use super::world::{SHOP, World};

const CHEAP: &str = r#"[{"sku":"haiku-seasons","quantity":1}]"#;

fn orders_at_the_shop(world: &World) -> usize {
    world.console(SHOP)["orders"].as_array().unwrap().len()
}

fn dies_everywhere(lose_answers: bool) {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    for died_at in 0.. {
        let before = orders_at_the_shop(&world);
        let request = holder.asked(CHEAP);
        holder.device.fail_after(died_at, lose_answers);
        let approved = holder.approve(&request);
        if approved.is_ok() {
            for _ in 0..60 {
                if holder.device.has_failed() || block_on(holder.wallet.advance()) == Ok(None) {
                    break;
                }
                world.run_for(200);
            }
        }
        let died = holder.device.has_failed();
        holder.device.mend();
        holder.restart();
        let state = holder.order(&request).state;
        if approved.is_err() {
            assert_eq!(state, OrderState::Asked, "died at {died_at}");
            holder.approve(&request).unwrap();
        }
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(
            order.state,
            OrderState::Delivering,
            "died at {died_at}: {order:?}"
        );
        assert_eq!(orders_at_the_shop(&world), before + 1, "died at {died_at}");
        if !died {
            assert!(died_at > 8, "only {died_at} steps were interrupted");
            return;
        }
        if died_at % 6 == 5 {
            // Another account, before this one's limit is reached.
            holder = Holder::ready(&world);
        }
    }
}

#[test]
fn a_purchase_survives_the_wallets_death_at_every_step() {
    dies_everywhere(false);
}

#[test]
fn a_purchase_survives_the_loss_of_every_answer() {
    dies_everywhere(true);
}

#[test]
fn enrolment_goes_on_from_every_step() {
    let world = World::new();
    for died_at in 0.. {
        let device = Device::new(&world);
        let wallet = open(&world, &device).unwrap();
        block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
        block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
        device.fail_after(died_at, true);
        let enrolled = block_on(wallet.enrol()).is_ok();
        device.mend();
        let wallet = open(&world, &device).unwrap();
        block_on(wallet.enrol()).unwrap();
        block_on(wallet.save_address(&address())).unwrap();
        if enrolled {
            assert_eq!(
                died_at, 8,
                "certificate and three shares, each a call and a write"
            );
            return;
        }
    }
}

#[test]
fn setting_up_happens_whole_or_not_at_all() {
    let world = World::new();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    device.fail_after(0, false);
    assert!(block_on(wallet.set_up(PASSPHRASE, PIN)).is_err());
    device.mend();
    let wallet = open(&world, &device).unwrap();
    assert!(device.record("header").is_none() && device.record("offer").is_some());
    block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    assert!(device.record("header").is_some() && device.record("offer").is_none());
}
