//! What is kept of this wallet's own home. What counts is in the card: this is what the card last said, for the pages,
//! and what the proxy has still to be told.

use minicbor::Encode;
use minicbor::bytes::ByteVec;
use tallystick_card::host::home::lending::{Decision, HomeView as InCard, PaidFrom};
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::calls::{LENT_MAX, LentList};
use tallystick_protocol::home::{Loan, PublicKeys};
use tallystick_protocol::wire::identifier::{Domain, HomeId, Root, TerminalId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::core::place::KeyPlace;
use crate::home::view::{
    HomeMailView, HomeView, LentKind, LoanState, LoanView, PaidByView, TerminalView, UseState,
    UseView,
};

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The most uses that are kept.
const USES_MAX: usize = 100;
/// How long after an order's time its issuer is still asked, in seconds: what the courier accepted binds the issuer for
/// a day.
const ASKED_SECONDS: u64 = 25 * 60 * 60;
/// The most loans that are kept; those that are over make room.
const LOANS_MAX: usize = 48;

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TerminalRecord {
    /// Its keys.
    #[n(0)]
    pub keys: PublicKeys,
    /// What the holder calls it.
    #[n(1)]
    pub name: String,
}

/// A loan.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LoanRecord {
    /// What is lent.
    #[n(0)]
    pub loan: Loan,
    /// The encoded [`Lent`](tallystick_protocol::home::loan::Lent), for the terminal.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub lent: Vec<u8>,
    /// The account or purse, as the wallet names it.
    #[n(2)]
    pub account: String,
    /// Its issuer's certified name.
    #[n(3)]
    pub name: String,
    /// The end of its number.
    #[n(4)]
    pub shown: String,
    /// What is left of it, in minor units.
    #[n(5)]
    pub total_left: u64,
    /// How many orders are left.
    #[n(6)]
    pub count_left: u32,
    /// Whether it was stopped.
    #[n(7)]
    pub is_stopped: bool,
    /// What pays; a card account if it is not said.
    #[n(8)]
    pub pays: Option<LentKind>,
}

impl LoanRecord {
    /// How far it is.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> LoanState {
        if self.is_stopped {
            LoanState::Stopped
        } else if self.loan.ends_at <= now {
            LoanState::Ended
        } else if self.count_left == 0 || self.total_left == 0 {
            LoanState::Used
        } else {
            LoanState::Lent
        }
    }

    fn pays(&self) -> LentKind {
        self.pays.unwrap_or(LentKind::Card)
    }
}

/// Something that the card signed for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct UseRecord {
    /// Its number in the card's log.
    #[n(0)]
    pub number: u32,
    /// Of which loan.
    #[n(1)]
    pub loan: u32,
    /// What the holder called the terminal then.
    #[n(2)]
    pub terminal_name: String,
    /// The shop.
    #[n(3)]
    pub shop: Domain,
    /// What the order costs.
    #[n(4)]
    pub amount: Money,
    /// The order's root.
    #[n(5)]
    pub root: Root,
    /// When, as the order says.
    #[n(6)]
    pub at: Timestamp,
    /// When the order is over.
    #[n(7)]
    pub expires_at: Timestamp,
    /// Who pays it.
    #[n(8)]
    pub issuer: Domain,
    /// What became of it.
    #[n(9)]
    pub state: UseState,
    /// What a purse set aside for it, if one pays.
    #[n(10)]
    pub paid: Option<PaidFrom>,
}

impl UseRecord {
    /// Whether its issuer has said that it was paid.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        matches!(self.state, UseState::Paid)
    }

    /// Whether its issuer is still asked how it ended.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == UseState::Open && now.seconds_since(self.expires_at) < ASKED_SECONDS
    }

    fn view(&self, loan: Option<&LoanRecord>) -> UseView {
        UseView {
            number: self.number,
            at: self.at.seconds(),
            loan: self.loan,
            terminal_name: self.terminal_name.clone(),
            shop: self.shop.as_str().to_owned(),
            amount_minor: self.amount.minor,
            currency: self.amount.currency.code().to_owned(),
            state: self.state,
            paid_by: loan.map(|loan| PaidByView {
                pays: loan.pays(),
                name: loan.name.clone(),
                shown: loan.shown.clone(),
            }),
        }
    }
}

/// This wallet's own home.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Where the card is.
    #[n(1)]
    pub place: KeyPlace,
    /// An account whose keys are in it, by which a card in a reader is known; absent for the software card.
    #[n(2)]
    pub account: Option<String>,
    /// The proxy.
    #[n(3)]
    pub proxy: Domain,
    /// The card's keys.
    #[n(4)]
    pub keys: PublicKeys,
    /// With which the home browser connects, 32 bytes.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub token: [u8; 32],
    /// The signed registration that the proxy has not taken yet.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub unregistered: Option<Vec<u8>>,
    /// The terminals.
    #[n(7)]
    pub terminals: Vec<TerminalRecord>,
    /// The loans, oldest first.
    #[n(8)]
    pub loans: Vec<LoanRecord>,
    /// For which terminals the proxy has not taken the newest list.
    #[n(9)]
    pub unlisted: Vec<TerminalId>,
    /// What was signed, oldest first.
    #[n(10)]
    pub uses: Vec<UseRecord>,
    /// Tries of the first password.
    #[n(11)]
    pub first_tries: u8,
    /// Tries of the second password.
    #[n(12)]
    pub second_tries: u8,
}

impl HomeRecord {
    /// Its name.
    #[must_use]
    pub fn home(&self) -> HomeId {
        self.keys.home()
    }

