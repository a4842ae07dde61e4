//! Limits on how often something may be asked for. They are kept in memory: a flood that ends with an
//! eviction begins to be counted anew, and counting costs no write.
//!
//! Who asks is counted once it is known who it is: what is cheap to verify is verified first. So the
//! words of a certified party are counted for that party alone, and nobody without a certificate
//! shuts a bucket that it uses. What nobody can be held to is bounded as a whole, and by address in
//! front of the party (`worker/src/edge.rs`).

use core::cell::RefCell;
use std::collections::BTreeMap;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;

/// At most `count` in each window of `seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many are let through in a window.
    pub count: u32,
    /// The window's length in seconds.
    pub seconds: u32,
}

impl RateLimit {
    const fn a_minute(count: u32) -> Self {
        Self { count, seconds: 60 }
    }

    /// Reads "600/60": so many in so many seconds.
    fn parse(text: &str) -> Option<Self> {
        let (count, seconds) = text.split_once('/')?;
        let (count, seconds) = (count.trim().parse().ok()?, seconds.trim().parse().ok()?);
        (count > 0 && (1..=3600).contains(&seconds)).then_some(Self { count, seconds })
    }
}

/// What a setting of limits is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The setting LIMITS is not a list such as \"forms 3000/60, console 600/60\" of limits that there are."
)]
pub struct LimitsError;

