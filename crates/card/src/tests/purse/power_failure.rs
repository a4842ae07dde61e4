//! The power fails at every write of a purse's life.

use alloc::vec::Vec;

use tallystick_protocol::purse::{MovementOutcome, MovementRequest};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};

use super::bank::START;
use super::holder::{ACCOUNT, Apdu, Holder, PURSE, yen};
use crate::Applet;
use crate::Card;
use crate::Page;
use crate::PersistentCard;
use crate::host::{self, purse};
use crate::journal::Journal;
use crate::tests::bench::{CHEAP, PIN};
use crate::tests::memory::{Memory, power};

/// What can be spent of all that is in the card; of the purse at place 0 what is pending out, is pending in, how long the
/// history is, and how many movements are pending.
pub(super) type Books = (u64, u64, u64, u64, usize);

const PAGES: usize = 512;

fn books(card: &mut Card) -> Books {
    let mut rng = TestRng::new(9);
    card.transmit(&host::select(Applet::Purse).unwrap(), &mut rng);
    let response = card.transmit(&purse::read_purse(0).unwrap(), &mut rng);
    let view = purse::purse(&response.bytes).unwrap();
    let state = view.state.unwrap();
    let listed = card.transmit(&purse::list_purses().unwrap(), &mut rng);
    let mut amount = 0;
    for listed in purse::purses(&listed.bytes).unwrap() {
        let response = card.transmit(&purse::read_purse(listed.place).unwrap(), &mut rng);
        let view = purse::purse(&response.bytes).unwrap();
        amount += view.state.map_or(0, |state| state.amount);
    }
    (
        amount,
        state.pending_out,
        state.pending_in,
        state.sequence,
        view.pending.len(),
    )
}

fn books_in(pages: &[Page]) -> Books {
    let (_, state) = Journal::open(Memory::with(pages.to_vec())).unwrap();
    books(&mut Card::restore(&state.expect("a card at every moment")).unwrap())
}

/// A card in pages, with what a holder's card keeps.
pub(super) struct Cut {
    memory: Memory,
    rng: TestRng,
    /// The public key of the purse.
    key: VerifyingKey,
    pub(super) writes: usize,
}

impl Cut {
    pub(super) fn of(holder: &mut Holder) -> Self {
        let memory = Memory::erased(PAGES);
        let (mut journal, _) = Journal::open(memory.clone()).unwrap();
        for _ in 0..2 {
            journal.write(&holder.bench.card.state()).unwrap();
        }
        let key = holder.view().public_key.unwrap();
        Self {
            memory,
            rng: TestRng::new(6),
            key: VerifyingKey::from_spki(&key).unwrap(),
            writes: 0,
        }
    }

    fn powered(&mut self) -> PersistentCard<Memory> {
        let mut card = power(&self.memory).costing(CHEAP);
        for apdu in [
            host::select(Applet::Identity),
            host::verify_pin(PIN),
            host::select(Applet::Purse),
        ] {
            host::done(&card.transmit(&apdu.unwrap(), &mut self.rng)).unwrap();
        }
        card
    }

    /// Does a command; wherever the power fails in it, the books are those of before or those of after.
    pub(super) fn step(&mut self, apdu: Apdu, change: fn(Books) -> Books) -> Vec<u8> {
        let mut card = self.powered();
        let mut image = self.memory.pages();
        let before = books_in(&image);
        self.memory.0.borrow_mut().writes.clear();
        let response = card.transmit(&apdu.unwrap(), &mut self.rng);
        let data = host::data(&response).unwrap().to_vec();
        let after = books_in(&self.memory.pages());
        assert_eq!(after, change(before));
        let writes = core::mem::take(&mut self.memory.0.borrow_mut().writes);
        let mut is_done = false;
        for (page, written) in &writes {
            // The page torn in its middle, or gone.
            let mut torn = image[*page];
            torn[..32].copy_from_slice(&written[..32]);
            for left in [torn, [0xff; 64], *written] {
                let mut cut = image.clone();
                cut[*page] = left;
                let found = books_in(&cut);
                assert!(found == after || (found == before && !is_done));
            }
            image[*page] = *written;
            is_done |= books_in(&image) == after;
        }
        assert!(is_done && !writes.is_empty());
        self.writes += writes.len();
        data
    }

