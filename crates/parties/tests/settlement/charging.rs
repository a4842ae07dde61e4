//! The charge: the holder's account pays value onto a card.

use tallystick_protocol::settlement::{
    ChargeRefusal, ChargeRequest, ChargeState, TapPurpose, ValueUpdate, block_digest,
};
use tallystick_protocol::wire::identifier::HolderId;

use super::desk::{
    Buyer, MINUTE, available, balance, charge, logged, require_rest, said, world, yen,
};
use super::world::{SECURITY, SETTLEMENT, domain};

const HOLDER: &str = "holder 1";

#[test]
fn t003_11_a_charge_is_set_aside_written_by_the_servers_signature_and_completed() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    let signed = buyer.charge_request(&world, 3_000);
    let first = charge(&world, &signed).unwrap();
    assert_eq!((first.state, first.refusal), (ChargeState::Waiting, None));
    assert_eq!(available(&world, HOLDER), 47_000);
    assert_eq!(balance(&world, HOLDER), 50_000, "set aside, not paid");
    assert_eq!(charge(&world, &signed).unwrap(), first, "the same charge");
    world.run_for(2_000);
    // What carries the value is signed by the server, and bound to the block.
    let end = buyer.tap(&world, TapPurpose::Collect).unwrap();
    assert_eq!(end.credits.len(), 1);
    let (update, mut block) = buyer.update.borrow().clone().unwrap();
    let update: ValueUpdate = said(&world, &update);
    assert_eq!((update.alias, update.amount), (buyer.alias, yen(3_000)));
    assert_eq!(update.block, block_digest(&block));
    block[0][0] ^= 1;
    assert_ne!(update.block, block_digest(&block));
    world.run_for(2_000);
    assert_eq!(charge(&world, &signed).unwrap().state, ChargeState::Done);
    assert_eq!(balance(&world, HOLDER), 47_000);
    assert_eq!(available(&world, HOLDER), 47_000);
    assert_eq!(buyer.on_card(&world), 3_000);
    assert_eq!(logged(&world, "credit"), 1);
    require_rest(&world, &buyer);
}

#[test]
fn t003_11_a_charge_that_the_card_does_not_take_in_time_costs_nothing() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    let signed = buyer.charge_request(&world, 3_000);
    let first = charge(&world, &signed).unwrap();
    assert_eq!(first.until, world.now().plus_seconds(600));
    world.run_for(15 * MINUTE);
    let last = charge(&world, &signed).unwrap();
    let expected = (ChargeState::Refused, Some(ChargeRefusal::Expired));
    assert_eq!((last.state, last.refusal), expected);
    assert_eq!(available(&world, HOLDER), 50_000);
    assert_eq!(buyer.collect(&world), 0);
    assert_eq!(buyer.on_card(&world), 0);
    require_rest(&world, &buyer);
}

#[test]
fn a_charge_that_the_security_server_never_heard_of_is_withdrawn_when_it_is_back() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    world.hub.cut(SECURITY, true);
    let signed = buyer.charge_request(&world, 3_000);
    assert_eq!(charge(&world, &signed).unwrap().state, ChargeState::Waiting);
    world.run_for(30 * MINUTE);
    assert_eq!(available(&world, HOLDER), 47_000, "nobody knows yet");
    world.hub.cut(SECURITY, false);
    world.run_for(30 * MINUTE);
    assert_eq!(charge(&world, &signed).unwrap().state, ChargeState::Refused);
    assert_eq!(available(&world, HOLDER), 50_000);
    require_rest(&world, &buyer);
}

#[test]
fn more_than_the_account_has_or_a_card_may_get_is_not_charged() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    let refusal = |buyer: &mut Buyer, minor| {
        let signed = buyer.charge_request(&world, minor);
        let answer = charge(&world, &signed).unwrap();
        assert_eq!(answer.state, ChargeState::Refused);
        answer.refusal
    };
    assert_eq!(refusal(&mut buyer, 20_001), Some(ChargeRefusal::TooMuch));
    for _ in 0..2 {
        buyer.charge_now(&world, 20_000);
    }
    assert_eq!(refusal(&mut buyer, 10_001), Some(ChargeRefusal::Declined));
    let signed = buyer.charge_request(&world, 0);
    assert_eq!(charge(&world, &signed).unwrap_err(), "no-amount");
    assert_eq!(balance(&world, HOLDER), 10_000);
    require_rest(&world, &buyer);
}

#[test]
fn only_the_key_that_is_enrolled_charges_its_account_here_and_now() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    let right = ChargeRequest {
        front: domain(SETTLEMENT),
        holder: buyer.holder.id,
        alias: buyer.alias,
        amount: yen(500),
        at: world.now(),
        nonce: [1; 16],
    };
    let mut refused = |change: &dyn Fn(&mut ChargeRequest)| {
        let mut other = right.clone();
        change(&mut other);
        let signed = buyer.sign(&other);
        charge(&world, &signed).unwrap_err()
    };
    assert_eq!(
        refused(&|said| said.front = domain(SECURITY)),
        "wrong-recipient"
    );
    assert_eq!(
        refused(&|said| said.holder = HolderId([9; 32])),
        "bad-signature"
    );
    let early = world.now().minus_seconds(4_000);
    assert_eq!(refused(&|said| said.at = early), "wrong-clock");
    let signed = buyer.sign(&right);
    let mut altered = signed.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(charge(&world, &altered).unwrap_err(), "bad-signature");
    assert_eq!(available(&world, HOLDER), 50_000);
}

#[test]
fn a_charge_is_written_once_though_the_cards_answer_is_lost_until_its_time_is_over() {
    let world = world();
    let mut buyer = Buyer::with(&world, 0);
    let signed = buyer.charge_request(&world, 700);
    charge(&world, &signed).unwrap();
    world.run_for(2_000);
    buyer.card.enter();
    let mut commands = 0;
    let lost = buyer.carry(&world, TapPurpose::Collect, &mut |command| {
        commands += 1;
        let response = buyer.card.transmit(command);
        // The session opens and the card is read by three commands; the fourth writes the value.
        (commands <= 3).then_some(response)
    });
    lost.unwrap();
    assert_eq!(commands, 4);
    world.run_for(20 * MINUTE);
    assert_eq!(charge(&world, &signed).unwrap().state, ChargeState::Waiting);
    assert_eq!(available(&world, HOLDER), 49_300, "nobody knows yet");
    assert_eq!(buyer.on_card(&world), 700);
    world.run_for(5_000);
    assert_eq!(charge(&world, &signed).unwrap().state, ChargeState::Done);
    assert_eq!(buyer.collect(&world), 0);
    assert_eq!(logged(&world, "credit"), 1);
    require_rest(&world, &buyer);
}