macro_rules! limits {
    ($($(#[$documentation:meta])* $field:ident, $name:literal, $a_minute:literal;)+) => {
        /// How often things may be asked for, each by its name in the setting LIMITS.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$documentation])* pub $field: RateLimit,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: RateLimit::a_minute($a_minute),)+ }
            }
        }

        impl Limits {
            fn named(&mut self, name: &str) -> Option<&mut RateLimit> {
                match name {
                    $($name => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }
    };
}

limits! {
    /// Requests of one certified party at one route, counted once its signature is verified.
    sender, "sender", 6000;
    /// Requests of one holder at one route, counted once they are proved to be theirs.
    holder, "holder", 30;
    /// Confirmations of one holder, counted once they are proved to be theirs.
    confirmations_per_holder, "confirmations-each", 30;
    /// Confirmations of all holders together.
    confirmations_in_all, "confirmations", 3000;
    /// What looked like a holder's at one route and turned out to be nobody's. Each costs the key
    /// between party and holder, and bounding them leaves time for the routes that move money.
    failures, "failures", 6000;
    /// Introductions, signed for whoever asks.
    introductions, "introductions", 6000;
    /// Orders that an issuer does not know: it signs that for whoever asks.
    unknown_orders, "unknown-orders", 6000;
    /// Certificates and lists of revoked ones, verified and stored by a directory for whoever brings them.
    registrations, "registrations", 6000;
    /// Order forms, signed and stored for whoever asks.
    forms, "forms", 3000;
    /// Sessions that shops begin with holders' proxies, and proxies with terminals, signed and stored for whoever asks.
    sessions, "sessions", 3000;
    /// Homes registered at a proxy by whoever asks.
    homes, "homes", 600;
    /// What one home says, and what is asked of it by all of its terminals.
    home, "home-each", 240;
    /// What one terminal asks of its home.
    terminal, "terminal-each", 60;
    /// Passwords, of each kind, that one terminal brings to its home.
    home_passwords, "home-passwords-each", 10;
    /// Codes mailed to addresses of whoever has a home. One home and one address have fewer of their own.
    mail_codes, "mail-codes", 60;
    /// Cards that a proxy makes for whoever asks.
    hosted_cards, "hosted-cards", 30;
    /// What one hosted card is told.
    hosted, "hosted-each", 600;
    /// PINs, PUKs and new passwords that one hosted card is shown: each takes tenths of a second.
    hosted_pins_each, "hosted-pins-each", 20;
    /// Those of all hosted cards together.
    hosted_pins, "hosted-pins", 90;
    /// Keys that one hosted card makes: each takes seconds.
    hosted_keys_each, "hosted-keys-each", 4;
    /// Those of all hosted cards together.
    hosted_keys, "hosted-keys", 8;
    /// Accounts, where they are opened for whoever asks.
    accounts, "accounts", 600;
    /// Passwords and their salts, asked for at a bank's page by whoever types the number of one account.
    passwords_each, "passwords-each", 20;
    /// Passwords and their salts, of all account numbers together.
    passwords, "passwords", 600;
    /// Purse keys, certified or made for whoever asks.
    purse_keys, "purse-keys", 600;
    /// Contactless cards, made and stored for whoever asks.
    cards, "cards", 60;
    /// Steps of taps with contactless cards, of all cards together.
    taps, "taps", 6000;
    /// Key shares of one holder or party.
    shares_each, "shares-each", 30;
    /// Key shares of all together. One takes up to a fifth of a second, so that these are at most two
    /// thirds of a key centre's time.
    shares, "shares", 180;
    /// Wrong codes of one parcel, typed by whoever asks where it is.
    tracking_each, "tracking-each", 10;
    /// What a vending machine is asked for and given: buttons and slot.
    machine, "machine", 600;
    /// Looks at the console in which something is new.
    console, "console", 600;
}

impl Limits {
    /// The usual limits, but for those that the setting names: "forms 600/60, console 60/60".
    ///
    /// # Errors
    /// [`LimitsError`] if it names none, or says none.
    pub fn parse(setting: &str) -> Result<Self, LimitsError> {
        let mut limits = Self::default();
        for entry in setting.split(',').map(str::trim) {
            if entry.is_empty() {
                continue;
            }
            let (name, limit) = entry.split_once(' ').ok_or(LimitsError)?;
            let limit = RateLimit::parse(limit).ok_or(LimitsError)?;
            *limits.named(name).ok_or(LimitsError)? = limit;
        }
        Ok(limits)
    }
}

/// How many buckets are kept. The names are those of verified parties and holders, so that a flood
/// does not invent them.
const BUCKETS_MAX: usize = 10_000;

struct Window {
    opened_at_ms: u64,
    closes_at_ms: u64,
    count: u32,
}

/// What was counted in the present windows.
#[derive(Default)]
pub(crate) struct Limiter(RefCell<BTreeMap<String, Window>>);

impl Limiter {
    fn has_room(&self, bucket: &str, limit: RateLimit, now_ms: u64) -> bool {
        let windows = self.0.borrow();
        windows.get(bucket).is_none_or(|window| {
            window.count < limit.count
                || now_ms >= window.closes_at_ms
                || now_ms < window.opened_at_ms
        })
    }

    fn count(&self, bucket: &str, limit: RateLimit, now_ms: u64) {
        let mut windows = self.0.borrow_mut();
        if windows.len() >= BUCKETS_MAX && !windows.contains_key(bucket) {
            windows.retain(|_, window| now_ms < window.closes_at_ms);
            while windows.len() >= BUCKETS_MAX {
                windows.pop_first();
            }
        }
        let fresh = || Window {
            opened_at_ms: now_ms,
            closes_at_ms: now_ms.saturating_add(u64::from(limit.seconds) * 1000),
            count: 0,
        };
        let window = windows.entry(bucket.to_owned()).or_insert_with(fresh);
        if now_ms >= window.closes_at_ms || now_ms < window.opened_at_ms {
            *window = fresh();
        }
        window.count = window.count.saturating_add(1);
    }
}

impl<P: Ports> Office<P> {
    /// Counts a request against these buckets. Refused by one, it counts in none: who has used up a
    /// bucket of their own takes nothing from the others'.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn admit(&self, buckets: &[(&str, RateLimit)]) -> Result<(), Fault> {
        let now = self.now_ms();
        for (bucket, limit) in buckets {
            if !self.limiter.has_room(bucket, *limit, now) {
                return Err(Fault::new(Kind::RateLimited, ""));
            }
        }
        for (bucket, limit) in buckets {
            self.limiter.count(bucket, *limit, now);
        }
        Ok(())
    }

    /// Counts a request at `route` for the certified party whose signature it has.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn admit_sender(
        &self,
        route: &str,
        sender: &tallystick_protocol::wire::identifier::Domain,
    ) -> Result<(), Fault> {
        let bucket = format!("{route}|{sender}");
        self.admit(&[(&bucket, self.settings.limits.sender)])
    }

    /// Counts a request at `route` for the holder, or whatever stands for one, who proved that it is
    /// theirs.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn admit_holder(&self, route: &str, holder: &impl core::fmt::Display) -> Result<(), Fault> {
        let bucket = format!("{route}|{holder}");
        self.admit(&[(&bucket, self.settings.limits.holder)])
    }

    /// Compares a guess with a secret, as long as few guesses before were wrong; only those are counted.
    ///
    /// # Errors
    /// [`Kind::RateLimited`] after too many wrong ones.
    pub fn guess(
        &self,
        bucket: &str,
        limit: RateLimit,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, Fault> {
        let now = self.now_ms();
        if !self.limiter.has_room(bucket, limit, now) {
            return Err(Fault::new(Kind::RateLimited, ""));
        }
        let is_right = is_right();
        if !is_right {
            self.limiter.count(bucket, limit, now);
        }
        Ok(is_right)
    }

    /// Does what cannot be known to be genuine before it is computed; only what fails is counted, so
    /// that those who are genuine use up nothing.
    ///
    /// # Errors
    /// [`Kind::RateLimited`] after too many failures; the work's own.
    pub async fn trying<T>(
        &self,
        route: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let limit = self.settings.limits.failures;
        if !self.limiter.has_room(route, limit, self.now_ms()) {
            return Err(Fault::new(Kind::RateLimited, ""));
        }
        let outcome = work.await;
        if outcome
            .as_ref()
            .is_err_and(|fault| fault.kind.status() < 500)
        {
            self.limiter.count(route, limit, self.now_ms());
        }
        outcome
    }
}
