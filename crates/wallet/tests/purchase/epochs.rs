//! Everybody enters another epoch of key shares while the holder buys.

use std::cell::Cell;

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, PASSPHRASE, TEA, address, offer};
use super::world::{Between, CENTRE, COURIER, ISSUER, SHOP, World};

/// Who has key shares or makes them, in the order in which operators restart them.
const KEYED: [&str; 4] = [CENTRE, SHOP, COURIER, ISSUER];
/// Longer than an epoch is good after the next has begun.
const LONG_MS: u64 = 2 * 86_400_000;

/// One parcel, one charge.
fn require_done(holder: &Holder<'_>, request: &str) {
    let order = holder.order(request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    let world = holder.world;
    let parcels = "SELECT count(*) FROM courier_deliveries";
    assert_eq!(world.number(COURIER, parcels), 1);
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 2_000);
}

/// A holder who was away while everybody entered the next epoch, and for so long that nothing of the one before is left.
fn long_after(world: &World) -> Holder<'_> {
    let holder = Holder::ready(world);
    world.enter_epoch(2, &KEYED);
    world.run_for(LONG_MS);
    for party in [SHOP, ISSUER, COURIER] {
        let old = "SELECT count(*) FROM key_shares WHERE epoch = 1";
        assert_eq!(world.number(party, old), 0);
    }
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    holder
}

/// Lets the wallet work until it asks the holder again.
fn until_asked_again(holder: &Holder<'_>, request: &str) {
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        holder.world.run_for(200);
        if holder.order(request).state == OrderState::Asked {
            return;
        }
    }
    panic!("{:?}", holder.order(request));
}

#[test]
fn t_u4_the_epoch_changes_while_the_holder_is_asked() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    world.enter_epoch(2, &KEYED);
    holder.approve(&request).unwrap();
    holder.finish();
    require_done(&holder, &request);
}

#[test]
fn t_u4_the_epoch_changes_after_any_step_of_an_approved_order() {
    let mut seen = Vec::new();
    for rounds in 0..6 {
        let world = World::new();
        let holder = Holder::ready(&world);
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        for _ in 0..rounds {
            block_on(holder.wallet.advance()).unwrap();
            // Long enough for one of the parties to do what is due, and not for all.
            world.run_for(1);
        }
        seen.push(holder.order(&request).state);
        world.enter_epoch(2, &KEYED);
        holder.finish();
        require_done(&holder, &request);
    }
    let steps = [
        OrderState::Approved,
        OrderState::Confirmed,
        OrderState::Delivering,
    ];
    assert!(steps.iter().all(|step| seen.contains(step)), "{seen:?}");
}

#[test]
fn t_u4_a_later_order_uses_the_next_epoch_for_which_the_holder_is_asked_once_more() {
    let world = World::new();
    let holder = long_after(&world);
    let request = holder.asked(TEA);
    let fetched = world.requests(CENTRE, "/v1/holder-shares");
    holder.approve(&request).unwrap();
    until_asked_again(&holder, &request);
    let failure = holder.order(&request).failure.unwrap();
    assert_eq!(failure.kind, "keys-renewed");
    assert_eq!(failure.money_key, None, "nothing was sent");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), fetched + 3);
    holder.approve(&request).unwrap();
    holder.finish();
    require_done(&holder, &request);
    // And never again.
    let next = holder.asked(TEA);
    holder.approve(&next).unwrap();
    holder.finish();
    assert_eq!(holder.order(&next).state, OrderState::Delivering);
    assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), fetched + 3);
}

#[test]
fn t_u4_while_issuer_or_key_centre_is_away_nothing_is_sent_and_later_the_card_pays() {
    for (away, at) in [(ISSUER, "/v1/enrolments"), (CENTRE, "/v1/holder-shares")] {
        let world = World::new();
        let mut holder = long_after(&world);
        world.put_between(away, move |path| {
            let gone = http::Response::builder().status(503).body(Vec::new());
            match path == at {
                true => Between::Instead(gone.unwrap()),
                false => Between::Nothing,
            }
        });
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Failed, "{order:?}");
        assert_eq!(order.failure.unwrap().kind, "party-unreachable");
        assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
        world.connect_again(away);
        holder.restart();
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        until_asked_again(&holder, &request);
        holder.approve(&request).unwrap();
        holder.finish();
        require_done(&holder, &request);
    }
}

#[test]
fn t_u4_an_enrolment_that_is_half_done_when_the_epoch_changes_ends_in_the_next() {
    for shares in 0..3_usize {
        let world = World::new();
        let there = Cell::new(shares);
        world.put_between(CENTRE, move |path| {
            let gone = http::Response::builder().status(503).body(Vec::new());
            match path == "/v1/holder-shares" && there.replace(there.get().saturating_sub(1)) == 0 {
                true => Between::Instead(gone.unwrap()),
                false => Between::Nothing,
            }
        });
        let (holder, enrolled) = Holder::who_tries(&world, &offer(&world));
        assert_eq!(enrolled.unwrap_err().kind, ErrorKind::EnrolmentUnreachable);
        assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), shares + 1);
        // Only the centre has come to the next epoch: nothing to be had yet, and it is said so.
        world.enter_epoch(2, &[CENTRE]);
        let issuer_is_behind = block_on(holder.wallet.enrol());
        let kind = issuer_is_behind.unwrap_err().kind;
        assert_eq!(kind, ErrorKind::EnrolmentUnreachable);
        world.enter_epoch(2, &KEYED);
        block_on(holder.wallet.enrol()).unwrap();
        block_on(holder.wallet.save_address(&address())).unwrap();
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        holder.finish();
        require_done(&holder, &request);
    }
}
