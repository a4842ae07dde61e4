//! ISO/IEC 14443-4 between host and card over a disturbed air: the card executes each command once.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use proptest::prelude::*;
use support::cards::{answer, command, type_a, with};
use support::{Cable, run};
use tallystick_reader::{Contactless, Fault, Field, Found, Frame, Heard, Port100, Technology};
use tallystick_reader_emulators::{Card, Event, Picc, Port100Device, Radio, mirrored};

/// Request, three cascade levels or two, RATS: the blocks of a card with seven bytes begin here.
const ACTIVATION: usize = 6;

fn reader(radio: Radio) -> Port100<Cable<Port100Device>> {
    let opened = run(Port100::open(Cable::to(Port100Device::with(radio))));
    opened.map_err(|(_pipe, fault)| fault).unwrap()
}

/// A mirror that counts what it executes.
fn counted() -> (Card, Rc<Cell<usize>>) {
    let count = Rc::new(Cell::new(0));
    let counter = Rc::clone(&count);
    let card = Box::new(move |apdu: &[u8]| {
        counter.set(counter.get() + 1);
        mirrored(apdu)
    });
    (card, count)
}

fn at(index: usize, event: Event) -> impl FnMut(usize) -> Event {
    move |exchange| {
        if exchange == ACTIVATION + index {
            event
        } else {
            Event::Well
        }
    }
}

#[test]
fn time_is_given_five_times_before_a_block_and_no_more() {
    for extensions in 0..=5 {
        let card = type_a().slow(extensions);
        assert_eq!(
            answer(reader(with(card)), &command(600)).unwrap(),
            mirrored(&command(600))
        );
    }
    let fault = Fault::Protocol("a card that asks for time again and again");
    assert_eq!(
        answer(reader(with(type_a().slow(6))), &command(600)),
        Err(fault)
    );
}

#[test]
fn one_lost_or_garbled_frame_anywhere_is_made_good() {
    let apdu = command(700);
    for index in 0..12 {
        for event in [Event::CommandLost, Event::AnswerLost, Event::AnswerGarbled] {
            let (card, count) = counted();
            let card = Picc::type_a(&[1, 2, 3, 4, 5, 6, 7], card).slow(1);
            let radio = with(card).disturbed(at(index, event));
            let outcome = answer(reader(radio), &apdu);
            assert_eq!(outcome.unwrap(), mirrored(&apdu), "{event:?} at {index}");
            assert_eq!(count.get(), 1, "{event:?} at {index}");
        }
    }
}

#[test]
fn after_two_retries_the_card_counts_as_gone() {
    for (event, fault) in [
        (Event::AnswerLost, Fault::Removed),
        (
            Event::AnswerGarbled,
            Fault::Protocol("the card cannot be understood"),
        ),
    ] {
        let disturbed = |losses: usize| {
            with(type_a()).disturbed(move |exchange| {
                let lost = (ACTIVATION + 1..ACTIVATION + 1 + losses).contains(&exchange);
                if lost { event } else { Event::Well }
            })
        };
        assert_eq!(
            answer(reader(disturbed(2)), &command(700)).unwrap(),
            mirrored(&command(700))
        );
        assert_eq!(answer(reader(disturbed(3)), &command(700)), Err(fault));
    }
}

#[test]
fn block_numbers_go_on_over_many_commands() {
    let mut reader = Contactless::new(reader(with(type_a().with_fsci(0))));
    assert!(matches!(run(reader.look()), Ok(Found::Card(_))));
    for bytes in [4, 13, 14, 26, 27, 100, 5] {
        assert_eq!(
            *run(reader.transmit(&command(bytes))).unwrap(),
            mirrored(&command(bytes))
        );
    }
}

/// A card that is activated as any other and then sends these blocks, whatever it hears.
struct Babbler(Picc, Vec<Vec<u8>>, usize);

impl tallystick_reader_emulators::Listener for Babbler {
    fn hear(
        &mut self,
        air: tallystick_reader_emulators::Air,
        spoken: &tallystick_reader_emulators::Spoken,
    ) -> Option<Vec<u8>> {
        self.2 += 1;
        if self.2 <= ACTIVATION {
            return self.0.hear(air, spoken);
        }
        if self.1.is_empty() {
            None
        } else {
            Some(self.1.remove(0))
        }
    }

