//! What is kept how long: one list for what every party stores, and one a role. A job of every night
//! goes through both.

use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::post::waking::Duties;
use crate::standing::epochs::EARLIER_EPOCH_DAYS;

const DAY_SECONDS: u64 = 86_400;
/// How long after an order's end its parts are kept, in days: as long as what was signed about it is
/// good as evidence.
pub const PARTS_DAYS: u64 = 30;

/// What is dropped when.
pub struct Rule {
    /// What it is, for the log.
    pub what: &'static str,
    /// For how many days it is kept beyond the time that `sql` compares with.
    pub days: u64,
    /// Drops it; its one parameter is that many days ago, in seconds since 1970.
    pub sql: &'static str,
}

/// What every party drops.
const COMMON: &[Rule] = &[
    // What can be said again is said anew when it is asked for.
    Rule {
        what: "statements",
        days: 1,
        sql: "DELETE FROM statements WHERE void_from <= ?",
    },
    // Of release 0.1.0: a wallet's ticket is good for a year.
    Rule {
        what: "statements-of-0-1",
        days: 366,
        sql: "DELETE FROM statements_of_0_1 WHERE made_at <= ? * 1000",
    },
    Rule {
        what: "commands",
        days: 0,
        sql: "DELETE FROM commands WHERE keep_until <= ?",
    },
    // A peer that was brought back to an earlier moment asks for it; what it signed is good for so long.
    Rule {
        what: "heard-words",
        days: PARTS_DAYS,
        sql: "DELETE FROM heard_words WHERE at <= ?",
    },
    Rule {
        what: "key-shares",
        days: EARLIER_EPOCH_DAYS,
        sql: "DELETE FROM key_shares WHERE epoch <
            (SELECT max(epoch) FROM key_epochs WHERE began_at <= ?)",
    },
    Rule {
        what: "trial-balances",
        days: 400,
        sql: "DELETE FROM trial_balances WHERE at_ms <= ? * 1000",
    },
];

// The journal of operators' commands stays: it is the party's books.

/// Half past three in the night where yen are spent (UTC+9), in milliseconds after midnight UTC.
const NIGHT_MS: u64 = (18 * 60 + 30) * 60_000;
const DAY_MS: u64 = DAY_SECONDS * 1000;

/// Puts the next night on the clock unless it is there, and sets the alarm.
///
/// # Errors
/// Only the database's own.
pub(crate) fn await_night(
    tables: &(impl Tables + ?Sized),
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let night = NewJob {
        kind: due::NIGHT,
        reference: "",
        peer: None,
        at_ms: next_night_ms(now_ms),
    };
    due::put_once(tables, &night, now_ms)
}

impl<P: Ports> Office<P> {
    /// The job of every night: drops what is kept long enough, each kind in a transaction of its own,
    /// and does what else the role does by night.
    pub(crate) fn pass_the_night(&self, duties: &impl Duties) -> Result<Next, Fault> {
        for rule in COMMON.iter().chain(duties.kept()) {
            let before = self.now().minus_seconds(rule.days * DAY_SECONDS).0;
            self.transaction(|tables| tables.run(rule.sql, &[before.into()]))?;
            self.log("pruned", None, rule.what);
        }
        duties.night()?;
        Ok(Next::At(next_night_ms(self.now_ms())))
    }
}

fn next_night_ms(now_ms: u64) -> u64 {
    let tonight = now_ms - now_ms % DAY_MS + NIGHT_MS;
    if tonight > now_ms {
        tonight
    } else {
        tonight + DAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, NIGHT_MS, next_night_ms};

    #[test]
    fn the_next_night_is_within_a_day_and_never_now() {
        for now_ms in [0, NIGHT_MS - 1, NIGHT_MS, NIGHT_MS + 1, DAY_MS * 20_000] {
            let next = next_night_ms(now_ms);
            assert!(next > now_ms && next <= now_ms + DAY_MS, "{now_ms}");
            assert_eq!(next % DAY_MS, NIGHT_MS);
        }
    }
}
