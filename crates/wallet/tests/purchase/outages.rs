//! Each party is down, and back, at every stage of a purchase; and down for good.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, offer, open};
use super::world::{CENTRE, COURIER, ISSUER, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;
const PARTIES: [&str; 3] = [SHOP, ISSUER, COURIER];
/// The stages at which an order rests between two rounds. What is down at `Confirmed` is down while the
/// order is sent.
const STAGES: [OrderState; 4] = [
    OrderState::Approved,
    OrderState::Confirmed,
    OrderState::Received,
    OrderState::Authorised,
];

/// Approves an order and brings it to that stage.
fn brought_to(holder: &Holder<'_>, request: &str, stage: OrderState) {
    holder.approve(request).unwrap();
    for _ in 0..100 {
        let state = holder.order(request).state;
        if state == stage {
            holder.world.hub.cut(COURIER, false);
            return;
        }
        assert_ne!(state, OrderState::Delivering, "{stage:?} is passed over");
        if state == OrderState::Received {
            // It does not rest at `Authorised` unless the courier lets it wait.
            holder.world.hub.cut(COURIER, true);
        }
        holder.world.run_for(40);
        block_on(holder.wallet.advance()).unwrap();
    }
    panic!("{:?}", holder.order(request));
}

/// What the holder is told: the state's own words, and after a failure where the money is.
fn says_where_the_money_is(holder: &Holder<'_>, request: &str) {
    let order = holder.order(request);
    assert!(!order.strands.issuer.word.is_empty(), "{order:?}");
    if let Some(failure) = order.failure {
        let was_sent = order.history.iter().any(|entry| entry.event == "sent");
        assert_eq!(failure.money_key.is_some(), was_sent, "{failure:?}");
    }
}

#[test]
fn a_party_that_is_down_for_half_a_minute_at_any_stage_delays_the_order_and_no_more() {
    let mut tried = 0;
    for stage in STAGES {
        for party in PARTIES {
            let world = World::new();
            let holder = Holder::ready(&world);
            let request = holder.asked(TEA);
            brought_to(&holder, &request, stage);
            tried += 1;
            world.hub.cut(party, true);
            for _ in 0..30 {
                let _ = block_on(holder.wallet.advance());
                world.run_for(1_000);
                says_where_the_money_is(&holder, &request);
            }
            world.hub.cut(party, false);
            holder.finish();
            let order = holder.order(&request);
            assert_eq!(order.state, OrderState::Delivering, "{party} at {stage:?}");
            assert_eq!(order.strands.issuer.word, "charged", "{party} at {stage:?}");
            let charged = world.balance("payable to kiso-tea.localhost");
            assert_eq!(charged, 1480 + 520, "{party} at {stage:?}");
        }
    }
    assert_eq!(tried, 12, "four stages, three parties");
}

#[test]
fn a_party_that_stays_down_from_any_stage_on_costs_nothing_and_the_wallet_says_so() {
    for stage in STAGES {
        for party in PARTIES {
            let world = World::new();
            let mut holder = Holder::ready(&world);
            let request = holder.asked(TEA);
            brought_to(&holder, &request, stage);
            world.hub.cut(party, true);
            for _ in 0..60 {
                let _ = block_on(holder.wallet.advance());
                world.run_for(60_000);
                // The holder comes back now and then, as holders do.
                if block_on(holder.wallet.unlock(PASSPHRASE)).is_err() {
                    holder.restart();
                }
            }
            let order = holder.order(&request);
            let is_unanswered = order.failure.is_some_and(|one| one.kind == "unanswered");
            assert!(!is_unanswered || party == ISSUER, "at {stage:?}");
            if party == ISSUER {
                // Nobody else says where the money is: when the issuer is back, it does.
                world.hub.cut(party, false);
            }
            holder.finish();
            let order = holder.order(&request);
            says_where_the_money_is(&holder, &request);
            let charged = world.balance("payable to kiso-tea.localhost");
            match order.state {
                // Enough had been said before the party went down. Without its issuer the courier
                // does not set out: then nothing is charged, and the wallet does not say that it was.
                OrderState::Delivering => {
                    let word = order.strands.issuer.word;
                    assert_eq!(word == "charged", charged == 2_000, "{party} at {stage:?}");
                    let parcel = &world.console(COURIER)["orders"][0]["state"];
                    assert_eq!(
                        parcel == "confirmed",
                        charged == 2_000,
                        "{party} at {stage:?}"
                    );
                }
                OrderState::Failed | OrderState::Expired | OrderState::Refused => {
                    assert_eq!(charged, 0, "{party} at {stage:?}");
                    assert!(order.failure.is_some(), "{party} at {stage:?}");
                }
                other => panic!("{party} at {stage:?} ends {other:?}"),
            }
            assert_eq!(world.balance("holder 1 reserved"), 0);
        }
    }
}

#[test]
fn enrolment_waits_for_a_party_that_is_down_and_names_it() {
    for party in [ISSUER, CENTRE] {
        let world = World::new();
        let wallet = open(&world, &Device::new(&world)).unwrap();
        block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
        block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
        world.hub.cut(party, true);
        let refused = block_on(wallet.enrol()).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::EnrolmentUnreachable);
        assert_eq!(refused.about, party);
        world.hub.cut(party, false);
        block_on(wallet.enrol()).unwrap();
    }
}

/// Everybody else goes on and the card is charged while the holder's own line is cut.
#[test]
fn a_wallet_that_is_offline_until_the_time_is_over_does_not_say_that_nothing_was_charged() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    brought_to(&holder, &request, OrderState::Received);
    holder.device.fail_calls(true);
    for _ in 0..30 {
        let _ = block_on(holder.wallet.advance());
        world.run_for(60_000);
        if block_on(holder.wallet.unlock(PASSPHRASE)).is_err() {
            holder.restart();
        }
    }
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 2_000);
    let order = holder.order(&request);
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "unanswered");
    assert_eq!(failure.money_key, Some("open"));
    holder.device.fail_calls(false);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.strands.issuer.word, "charged");
    assert!(order.failure.is_none());
}

#[test]
fn what_nobody_answers_for_is_given_up_after_a_day_and_still_not_said_to_be_free() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    brought_to(&holder, &request, OrderState::Received);
    holder.device.fail_calls(true);
    for _ in 0..26 {
        world.run_for(60 * 60 * 1000);
        holder.restart();
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        let _ = block_on(holder.wallet.advance());
    }
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Expired);
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "unanswered");
    // Nobody asks any more, so nothing is promised.
    assert_eq!(failure.money_key, Some("not-said"));
}

#[test]
fn what_the_issuer_has_charged_is_said_to_be_charged_while_the_courier_cannot_be_asked() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    brought_to(&holder, &request, OrderState::Received);
    holder.device.fail_calls(true);
    world.run_for(60_000);
    holder.device.fail_calls(false);
    for party in [SHOP, COURIER] {
        world.hub.cut(party, true);
    }
    for _ in 0..60 {
        let _ = block_on(holder.wallet.advance());
        world.run_for(30_000);
        if block_on(holder.wallet.unlock(PASSPHRASE)).is_err() {
            holder.restart();
        }
    }
    let order = holder.order(&request);
    assert_eq!(order.strands.issuer.word, "charged", "{order:?}");
    assert!(
        !order.state.is_final() && order.failure.is_none(),
        "{order:?}"
    );
    for party in [SHOP, COURIER] {
        world.hub.cut(party, false);
    }
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}
