//! RC-S380 against an emulated device with emulated cards on it.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use proptest::prelude::*;
use support::cards::{SELECT, answer, both, command, nothing, type_a, type_b, with};
use support::{Cable, run};
use tallystick_reader::{Contactless, Fault, Found, Port100, Technology};
use tallystick_reader_emulators::{Device, Event, Picc, Port100Device, Radio, mirror, mirrored};

type Reader = Port100<Cable<Port100Device>>;

fn cable(radio: Radio) -> Cable<Port100Device> {
    Cable::to(Port100Device::with(radio))
}

fn open<D: Device>(cable: Cable<D>) -> Result<Port100<Cable<D>>, Fault> {
    run(Port100::open(cable)).map_err(|(_pipe, fault)| fault)
}

fn reader(radio: Radio) -> Reader {
    open(cable(radio)).unwrap()
}

fn found(radio: Radio) -> Result<Found, Fault> {
    run(Contactless::new(reader(radio)).look())
}

/// Sends nothing of its own: what the host receives is scripted.
struct Script(Vec<Vec<u8>>);

impl Device for Script {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        if packet.len() == 6 {
            return Vec::new();
        }
        std::mem::take(&mut self.0)
    }
}

fn scripted(packets: &[&[u8]]) -> Option<Fault> {
    let packets = packets.iter().map(|packet| packet.to_vec()).collect();
    open(Cable::to(Script(packets))).err()
}

#[test]
fn the_first_command_is_the_one_that_other_drivers_send() {
    struct Records(Vec<Vec<u8>>);
    impl Device for Records {
        fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
            self.0.push(packet.to_vec());
            Vec::new()
        }
    }
    let (cable, fault) = run(Port100::open(Cable::to(Records(Vec::new()))))
        .err()
        .unwrap();
    assert_eq!(fault, Fault::Silent);
    let ack = [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];
    // SetCommandType 1, as rcs300-poc and nfcpy send it.
    let set_command_type = [
        0x00, 0x00, 0xFF, 0xFF, 0xFF, 0x03, 0x00, 0xFD, 0xD6, 0x2A, 0x01, 0xFF, 0x00,
    ];
    assert_eq!(cable.device.0, [&ack[..], &set_command_type[..]]);
}

#[test]
fn cards_of_types_a_and_b_and_none_are_told_apart() {
    assert_eq!(found(with(type_a())), Ok(Found::Card(Technology::A)));
    assert_eq!(found(with(type_b())), Ok(Found::Card(Technology::B)));
    assert_eq!(found(nothing()), Ok(Found::Nothing));
}

#[test]
fn a_select_goes_through_with_identifiers_of_every_length() {
    for identifier in [
        &[1, 2, 3, 4][..],
        &[1, 2, 3, 4, 5, 6, 7],
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ] {
        let card = Picc::type_a(identifier, mirror());
        assert_eq!(
            answer(reader(with(card)), SELECT).unwrap(),
            mirrored(SELECT)
        );
    }
    assert_eq!(
        answer(reader(with(type_b())), SELECT).unwrap(),
        mirrored(SELECT)
    );
}

#[test]
fn long_commands_and_answers_are_chained_in_frames_the_card_takes() {
    for fsci in 0..=8 {
        for apdu in [command(5), command(300), command(2_000)] {
            let a = reader(with(type_a().with_fsci(fsci)));
            assert_eq!(answer(a, &apdu).unwrap(), mirrored(&apdu));
            let b = reader(with(type_b().with_fsci(fsci)));
            assert_eq!(answer(b, &apdu).unwrap(), mirrored(&apdu));
        }
    }
}

#[test]
fn a_card_that_only_stores_is_no_card_for_a_wallet() {
    assert_eq!(found(with(type_a().without_layer_4())), Ok(Found::Nothing));
    assert_eq!(found(with(type_b().without_layer_4())), Ok(Found::Nothing));
}

#[test]
fn two_cards_are_told_and_none_of_them_is_spoken_to() {
    let other = || Picc::type_a(&[9, 9, 9, 9, 9, 9, 9], mirror());
    assert_eq!(found(both(type_a(), other())), Err(Fault::SeveralCards));
    let other = || Picc::type_b([9; 4], mirror());
    assert_eq!(found(both(type_b(), other())), Err(Fault::SeveralCards));
}

#[test]
fn a_card_taken_away_in_mid_command_is_removed_and_stays_so() {
    // Two of sense, four of anticollision, one of RATS; then the blocks.
    let radio = with(type_a()).disturbed(|index| match index {
        9.. => Event::TakenAway,
        _ => Event::Well,
    });
    let mut reader = Contactless::new(reader(radio));
    assert_eq!(run(reader.look()), Ok(Found::Card(Technology::A)));
    assert_eq!(run(reader.transmit(&command(2_000))), Err(Fault::Removed));
    assert_eq!(run(reader.transmit(SELECT)), Err(Fault::NoCard));
}

