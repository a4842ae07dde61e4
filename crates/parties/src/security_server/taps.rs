//! The taps that are under way. In memory alone, because a session's keys are in them: whatever is lost with them is found out by
//! reading the card again.

use core::cell::RefCell;
use std::collections::VecDeque;

use tallystick_protocol::settlement::channel::{HostChannel, HostOpening};
use tallystick_protocol::settlement::{Alias, TapId, TapPurpose};
use tallystick_protocol::wire::identifier::Root;

use super::pending::Pending;

/// How many taps are under way at most whose cards have shown that they are ones, and how many others; of more the oldest is
/// over. Apart, so that nobody without a card ends a tap of one.
const TAPS_MAX: usize = 256;
/// How long a tap is under way at most, in milliseconds (two minutes).
pub(super) const TAP_MS: u64 = 120_000;

/// A tap, while its card is asked something.
pub(super) struct Tap {
    /// Its number.
    pub id: TapId,
    /// Drawn by the wallet.
    pub nonce: [u8; 32],
    /// What for.
    pub purpose: TapPurpose,
    /// When it is over, in milliseconds since 1970.
    pub ends_at_ms: u64,
    /// What it has brought.
    pub brought: Brought,
    /// What the card is asked.
    pub asked: Asked,
}

/// Of what a tap has something to say.
#[derive(Default)]
pub(super) struct Brought {
    /// Orders, each once.
    pub orders: Vec<Root>,
    /// Credits, by their numbers, each once.
    pub credits: Vec<[u8; 32]>,
}

impl Brought {
    /// There is something to say of this order.
    pub(super) fn order(&mut self, root: Root) {
        if !self.orders.contains(&root) {
            self.orders.push(root);
        }
    }

    /// There is something to say of this credit.
    pub(super) fn credit(&mut self, number: [u8; 32]) {
        if !self.credits.contains(&number) {
            self.credits.push(number);
        }
    }
}

/// What a card is asked.
pub(super) enum Asked {
    /// INITIALIZE UPDATE.
    Opening(HostOpening),
    /// READ, after EXTERNAL AUTHENTICATE.
    Reading(Session, Known),
    /// An order; after EXTERNAL AUTHENTICATE, if it is the first block.
    Order(Session, Pending),
}

/// A channel with a card.
pub(super) struct Session {
    /// The channel.
    pub channel: HostChannel,
    /// With which card.
    pub alias: Alias,
    /// Whether EXTERNAL AUTHENTICATE is still to be answered.
    pub is_opening: bool,
}

/// What was known of a card when it was asked. Its answer may be kept back by whoever relays it: of what came later it
/// says nothing.
pub(super) struct Known {
    /// Its counter.
    pub counter: u32,
    /// What was open, by its number.
    pub pending: Option<u64>,
}

/// All of them, the oldest first: those of cards that have not shown yet that they are ones, and the others.
#[derive(Default)]
pub(super) struct Taps {
    opening: RefCell<VecDeque<Tap>>,
    open: RefCell<VecDeque<Tap>>,
}

impl Taps {
    /// Waits for a card's answer.
    pub(super) fn put(&self, tap: Tap, now_ms: u64) {
        let mut taps = match tap.asked {
            Asked::Opening(_) => self.opening.borrow_mut(),
            _ => self.open.borrow_mut(),
        };
        taps.retain(|tap| now_ms < tap.ends_at_ms);
        while taps.len() >= TAPS_MAX {
            taps.pop_front();
        }
        taps.push_back(tap);
    }

    /// Takes a tap out to which there is an answer; a second answer finds none.
    pub(super) fn take(&self, id: &TapId, now_ms: u64) -> Option<Tap> {
        let taken = |taps: &RefCell<VecDeque<Tap>>| {
            let mut taps = taps.borrow_mut();
            taps.retain(|tap| now_ms < tap.ends_at_ms);
            let at = taps.iter().position(|tap| tap.id == *id)?;
            taps.remove(at)
        };
        taken(&self.opening).or_else(|| taken(&self.open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tap(number: u16, now_ms: u64) -> Tap {
        let mut id = TapId([0; 16]);
        id.0[..2].copy_from_slice(&number.to_be_bytes());
        Tap {
            id,
            nonce: [0; 32],
            purpose: TapPurpose::Read,
            ends_at_ms: now_ms + TAP_MS,
            brought: Brought::default(),
            asked: Asked::Opening(HostOpening::begin(0, &[0; 16]).unwrap()),
        }
    }

    #[test]
    fn an_answer_finds_its_tap_once_and_for_two_minutes() {
        let taps = Taps::default();
        taps.put(tap(1, 0), 0);
        taps.put(tap(2, 0), 0);
        assert!(taps.take(&tap(1, 0).id, TAP_MS - 1).is_some());
        assert!(taps.take(&tap(1, 0).id, TAP_MS - 1).is_none());
        assert!(taps.take(&tap(2, 0).id, TAP_MS).is_none());
    }

    #[test]
    fn of_too_many_taps_the_oldest_is_over() {
        let taps = Taps::default();
        for number in 0..=256 {
            taps.put(tap(number, 0), 0);
        }
        assert!(taps.take(&tap(0, 0).id, 1).is_none());
        assert!(taps.take(&tap(1, 0).id, 1).is_some());
        assert!(taps.take(&tap(256, 0).id, 1).is_some());
    }
}
