//! Opening a channel, and everything that ends it.

use tallystick_protocol::settlement::card::{ACKNOWLEDGE, DEBIT, READ, TOP_UP};
use tallystick_protocol::settlement::channel::{CardKeys, ChannelError, LEVEL, Mode};
use tallystick_protocol::wire::cbor::encode_value;

use super::world::{MODES, World, order};
use crate::Applet;
use crate::host::{self, settlement};

const NOT_NOW: [u8; 2] = [0x69, 0x85];
const WRONG: [u8; 2] = [0x69, 0x88];

#[test]
fn both_modes_open_a_channel_and_each_tap_has_keys_of_its_own() {
    let mut world = World::holding(500);
    for mode in MODES {
        let mut seen = alloc::vec![];
        for _ in 0..2 {
            let mut channel = world.open(mode);
            assert_eq!(world.read(&mut channel).balance.minor, 500);
            seen.push(channel.0.wrap(READ, b"the same").unwrap());
        }
        assert_ne!(seen[0], seen[1]);
    }
}

#[test]
fn t003_6_without_mutual_authentication_nothing_is_debited() {
    for mode in MODES {
        let mut world = World::holding(500);
        let orders = encode_value(&order(1, 100, 1));
        // Whoever has not the card's keys cannot even believe the card.
        let opening = world.opening(mode);
        let response = world.relay(&opening.initialize_update().unwrap());
        let update = opening.read(&response).unwrap();
        let stranger = CardKeys::from_bytes(&[1; 64]);
        let refused = opening.clone().authenticate(&update, &stranger).err();
        assert_eq!(refused, Some(ChannelError::Cryptogram));
        // And one who does as if is refused by the card, and so is what it orders.
        let (mut command, mut channel) = world.begun(mode);
        command[7] ^= 1;
        assert_eq!(world.relay(&command), WRONG);
        let debit = channel.wrap(DEBIT, &orders).unwrap();
        assert_eq!(world.relay(&debit), NOT_NOW);
        // Before EXTERNAL AUTHENTICATE, and before INITIALIZE UPDATE.
        let (command, mut channel) = world.begun(mode);
        let debit = channel.wrap(DEBIT, &orders).unwrap();
        assert_eq!(world.relay(&debit), NOT_NOW);
        assert_eq!(world.relay(&command), NOT_NOW, "and it has to begin anew");
        world.power_goes();
        assert_eq!(world.relay(&debit), NOT_NOW);
        // In clear it is no command.
        let mut clear = alloc::vec![0x80, DEBIT[1], 0, 0, orders.len() as u8];
        clear.extend(&orders);
        assert_eq!(world.relay(&clear), [0x6d, 0]);
        let report = world.reread();
        assert_eq!((report.balance.minor, report.counter), (500, 1));
    }
}

#[test]
fn no_level_but_33_is_opened() {
    for mode in MODES {
        let mut world = World::holding(500);
        for level in (0..=u8::MAX).filter(|level| *level != LEVEL) {
            let (mut command, mut channel) = world.begun(mode);
            command[2] = level;
            assert_eq!(world.relay(&command), [0x6a, 0x86], "{level:02x}");
            let read = channel.wrap(READ, &[]).unwrap();
            assert_eq!(world.relay(&read), NOT_NOW);
        }
        let (mut command, _) = world.begun(mode);
        command[3] = 1;
        assert_eq!(world.relay(&command), [0x6a, 0x86]);
    }
}

#[test]
fn whatever_is_not_right_in_the_channel_ends_it() {
    let select = host::select(Applet::Settlement).unwrap();
    let show = settlement::show().unwrap();
    let between: [&[u8]; 8] = [
        &select,
        &show,
        &[0x80, 0xd8, 0, 0],
        &[0x84, 0xd8, 0, 0],
        &[0x84, 0x82, LEVEL, 0, 1, 0],
        &[0x84, 0xff, 0, 0],
        &[0x00, 0x20, 0, 0x80],
        &[0x84, 0xd8, 0, 0, 9, 1],
    ];
    for mode in MODES {
        for said in between {
            let mut world = World::holding(500);
            let mut channel = world.open(mode);
            world.read(&mut channel);
            world.relay(said);
            let command = channel.0.wrap(READ, &[]).unwrap();
            assert_eq!(world.relay(&command), NOT_NOW, "{said:02x?}");
        }
    }
}

#[test]
fn what_a_server_words_wrongly_is_refused_and_ends_the_channel() {
    for mode in MODES {
        let mut world = World::holding(500);
        let order = encode_value(&order(1, 100, 1));
        let longer = [&order[..], &[0]].concat();
        let cases: [([u8; 4], &[u8], u16); 9] = [
            (READ, b"data", 0x6a80),
            (DEBIT, b"", 0x6a80),
            (DEBIT, &order[..order.len() - 1], 0x6a80),
            (DEBIT, &longer, 0x6a80),
            (TOP_UP, b"\xa0", 0x6a80),
            (ACKNOWLEDGE, b"", 0x6a80),
            (ACKNOWLEDGE, b"\x18\x01", 0x6a80),
            ([0x84, DEBIT[1], 1, 0], &order, 0x6a86),
            ([0x84, DEBIT[1], 0, 1], &order, 0x6a86),
        ];
        for (header, data, status) in cases {
            let mut channel = world.open(mode);
            let mut goes_on = channel.0.clone();
            let refused = world.ask(&mut channel, header, data);
            assert_eq!(refused, Err(ChannelError::Refused(status)), "{header:02x?}");
            goes_on.wrap(header, data).unwrap();
            let read = goes_on.wrap(READ, &[]).unwrap();
            assert_eq!(world.relay(&read), NOT_NOW);
        }
        let report = world.reread();
        assert_eq!((report.balance.minor, report.counter), (500, 1));
    }
}

#[test]
fn a_channel_is_not_seen_beside_it_and_goes_on_after_what_was_done_there() {
    let mut world = World::holding(500);
    let mut channel = world.open(Mode::S16);
    let command = channel.0.wrap(READ, &[]).unwrap();
    let rng = &mut world.bench.rng;
    let beside = world.bench.card.beside(|card| {
        card.transmit(&host::select(Applet::Settlement).unwrap(), rng);
        card.transmit(&command, rng).bytes.to_vec()
    });
    assert_eq!(beside, NOT_NOW);
    let response = world.relay(&command);
    assert!(channel.0.unwrap(&response).is_ok());
}
