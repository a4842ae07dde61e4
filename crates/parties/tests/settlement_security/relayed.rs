//! Whoever is between server and card alters what they say to each other.

use tallystick_protocol::settlement::*;

use crate::field::ContactlessCard;
use crate::world::{Order, World};

/// Which way something is altered.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    ToCard,
    ToServer,
}

/// A tap for an order in which a bit of one byte is flipped: of the command of this number, or of its response. `false`: there
/// is no such byte.
fn flipped(
    world: &World,
    (order, card): (&Order, &ContactlessCard),
    (way, which, place): (Way, usize, usize),
) -> bool {
    card.enter();
    let (mut count, mut did) = (0, false);
    let mut flip = |bytes: &mut Vec<u8>, at: Way, count: usize| {
        // The last byte of a command says how much may come back, and nothing to the card.
        let last = bytes.len() - usize::from(at == Way::ToCard);
        let is_it = at == way && count == which && place < last;
        if let Some(byte) = bytes.get_mut(place).filter(|_| is_it) {
            *byte ^= 0x40;
            did = true;
        }
    };
    let tapped = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        let mut command = command.to_vec();
        flip(&mut command, Way::ToCard, count);
        let mut response = card.transmit(&command);
        flip(&mut response, Way::ToServer, count);
        count += 1;
        Some(response)
    });
    if let Ok(end) = tapped {
        let outcome = world.outcome(&end);
        assert_ne!(outcome.state, SettlementState::Refused);
        if did {
            assert_ne!(outcome.state, SettlementState::Settled, "{which} {place}");
        }
    }
    did
}

/// Each byte of one command, or of its response, in an order of its own.
fn every_byte(way: Way, which: usize) {
    let world = World::new();
    let card = world.card(1_000_000);
    let mut paid = 0;
    let mut order = world.ready(&card, 1);
    for place in 0.. {
        let did = flipped(&world, (&order, &card), (way, which, place));
        assert!(world.debits() <= paid + 1);
        // Whatever it was, the right tap pays once.
        let outcome = world.settle(&order, &card);
        assert_eq!(outcome.state, SettlementState::Settled);
        paid += 1;
        assert_eq!(world.debits(), paid);
        if !did {
            break;
        }
        order = world.ready(&card, 1);
    }
    let paid = u64::try_from(paid).unwrap();
    assert!(paid > 10, "there were bytes to alter");
    assert_eq!(world.on(&card), 1_000_000 - paid);
}

#[test]
fn t003_7_no_byte_of_external_authenticate_can_be_altered() {
    every_byte(Way::ToCard, 1);
}

#[test]
fn t003_7_no_byte_of_the_debit_can_be_altered() {
    every_byte(Way::ToCard, 2);
}

#[test]
fn t003_7_no_byte_of_the_cards_answer_can_be_altered() {
    every_byte(Way::ToServer, 2);
}

#[test]
fn t003_7_no_byte_of_the_cards_challenge_can_be_altered() {
    every_byte(Way::ToServer, 0);
}

#[test]
fn t003_7_what_is_relayed_says_neither_what_is_paid_nor_what_is_on_the_card_nor_which_it_is() {
    let world = World::new();
    let card = world.card(0x0123_4567);
    let order = world.ready(&card, 0x0065_4321);
    card.enter();
    let mut relayed = Vec::new();
    let end = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        let response = card.transmit(command);
        relayed.extend_from_slice(command);
        relayed.extend_from_slice(&response);
        Some(response)
    });
    assert_eq!(world.outcome(&end.unwrap()).state, SettlementState::Settled);
    let holds = |needle: &[u8]| relayed.windows(needle.len()).any(|window| window == needle);
    assert!(holds(&order.reading.alias.0), "the alias is in clear");
    for secret in [
        &[0x65, 0x43, 0x21][..],
        &[0x23, 0x45, 0x67],
        &[0xbe, 0x02, 0x46],
    ] {
        assert!(!holds(secret));
    }
}
