//! The two cards and the bank, and everything that was ever said between them.

use std::rc::Rc;

use crate::bank::BankMachine;
use crate::card::{CardMachine, Command};
use crate::check::{Broken, Loaded};
use crate::held::Held;
use crate::message::{Kind, Messages};
use crate::people::{ON_ACCOUNT, Person};
use crate::state::State;

/// What is in the purses in the beginning.
const INSIDE: [u64; 2] = [1_000, 600];

/// Both cards and the bank.
pub struct Two {
    pub cards: [CardMachine; 2],
    pub bank: BankMachine,
    pub said: Messages,
    pub loaded: Loaded,
}

impl Two {
    /// With purses that hold 1,000 and 600 yen, of which the bank knows.
    pub fn new() -> Self {
        let world = crate::authority::world();
        let people = [0, 1].map(|index| Person::new(&world, index, INSIDE[index]));
        let purses = people.each_ref().map(|person| person.number);
        let pages = people.each_ref().map(Person::pages);
        let [first, second] = pages;
        let now = world.now();
        let cards = [
            CardMachine::new(0, purses[0], first, now),
            CardMachine::new(1, purses[1], second, now),
        ];
        let holders = people.map(|person| person.holder);
        let accounts = INSIDE.map(|inside| i64::try_from(ON_ACCOUNT - inside).unwrap());
        Self {
            cards,
            bank: BankMachine::new(&world, holders, purses),
            said: Messages::default(),
            loaded: Loaded {
                inside: INSIDE,
                accounts,
            },
        }
    }

    /// Where it begins.
    pub fn start() -> State {
        State {
            cards: [0, 0],
            bank: 0,
            told: 0,
            said: Box::default(),
        }
    }

    pub fn held(&self, state: &State) -> [Rc<Held>; 2] {
        [0, 1].map(|index| self.cards[index].held(state.cards[index]).clone())
    }

    /// A card does something, and its power lasts.
    pub fn does(&mut self, state: &mut State, index: usize, command: Command) -> Option<u32> {
        let card = state.cards[index];
        let effects = self.cards[index].effects(card, command, false, &mut self.said);
        *state = state.with_card(index, effects[0].card, effects[0].says);
        effects[0].says
    }

    /// As [`Two::does`]: pays a request that was paid, so that the same payment comes out.
    pub fn pays_again(&mut self, state: &mut State, index: usize, request: u32, minor: u64) {
        let card = state.cards[index];
        let command = Command::Pay(request, minor);
        let effects = self.cards[index].effects(card, command, true, &mut self.said);
        if effects[0].card == card {
            state.said = state.saying(effects[0].says);
        }
    }

    /// A card reports and takes what the bank says, with nothing lost (Sc1 to Sc4).
    pub fn synchronise(&mut self, state: &mut State, index: usize) -> Result<(), Broken> {
        let report = self.does(state, index, Command::Report);
        let report = report.ok_or_else(|| Broken::Refused("a card reports nothing".to_owned()))?;
        let heard = self
            .bank
            .hear(state.bank, (index, report), false, &mut self.said);
        let heard = &heard[0];
        state.bank = heard.bank;
        if let Some(why) = &heard.refused {
            return Err(Broken::Refused(why.clone()));
        }
        for word in &heard.says {
            let command = match self.said.kind(*word) {
                Kind::Verdict => Command::Verdict(*word),
                _ => Command::Notice(*word),
            };
            self.does(state, index, command);
        }
        Ok(())
    }
}
