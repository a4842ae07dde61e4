//! Who is being spoken to at present, and who does not answer. In memory only: what must survive is
//! in the table of what is due.

use core::cell::RefCell;
use std::collections::BTreeMap;

/// How many letters are under way together. A worker has six connections.
const AT_ONCE: usize = 6;
/// How many of them to parties that are not known to answer promptly: two connections stay free for
/// the others, however many parties hang.
const TO_SLOW_AT_ONCE: usize = 4;
/// How many to one party that answers promptly, and to one that is not known to.
const TO_ONE: [usize; 2] = [4, 2];
/// Within how many milliseconds somebody answers who answers promptly.
const PROMPT_MS: u64 = 2_000;
/// The longest time for which a party that does not answer is left alone, in milliseconds.
const CLOSED_MAX_MS: u64 = 60_000;
/// For how long a job is not begun again by the same object, in milliseconds: longer than any takes.
/// (The platform can drop a request without a word, and with it the job's end.)
const UNDER_WAY_MAX_MS: u64 = 120_000;

/// How another party took what it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It answered, whatever it said.
    Answer,
    /// It could not be reached, or somebody before it said so.
    Silence,
}

#[derive(Default)]
struct Peer {
    under_way: usize,
    silences: u32,
    closed_until_ms: u64,
    is_prompt: bool,
}

/// The traffic of one party.
#[derive(Default)]
pub(crate) struct Traffic {
    peers: RefCell<BTreeMap<String, Peer>>,
    jobs: RefCell<BTreeMap<(String, String), u64>>,
}

impl Traffic {
    /// Begins a job; `false`: it is under way already.
    pub(crate) fn begin(&self, kind: &str, reference: &str, now_ms: u64) -> bool {
        let job = (kind.to_owned(), reference.to_owned());
        let mut jobs = self.jobs.borrow_mut();
        if jobs.get(&job).is_some_and(|until_ms| now_ms < *until_ms) {
            return false;
        }
        jobs.insert(job, now_ms.saturating_add(UNDER_WAY_MAX_MS));
        true
    }

    /// Ends a job.
    pub(crate) fn end(&self, kind: &str, reference: &str) {
        let job = (kind.to_owned(), reference.to_owned());
        self.jobs.borrow_mut().remove(&job);
    }

    /// Until when this party is left alone, if it is.
    pub(crate) fn closed_until(&self, peer: &str, now_ms: u64) -> Option<u64> {
        let peers = self.peers.borrow();
        let until_ms = peers.get(peer)?.closed_until_ms;
        (now_ms < until_ms).then_some(until_ms)
    }

    /// Whether one more letter may go to this party now.
    pub(crate) fn has_room_for(&self, peer: &str) -> bool {
        let peers = self.peers.borrow();
        let all: usize = peers.values().map(|peer| peer.under_way).sum();
        let slow = peers.values().filter(|peer| !peer.is_prompt);
        let to_slow: usize = slow.map(|peer| peer.under_way).sum();
        let (to_it, is_prompt, limit) = match peers.get(peer) {
            Some(peer) if peer.silences > 0 => (peer.under_way, false, 1),
            Some(peer) if peer.is_prompt => (peer.under_way, true, TO_ONE[0]),
            Some(peer) => (peer.under_way, false, TO_ONE[1]),
            None => (0, false, TO_ONE[1]),
        };
        all < AT_ONCE && to_it < limit && (is_prompt || to_slow < TO_SLOW_AT_ONCE)
    }

    /// Begins to count anew: whatever was under way ended with the wake that it was part of.
    pub(crate) fn forget_what_was_under_way(&self) {
        for peer in self.peers.borrow_mut().values_mut() {
            peer.under_way = 0;
        }
    }

    /// A letter leaves for this party.
    pub(crate) fn sent(&self, peer: &str) {
        let mut peers = self.peers.borrow_mut();
        peers.entry(peer.to_owned()).or_default().under_way += 1;
    }

    /// A letter to this party came to its end after so long. Until when the party is left alone, if
    /// it was silent: 1, 2, 4 … up to 60 seconds.
    pub(crate) fn ended(&self, peer: &str, heard: Heard, took_ms: u64, now_ms: u64) -> Option<u64> {
        let mut peers = self.peers.borrow_mut();
        let peer = peers.entry(peer.to_owned()).or_default();
        peer.under_way = peer.under_way.saturating_sub(1);
        peer.is_prompt = heard == Heard::Answer && took_ms <= PROMPT_MS;
        if heard == Heard::Answer {
            peer.silences = 0;
            peer.closed_until_ms = 0;
            return None;
        }
        let pause_ms = (1_000_u64 << peer.silences.min(6)).min(CLOSED_MAX_MS);
        peer.silences = peer.silences.saturating_add(1);
        peer.closed_until_ms = now_ms.saturating_add(pause_ms);
        Some(peer.closed_until_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_that_hang_never_have_all_connections() {
        let traffic = Traffic::default();
        for peer in ["a", "a", "b", "b"] {
            assert!(traffic.has_room_for(peer));
            traffic.sent(peer);
        }
        assert!(!traffic.has_room_for("a") && !traffic.has_room_for("c"));
        // Who answered promptly before has the two that are left.
        traffic.sent("d");
        traffic.ended("d", Heard::Answer, 50, 1_000);
        assert!(traffic.has_room_for("d"));
        traffic.sent("d");
        traffic.sent("d");
        assert!(!traffic.has_room_for("d"));
    }

    #[test]
    fn who_is_silent_is_left_alone_for_longer_each_time_and_then_tried_with_one_letter() {
        let traffic = Traffic::default();
        let mut now_ms = 1_000;
        for pause_ms in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            assert_eq!(traffic.closed_until("a", now_ms), None);
            traffic.sent("a");
            assert!(now_ms == 1_000 || !traffic.has_room_for("a"));
            let until_ms = traffic.ended("a", Heard::Silence, 15_000, now_ms);
            assert_eq!(until_ms, Some(now_ms + pause_ms));
            assert_eq!(traffic.closed_until("a", now_ms + pause_ms - 1), until_ms);
            now_ms += pause_ms;
        }
        traffic.sent("a");
        traffic.ended("a", Heard::Answer, 50, now_ms);
        assert!(traffic.has_room_for("a"));
        assert_eq!(traffic.closed_until("a", now_ms), None);
    }

    #[test]
    fn what_is_under_way_is_not_begun_again() {
        let traffic = Traffic::default();
        assert!(traffic.begin("letter", "x", 0));
        assert!(!traffic.begin("letter", "x", UNDER_WAY_MAX_MS - 1));
        assert!(traffic.begin("letter", "y", 0));
        traffic.end("letter", "x");
        assert!(traffic.begin("letter", "x", 1));
    }
}
