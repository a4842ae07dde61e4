//! RC-S300 against an emulated device with emulated cards on it.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use proptest::prelude::*;
use support::cards::{SELECT, answer, both, command, nothing, type_a, type_b, with};
use support::{Cable, run};
use tallystick_reader::{Contactless, Fault, Found, Port400, Technology};
use tallystick_reader_emulators::{Device, Event, Picc, Port400Device, Radio, mirror, mirrored};

fn device(radio: Radio, change: impl FnOnce(&mut Port400Device)) -> Cable<Port400Device> {
    let mut device = Port400Device::with(radio);
    change(&mut device);
    Cable::to(device)
}

fn open<D: Device>(cable: Cable<D>) -> Result<Port400<Cable<D>>, Fault> {
    run(Port400::open(cable, 0)).map_err(|(_pipe, fault)| fault)
}

fn reader(radio: Radio) -> Port400<Cable<Port400Device>> {
    open(device(radio, |_| {})).unwrap()
}

fn found(radio: Radio) -> Result<Found, Fault> {
    run(Contactless::new(reader(radio)).look())
}

/// Answers every command with these bytes behind a header that fits it.
struct Says(Vec<u8>);

impl Device for Says {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        let mut reply = vec![0x83];
        reply.extend(u32::try_from(self.0.len()).unwrap().to_le_bytes());
        reply.extend([0, packet[6], 0, 0, 0]);
        reply.extend(&self.0);
        vec![reply]
    }
}

