//! The power fails at every single write of every command.

use alloc::{vec, vec::Vec};

use tallystick_protocol::test_keys::TestRng;

use super::{
    bench::PIN,
    memory::{ERASED, Memory, power, send},
    purse::holder::Apdu,
    scenarios::{
        PAGES, Scenario, coupon_scenarios, lived_in, prepared_scenarios, purse_scenarios,
        scenarios, settlement_scenarios, with_contactless_card, with_coupons, with_prepared_card,
        with_purses,
    },
};
use crate::Applet;
use crate::Card;
use crate::Header;
use crate::Instruction;
use crate::PAGE_BYTES;
use crate::Page;
use crate::PersistentCard;
use crate::StartError;
use crate::applets::identity::KeyReference;
use crate::host;
use crate::journal::Journal;
use crate::state::State;

/// Of the random numbers of a command that is cut.
const SEED: u64 = 4;

/// The state in a memory; what a card would be after the power came back.
fn state_in(pages: &[Page]) -> State {
    let (_, state) = Journal::open(Memory::with(pages.to_vec())).unwrap();
    let state = state.expect("there is a card at every moment");
    State::from_bytes(&state).expect("and it can be read")
}

/// What a page can look like when the power fails while it is written.
fn torn(before: &Page, after: &Page) -> [Page; 4] {
    let half = core::array::from_fn(|index| match index < PAGE_BYTES / 2 {
        true => after[index],
        false => before[index],
    });
    let noise = core::array::from_fn(|index| before[index] ^ after[index].rotate_left(3));
    [half, noise, ERASED, *after]
}

/// The states that a command leads through, in order.
fn path(scenario: &Scenario, before: &State, after: &State) -> Vec<State> {
    let mut path = vec![before.clone()];
    if scenario.takes_a_try {
        let of_puk = matches!(scenario.command[..4], [_, 0x2c, ..] | [_, 0x24, _, 0x81]);
        let mut counted = before.clone();
        match (scenario.instruction(), &mut counted.coupons) {
            (Instruction::CouponPassword, Some(coupons)) => coupons.take_try(),
            _ if of_puk => counted.puk.take_try().unwrap(),
            _ => counted.pin.take_try().unwrap(),
        }
        path.push(counted);
    }
    if path.last() != Some(after) {
        path.push(after.clone());
    }
    path
}

/// Runs a command, then looks at the memory as it is if the power failed at each of its writes. How many
/// writes there were.
fn cut_at_every_write(scenario: &Scenario, pages: &[Page]) -> usize {
    let name = scenario.name;
    let memory = Memory::with(pages.to_vec());
    let mut rng = TestRng::new(SEED);
    let mut card = power(&memory);
    for apdu in &scenario.session {
        card.transmit(apdu, &mut rng);
    }
    let mut image = memory.pages();
    memory.0.borrow_mut().writes.clear();
    let status = send(&mut card, &mut rng, &scenario.command);
    assert_eq!(status, scenario.status, "{name}");
    let (before, after) = (state_in(&image), state_in(&memory.pages()));
    assert_eq!(before != after, scenario.changes, "{name}");
    let path = path(scenario, &before, &after);
    let writes = core::mem::take(&mut memory.0.borrow_mut().writes);
    let mut reached = 0;
    for (number, (page, written)) in writes.iter().enumerate() {
        for left in torn(&image[*page], written) {
            let mut cut = image.clone();
            cut[*page] = left;
            let state = state_in(&cut);
            let on_the_way = path[reached..].iter().take(2).any(|step| *step == state);
            assert!(
                on_the_way,
                "{name}, write {number}: neither done nor not done"
            );
            let more = state.pin.tries_left() > before.pin.tries_left()
                || state.puk.tries_left() > before.puk.tries_left();
            assert!(
                !more || state == after,
                "{name}, write {number}: a try was won"
            );
        }
        image[*page] = *written;
        let state = state_in(&image);
        reached += usize::from(path[reached] != state);
        assert_eq!(path[reached], state, "{name}, write {number}");
    }
    assert_eq!(reached, path.len() - 1, "{name}: what was answered is kept");
    writes.len()
}

