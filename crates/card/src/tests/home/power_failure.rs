//! The power fails at every write of a whole procedure, in both cards.

use alloc::vec::Vec;

use tallystick_protocol::home::AccessPurpose;
use tallystick_protocol::home::calls::{HomeCallKind, InnerRequest, InnerResponse};
use tallystick_protocol::test_keys::TestRng;
use zeroize::Zeroizing;

use super::cancel::freed;
use super::world::{FIRST, NOW, PROXY, SECOND, World};
use crate::Applet;
use crate::Card;
use crate::Header;
use crate::Instruction;
use crate::Page;
use crate::host::home::lending::RegistrationTerms;
use crate::host::home::{access, lending};
use crate::host::{self, home};
use crate::journal::Journal;
use crate::state::State;
use crate::tests::bench::{CHEAP, PIN, domain};
use crate::tests::memory::{ERASED, Memory, power};

const PAGES: usize = 1024;
/// What the power failing may leave of a page, and how many of the pages of a write are looked at.
const EVERY: usize = 7;

fn state_in(pages: &[Page]) -> State {
    let (_, state) = Journal::open(Memory::with(pages.to_vec())).unwrap();
    State::from_bytes(&state.expect("there is a card at every moment")).unwrap()
}

/// Does a command with a card in pages; wherever the power fails, what is kept is the state before a change or the state
/// after it, and never anything between. The response, and the card after it.
pub(super) fn cut_everywhere(
    card: &Card,
    apdu: &[u8],
    rng: &mut TestRng,
    with_pin: bool,
) -> (Zeroizing<Vec<u8>>, Card) {
    let memory = Memory::erased(PAGES);
    let (mut journal, _) = Journal::open(memory.clone()).unwrap();
    for _ in 0..2 {
        journal.write(&card.state()).unwrap();
    }
    let mut powered = power(&memory).costing(CHEAP);
    if with_pin {
        powered.transmit(&host::select(Applet::Identity).unwrap(), rng);
        powered.transmit(&host::verify_pin(PIN).unwrap(), rng);
    }
    powered.transmit(&host::select(Applet::Home).unwrap(), rng);
    let mut image = memory.pages();
    memory.0.borrow_mut().writes.clear();
    let response = powered.transmit(apdu, rng);
    let writes = core::mem::take(&mut memory.0.borrow_mut().writes);
    let before = state_in(&image);
    let after = state_in(&memory.pages());
    let mut steps = [before.clone()].to_vec();
    for (number, (page, written)) in writes.iter().enumerate() {
        let last = steps.last().unwrap().clone();
        let mut next = image.clone();
        next[*page] = *written;
        let done = state_in(&next);
        if number % EVERY == 0 || done != last {
            let mut half = image[*page];
            half[..32].copy_from_slice(&written[..32]);
            for left in [half, ERASED] {
                let mut cut = image.clone();
                cut[*page] = left;
                let found = state_in(&cut);
                assert!(found == last || found == done, "neither done nor not done");
            }
        }
        if done != last {
            steps.push(done);
        }
        image = next;
    }
    assert_eq!(*steps.last().unwrap(), after);
    // A password takes its try first: that is kept by itself. All else is one change.
    let takes_a_try = [0x52, 0x54].contains(&apdu[1]);
    assert!(
        steps.len() <= if takes_a_try { 3 } else { 2 },
        "{:02x}",
        apdu[1]
    );
    let card = Card::restore(&memory_state(&memory))
        .unwrap()
        .costing(CHEAP);
    (response, card)
}

fn memory_state(memory: &Memory) -> Zeroizing<Vec<u8>> {
    let (_, state) = Journal::open(memory.clone()).unwrap();
    state.unwrap()
}

#[test]
fn t000_4_an_order_is_counted_logged_and_remembered_as_one_wherever_the_power_fails() {
    let mut world = World::new();
    (world.home.cuts, world.away.cuts) = (true, true);
    let set_up = lending::set_up(FIRST, SECOND);
    home::public_keys(&world.home.with_pin(set_up)).unwrap();
    let terminal = home::public_keys(&world.away.send(access::keys())).unwrap();
    let enrol = lending::enrol(&terminal, "The laptop");
    host::done(&world.home.with_pin(enrol)).unwrap();
    world.lend(world.terms());
    let more = lending::TopUp {
        loan: 1,
        from: 800,
        more: 200,
        orders: 1,
    };
    host::data(&world.home.with_pin(lending::top_up(&more))).unwrap();
    let registration = lending::register(&RegistrationTerms {
        proxy: domain(PROXY),
        verifier: [5; 32],
        at: NOW,
    });
    world.home.done(registration);
    let answer = world.access().unwrap();
    world.open(&answer, FIRST).unwrap();
    world.session();
    world.release(SECOND).unwrap();
    world.enter().unwrap();
    let order = world.order(300);
    let signed = world.sign(&order).unwrap();
    assert_eq!((signed.total_left, signed.count_left), (700, 2));
    assert_eq!(world.log().len(), 1);
    let request = InnerRequest {
        posts: true,
        path: "/v1/orders".into(),
        content_type: "application/cbor".into(),
        body: [7; 500].to_vec(),
    };
    let response = InnerResponse {
        status: 201,
        content_type: "application/cbor".into(),
        body: [8; 500].to_vec(),
    };
    assert!(world.talk(&request, &response) == response);
    world.end().unwrap();
    world.home.done(lending::log());
    let stop = world.request(AccessPurpose::Stop);
    World::said(world.call(HomeCallKind::Stop, stop)).unwrap();
    world.home.done(lending::stop_everything());
    let root = order.proof.root();
    world.home.done(lending::cancel(&root, &freed(root), NOW));
    let view = world.view();
    assert_eq!(
        (view.loans[0].total_left, view.loans[0].count_left),
        (1000, 3)
    );
    let done = [&world.home.cut[..], &world.away.cut].concat();
    for ins in 0..=0xff {
        let header = Header {
            cla: 0x80,
            ins,
            p1: 0,
            p2: 0,
        };
        let instruction = Instruction::try_from(header);
        let is_ours = instruction.is_ok_and(|one| one.applet() == Some(Applet::Home));
        assert_eq!(done.contains(&ins), is_ours, "{ins:02x}");
    }
}

#[test]
fn t000_3_a_wrong_password_has_its_try_before_it_is_compared() {
    let mut world = World::lent();
    world.home.cuts = true;
    let answer = world.access().unwrap();
    assert!(world.open(&answer, "not this one").is_err());
    assert_eq!(world.view().first_tries, 4);
}
