//! Those who have the home proxy and a home browser, together: they hear all that either hears, and keep it; they drop,
//! alter, exchange and repeat whatever goes by way of them, and ask the card at home what they like.

mod at_card;
mod own_words;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use http::Response;
use tallystick_parties::native::SeededRandom;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::wire::cbor::{Message, decode, encode};

use crate::cast::HOME_PROXY;
use crate::dice::Dice;
use crate::held_card::HeldCard;
use crate::lending::Lending;
use crate::town::Town;

/// How many messages of a kind they keep.
const KEPT_MAX: usize = 64;

/// They.
pub(crate) struct Thieves {
    /// Whether there are any.
    are_there: bool,
    /// Whether they do anything but listen.
    are_at_work: Cell<bool>,
    /// How many of a thousand messages they touch at present.
    share: Cell<u32>,
    /// The only kind of message that they touch at present, if they spare all others: most procedures that are disturbed
    /// from the beginning never come to their end.
    aim: Cell<Option<&'static str>>,
    /// Which kind of message is the next one's aim: each in turn, so that no run leaves one out.
    next_aim: Cell<usize>,
    dice: Dice,
    random: SeededRandom,
    /// What the proxy asked home.
    calls: RefCell<Vec<HomeCall>>,
    /// What home answered.
    replies: RefCell<Vec<HomeReply>>,
    /// What was said to the proxy and by it, by kind.
    said: RefCell<BTreeMap<String, Vec<Vec<u8>>>>,
    /// What was answered to that.
    answered: RefCell<BTreeMap<String, Vec<Response<Vec<u8>>>>>,
    /// All that they saw beside what the proxy received.
    pub(crate) seen: RefCell<Vec<u8>>,
    /// How often they did what.
    pub(crate) tricks: RefCell<BTreeMap<String, u32>>,
    /// Their own access card.
    own_card: HeldCard,
}

impl Thieves {
    pub(crate) fn new(seed: u64, lending: Lending) -> Self {
        Self {
            are_there: lending == Lending::Hostile,
            are_at_work: Cell::new(false),
            share: Cell::new(0),
            aim: Cell::new(None),
            next_aim: Cell::new(0),
            dice: Dice::new(seed, "thieves"),
            random: SeededRandom::new(&format!("{seed}, thieves")),
            calls: RefCell::default(),
            replies: RefCell::default(),
            said: RefCell::default(),
            answered: RefCell::default(),
            seen: RefCell::default(),
            tricks: RefCell::default(),
            own_card: HeldCard::new(&format!("{seed}, the thieves' card")),
        }
    }

    /// From now on they do not only listen; with which zeal and at what, is chance.
    pub(crate) fn go_to_work(&self) {
        self.are_at_work.set(true);
        let aim = self.dice.chance(500).then(|| self.aim_at_next());
        self.aim.set(aim);
        let shares = if aim.is_some() {
            [250, 500, 500, 750]
        } else {
            [0, 10, 30, 200]
        };
        self.share.set(*self.dice.pick(&shares));
    }

