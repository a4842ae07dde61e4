//! How an order is being attended to: when it is looked at again, and what its last round told.

use tallystick_protocol::keys::Epoch;
use tallystick_protocol::wire::identifier::Role;

use crate::checkout::order::state::OrderState;
use crate::core::error::ErrorKind;

/// The first pause between two looks at an order, in milliseconds.
pub const PAUSE_MS_MIN: u64 = 150;
/// The longest pause while the holder is likely to be watching.
const PAUSE_MS_MAX: u64 = 2_000;
/// The longest pause once an order has ended and only the money's whereabouts are open.
const PAUSE_ENDED_MS_MAX: u64 = 15_000;
/// The longest pause when nobody can ask for the money any more, and only an issuer that is away is
/// waited for.
const PAUSE_LATE_MS_MAX: u64 = 10 * 60 * 1000;

/// What is left to happen to an order, which says how often it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The holder is likely to be watching.
    Watched,
    /// It has ended, or the shop says so; the money's whereabouts are open.
    Ended,
    /// Its time and the grace after it are over.
    Late,
}

/// Where a party is that has none of the keys that an order was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// It has to be asked.
    Unknown,
    /// In the space with that number.
    Space(u32),
    /// In a later epoch.
    Epoch(Epoch),
}

/// Kept in memory alone: after a restart everything is due at once.
#[derive(Default)]
pub struct Attention {
    /// When to look again, in milliseconds.
    pub due_ms: u64,
    /// The last pause.
    pause_ms: u64,
    /// Since when nothing has moved; 0 before the first look.
    since_ms: u64,
    /// The shop gave no usable answer.
    pub shop_is_silent: bool,
    /// The shop has nothing of a parcel of which it should have: whether it knows the order is asked.
    pub parcel_is_lost: bool,
    /// The shop knows no such order, and is shown it again.
    pub shop_forgot: bool,
    /// It did not take it again: it is not shown it at each look.
    pub shop_took_no_more: bool,
    /// The issuer signed that it has nothing of this order, and nobody can bring it any more.
    pub no_money: bool,
    /// The issuer said in this round where the money is.
    pub issuer_spoke: bool,
    /// A party has none of the keys that the order was made with.
    pub renewing: Option<(Role, Elsewhere)>,
    /// What was missing when a share of that space was fetched: a key centre's answer or the card.
    pub absent: Option<(ErrorKind, String)>,
    /// When a contactless card in this element is next held to its reader, in milliseconds.
    pub tap_due_ms: u64,
    /// Why the last try with the contactless card came to nothing.
    pub tap_trouble: Option<ErrorKind>,
    /// When the shop is next asked about the parcel, in milliseconds.
    pub parcel_due_ms: u64,
    /// How often it was asked since the holder looked, or since the wallet was opened.
    pub parcel_asked: usize,
    /// Whether this round asked anybody.
    pub is_asking: bool,
    /// How the order stood when the round began.
    pub before: Option<OrderState>,
}

impl Attention {
    /// How long nothing has moved, in milliseconds.
    pub const fn waited_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.since_ms)
    }

    /// The shop is asked about the parcel, and again after the pause of its number, in milliseconds; after all of them
    /// `later_ms` each time.
    pub fn put_off_parcel(&mut self, soon_ms: &[u64], later_ms: u64, now_ms: u64) {
        let pause_ms = soon_ms.get(self.parcel_asked).copied().unwrap_or(later_ms);
        self.parcel_asked = self.parcel_asked.saturating_add(1);
        self.parcel_due_ms = now_ms.saturating_add(pause_ms);
    }

    /// A round begins.
    pub const fn begin(&mut self, state: OrderState, now_ms: u64) {
        if self.since_ms == 0 {
            self.since_ms = now_ms;
        }
        self.is_asking = true;
        // What the issuer said before may have changed since.
        self.no_money = false;
        self.issuer_spoke = false;
        self.before = Some(state);
    }

    /// A round ends. What moved is looked at again at once, the rest after a growing pause.
    pub fn end(&mut self, moved: bool, pace: Pace, now_ms: u64) {
        self.is_asking = false;
        if moved {
            self.pause_ms = 0;
            self.since_ms = now_ms;
            self.due_ms = now_ms;
            return;
        }
        let longest = match pace {
            Pace::Watched => PAUSE_MS_MAX,
            Pace::Ended => PAUSE_ENDED_MS_MAX,
            Pace::Late => PAUSE_LATE_MS_MAX,
        };
        self.pause_ms = (self.pause_ms * 2).clamp(PAUSE_MS_MIN, longest);
        self.due_ms = now_ms + self.pause_ms;
    }
}
