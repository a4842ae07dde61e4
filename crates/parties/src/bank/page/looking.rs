//! What a holder sees at the bank's page, and what can be done there: a purse is blocked.

use std::collections::BTreeSet;

use http::StatusCode;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Currency;

use super::entries::{self, Entry};
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::lost::{self, By};
use crate::bank::purses::{self, Purse};
use crate::issuer::{accounts, books};
use crate::ledger;
use crate::office::across::not_yet;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// Where an object is asked what it has of an account.
pub(in crate::bank) const PATH: &str = "/siblings/holder-page";

/// The most bookings that are shown.
const ENTRIES_MAX: usize = 40;

/// What one object of the bank has of an account. Amounts are in minor units.
#[derive(Default, Encode, Decode)]
#[cbor(map)]
struct Part {
    #[n(0)]
    available: i64,
    #[n(1)]
    pending: i64,
    #[n(2)]
    purses: Vec<SeenPurse>,
    #[n(3)]
    entries: Vec<Entry>,
}

/// A purse as its holder sees it. Amounts are in minor units, times in seconds since 1970.
#[derive(Encode, Decode, Serialize)]
#[cbor(map)]
struct SeenPurse {
    /// In hexadecimal.
    #[n(0)]
    number: String,
    /// Its state as a fixed word: "open", "ended", "closed", "blocked" (by the bank), "lost", "paid-back".
    #[n(1)]
    state: String,
    /// What it holds by the books, what is set aside of it included.
    #[n(2)]
    expected: i64,
    /// What of that is set aside.
    #[n(3)]
    pending: i64,
    /// What waits for it.
    #[n(4)]
    waiting: i64,
    /// What it said that it holds, and when; none before it said anything.
    #[n(5)]
    reported: Option<u64>,
    #[n(6)]
    reported_at: Option<u64>,
    /// When its key ends.
    #[n(7)]
    expires_at: u64,
    /// The most for one payment without the bank, and the most that it may hold.
    #[n(8)]
    limit_payment: u64,
    #[n(9)]
    limit_holding: u64,
    /// Since when it is blocked.
    #[n(10)]
    blocked_at: Option<u64>,
    /// Of a lost one: when it is paid back, and how much that will be, or was.
    #[n(11)]
    until: Option<u64>,
    #[n(12)]
    pays_back: Option<u64>,
}

/// A booking as its holder sees it.
#[derive(Serialize)]
struct SeenEntry {
    at: u64,
    what: String,
    minor: i64,
    pending: bool,
    /// "account" or "purse".
    on: &'static str,
}

/// Everything that the page shows.
#[derive(Serialize)]
struct Seen {
    /// The last four digits of the account's number.
    account: String,
    currency: String,
    /// "open", "locked" or "ended".
    state: &'static str,
    available: i64,
    pending: i64,
    purses: Vec<SeenPurse>,
    entries: Vec<SeenEntry>,
    /// How long the reconciliation window is, in seconds.
    reconciliation_seconds: u64,
    /// Until when the session lasts.
    until: u64,
}