    fn field_off(&mut self) {
        self.0.field_off();
    }
}

fn babbled(blocks: Vec<Vec<u8>>) -> Result<Vec<u8>, Fault> {
    answer(reader(with(Babbler(type_a(), blocks, 0))), &command(5))
}

#[test]
fn blocks_that_do_not_belong_here_are_refused() {
    let other = Fault::Protocol("a block that does not belong here");
    // The other block number; a card number; a node address; S(DESELECT); time without end.
    for block in [
        vec![0x03, 0x90, 0x00],
        vec![0x0A, 0, 0x90, 0x00],
        vec![0x06, 0, 0x90, 0x00],
        vec![0xC2],
        vec![0xF2, 60],
    ] {
        assert_eq!(babbled(vec![block; 3]), Err(other.clone()));
    }
    assert_eq!(
        babbled(vec![vec![0xA2]]),
        Err(Fault::Protocol(
            "an answer in the middle of a command, or none after"
        ))
    );
    assert_eq!(
        babbled(vec![vec![0x02]]),
        Err(Fault::Protocol("an answer without status word"))
    );
    assert_eq!(babbled(vec![vec![0x02, 0x90, 0x00]]).unwrap(), [0x90, 0x00]);
}

#[test]
fn a_response_without_end_is_cut_off() {
    let endless = (0..400_u32).map(|index| u8::try_from(index % 2).unwrap());
    let endless = endless
        .map(|number| [&[0x12 | number][..], &[0; 253]].concat())
        .collect();
    assert_eq!(
        babbled(endless),
        Err(Fault::Protocol("a response without end"))
    );
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Well),
        1 => Just(Event::CommandLost),
        1 => Just(Event::AnswerLost),
        1 => Just(Event::AnswerGarbled),
    ]
}

proptest! {
    /// Whatever is lost: the whole answer to a command that was executed once, or a fault.
    #[test]
    fn no_disturbance_makes_a_wrong_answer_or_a_second_execution(
        bytes in 4_usize..1_200,
        fsci in 0_u8..=8,
        extensions in 0_usize..3,
        events in proptest::collection::vec(event(), 0..200),
    ) {
        let (card, count) = counted();
        let card = Picc::type_a(&[1, 2, 3, 4, 5, 6, 7], card).with_fsci(fsci).slow(extensions);
        let radio = with(card).disturbed(move |exchange| {
            let event = exchange.checked_sub(ACTIVATION).and_then(|index| events.get(index));
            event.copied().unwrap_or(Event::Well)
        });
        if let Ok(response) = answer(reader(radio), &command(bytes)) {
            prop_assert_eq!(response, mirrored(&command(bytes)));
            prop_assert_eq!(count.get(), 1);
        } else {
            prop_assert!(count.get() <= 1);
        }
    }

    #[test]
    fn no_block_makes_the_host_panic(blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..12)) {
        let _any = babbled(blocks);
    }

    #[test]
    fn no_answer_to_the_activation_makes_the_host_panic(answers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..12)) {
        let _any = answer(reader(with(Babbler(type_a(), answers, ACTIVATION))), &command(5));
    }
}

/// A type A card that answers every block with a chained one without content.
struct EmptyChain {
    frames: usize,
}

impl Field for EmptyChain {
    async fn switch(&mut self, _: Technology) -> Result<(), Fault> {
        Ok(())
    }

    fn selects(&self) -> bool {
        true
    }

    async fn exchange(&mut self, frame: Frame<'_>) -> Result<Heard, Fault> {
        self.frames += 1;
        assert!(self.frames < 100, "the card is listened to without end");
        let pcb = frame.bytes.first().copied().unwrap();
        // An ATS of one byte; then I-blocks whose chaining bit says that more follows.
        let answer = if pcb == 0xE0 { 0x01 } else { 0x12 | (pcb & 1) };
        Ok(Heard::Frame(vec![answer]))
    }

    async fn wait(&mut self, _: u32) {}
}

#[test]
fn chained_blocks_without_content_end_the_exchange() {
    let mut reader = Contactless::new(EmptyChain { frames: 0 });
    assert_eq!(run(reader.look()), Ok(Found::Card(Technology::A)));
    let fault = Fault::Protocol("a chained block without content");
    assert_eq!(run(reader.transmit(&[0, 0xA4, 4, 0])), Err(fault));
}
