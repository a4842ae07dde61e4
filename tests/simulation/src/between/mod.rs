//! Purses that pay each other with no bank in between: who meets whom, what becomes of the texts on their way from one
//! wallet to the other, and what all cards have been seen to keep of it.

pub(crate) mod histories;
pub(crate) mod thief;

use std::cell::{Cell, RefCell};

use data_encoding::BASE64URL_NOPAD;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::purse::local::LocalRequest;
use tallystick_protocol::trust::keyed;

use self::histories::Histories;
use self::thief::Thief;
use crate::dice::Dice;
use crate::holder::between::Heard;
use crate::people::everybody;
use crate::plant::Plant;
use crate::town::Town;

/// In front of a request's text.
const REQUEST: &str = "TALLY-ASK-1.";
/// Of a thousand texts: how many are lost, read twice, read much later, and read by somebody else besides.
const LOST: u32 = 120;
const DOUBLED: u32 = 150;
const DELAYED: u32 = 200;
const STRAYED: u32 = 80;
/// The longest that a text lies about, in milliseconds.
const DELAY_MAX_MS: u64 = 300_000;

/// All of it.
pub(crate) struct Between {
    /// Whether anybody pays so.
    pub(crate) is_on: bool,
    /// Who meets whom: never everybody, and not in a circle of all.
    pairs: Vec<[&'static str; 2]>,
    dice: Dice,
    /// The requests that were shown.
    requests: RefCell<Vec<(PurseNumber, LocalRequest)>>,
    /// Whoever has a copied card, if anybody does.
    pub(crate) thief: Option<Thief>,
    /// What cards have kept.
    pub(crate) histories: Histories,
    /// Whether nothing becomes of a text but that it arrives.
    pub(crate) is_calm: Cell<bool>,
}

impl Between {
    pub(crate) fn new(seed: u64, is_on: bool, plant: Option<Plant>) -> Self {
        let dice = Dice::new(seed, "between purses");
        Self {
            is_on,
            pairs: some_pairs(&dice),
            dice,
            requests: RefCell::default(),
            thief: is_on.then(|| Thief::some(seed, plant)).flatten(),
            histories: Histories::default(),
            is_calm: Cell::new(false),
        }
    }

    /// Whom they meet.
    pub(crate) fn friends(&self, name: &str) -> Vec<&'static str> {
        let of = |[one, other]: &[&'static str; 2]| match name {
            name if name == *one => Some(*other),
            name if name == *other => Some(*one),
            _ => None,
        };
        self.pairs.iter().filter_map(of).collect()
    }

    /// Whether they have a copy of their own card.
    pub(crate) fn has_copy(&self, name: &str) -> bool {
        self.thief.as_ref().is_some_and(|thief| thief.is(name))
    }

    /// How a payment of this request by that purse is numbered, for each request and each purse.
    pub(crate) fn numbers(&self, purses: &[PurseNumber]) -> Vec<String> {
        let requests = self.requests.borrow();
        let of = |(payee, request): &(PurseNumber, LocalRequest)| {
            let payers = purses.iter().filter(|payer| *payer != payee);
            let number = |payer| request.transaction(payer, payee).to_string();
            payers.map(number).collect::<Vec<_>>()
        };
        requests.iter().flat_map(of).collect()
    }

    fn see(&self, text: &str) {
        let bytes = text.strip_prefix(REQUEST);
        let bytes = bytes.and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
        let request = bytes.and_then(|bytes| keyed::unverified::<LocalRequest>(&bytes).ok());
        let Some(request) = request else { return };
        let mut requests = self.requests.borrow_mut();
        let is_known = requests
            .iter()
            .any(|(_, known)| known.nonce == request.nonce);
        if let (false, Ok(payee)) = (is_known, request.payee.number()) {
            requests.push((payee, request));
        }
    }
}

/// A tree over all, in which each is tied to somebody before, and a few pairs more.
fn some_pairs(dice: &Dice) -> Vec<[&'static str; 2]> {
    let firsts: Vec<_> = everybody().map(|person| person.computers[0]).collect();
    let mut pairs = Vec::new();
    for at in 1..firsts.len() {
        pairs.push([firsts[dice.index(at)], firsts[at]]);
    }
    for _ in 0..dice.below(3) {
        let one = dice.index(firsts.len());
        let other = (one + 1 + dice.index(firsts.len() - 1)) % firsts.len();
        let pair = [firsts[one.min(other)], firsts[one.max(other)]];
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

impl Town {
    /// Somebody shows somebody a text.
    pub(crate) fn show(&self, from: &'static str, to: &'static str, text: &str) {
        let between = &self.between;
        between.see(text);
        let what = text.split('.').next().unwrap_or_default();
        let mut faults = String::new();
        let mut ways = Vec::new();
        let may_fail = !between.is_calm.get();
        let dice = &between.dice;
        let mut way = |to, faults: &mut String| {
            let mut way_ms = dice.between(200, 5_000);
            if may_fail && dice.chance(DELAYED) {
                way_ms = dice.between(5_000, DELAY_MAX_MS);
                faults.push_str(&format!("  [read after {way_ms} ms]"));
            }
            ways.push((to, way_ms));
        };
        if may_fail && dice.chance(LOST) {
            faults.push_str("  [not read]");
        } else {
            way(to, &mut faults);
        }
        if may_fail && dice.chance(DOUBLED) {
            faults.push_str("  [again]");
            way(to, &mut faults);
        }
        let others: Vec<_> = between.friends(from);
        let others: Vec<_> = others.into_iter().filter(|other| *other != to).collect();
        if may_fail && !others.is_empty() && dice.chance(STRAYED) {
            let other = *dice.pick(&others);
            faults.push_str(&format!("  [{other} reads it]"));
            way(other, &mut faults);
        }
        self.note(&format!("{from} ⇢ {to}  {what}{faults}"));
        self.journal.count(0, text.as_bytes());
        for (to, way_ms) in ways {
            let (town, text) = (self.me(), text.to_owned());
            self.scheduler.after(way_ms, move || {
                let holder = town.upgrade().and_then(|town| town.holder(to));
                if let Some(holder) = holder {
                    holder.meetings.hear(Heard::new(from, text));
                }
            });
        }
    }
}