#[test]
fn each_command_is_done_or_not_done_wherever_the_power_fails() {
    let (pages, public, share) = lived_in();
    let (purse_pages, said) = with_purses();
    let cards = scenarios(&public, &share).into_iter();
    let purses = purse_scenarios(&said).into_iter();
    let (coupon_pages, said) = with_coupons();
    let coupons = coupon_scenarios(&said).into_iter();
    let (prepared_pages, said) = with_prepared_card();
    let prepared = prepared_scenarios(&said).into_iter();
    let tapped_pages = with_contactless_card();
    let tapped = settlement_scenarios(&tapped_pages, SEED).into_iter();
    let cards = cards.map(|scenario| (scenario, &pages));
    let all_scenarios = cards
        .chain(purses.map(|scenario| (scenario, &purse_pages)))
        .chain(coupons.map(|scenario| (scenario, &coupon_pages)))
        .chain(prepared.map(|scenario| (scenario, &prepared_pages)))
        .chain(tapped.map(|scenario| (scenario, &tapped_pages)));
    let mut covered = Vec::new();
    let mut cuts = 0;
    for (scenario, pages) in all_scenarios {
        let writes = cut_at_every_write(&scenario, pages);
        let writes_something = scenario.changes || scenario.takes_a_try;
        assert_eq!(writes > 1, writes_something, "{}", scenario.name);
        cuts += writes;
        if !covered.contains(&scenario.instruction()) {
            covered.push(scenario.instruction());
        }
    }
    let (p1, p2) = (0, 0);
    let headers =
        (0..=0xff_u8).flat_map(|ins| [0x00, 0x80, 0x84].map(|cla| Header { cla, ins, p1, p2 }));
    let all: Vec<_> = headers
        .filter_map(|header| Instruction::try_from(header).ok())
        .chain([Instruction::InitializeUpdate])
        // What two cards do with each other is cut in `tests::home::power_failure` and `tests::purse::local::power`.
        .filter(|instruction| instruction.applet() != Some(Applet::Home))
        .filter(|instruction| {
            !matches!(
                instruction,
                Instruction::AskPurse
                    | Instruction::PayPurse
                    | Instruction::TakePayment
                    | Instruction::SettlePayment
            )
        })
        .collect();
    for instruction in &all {
        assert!(
            covered.contains(instruction),
            "{instruction:?} is in no scenario"
        );
    }
    assert_eq!(covered.len(), all.len());
    assert!(cuts > 150, "{cuts} writes are too few to mean anything");
}

#[test]
fn a_memory_that_fails_while_the_card_goes_on_leaves_the_same_as_a_power_failure() {
    let (pages, ..) = lived_in();
    let change = host::change_pin(PIN, "135790").unwrap();
    for all_the_same in [false, true] {
        for writes in 0.. {
            let memory = Memory::with(pages.clone());
            let mut rng = TestRng::new(4);
            let mut card = power(&memory);
            send(
                &mut card,
                &mut rng,
                &host::select(Applet::Identity).unwrap(),
            );
            memory.0.borrow_mut().writes_left = Some(writes);
            memory.0.borrow_mut().done_all_the_same = all_the_same;
            let status = send(&mut card, &mut rng, &change);
            let in_memory = state_in(&memory.pages());
            if status == 0x9000 {
                break;
            }
            assert_eq!(status, 0x6581);
            memory.0.borrow_mut().writes_left = None;
            // The session is over, and what goes on is the card in the memory.
            assert_eq!(
                send(&mut card, &mut rng, &host::pin_tries().unwrap()),
                0x6985
            );
            send(
                &mut card,
                &mut rng,
                &host::select(Applet::Identity).unwrap(),
            );
            let left = 0x63c0 + u16::from(in_memory.pin.tries_left());
            assert_eq!(send(&mut card, &mut rng, &host::pin_tries().unwrap()), left);
            let wrong = send(&mut card, &mut rng, &host::verify_pin("999999").unwrap());
            assert_eq!(wrong, left - 1);
        }
    }
}