    /// Whether something is lent.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.loans
            .iter()
            .any(|loan| loan.state(now) == LoanState::Lent)
    }

    /// A terminal.
    #[must_use]
    pub fn terminal(&self, id: &TerminalId) -> Option<&TerminalRecord> {
        let mut terminals = self.terminals.iter();
        terminals.find(|terminal| terminal.keys.terminal() == *id)
    }

    fn name_of(&self, id: &TerminalId) -> String {
        self.terminal(id)
            .map_or_else(|| id.to_string(), |terminal| terminal.name.clone())
    }

    /// How many loans that terminal has that can be used.
    #[must_use]
    pub fn lent_to(&self, terminal: &TerminalId, now: Timestamp) -> usize {
        let loans = self.loans.iter();
        let lent =
            loans.filter(|one| one.loan.terminal == *terminal && one.state(now) == LoanState::Lent);
        lent.count()
    }

    /// The list for that terminal has changed.
    pub fn unlist(&mut self, terminal: TerminalId) {
        if !self.unlisted.contains(&terminal) {
            self.unlisted.push(terminal);
        }
    }

    /// What is left with the proxy for a terminal: the newest that can be used.
    #[must_use]
    pub fn list_for(&self, terminal: TerminalId, now: Timestamp) -> LentList {
        let loans = self
            .loans
            .iter()
            .rev()
            .filter(|one| one.loan.terminal == terminal && one.state(now) == LoanState::Lent);
        LentList {
            home: self.home(),
            token: self.token,
            terminal,
            lent: loans
                .take(LENT_MAX)
                .map(|one| ByteVec::from(one.lent.clone()))
                .collect(),
        }
    }

    /// Adds a loan; one that is over makes room.
    pub fn add(&mut self, loan: LoanRecord, now: Timestamp) {
        if self.loans.len() >= LOANS_MAX {
            let over = |one: &LoanRecord| one.state(now) != LoanState::Lent;
            if let Some(place) = self.loans.iter().position(over) {
                self.loans.remove(place);
            }
        }
        self.loans.push(loan);
    }

    /// Takes up what the card says that it is and lends.
    pub fn take(&mut self, said: &InCard) {
        self.first_tries = said.first_tries;
        self.second_tries = said.second_tries;
        for kept in &mut self.loans {
            let mut loans = said.loans.iter();
            match loans.find(|one| one.loan.number == kept.loan.number) {
                Some(one) => {
                    kept.total_left = one.total_left;
                    kept.count_left = one.count_left;
                    kept.is_stopped = one.is_stopped;
                }
                // The card has forgotten it.
                None => kept.is_stopped = true,
            }
        }
    }

    /// Takes up what the card signed and what it gave back, oldest first; what is new of it.
    pub fn take_log(&mut self, log: &[Decision]) -> Vec<UseRecord> {
        for decision in log.iter().filter(|one| one.is_cancelled) {
            let mut uses = self.uses.iter_mut();
            if let Some(kept) = uses.find(|one| one.number == decision.number) {
                kept.state = UseState::GivenBack;
            }
        }
        let newest = self.uses.last().map_or(0, |one| one.number);
        let mut new = Vec::new();
        for decision in log.iter().filter(|one| one.number > newest) {
            let one = UseRecord {
                number: decision.number,
                loan: decision.loan,
                terminal_name: self.name_of(&decision.terminal),
                shop: decision.shop.clone(),
                amount: decision.amount,
                root: decision.root,
                at: decision.at,
                expires_at: decision.expires_at,
                issuer: decision.issuer.clone(),
                paid: decision.paid.clone(),
                state: match decision.is_cancelled {
                    true => UseState::GivenBack,
                    false => UseState::Open,
                },
            };
            self.uses.push(one.clone());
            new.push(one);
        }
        let spare = self.uses.len().saturating_sub(USES_MAX);
        self.uses.drain(..spare);
        new
    }

    /// A use, for the pages.
    #[must_use]
    pub fn use_view(&self, one: &UseRecord) -> UseView {
        let mut loans = self.loans.iter();
        one.view(loans.find(|loan| loan.loan.number == one.loan))
    }

    /// For the pages.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> HomeView {
        HomeView {
            is_on: self.is_on(now),
            place: self.place,
            id: self.home().to_string(),
            proxy: self.proxy.as_str().to_owned(),
            is_registered: self.unregistered.is_none(),
            terminals: self
                .terminals
                .iter()
                .map(|terminal| TerminalView {
                    id: terminal.keys.terminal().to_string(),
                    name: terminal.name.clone(),
                })
                .collect(),
            loans: self
                .loans
                .iter()
                .rev()
                .map(|one| self.loan_view(one, now))
                .collect(),
            uses: self
                .uses
                .iter()
                .rev()
                .map(|one| self.use_view(one))
                .collect(),
            first_tries_left: self.first_tries,
            second_tries_left: self.second_tries,
            mail: HomeMailView::default(),
        }
    }

    fn loan_view(&self, one: &LoanRecord, now: Timestamp) -> LoanView {
        let loan = &one.loan;
        LoanView {
            number: loan.number,
            terminal: loan.terminal.to_string(),
            terminal_name: self.name_of(&loan.terminal),
            card_id: one.account.clone(),
            pays: one.pays(),
            name: one.name.clone(),
            shown: one.shown.clone(),
            shops: loan
                .shops
                .iter()
                .map(|shop| shop.as_str().to_owned())
                .collect(),
            each_minor: loan.each.minor,
            total_minor: loan.total,
            left_minor: one.total_left,
            currency: loan.each.currency.code().to_owned(),
            count: loan.count,
            count_left: one.count_left,
            ends_at: loan.ends_at.seconds(),
            state: one.state(now),
            is_left_with_proxy: !self.unlisted.contains(&loan.terminal),
        }
    }
}