/// The body of `POST /v1/holder-sessions/own/blocks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    purse: String,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/holder-sessions/own`.
    pub(in crate::bank) async fn show_own(&self, request: &Incoming) -> Result<Answer, Fault> {
        let session = self.require_session(request)?;
        self.answer_with_account(session.account, session.until.0)
            .await
    }

    /// `POST /v1/holder-sessions/own/blocks`: the purse is lost. The answer is the account as it is then.
    pub(in crate::bank) async fn block_own(&self, request: &Incoming) -> Result<Answer, Fault> {
        let session = self.require_session(request)?;
        let asked: Block = web::json_body(request)?;
        let unknown = || Fault::new(Kind::NotFound, "The account has no such purse.");
        let purse = asked.purse.parse().map_err(|_| unknown())?;
        let blocked = self.block_lost(&purse, session.account, By::Page).await?;
        blocked.ok_or_else(unknown)?;
        self.answer_with_account(session.account, session.until.0)
            .await
    }

    async fn answer_with_account(&self, account: i64, until: u64) -> Result<Answer, Fault> {
        let mut whole = Part::default();
        for place in self.places_of(account)? {
            let part = self.part_at(place, account).await?;
            whole.available += part.available;
            whole.pending += part.pending;
            whole.purses.extend(part.purses);
            whole.entries.extend(part.entries);
        }
        let seen = self.seen(account, whole, until)?;
        Ok(web::json(StatusCode::OK, &seen))
    }

    fn seen(&self, account: i64, mut whole: Part, until: u64) -> Result<Seen, Fault> {
        let tables = self.issuer.office.tables();
        let sql =
            "SELECT card_number, card_expiry, currency FROM issuer_accounts WHERE account = ?";
        let found: Option<(String, String, Currency)> = typed::one(tables, sql, &[account.into()])?;
        let (number, expiry, currency) = found.ok_or_else(Fault::internal)?;
        let now = self.issuer.office.now();
        let is_current = expiry
            .parse::<CardExpiry>()
            .is_ok_and(|expiry| expiry.is_current_at(now));
        whole
            .entries
            .sort_by_key(|entry| core::cmp::Reverse(entry.at_ms));
        whole.entries.truncate(ENTRIES_MAX);
        let entries = whole.entries.into_iter().map(|entry| SeenEntry {
            at: entry.at_ms / 1000,
            what: entry.what,
            minor: entry.minor,
            pending: entry.is_pending,
            on: if entry.is_of_account {
                "account"
            } else {
                "purse"
            },
        });
        Ok(Seen {
            account: number.chars().skip(12).collect(),
            currency: currency.code().to_owned(),
            state: match (accounts::is_locked(tables, account)?, is_current) {
                (true, _) => "locked",
                (false, false) => "ended",
                (false, true) => "open",
            },
            available: whole.available,
            pending: whole.pending,
            purses: whole.purses,
            entries: entries.collect(),
            reconciliation_seconds: self.config.reconciliation_seconds,
            until,
        })
    }

    /// The objects at which something of an account can be: the office, and those of everybody who has it or had it.
    fn places_of(&self, account: i64) -> Result<BTreeSet<Place>, Fault> {
        let office = &self.issuer.office;
        let shards = office.spread()?.shards;
        let sql = "SELECT holder FROM issuer_homes WHERE account = ?";
        let holders: Vec<HolderId> = typed::all(office.tables(), sql, &[account.into()])?;
        let places = holders.iter().map(|holder| shards.of(holder.0[0]));
        Ok(places.chain([Place::Office]).collect())
    }

    async fn part_at(&self, place: Place, account: i64) -> Result<Part, Fault> {
        let office = &self.issuer.office;
        if place == office.place() {
            return self.own_part(account);
        }
        let asked = minicbor::to_vec(account).map_err(|_| Fault::internal())?;
        let answer = office
            .ask_sibling(place, PATH, asked)
            .await
            .map_err(not_yet)?;
        minicbor::decode(&answer).map_err(|_| not_yet(Fault::internal()))
    }

    /// Tells the office what this object has of an account.
    pub(in crate::bank) fn tell_part(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let account: i64 = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let part = self.own_part(account)?;
        Ok(web::cbor(
            minicbor::to_vec(&part).map_err(|_| Fault::internal())?,
        ))
    }

    fn own_part(&self, account: i64) -> Result<Part, Fault> {
        let tables = self.issuer.office.tables();
        let Some(limit) = accounts::limit(tables, account)? else {
            return Ok(Part::default());
        };
        let holder = books::name_of(account);
        let balance = ledger::balance(tables, &holder, limit.currency)?;
        let mut part = Part {
            available: balance.available(),
            pending: balance.debits_pending,
            purses: Vec::new(),
            entries: entries::newest_on(tables, &holder)?,
        };
        for purse in purses::of_account(tables, account)? {
            let name = purses::ledger_name(&purse.number);
            part.entries.extend(entries::newest_on(tables, &name)?);
            part.purses.push(self.seen_purse(tables, &purse)?);
        }
        Ok(part)
    }

    fn seen_purse(
        &self,
        tables: &(impl Tables + ?Sized),
        purse: &Purse,
    ) -> Result<SeenPurse, Fault> {
        let on = |name: &str| ledger::balance(tables, name, purse.currency);
        let inside = on(&purses::ledger_name(&purse.number))?;
        let lost = lost::find(tables, &purse.number)?;
        let blocked = match &lost {
            Some(lost) => Some(lost::blocked(tables, purse, lost)?),
            None => None,
        };
        let now = self.issuer.office.now();
        let state = match &lost {
            Some(lost) => lost.state(),
            None if purse.closed_at.is_some() => "closed",
            None if purse.blocked_at.is_some() => "blocked",
            None if purse.expires_at <= now => "ended",
            None => "open",
        };
        let has_reported = purse.seen.sequence > 0;
        Ok(SeenPurse {
            number: purse.number.to_string(),
            state: state.to_owned(),
            expected: inside.posted(),
            pending: inside.debits_pending,
            waiting: on(&purses::waiting_name(&purse.number))?.available(),
            reported: has_reported.then_some(purse.reported),
            reported_at: has_reported.then_some(purse.seen_at.0),
            expires_at: purse.expires_at.0,
            limit_payment: purse.limits.payment,
            limit_holding: purse.limits.holding,
            blocked_at: purse.blocked_at.map(|at| at.0),
            until: blocked.map(|blocked| blocked.until.0),
            pays_back: blocked.map(|blocked| blocked.amount.minor),
        })
    }
}