#[test]
fn a_try_is_in_the_memory_before_the_pin_is_compared() {
    let (pages, ..) = lived_in();
    for pin in [PIN, "000000"] {
        let memory = Memory::with(pages.clone());
        let mut rng = TestRng::new(4);
        let mut card = power(&memory);
        send(
            &mut card,
            &mut rng,
            &host::select(Applet::Identity).unwrap(),
        );
        memory.0.borrow_mut().writes_left = Some(0);
        let status = send(&mut card, &mut rng, &host::verify_pin(pin).unwrap());
        assert_eq!(status, 0x6581, "right and wrong look alike");
        assert_eq!(state_in(&memory.pages()).pin.tries_left(), 3);
    }
}

#[test]
fn cutting_the_power_right_after_the_comparison_wins_no_try() {
    let (pages, ..) = lived_in();
    let memory = Memory::with(pages);
    let mut rng = TestRng::new(4);
    let mut compared = 0;
    let guess = host::verify_pin("000000").unwrap();
    loop {
        let mut card = power(&memory);
        send(
            &mut card,
            &mut rng,
            &host::select(Applet::Identity).unwrap(),
        );
        let before = state_in(&memory.pages()).pin.tries_left();
        if send(&mut card, &mut rng, &host::pin_tries().unwrap()) == 0x6983 {
            break;
        }
        // The thief lets the card write until the try is there, and sees what the comparison said.
        memory.0.borrow_mut().writes.clear();
        send(&mut card, &mut rng, &guess);
        let written = memory.0.borrow().writes.len();
        assert!(written > 1);
        compared += 1;
        assert_eq!(state_in(&memory.pages()).pin.tries_left(), before - 1);
        assert!(compared <= 3);
    }
    assert_eq!(compared, 3);
}

#[test]
fn a_state_that_does_not_fit_is_refused_and_the_card_stays_as_it_was() {
    let memory = Memory::erased(2 * 8);
    let mut rng = TestRng::new(4);
    let mut card = PersistentCard::format(memory.clone()).unwrap();
    send(
        &mut card,
        &mut rng,
        &host::select(Applet::Identity).unwrap(),
    );
    let before = state_in(&memory.pages());
    let put = host::put_certificate(&[0x30; 440]).unwrap();
    assert_eq!(send(&mut card, &mut rng, &put), 0x6a84);
    assert_eq!(state_in(&memory.pages()), before);
    send(
        &mut card,
        &mut rng,
        &host::select(Applet::Identity).unwrap(),
    );
    let get = host::get_certificate().unwrap();
    assert_eq!(send(&mut card, &mut rng, &get), 0x6a82);
    let small = PersistentCard::format(Memory::erased(2));
    assert_eq!(small.map(|_| ()), Err(StartError::TooSmall));
}

#[test]
fn a_memory_that_can_no_longer_be_read_stops_the_card() {
    let (pages, ..) = lived_in();
    let memory = Memory::with(pages);
    let mut rng = TestRng::new(4);
    let mut card = power(&memory);
    send(
        &mut card,
        &mut rng,
        &host::select(Applet::Identity).unwrap(),
    );
    memory.0.borrow_mut().unreadable = true;
    memory.0.borrow_mut().writes_left = Some(0);
    for _ in 0..2 {
        let guess = host::verify_pin(PIN).unwrap();
        assert_eq!(send(&mut card, &mut rng, &guess), 0x6581);
    }
    let dead = PersistentCard::power(memory);
    assert!(matches!(dead, Err(StartError::Memory(_))));
}

#[test]
fn a_memory_without_a_card_is_named_as_such() {
    for pages in [0, 1, 2, PAGES] {
        let card = PersistentCard::power(Memory::erased(pages));
        assert_eq!(card.map(|_| ()), Err(StartError::NoCard), "{pages}");
    }
    let (mut pages, ..) = lived_in();
    pages[0][20] ^= 1;
    assert!(PersistentCard::power(Memory::with(pages.clone())).is_ok());
    pages[PAGES / 2][20] ^= 1;
    let card = PersistentCard::power(Memory::with(pages));
    assert_eq!(card.map(|_| ()), Err(StartError::NoCard));
}

