//! A card over years: its certificate and its ticket are renewed by themselves.

use std::cell::Cell;
use std::rc::Rc;

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, PASSPHRASE, TEA};
use super::world::{Between, COURIER, ISSUER, World};

const DAY_MS: u64 = 86_400_000;

/// The holder comes back after so many days; the parties slept but for the last of them.
fn after(world: &World, holder: &Holder<'_>, days: u64) {
    const AWAKE: u64 = 5;
    world.clock.advance((days - AWAKE) * DAY_MS);
    world.run_for(AWAKE * DAY_MS);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    holder.finish();
}

/// The issuer does not answer while this is true.
fn shut_off(world: &World) -> Rc<Cell<bool>> {
    let off = Rc::new(Cell::new(false));
    let is_off = off.clone();
    world.put_between(ISSUER, move |path| match path {
        "/v1/enrolments" if is_off.get() => {
            let gone = http::Response::builder().status(503).body(Vec::new());
            Between::Instead(gone.unwrap())
        }
        _ => Between::Nothing,
    });
    off
}

#[test]
fn a_holder_who_buys_every_sixty_days_can_pay_after_eight_hundred() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let view = holder.view();
    let (card, address) = (view.cards[0].id.clone(), view.addresses[0].id.clone());
    let address = address.unwrap();
    for round in 0..=13 {
        if round > 0 {
            after(&world, &holder, 60);
        }
        assert_eq!(holder.view().cards[0].ends_at, None, "day {}", round * 60);
        let order = holder.buy(&card, COURIER, &address);
        assert_eq!(order.state, OrderState::Delivering, "day {}", round * 60);
        holder.finish();
    }
}

#[test]
fn a_card_that_its_issuer_does_not_renew_says_when_it_ends_and_is_renewed_later_even_after_its_end()
{
    let world = World::new();
    let holder = Holder::ready(&world);
    let off = shut_off(&world);
    off.set(true);
    after(&world, &holder, 380);
    let ends_at = holder.view().cards[0].ends_at.unwrap();
    assert!(ends_at > world.now().seconds());
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    after(&world, &holder, 40);
    assert!(holder.view().cards[0].ends_at.unwrap() < world.now().seconds());
    let request = holder.asked(TEA);
    let refused = holder.approve(&request).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CardNotRenewed);
    assert_eq!(refused.about, "Asahi Card");
    assert_eq!(holder.order(&request).state, OrderState::Asked);
    // Back again: the same order is paid.
    off.set(false);
    holder.approve(&request).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    assert_eq!(holder.view().cards[0].ends_at, None);
}
