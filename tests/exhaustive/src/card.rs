//! A card, as a machine: each state that it was in, and what each command made of it. The card is the real one over its
//! memory of pages; a command is executed once for each state, because card, command and random numbers decide what comes
//! of it, and nothing else.
//!
//! **Its power is cut at every write** of every command that changes it, and the page that is being written is left torn in
//! three ways. The card that starts from what is left is in the state before or in the state after: that is required, so
//! a cut leads to one of two states and its answer is lost. A state is one whatever the pages beside it hold: the journal
//! reads the newest whole area alone and writes the other one, and what a cut left there is overwritten or not whole.
//!
//! **Random numbers** follow from card and command, and of a request from its number, too: so the same again is the same
//! message, and states that differ in nothing but drawn numbers are one. That leaves nothing out. What a command drew before
//! a cut undid it was never said, so that nobody can know that the next try draws the same; of what was said, no two
//! differ in their numbers alone, because a request, a payment or an answer that was kept is not made a second time.

use std::collections::HashMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use tallystick_card::host::purse::{self, PaymentGiven, PaymentWanted};
use tallystick_card::host::{self, CardError};
use tallystick_card::stretch::Stretch;
use tallystick_card::{Applet, Page, PersistentCard};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::held::Held;
use crate::memory::{Memory, torn};
use crate::message::{Kind, MessageId, Messages};

/// Which of a card's states.
pub type CardId = u32;
/// The PIN of all cards.
pub const PIN: &str = "246810";
/// Guessing a PIN costs next to nothing here.
pub const CHEAP: Stretch = Stretch {
    memory_kib: 8,
    passes: 1,
};

/// What a card is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Ask another purse for so much, or for what it likes to give.
    Ask(Option<u64>),
    /// Pay so much for that request.
    Pay(MessageId, u64),
    /// Take that payment.
    Take(MessageId),
    /// Refuse it.
    Refuse(MessageId),
    /// End what was paid, by that answer.
    Settle(MessageId),
    /// Tell the bank.
    Report,
    /// Hear a verdict of the bank.
    Verdict(MessageId),
    /// Hear a checkpoint of the bank.
    Notice(MessageId),
}

/// What can come of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The state that the card is in.
    pub card: CardId,
    /// What it answered, if its power lasted so long.
    pub says: Option<MessageId>,
}

struct Known {
    state: Vec<u8>,
    pages: Rc<Vec<Page>>,
    held: Rc<Held>,
    /// How many requests it has made.
    requests: u8,
    /// The state that the first command which led here began with.
    before: CardId,
}

/// One of the two cards.
pub struct CardMachine {
    /// Which.
    pub index: usize,
    /// Its purse.
    pub number: PurseNumber,
    now: Timestamp,
    known: Vec<Known>,
    by_state: HashMap<[u8; 32], CardId>,
    effects: HashMap<(CardId, Command, bool), Rc<[Effect]>>,
    /// How often its power was cut.
    pub cuts: u64,
}

impl CardMachine {
    /// The card that is in these pages; its clock stands at `now`.
    pub fn new(index: usize, number: PurseNumber, pages: Vec<Page>, now: Timestamp) -> Self {
        let mut machine = Self {
            index,
            number,
            now,
            known: Vec::new(),
            by_state: HashMap::new(),
            effects: HashMap::new(),
            cuts: 0,
        };
        let state = state_in(&Memory::with(pages.clone()));
        machine.intern(state, Rc::new(pages), 0, 0);
        machine
    }

    pub fn held(&self, id: CardId) -> &Rc<Held> {
        &self.known[id as usize].held
    }

    pub fn requests(&self, id: CardId) -> u8 {
        self.known[id as usize].requests
    }

    /// The state before, as a thief keeps it who copies a card.
    pub fn before(&self, id: CardId) -> CardId {
        self.known[id as usize].before
    }

    /// Everything that can come of a command: what comes of it if its power lasts is first. If the power is cut, at
    /// every write of it.
    pub fn effects(
        &mut self,
        id: CardId,
        command: Command,
        is_cut: bool,
        said: &mut Messages,
    ) -> Rc<[Effect]> {
        let known = |is_cut| self.effects.get(&(id, command, is_cut));
        if let Some(known) = known(true).or_else(|| known(is_cut)) {
            return known.clone();
        }
        let effects: Rc<[Effect]> = self.execute(id, command, is_cut, said).into();
        self.effects.insert((id, command, is_cut), effects.clone());
        effects
    }

    fn execute(
        &mut self,
        id: CardId,
        command: Command,
        is_cut: bool,
        said: &mut Messages,
    ) -> Vec<Effect> {
        let apdu = self.apdu(command, said);
        let known = &self.known[id as usize];
        let (state, requests) = (known.state.clone(), known.requests);
        let seed = self.seed(command, &apdu, requests);
        let memory = Memory::with(known.pages.to_vec());
        let mut card = powered(&memory);
        assert_eq!(*card.state().unwrap(), state, "the PIN changes nothing");
        let mut image = Memory::with(memory.pages());
        memory.take_writes();
        let response = card.transmit(&apdu, &mut TestRng::new(seed));
        let after = card.state().unwrap().to_vec();
        let answer = host::data(&response);
        assert!(
            answer.is_ok() || after == state,
            "a refusal changes nothing"
        );
        let writes = memory.take_writes();
        assert_eq!(writes.is_empty(), after == state, "what is changed is kept");
        let is_ask = matches!(command, Command::Ask(_)) && answer.is_ok();
        let requests = requests + u8::from(is_ask);
        let pages = Rc::new(memory.pages());
        let next = self.intern(after.clone(), pages, requests, id);
        let says = said_by(self.index, command, answer, said);
        let mut effects = vec![Effect { card: next, says }];
        if !is_cut {
            return effects;
        }
        for is_done in self.cut(&mut image, &writes, (&state, &after)) {
            let card = if is_done { next } else { id };
            effects.push(Effect { card, says: None });
        }
        effects
    }