#[test]
fn what_was_deleted_or_replaced_is_nowhere_in_the_memory() {
    let (pages, ..) = lived_in();
    let before = state_in(&pages);
    let key = |reference| KeyReference::new(reference).unwrap();
    let slot = before.slot(0).unwrap();
    let secrets = [
        before.key(key(0x9c)).unwrap().as_written(),
        before.key(key(0x84)).unwrap().as_written(),
        slot.secret.as_slice(),
        slot.shares[0].parts.as_ref().unwrap()[0].as_written(),
    ];
    let ended = [
        (host::generate_signing_key(0), 3),
        (host::delete_signing_key(3), 2),
        (host::select(Applet::Keys), 2),
        (host::delete_slot(0), 0),
    ];
    are_gone_after(&pages, &secrets, &ended);
}

#[test]
fn a_purse_key_that_was_replaced_or_deleted_is_nowhere_in_the_memory() {
    let (pages, said) = with_purses();
    let keys = purse_keys(&state_in(&pages));
    let ended = [
        (host::select(Applet::Purse), 2),
        (host::purse::open(0, &said.renewal), 1),
        (host::purse::close(1), 0),
    ];
    are_gone_after(&pages, &[&keys[0], &keys[2]], &ended);
}

#[test]
fn the_keys_of_a_card_that_was_forgotten_are_nowhere_in_the_memory() {
    let (pages, _) = with_prepared_card();
    let state = state_in(&pages);
    let secrets: Vec<_> = state.settlement.as_ref().unwrap().secrets().collect();
    let ended = [
        (host::select(Applet::Settlement), 1),
        (host::settlement::forget(), 0),
    ];
    are_gone_after(&pages, &secrets, &ended);
}

#[test]
fn t001_13_a_coupon_that_was_locked_or_removed_is_nowhere_in_the_memory_in_clear() {
    let (pages, said) = with_coupons();
    let signature = &said.held[said.held.len() - 40..];
    let (lock, remove) = (host::coupon::lock(0), host::coupon::remove(0));
    for ended in [lock, remove] {
        let applet = host::select(Applet::Coupon);
        are_gone_after(&pages, &[signature], &[(applet, 1), (ended, 0)]);
    }
}

/// Whether the memory holds that many of the secrets after each command, the PIN being verified.
fn are_gone_after(pages: &[Page], secrets: &[&[u8]], commands: &[(Apdu, usize)]) {
    let found = |pages: &[Page]| {
        let all = pages.concat();
        // A piece that fits between two pages wherever it begins.
        let held = |secret: &&&[u8]| all.windows(16).any(|window| window == &secret[8..24]);
        secrets.iter().filter(held).count()
    };
    assert_eq!(
        found(pages),
        secrets.len(),
        "the search itself must find them"
    );
    let memory = Memory::with(pages.to_vec());
    let mut rng = TestRng::new(4);
    let mut card = power(&memory);
    for apdu in [host::select(Applet::Identity), host::verify_pin(PIN)] {
        assert_eq!(send(&mut card, &mut rng, &apdu.unwrap()), 0x9000);
    }
    for (apdu, left) in commands {
        let apdu = apdu.as_ref().unwrap();
        assert_eq!(send(&mut card, &mut rng, apdu), 0x9000);
        assert_eq!(found(&memory.pages()), *left);
    }
}

/// The keys of the purses as they are written down: the one at place 0, its next, and the one at place 1.
fn purse_keys(state: &State) -> Vec<Vec<u8>> {
    let mut card = Card::restore(&state.to_bytes()).unwrap();
    let mut rng = TestRng::new(4);
    for apdu in [host::select(Applet::Identity), host::verify_pin(PIN)] {
        card.transmit(&apdu.unwrap(), &mut rng);
    }
    let safe = card.safe_key().unwrap();
    let secrets = state.purses.as_ref().unwrap().secrets(&safe);
    secrets
        .iter()
        .map(|(written, _)| written.to_vec())
        .collect()
}
