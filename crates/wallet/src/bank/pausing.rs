//! When a party is asked again that gave no answer. In memory alone: after a restart everything is due at once.

use std::collections::BTreeMap;

/// The first pause, in milliseconds.
const PAUSE_MS_MIN: u64 = 250;
/// The longest pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 60_000;

/// When each record is looked at again.
#[derive(Default)]
pub struct Pausing {
    pauses: BTreeMap<String, Pause>,
}

#[derive(Default)]
struct Pause {
    due_ms: u64,
    pause_ms: u64,
}

impl Pausing {
    /// When what has that record is due, in milliseconds.
    #[must_use]
    pub fn due_ms(&self, record: &str) -> u64 {
        self.pauses.get(record).map_or(0, |pause| pause.due_ms)
    }

    /// It was looked at and has not moved: a growing pause.
    pub fn wait(&mut self, record: String, now_ms: u64) {
        let pause = self.pauses.entry(record).or_default();
        pause.pause_ms = (pause.pause_ms * 2).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX);
        pause.due_ms = now_ms.saturating_add(pause.pause_ms);
    }

    /// It has moved: due at once.
    pub fn moved(&mut self, record: &str) {
        self.pauses.remove(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_something_moves() {
        let mut pausing = Pausing::default();
        assert_eq!(pausing.due_ms("a"), 0);
        pausing.wait("a".to_owned(), 1_000);
        assert_eq!(pausing.due_ms("a"), 1_250);
        pausing.wait("a".to_owned(), 2_000);
        assert_eq!(pausing.due_ms("a"), 2_500);
        for _ in 0..20 {
            pausing.wait("a".to_owned(), 3_000);
        }
        assert_eq!(pausing.due_ms("a"), 3_000 + PAUSE_MS_MAX);
        assert_eq!(pausing.due_ms("b"), 0);
        pausing.moved("a");
        assert_eq!(pausing.due_ms("a"), 0);
    }
}