/// The pseudo-APDUs that felica-rs and rcs300-poc send to begin, in their frames.
#[test]
fn a_session_begins_as_other_drivers_begin_it() {
    struct Records(Port400Device, Vec<Vec<u8>>);
    impl Device for Records {
        fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
            self.1.push(packet.to_vec());
            self.0.take(packet)
        }
    }
    let cable = Cable::to(Records(Port400Device::with(nothing()), Vec::new()));
    let cable = run(open(cable).unwrap().close());
    let sent: Vec<&[u8]> = cable.device.1.iter().map(|packet| &packet[10..]).collect();
    let manage = |tag| [0xFF, 0x50, 0x00, 0x00, 0x02, tag, 0x00, 0x00];
    assert_eq!(sent, [0x82, 0x81, 0x83, 0x84, 0x83, 0x82].map(manage));
    assert_eq!(cable.device.1[0][..10], [0x6B, 8, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(
        cable.waited_ms,
        30 + 21,
        "the field needs time to fall and to rise"
    );
    assert!(!cable.device.0.field, "the field is off at the end");
}

#[test]
fn cards_of_types_a_and_b_and_none_are_told_apart() {
    assert_eq!(found(with(type_a())), Ok(Found::Card(Technology::A)));
    assert_eq!(found(with(type_b())), Ok(Found::Card(Technology::B)));
    assert_eq!(found(nothing()), Ok(Found::Nothing));
}

#[test]
fn a_reader_that_selects_the_card_itself_and_one_that_does_not_both_work() {
    for selects in [true, false] {
        for identifier in [
            &[1, 2, 3, 4][..],
            &[1, 2, 3, 4, 5, 6, 7],
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        ] {
            let card = Picc::type_a(identifier, mirror());
            let cable = device(with(card), |device| device.selects = selects);
            assert_eq!(
                answer(open(cable).unwrap(), SELECT).unwrap(),
                mirrored(SELECT)
            );
        }
    }
}

#[test]
fn long_commands_and_answers_are_chained() {
    for fsci in [0, 2, 5, 8] {
        for apdu in [command(300), command(5_000)] {
            let a = reader(with(type_a().with_fsci(fsci)));
            assert_eq!(answer(a, &apdu).unwrap(), mirrored(&apdu));
            let b = reader(with(type_b().with_fsci(fsci)));
            assert_eq!(answer(b, &apdu).unwrap(), mirrored(&apdu));
        }
    }
}

#[test]
fn a_reader_that_another_program_holds_is_told() {
    let held = device(with(type_a()), |device| device.held = true);
    assert_eq!(open(held).err(), Some(Fault::Held));
}

#[test]
fn a_busy_slot_is_asked_again_after_a_while_but_not_for_ever() {
    let busy = device(with(type_a()), |device| device.busy = 3);
    let cable = run(open(busy).unwrap().close());
    assert_eq!(cable.waited_ms, 3 * 50 + 30 + 21);
    let busy = device(with(type_a()), |device| device.busy = 5);
    assert_eq!(open(busy).err(), Some(Fault::Held));
}

#[test]
fn a_reader_that_asks_for_more_time_gets_it() {
    let slow = device(with(type_a()), |device| device.extensions = 10);
    assert_eq!(
        answer(open(slow).unwrap(), SELECT).unwrap(),
        mirrored(SELECT)
    );
    let endless = device(with(type_a()), |device| device.extensions = 4_000);
    assert_eq!(open(endless).err(), Some(Fault::Silent));
}

#[test]
fn answers_to_an_earlier_session_are_drained() {
    let cable = device(with(type_a()), |device| device.leftovers = true);
    assert_eq!(
        answer(open(cable).unwrap(), &command(1_000)).unwrap(),
        mirrored(&command(1_000))
    );
}

#[test]
fn another_sequence_is_never_taken_for_the_answer() {
    let cable = device(with(type_a()), |_| {}).tampered(|_, mut packet| {
        packet[6] ^= 0x80;
        vec![packet]
    });
    assert_eq!(open(cable).err(), Some(Fault::Silent));
}

#[test]
fn answers_may_come_in_pieces_or_together() {
    let pieces = device(with(type_a()), |device| device.extensions = 1)
        .tampered(|_, packet| packet.chunks(3).map(<[u8]>::to_vec).collect());
    assert_eq!(
        answer(open(pieces).unwrap(), &command(600)).unwrap(),
        mirrored(&command(600))
    );
    let mut first = Vec::new();
    let together =
        device(with(type_a()), |device| device.leftovers = true).tampered(move |index, packet| {
            if index.is_multiple_of(2) {
                first = packet;
                return vec![];
            }
            vec![[&first[..], &packet[..]].concat()]
        });
    assert_eq!(
        answer(open(together).unwrap(), SELECT).unwrap(),
        mirrored(SELECT)
    );
}

#[test]
fn two_cards_are_told() {
    let other = Picc::type_a(&[9, 9, 9, 9, 9, 9, 9], mirror());
    assert_eq!(found(both(type_a(), other)), Err(Fault::SeveralCards));
}

#[test]
fn a_card_taken_away_in_mid_command_is_removed() {
    let radio = with(type_a()).disturbed(|index| {
        if index > 12 {
            Event::TakenAway
        } else {
            Event::Well
        }
    });
    assert_eq!(answer(reader(radio), &command(5_000)), Err(Fault::Removed));
}

#[test]
fn a_reader_pulled_in_mid_command_is_removed() {
    for packets in [0, 1, 6, 15] {
        let cable = device(with(type_a()), |_| {}).pulled_after(packets);
        let outcome = open(cable).and_then(|reader| answer(reader, &command(5_000)));
        assert_eq!(outcome, Err(Fault::Removed), "after {packets} packets");
    }
}

#[test]
fn answers_that_break_the_protocol_are_refused() {
    let says = |bytes: &[u8]| open(Cable::to(Says(bytes.to_vec()))).err();
    let refused = |bytes: &[u8], what| assert_eq!(says(bytes), Some(Fault::Protocol(what)));
    refused(&[0x90], "an answer without status word");
    refused(&[0xC0, 0x03, 0x90, 0x00], "a data object that ends early");
    refused(
        &[0xC0, 0x01, 0x00, 0x90, 0x00],
        "a status of another length",
    );
    refused(
        &[0x97, 0x84, 0, 0, 0, 1, 0x90, 0x00],
        "a data object that ends early",
    );
    refused(&vec![0; 1_025], "an answer that is too long");
    let cut = device(nothing(), |_| {}).tampered(|_, mut packet| {
        packet[0] = 0x80;
        vec![packet]
    });
    assert_eq!(
        open(cut).err(),
        Some(Fault::Protocol("no answer begins here"))
    );
    let long = device(nothing(), |_| {}).tampered(|_, mut packet| {
        packet[4] = 1;
        vec![packet]
    });
    assert_eq!(
        open(long).err(),
        Some(Fault::Protocol("an answer that is too long"))
    );
}

proptest! {
    #[test]
    fn no_payload_makes_the_host_panic(mut payload in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _any = open(Cable::to(Says(payload.clone()))).err();
        payload.extend([0x90, 0x00]);
        let _any = open(Cable::to(Says(payload))).err();
    }

    #[test]
    fn no_packet_makes_the_host_panic(packet in proptest::collection::vec(any::<u8>(), 0..40)) {
        let cable = device(nothing(), |_| {}).tampered(move |_, _| vec![packet.clone()]);
        let _any = open(cable).err();
    }
}