    /// Cuts the power at each of these writes. Whether the command was done then: some cuts say no and some say yes,
    /// and none says no after one that said yes.
    fn cut(
        &mut self,
        image: &mut Memory,
        writes: &[(usize, Page)],
        (before, after): (&[u8], &[u8]),
    ) -> Vec<bool> {
        let mut was_done = false;
        let mut found = Vec::new();
        for (page, written) in writes {
            for left in torn(&image.page(*page), written) {
                image.put(*page, &left);
                let state = state_in(image);
                let is_done = state == after;
                assert!(is_done || state == before && !was_done, "done or not done");
                if !found.contains(&is_done) {
                    found.push(is_done);
                }
                self.cuts += 1;
            }
            // The last of the torn pages is the whole one.
            was_done = state_in(image) == after;
        }
        assert!(was_done || writes.is_empty(), "what is answered is kept");
        found
    }

    fn intern(
        &mut self,
        state: Vec<u8>,
        pages: Rc<Vec<Page>>,
        requests: u8,
        before: CardId,
    ) -> CardId {
        let hash = Sha256::digest(&state).into();
        if let Some(known) = self.by_state.get(&hash) {
            return *known;
        }
        let id = CardId::try_from(self.known.len()).unwrap();
        let held = Rc::new(Held::of(&state, self.number));
        self.known.push(Known {
            state,
            pages,
            held,
            requests,
            before,
        });
        self.by_state.insert(hash, id);
        id
    }

    fn apdu(&self, command: Command, said: &Messages) -> Vec<u8> {
        let (at, bytes) = (self.now, |id| said.bytes(id));
        let apdu = match command {
            Command::Ask(amount) => purse::ask_purse(0, &PaymentWanted { amount, at }),
            Command::Pay(id, minor) => {
                let given = PaymentGiven {
                    request: bytes(id).to_vec(),
                    amount: Money::new(minor, Currency::Jpy),
                    at,
                    prepaid: None,
                };
                purse::pay_purse(0, &given)
            }
            Command::Take(id) => purse::take_payment(0, bytes(id), at),
            Command::Refuse(id) => purse::refuse_payment(0, bytes(id), at),
            Command::Settle(id) => purse::settle_payment(0, bytes(id), at),
            Command::Report => purse::report(0, None, at),
            Command::Verdict(id) => purse::take_verdict(0, bytes(id), at),
            Command::Notice(id) => purse::take_notice(0, bytes(id), at),
        };
        apdu.unwrap().to_vec()
    }

    fn seed(&self, command: Command, apdu: &[u8], requests: u8) -> u64 {
        let number = matches!(command, Command::Ask(_)).then_some(requests);
        let hash = Sha256::new()
            .chain_update([u8::try_from(self.index).unwrap()])
            .chain_update(number.as_slice())
            .chain_update(apdu)
            .finalize();
        u64::from_be_bytes(*hash.first_chunk().unwrap())
    }
}

/// What is in these pages when the power comes.
fn state_in(memory: &Memory) -> Vec<u8> {
    let card = PersistentCard::power(memory.clone()).unwrap();
    card.state().unwrap().to_vec()
}

/// With power, the PIN verified, and the purse's applet selected.
fn powered(memory: &Memory) -> PersistentCard<Memory> {
    let mut card = PersistentCard::power(memory.clone())
        .unwrap()
        .costing(CHEAP);
    let mut rng = TestRng::new(0);
    for apdu in [
        host::select(Applet::Identity),
        host::verify_pin(PIN),
        host::select(Applet::Purse),
    ] {
        host::done(&card.transmit(&apdu.unwrap(), &mut rng)).unwrap();
    }
    card
}

fn said_by(
    index: usize,
    command: Command,
    answer: Result<&[u8], CardError>,
    said: &mut Messages,
) -> Option<MessageId> {
    let kind = match command {
        Command::Ask(amount) => Kind::Request(amount),
        Command::Pay(..) => Kind::Payment,
        Command::Take(_) | Command::Refuse(_) => Kind::Answer,
        Command::Report => Kind::Report(index),
        Command::Settle(_) | Command::Verdict(_) | Command::Notice(_) => return None,
    };
    answer.ok().map(|data| said.number(kind, data.to_vec()))
}

/// A card from the factory becomes somebody's.
pub fn personalised(seed: u64) -> (Memory, PersistentCard<Memory>, TestRng) {
    let memory = Memory::erased();
    let mut card = PersistentCard::format(memory.clone())
        .unwrap()
        .costing(CHEAP);
    let mut rng = TestRng::new(seed);
    for apdu in [
        host::select(Applet::Identity),
        host::change_pin(host::FACTORY_PIN, PIN),
        host::change_puk(host::FACTORY_PUK, b"7H3K9PQR"),
        host::verify_pin(PIN),
        host::select(Applet::Purse),
    ] {
        host::done(&card.transmit(&apdu.unwrap(), &mut rng)).unwrap();
    }
    (memory, card, rng)
}