#[test]
fn a_reader_pulled_in_mid_command_is_removed() {
    for packets in [0, 1, 5, 20, 30] {
        let cable = cable(with(type_a())).pulled_after(packets);
        let outcome = open(cable).and_then(|reader| answer(reader, &command(5_000)));
        assert_eq!(outcome, Err(Fault::Removed), "after {packets} packets");
    }
}

#[test]
fn the_field_is_off_at_the_end() {
    let mut reader = Contactless::new(reader(with(type_a())));
    assert_eq!(run(reader.look()), Ok(Found::Card(Technology::A)));
    let cable = run(reader.into_field().close());
    assert!(!cable.device.field);
}

#[test]
fn what_an_earlier_session_left_is_drained() {
    struct Leftovers(Port100Device, bool);
    impl Device for Leftovers {
        fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
            if std::mem::take(&mut self.1) {
                return vec![vec![0, 0, 0xFF, 0xFF], vec![0xD7, 0x05], vec![7; 64]];
            }
            self.0.take(packet)
        }
    }
    let device = Leftovers(Port100Device::with(with(type_a())), true);
    assert_eq!(
        answer(open(Cable::to(device)).unwrap(), SELECT).unwrap(),
        mirrored(SELECT)
    );
}

#[test]
fn frames_may_come_in_pieces_or_together() {
    let pieces =
        cable(with(type_a())).tampered(|_, packet| packet.chunks(7).map(<[u8]>::to_vec).collect());
    assert_eq!(
        answer(open(pieces).unwrap(), &command(600)).unwrap(),
        mirrored(&command(600))
    );
    let mut ack = Vec::new();
    let together = cable(with(type_a())).tampered(move |index, packet| {
        if index.is_multiple_of(2) {
            ack = packet;
            return vec![];
        }
        vec![[&ack[..], &packet[..]].concat()]
    });
    assert_eq!(
        answer(open(together).unwrap(), &command(600)).unwrap(),
        mirrored(&command(600))
    );
}

#[test]
fn a_flipped_bit_in_any_byte_of_an_answer_is_noticed() {
    for at in 0..12 {
        let cable = cable(nothing()).tampered(move |index, mut packet| {
            if index == 1 {
                packet[at] ^= 0x10;
            }
            vec![packet]
        });
        assert!(open(cable).is_err(), "byte {at}");
    }
}

#[test]
fn answers_that_break_the_protocol_are_refused() {
    let ack = [0, 0, 0xFF, 0, 0xFF, 0];
    let set = [0, 0, 0xFF, 0xFF, 0xFF, 3, 0, 0xFD, 0xD7, 0x2B, 0, 0xFE, 0];
    let refused =
        |packets: &[&[u8]], what| assert_eq!(scripted(packets), Some(Fault::Protocol(what)));
    refused(&[&set], "an answer without acknowledgement");
    refused(&[&ack, &ack], "two acknowledgements");
    refused(
        &[&[0, 0, 0xFF, 0xFF, 0xFF, 0]],
        "the reader did not understand a frame",
    );
    refused(
        &[&ack, &[0, 0, 0xFF, 0xFF, 0xFF]],
        "the reader did not understand a frame",
    );
    refused(&[&[1, 2, 3]], "no frame begins here");
    let other = [0, 0, 0xFF, 0xFF, 0xFF, 3, 0, 0xFD, 0xD7, 0x2D, 0, 0xFC, 0];
    refused(&[&ack, &other], "the answer to another command");
    refused(
        &[&ack, &[0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2]],
        "a frame that is too long",
    );
    let failed = [0, 0, 0xFF, 0xFF, 0xFF, 3, 0, 0xFD, 0xD7, 0x2B, 7, 0xF7, 0];
    assert_eq!(scripted(&[&ack, &failed]), Some(Fault::Reported(7)));
}

#[test]
fn the_short_form_of_a_frame_is_read_too() {
    let ack = [0, 0, 0xFF, 0, 0xFF, 0];
    let set = [0, 0, 0xFF, 3, 0xFD, 0xD7, 0x2B, 0, 0xFE, 0];
    // The first command is done; the second is not answered.
    assert_eq!(scripted(&[&ack, &set]), Some(Fault::Silent));
}

proptest! {
    #[test]
    fn no_packet_makes_the_host_panic(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..4)) {
        let mut packets: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
        let _any = scripted(&packets);
        packets.insert(0, &[0, 0, 0xFF, 0, 0xFF, 0]);
        let _any = scripted(&packets);
    }
}