    fn read(&self, signed: &[u8]) -> MovementRequest {
        keyed::open(signed, &self.key).unwrap()
    }
}

#[test]
fn a_cut_at_any_write_loses_and_creates_nothing() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut holder = Holder::signing(algorithm);
        holder.load(5_000).unwrap();
        let mut cut = Cut::of(&mut holder);
        let bank = &mut holder.bank;

        let load = terms(ACCOUNT, PURSE, 700);
        let asked = cut.step(purse::request(0, &load), |(a, o, i, s, p)| {
            (a, o, i, s, p + 1)
        });
        let load = cut.read(&asked);
        let offer = bank.offer(&load);
        let offer = purse::answer_offer(0, true, &bank.sign(&offer), START);
        cut.step(offer, |(a, o, i, s, p)| (a, o, i + 700, s, p));
        let verdict = bank.verdict(load.transaction, MovementOutcome::Completed);
        let verdict = purse::take_verdict(0, &verdict, START);
        cut.step(verdict, |(a, o, i, s, p)| {
            (a + 700, o, i - 700, s + 1, p - 1)
        });

        let unload = terms(PURSE, ACCOUNT, 300);
        let given = |(a, o, i, s, p)| (a - 300, o + 300, i, s + 1, p + 1);
        let asked = cut.step(purse::request(0, &unload), given);
        let completed = cut.read(&asked);
        let asked = cut.step(purse::request(0, &unload), given);
        let cancelled = cut.read(&asked);
        let asked = cut.step(purse::request(0, &unload), given);
        let refused = cut.read(&asked);
        let verdict = bank.verdict(completed.transaction, MovementOutcome::Completed);
        let verdict = purse::take_verdict(0, &verdict, START);
        cut.step(verdict, |(a, o, i, s, p)| (a, o - 300, i, s, p - 1));
        let verdict = bank.verdict(cancelled.transaction, MovementOutcome::NotCompleted);
        let verdict = purse::take_verdict(0, &verdict, START);
        cut.step(verdict, |(a, o, i, s, p)| {
            (a + 300, o - 300, i, s + 1, p - 1)
        });
        let offer = bank.offer(&refused);
        let offer = purse::answer_offer(0, false, &bank.sign(&offer), START);
        cut.step(offer, |(a, o, i, s, p)| (a + 300, o - 300, i, s + 1, p));

        let order = purse::OrderToPay {
            root: tallystick_protocol::wire::identifier::Root([1; 32]),
            shop: crate::tests::bench::domain("tea.localhost"),
            amount: yen(1_000),
            at: START,
        };
        let paid = |(a, o, i, s, p)| (a - 1_000, o + 1_000, i, s + 1, p + 1);
        cut.step(purse::pay(0, &order), paid);
        let root = tallystick_protocol::wire::identifier::TransactionId([1; 32]);
        let verdict = bank.verdict(root, MovementOutcome::Completed);
        let verdict = purse::take_verdict(0, &verdict, START);
        cut.step(verdict, |(a, o, i, s, p)| (a, o - 1_000, i, s, p - 1));
        assert!(cut.writes > 200, "{} writes", cut.writes);
    }
}

fn terms(
    source: tallystick_protocol::purse::Endpoint,
    destination: tallystick_protocol::purse::Endpoint,
    amount: u64,
) -> purse::MovementTerms {
    purse::MovementTerms {
        source,
        destination,
        amount: yen(amount),
        at: START,
        prepaid: None,
        transaction: None,
    }
}
