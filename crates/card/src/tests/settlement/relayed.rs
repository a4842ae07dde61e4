//! Who carries a tap between server and card: whatever they change, nothing comes of it.

use alloc::vec::Vec;

use tallystick_protocol::settlement::card::{CardAnswer, DEBIT, READ, VALUE_BYTES_MAX};
use tallystick_protocol::settlement::channel::{ChannelError, HostChannel, Mode};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};

use super::world::{IDENTIFIER, MODES, World, order};

/// A card that holds 500, a channel to it, and the order to pay 100, wrapped.
fn ordered(mode: Mode) -> (World, HostChannel, Vec<u8>) {
    let mut world = World::holding(500);
    let mut channel = world.open(mode).0;
    let order = encode_value(&order(1, 100, 1));
    let command = channel.wrap(DEBIT, &order).unwrap();
    (world, channel, command)
}

fn is_untouched(world: &mut World) {
    let report = world.reread();
    assert_eq!((report.balance.minor, report.counter), (500, 1));
}

#[test]
fn t003_7_every_altered_byte_of_a_relayed_debit_leaves_the_card_as_it_was() {
    for mode in MODES {
        let (mut world, _, command) = ordered(mode);
        let kept = world.bench.card.state();
        // The last byte says how much of the response is wanted at once: it is no part of the order.
        for place in 0..command.len() - 1 {
            for bit in [0x01, 0x10, 0x80] {
                world.bench.card = crate::Card::restore(&kept).unwrap();
                world.bench.select(crate::Applet::Settlement);
                let mut channel = world.open(mode).0;
                let paying = encode_value(&order(1, 100, 1));
                let mut altered = channel.wrap(DEBIT, &paying).unwrap();
                altered[place] ^= bit;
                let response = world.relay(&altered);
                assert!(channel.unwrap(&response).is_err(), "byte {place}");
                assert_eq!(*world.bench.card.state(), *kept, "byte {place}");
            }
        }
        is_untouched(&mut world);
    }
}

#[test]
fn t003_7_every_altered_byte_of_the_opening_opens_nothing() {
    for mode in MODES {
        let mut world = World::holding(500);
        let length = world.begun(mode).0.len();
        for place in 0..length - 1 {
            let (mut command, mut channel) = world.begun(mode);
            command[place] ^= 0x01;
            world.relay(&command);
            let debit = channel.wrap(DEBIT, &encode_value(&order(1, 100, 1)));
            assert_eq!(world.relay(&debit.unwrap()), [0x69, 0x85], "byte {place}");
        }
        // Of INITIALIZE UPDATE: the challenge, by which the server then sees that it is not its own.
        for place in 5..5 + mode.bytes() {
            let opening = world.opening(mode);
            let mut command = opening.initialize_update().unwrap();
            command[place] ^= 0x01;
            let response = world.relay(&command);
            let update = opening.read(&response).unwrap();
            let refused = opening.authenticate(&update, &super::world::keys()).err();
            assert_eq!(refused, Some(ChannelError::Cryptogram));
        }
        is_untouched(&mut world);
    }
}

#[test]
fn t003_7_t003_9_an_altered_response_is_believed_by_nobody_and_reading_again_says_what_happened() {
    for mode in MODES {
        let (mut world, channel, command) = ordered(mode);
        let response = world.relay(&command);
        for place in 0..response.len() {
            let mut altered = response.clone();
            altered[place] ^= 0x01;
            assert!(channel.clone().unwrap(&altered).is_err(), "byte {place}");
        }
        for end in 0..response.len() {
            assert!(channel.clone().unwrap(&response[..end]).is_err());
        }
        let stripped = channel.clone().unwrap(&[0x90, 0]);
        assert_eq!(stripped, Err(ChannelError::Stripped));
        let report = world.reread();
        assert_eq!((report.balance.minor, report.counter), (400, 2));
        let record = report.last.unwrap();
        let answer = channel.clone().unwrap(&response).unwrap();
        assert_eq!(
            decode_value(&answer, VALUE_BYTES_MAX),
            Ok(CardAnswer::Done(record))
        );
    }
}

#[test]
fn t003_7_a_command_that_is_repeated_held_back_or_of_another_tap_does_nothing() {
    for mode in MODES {
        // Repeated.
        let (mut world, _, command) = ordered(mode);
        assert_eq!(world.relay(&command).len() % 8, 2);
        assert_eq!(world.relay(&command), [0x69, 0x88]);
        assert_eq!(world.relay(&command), [0x69, 0x85]);
        let report = world.reread();
        assert_eq!((report.balance.minor, report.counter), (400, 2));
        // Held back until another tap.
        let (mut world, _, command) = ordered(mode);
        world.power_goes();
        assert_eq!(world.relay(&command), [0x69, 0x85]);
        world.open(mode);
        assert_eq!(world.relay(&command), [0x69, 0x88]);
        is_untouched(&mut world);
        // Out of its order.
        let (mut world, mut channel, debit) = ordered(mode);
        let read = channel.wrap(READ, &[]).unwrap();
        assert_eq!(world.relay(&read), [0x69, 0x88]);
        assert_eq!(world.relay(&debit), [0x69, 0x85]);
        is_untouched(&mut world);
    }
}

#[test]
fn t003_7_nothing_that_is_relayed_shows_order_card_or_balance() {
    for mode in MODES {
        let (mut world, mut channel, command) = ordered(mode);
        let response = world.relay(&command);
        let read = channel.wrap(READ, &[]).unwrap();
        let report = world.relay(&read);
        for relayed in [&command, &response, &read, &report] {
            for part in [&[1; 4][..], &IDENTIFIER.0[..4]] {
                assert!(!relayed.windows(4).any(|bytes| bytes == part));
            }
        }
    }
}

#[test]
fn t003_7_how_much_of_a_response_is_wanted_changes_nothing_but_that() {
    for mode in MODES {
        let (mut world, mut channel, mut command) = ordered(mode);
        *command.last_mut().unwrap() = 10;
        let mut response = world.bench.raw(&command).bytes.to_vec();
        assert_eq!(response.len(), 12);
        assert_eq!(response[10], 0x61);
        response.truncate(10);
        response.extend(world.relay(&[0x00, 0xc0, 0, 0, 0]));
        let answer = channel.unwrap(&response).unwrap();
        let answer = decode_value(&answer, VALUE_BYTES_MAX);
        assert!(matches!(answer, Ok(CardAnswer::Done(record)) if record.balance == 400));
    }
}