    fn aim_at_next(&self) -> &'static str {
        let next = self.next_aim.get();
        self.next_aim.set((next + 1) % AIMS.len());
        AIMS[next]
    }

    /// They do nothing any more.
    pub(crate) fn rest(&self) {
        self.are_at_work.set(false);
    }

    fn did(&self, trick: &str) {
        *self
            .tricks
            .borrow_mut()
            .entry(trick.to_owned())
            .or_default() += 1;
    }

    pub(crate) fn see(&self, bytes: &[u8]) {
        self.seen.borrow_mut().extend_from_slice(bytes);
    }

    fn touches(&self, kind: &str) -> bool {
        let aims = self.aim.get().is_none_or(|aim| aim == kind);
        self.are_at_work.get() && aims && self.dice.chance(self.share.get())
    }

    /// The proxy asks home; what comes of it.
    pub(crate) fn call(&self, town: &Town, message: &[u8]) -> Option<Vec<u8>> {
        if !self.are_there {
            return Some(message.to_vec());
        }
        self.see(message);
        let Ok(mut call) = decode::<HomeCall>(message) else {
            return Some(message.to_vec());
        };
        let before = self.calls.borrow().clone();
        keep(&mut self.calls.borrow_mut(), call.clone());
        let kind = call.kind.as_str();
        if !self.touches(kind) || before.is_empty() {
            return Some(message.to_vec());
        }
        let alike: Vec<_> = before.iter().filter(|one| one.kind == call.kind).collect();
        match self.dice.below(10) {
            0 => {
                self.did(&format!("dropped a call to {kind}"));
                return None;
            }
            1..6 if !alike.is_empty() => {
                self.did(&format!(
                    "repeated an earlier call to {kind} in place of a new one"
                ));
                call.content = self.dice.pick(&alike).content.clone();
            }
            1..7 => {
                self.did("repeated an earlier call in place of another");
                let other = self.dice.pick(&before);
                (call.kind, call.content) = (other.kind, other.content.clone());
            }
            7 => {
                self.did("asked for another terminal");
                call.terminal = self.own_terminal();
            }
            8 => {
                self.did("said an earlier call first");
                let first = self.dice.pick(&before).clone();
                self.put_to_card(town, &first);
            }
            _ => {
                self.did(&format!("altered a call to {kind}"));
                self.alter(&mut call.content);
            }
        }
        let message = encode(&call);
        (message.len() <= HomeCall::LEN_MAX).then_some(message)
    }

    /// Home answers the proxy; what comes of it.
    pub(crate) fn reply(&self, message: &[u8]) -> Option<Vec<u8>> {
        if !self.are_there {
            return Some(message.to_vec());
        }
        self.see(message);
        let Ok(mut reply) = decode::<HomeReply>(message) else {
            return Some(message.to_vec());
        };
        let before = self.replies.borrow().clone();
        keep(&mut self.replies.borrow_mut(), reply.clone());
        if !self.touches("reply") || before.is_empty() {
            return Some(message.to_vec());
        }
        match self.dice.below(6) {
            0 => {
                self.did("dropped a reply");
                return None;
            }
            1..4 => {
                self.did("gave an earlier reply");
                let other = self.dice.pick(&before);
                (reply.refusal, reply.content) = (other.refusal, other.content.clone());
            }
            4 => {
                self.did("made up a refusal");
                reply.refusal = Some(HomeRefusal::WrongSecondPassword);
                reply.content.clear();
            }
            _ => {
                self.did("altered a reply");
                self.alter(&mut reply.content);
            }
        }
        Some(encode(&reply))
    }

    /// What somebody says to the proxy, or the proxy to somebody. Says whether it goes on.
    pub(crate) fn request(&self, what: &str, body: &mut Vec<u8>, faults: &mut String) -> bool {
        if !self.are_there || body.is_empty() {
            return true;
        }
        self.see(body);
        let kind = kind_of(what);
        let before = self.said.borrow().get(&kind).cloned().unwrap_or_default();
        keep(
            self.said.borrow_mut().entry(kind.clone()).or_default(),
            body.clone(),
        );
        if !self.touches(&kind) || before.is_empty() {
            return true;
        }
        match self.dice.below(5) {
            0 => {
                self.did(&format!("dropped a message to {kind}"));
                faults.push_str("  [thieves: dropped]");
                return false;
            }
            1..4 => {
                self.did(&format!("repeated an earlier message to {kind}"));
                faults.push_str("  [thieves: an earlier one]");
                *body = self.dice.pick(&before).clone();
            }
            _ => {
                self.did(&format!("altered a message to {kind}"));
                faults.push_str("  [thieves: altered]");
                self.alter(body);
            }
        }
        true
    }

    /// What the proxy answers, or is answered.
    pub(crate) fn answer(&self, what: &str, answer: &mut Response<Vec<u8>>, faults: &mut String) {
        if !self.are_there || answer.status() == http::StatusCode::SWITCHING_PROTOCOLS {
            return;
        }
        self.see(answer.body());
        let kind = kind_of(what);
        let before = self.answered.borrow().get(&kind).cloned();
        let before = before.unwrap_or_default();
        keep(
            self.answered.borrow_mut().entry(kind.clone()).or_default(),
            answer.clone(),
        );
        if !self.touches(&kind) || before.is_empty() {
            return;
        }
        if self.dice.chance(700) {
            self.did(&format!("gave an earlier answer of {kind}"));
            faults.push_str("  [thieves: an earlier answer]");
            *answer = self.dice.pick(&before).clone();
        } else {
            self.did(&format!("altered an answer of {kind}"));
            faults.push_str("  [thieves: altered]");
            self.alter(answer.body_mut());
        }
    }

    /// Changes one byte, or cuts something off.
    fn alter(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let place = self.dice.index(bytes.len());
        if self.dice.chance(200) {
            bytes.truncate(place);
        } else {
            let change = u8::try_from(self.dice.between(1, 255)).unwrap_or(1);
            bytes[place] ^= change;
        }
    }
}

/// What a call is about: the last word of its path.
fn kind_of(what: &str) -> String {
    let path = what.split(' ').nth(1).unwrap_or_default();
    let words: Vec<_> = path.split('/').collect();
    let mut words = words.iter().rev();
    let is_name = |word: &str| word.ends_with('…') || word.len() == 32;
    let word = words.find(|word| !word.is_empty() && !is_name(word));
    let end = if words.len() + 1 < path.split('/').count() {
        ", under way"
    } else {
        ""
    };
    format!("{}{end}", word.unwrap_or(&HOME_PROXY))
}

fn keep<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() >= KEPT_MAX {
        kept.remove(0);
    }
    kept.push(one);
}

/// What they may aim at, in the order of a purchase; that which few purchases come to, more often.
const AIMS: [&str; 16] = [
    "requests",
    "openings",
    "sign",
    "open",
    "sessions",
    "release",
    "sign",
    "sessions, under way",
    "records",
    "enter",
    "sign",
    "lent",
    "reply",
    "release",
    "enter",
    "sign",
];

/// The kinds of calls.
const KINDS: [HomeCallKind; 7] = [
    HomeCallKind::Access,
    HomeCallKind::Open,
    HomeCallKind::Release,
    HomeCallKind::Enter,
    HomeCallKind::Sign,
    HomeCallKind::Stop,
    HomeCallKind::End,
];
