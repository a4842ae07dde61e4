//! All states that can be reached, each looked at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use crate::card::{Command, Effect};
use crate::check::{self, Broken};
use crate::ends::can_end;
use crate::message::Kind;
use crate::reconcile::Reconciler;
use crate::scope::{Plant, Scope};
use crate::state::{Move, State};
use crate::world_of_two::Two;

/// What each card asks for, one request after the other, in yen.
const ASKED: [[u64; 3]; 2] = [[500, 400, 300], [700, 600, 200]];
/// What is paid if a request does not say how much.
const GIVEN: [u64; 2] = [700, 300];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// States of both cards, the bank and what was said.
    pub states: usize,
    /// Ways from one of them to one of them, itself included.
    pub transitions: u64,
    /// States of the cards, each for itself.
    pub cards: [usize; 2],
    /// States of the bank.
    pub banks: usize,
    /// How often a card's power was cut, or the bank's.
    pub cuts: u64,
    /// From how many states of cards and bank the purses reported, in every order.
    pub reconciled: usize,
}

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self {
            states,
            transitions,
            cards: [first, second],
            banks,
            cuts,
            reconciled,
        } = self;
        write!(
            f,
            "{states} states, {transitions} transitions; {first} and {second} states of the cards, {banks} of the bank; \
             the power cut {cuts} times; reconciled in four ways from {reconciled}"
        )
    }
}

/// A state in which something does not hold, and what led there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// What does not hold.
    pub broken: Broken,
    /// What leads there, from the beginning.
    pub moves: Vec<Move>,
}

struct Search<'a> {
    two: &'a mut Two,
    scope: Scope,
    known: HashMap<Rc<State>, u32>,
    /// From which state each was reached first, and how.
    ways: Vec<(u32, Option<Move>)>,
    open: VecDeque<(u32, Rc<State>)>,
    found: Found,
}

/// After how many states it says how far it is.
const TOLD_EVERY: usize = 10_000;

/// Explores everything in this scope; `tell` hears now and then how many states were looked at, and how many are known.
///
/// # Errors
/// The first state, by the number of moves, in which something does not hold.
pub fn explore(
    scope: Scope,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Found, Box<Counterexample>> {
    let mut two = Two::new();
    let mut search = Search {
        two: &mut two,
        scope,
        known: HashMap::new(),
        ways: Vec::new(),
        open: VecDeque::new(),
        found: Found::default(),
    };
    search.run(tell)?;
    let mut found = search.found;
    found.states = search.ways.len();
    let distinct = |of: fn(&State) -> u32| {
        let all = search.known.keys().map(|state| of(state));
        all.collect::<HashSet<_>>().len()
    };
    found.cards = [
        distinct(|state| state.cards[0]),
        distinct(|state| state.cards[1]),
    ];
    found.banks = distinct(|state| state.bank);
    found.cuts = two.bank.cuts + two.cards.iter().map(|card| card.cuts).sum::<u64>();
    Ok(found)
}

impl Search<'_> {
    fn run(&mut self, tell: &mut dyn FnMut(usize, usize)) -> Result<(), Box<Counterexample>> {
        self.reach(Two::start(), 0, None);
        let mut reconciler = Reconciler::default();
        let mut looked_at = 0;
        while let Some((id, state)) = self.open.pop_front() {
            let looked = self.look(&state, &mut reconciler);
            looked.map_err(|broken| self.counterexample(id, broken))?;
            looked_at += 1;
            if looked_at % TOLD_EVERY == 0 {
                tell(looked_at, self.ways.len());
            }
            for one in self.moves(&state) {
                for next in self.results(&state, one) {
                    self.found.transitions += 1;
                    self.reach(next, id, Some(one));
                }
            }
        }
        self.found.reconciled = reconciler.count();
        Ok(())
    }

    fn look(&mut self, state: &State, reconciler: &mut Reconciler) -> Result<(), Broken> {
        let held = self.two.held(state);
        check::cards([&held[0], &held[1]], &self.two.loaded)?;
        check::books(self.two.bank.books(state.bank), &self.two.loaded)?;
        can_end(self.two, state)?;
        if self.scope.reconciles {
            reconciler.from(self.two, state)?;
        }
        Ok(())
    }

    fn reach(&mut self, state: State, from: u32, by: Option<Move>) {
        if self.known.contains_key(&state) {
            return;
        }
        let (id, state) = (u32::try_from(self.ways.len()).unwrap(), Rc::new(state));
        self.ways.push((from, by));
        self.known.insert(state.clone(), id);
        self.open.push_back((id, state));
    }

    /// Everything that can happen in a state.
    fn moves(&self, state: &State) -> Vec<Move> {
        let mut moves = Vec::new();
        for index in [0, 1] {
            moves.extend(
                self.own(state, index)
                    .map(|command| Move::Card(index, command)),
            );
            for message in &state.said {
                let commands = self.told(*message);
                moves.extend(
                    commands
                        .into_iter()
                        .map(|command| Move::Card(index, command)),
                );
            }
        }
        let hears = state.told < self.scope.deliveries;
        for message in state.said.iter().filter(|_| hears) {
            if let Kind::Report(card) = self.two.said.kind(*message) {
                moves.push(Move::Bank(card, *message));
            }
        }
        match self.scope.plant {
            Some(Plant::OldPages(card)) => moves.push(Move::OldPages(card)),
            Some(Plant::OldDatabase) => moves.push(Move::OldDatabase),
            Some(Plant::BookedTwice) => moves.push(Move::BookAgain),
            _ => {}
        }
        moves
    }

    /// What a card does that is told nothing.
    fn own(&self, state: &State, index: usize) -> impl Iterator<Item = Command> {
        let requests = [0, 1].map(|one: usize| self.two.cards[one].requests(state.cards[one]));
        let own = usize::from(requests[index]);
        let amount = (!self.scope.is_open)
            .then(|| ASKED[index].get(own).copied())
            .flatten();
        let asks = requests.iter().sum::<u8>() < self.scope.payments;
        let is_own = |message: &&u32| self.two.said.kind(**message) == Kind::Report(index);
        let reports = state.said.iter().filter(is_own).count();
        let reports = reports < usize::from(self.scope.reports);
        let asks = asks.then_some(Command::Ask(amount));
        asks.into_iter().chain(reports.then_some(Command::Report))
    }

    /// What a card can do with a message, whoever it is meant for.
    fn told(&self, message: u32) -> Vec<Command> {
        match self.two.said.kind(message) {
            Kind::Request(Some(amount)) => vec![Command::Pay(message, amount)],
            Kind::Request(None) => GIVEN.map(|amount| Command::Pay(message, amount)).into(),
            Kind::Payment => vec![Command::Take(message), Command::Refuse(message)],
            Kind::Answer => vec![Command::Settle(message)],
            Kind::Verdict => vec![Command::Verdict(message)],
            Kind::Notice => vec![Command::Notice(message)],
            Kind::Report(_) => Vec::new(),
        }
    }

    fn results(&mut self, state: &State, one: Move) -> Vec<State> {
        match one {
            Move::Card(index, command) => {
                let card = state.cards[index];
                let machine = &mut self.two.cards[index];
                let effects = machine.effects(card, command, true, &mut self.two.said);
                let mut results: Vec<_> = effects
                    .iter()
                    .map(|&Effect { card, says }| state.with_card(index, card, says))
                    .collect();
                let is_payment = matches!(command, Command::Pay(..));
                if is_payment && self.scope.plant == Some(Plant::NotSetAside) {
                    results.push(state.with_card(index, card, effects[0].says));
                }
                results
            }
            Move::Bank(card, report) => {
                let (is_cut, said) = (self.scope.cuts_bank, &mut self.two.said);
                let heard = self.two.bank.hear(state.bank, (card, report), is_cut, said);
                let result = |heard: &crate::bank::Heard| {
                    let mut next = State {
                        bank: heard.bank,
                        told: state.told + 1,
                        ..state.clone()
                    };
                    for word in &heard.says {
                        next.said = next.saying(Some(*word));
                    }
                    next
                };
                heard.iter().map(result).collect()
            }
            Move::OldPages(index) => {
                let before = self.two.cards[index].before(state.cards[index]);
                vec![state.with_card(index, before, None)]
            }
            Move::OldDatabase => vec![State {
                bank: 0,
                ..state.clone()
            }],
            Move::BookAgain => vec![State {
                bank: self.two.bank.book_again(state.bank),
                ..state.clone()
            }],
        }
    }

    fn counterexample(&self, id: u32, broken: Broken) -> Box<Counterexample> {
        let mut moves = Vec::new();
        let mut at = id;
        while let (from, Some(one)) = self.ways[at as usize] {
            moves.push(one);
            at = from;
        }
        moves.reverse();
        Box::new(Counterexample { broken, moves })
    }
}
