//! A card that stays at home: what its holder does there, and what somebody does who was lent something.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_card::host::home::lending::Decision;
use tallystick_wallet::view::{
    AwayLoanView, Choice, HomeView, KeyPlace, LoanState, LoanTerms, OrderView, UseState, WalletView,
};
use tallystick_wallet::{ErrorKind, WalletError};

use super::cards::account_of;
use super::{Approved, Holder, OwnWallet, PIN, Payer, Wish};
use crate::dice::Dice;
use crate::lending::{HomeCard, Lending as Mode};
use crate::people::AccountName;
use crate::scheduler::Owner;
use crate::town::Town;

/// What nobody away guesses.
const WRONG_PASSWORD: &str = "autumn mountain";
/// How often a home asks what became of what was bought, and a guest what is lent, in milliseconds.
const LOOKS_EVERY_MS: u64 = 10 * 60_000;
/// How long somebody waits who was told that they ask too often.
const TOO_MANY_MS: u64 = 20_000;

/// What a holder wants at home or away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Away {
    /// To lend so much: the most for one order, for all, and how many; for so many seconds.
    Lend(u64, u64, u32, u64),
    /// To lend more by some loan.
    TopUp(u64, u32),
    /// To stop a loan, or everything.
    Stop(bool),
    /// To let the terminal in no more; it may come again.
    Revoke,
    /// Away, to stop everything there is at home.
    StopEverything,
    /// Away, to hear what is lent.
    Fetch,
}

/// What a holder has and knows of homes.
pub(crate) struct Lending {
    /// Whose computer is let in here.
    pub(crate) guest: Option<&'static str>,
    /// Whose card stays at home for this computer.
    host: Option<&'static str>,
    /// Where the card is.
    pub(crate) place: KeyPlace,
    /// The own access code, on paper.
    code: RefCell<Option<String>>,
    /// An invitation, on paper.
    invitation: RefCell<Option<String>>,
    /// Whether the terminal is to be let in.
    lets_in: Cell<bool>,
    /// Everything that the card ever decided, by its number.
    pub(crate) decided: RefCell<BTreeMap<u32, Decision>>,
    /// From which account each loan is paid.
    pub(crate) accounts: RefCell<BTreeMap<u32, AccountName>>,
    /// Loans that were stopped, and the last decision that there was by then.
    pub(crate) stopped: RefCell<Vec<(u32, u32)>>,
    /// Whether the passwords are blocked.
    pub(crate) is_blocked: Cell<bool>,
    looked_ms: Cell<u64>,
    dice: Dice,
}

/// The two passwords of a home.
pub(crate) fn passwords(name: &str) -> [String; 2] {
    ["winter river", "summer hill"].map(|words| format!("{words} of {name}"))
}

impl Lending {
    pub(super) fn new(town: &Town, name: &'static str) -> Self {
        let dice = Dice::new(town.seed, &format!("{name} lends"));
        let firsts = crate::people::PEOPLE.each_ref().map(|one| one.computers[0]);
        let index = firsts.iter().position(|first| *first == name);
        let beside = |step: usize| index.map(|index| firsts[(index + step) % firsts.len()]);
        let (guest, host) = match town.lending {
            Mode::Nobody => (None, None),
            Mode::Honest => (beside(1), beside(firsts.len() - 1)),
            Mode::Hostile if index == Some(0) => (beside(1), None),
            Mode::Hostile => (None, beside(firsts.len() - 1)),
        };
        let in_reader = town.lending == Mode::Hostile && guest.is_some();
        Self {
            guest,
            host,
            place: if in_reader {
                KeyPlace::Reader
            } else {
                KeyPlace::Software
            },
            code: RefCell::default(),
            invitation: RefCell::default(),
            lets_in: Cell::new(true),
            decided: RefCell::default(),
            accounts: RefCell::default(),
            stopped: RefCell::default(),
            is_blocked: Cell::new(false),
            looked_ms: Cell::new(0),
            dice,
        }
    }

    /// Whether a card stays here.
    pub(crate) fn is_home(&self) -> bool {
        self.guest.is_some()
    }
}

/// What can still be used, as the holder was shown it.
fn lent_numbers(home: &HomeView) -> impl Iterator<Item = u32> {
    let loans = home.loans.iter();
    let lent = loans.filter(|loan| loan.state == LoanState::Lent);
    lent.map(|loan| loan.number)
}

impl Holder {
    /// The card that stays at home, as it is now.
    pub(crate) fn home_card(&self) -> Option<HomeCard> {
        match self.lending.place {
            KeyPlace::Software => self.device.home_card(),
            KeyPlace::Reader => self.money.card.home_card(),
            // Nobody here has a card hosted.
            KeyPlace::Hosted => None,
        }
    }

    /// Takes up what the card has decided since.
    pub(crate) fn look_at_log(&self) {
        let Some(card) = self.home_card() else {
            return;
        };
        let mut decided = self.lending.decided.borrow_mut();
        for decision in card.log {
            decided.insert(decision.number, decision);
        }
    }

    /// What is under way at home and away. Says whether something was done.
    pub(super) async fn tends_lending(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if !town.lending.is_on() {
            return Ok(false);
        }
        self.keep_accounts(view);
        let now_ms = town.scheduler.now_ms();
        if now_ms >= self.lending.looked_ms.get() + LOOKS_EVERY_MS {
            self.lending.looked_ms.set(now_ms);
            self.looks(wallet, view).await?;
        }
        if self.is_calm.get() {
            return Ok(false);
        }
        if self.lending.host.is_some() && self.is_guest(wallet, view).await? {
            return Ok(true);
        }
        if self.lending.guest.is_some() {
            return self.is_host(town, wallet, view).await;
        }
        Ok(false)
    }

    fn keep_accounts(&self, view: &WalletView) {
        let loans = view.home.iter().flat_map(|home| &home.loans);
        for loan in loans {
            let mut cards = view.cards.iter();
            if let Some(card) = cards.find(|card| card.id == loan.card_id) {
                let mut accounts = self.lending.accounts.borrow_mut();
                accounts.insert(loan.number, account_of(card));
            }
        }
    }

    /// What became of what others bought, and what is lent now.
    async fn looks(&self, wallet: &OwnWallet, view: &WalletView) -> Result<(), WalletError> {
        let mut uses = view.home.iter().flat_map(|home| &home.uses);
        if uses.any(|one| one.state == UseState::Open) {
            wallet.home_follow_uses().await?;
        }
        for away in &view.away {
            wallet.away_fetch(&away.home).await?;
        }
        Ok(())
    }

    async fn is_guest(&self, wallet: &OwnWallet, view: &WalletView) -> Result<bool, WalletError> {
        if self.lending.code.borrow().is_none() {
            let code = wallet.away_code(KeyPlace::Software).await?;
            *self.lending.code.borrow_mut() = Some(code);
            return Ok(true);
        }
        let invitation = self.lending.invitation.borrow_mut().take();
        let Some(invitation) = invitation else {
            return Ok(false);
        };
        let joined = wallet.away_join(&invitation, PIN, KeyPlace::Software).await;
        if joined.is_err() && view.away.is_empty() {
            *self.lending.invitation.borrow_mut() = Some(invitation);
        }
        joined.map(|()| true)
    }

    async fn is_host(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let place = self.lending.place;
        let mut cards = view.cards.iter();
        if !cards.any(|card| card.ready && card.place == place) {
            return Ok(false);
        }
        let is_blocked = self.lending.is_blocked.take();
        let Some(home) = view.home.as_ref().filter(|_| !is_blocked) else {
            let [first, second] = passwords(self.name);
            wallet.home_set_up(PIN, &first, &second, place).await?;
            return Ok(true);
        };
        if !home.terminals.is_empty() || !self.lending.lets_in.get() {
            return Ok(false);
        }
        let guest = self.lending.guest.and_then(|guest| town.holder(guest));
        let Some(guest) = guest else {
            return Ok(false);
        };
        let code = guest.lending.code.borrow().clone();
        let Some(code) = code else {
            return Ok(false);
        };
        let invitation = wallet.home_enrol(PIN, &code, "Travel laptop").await?;
        *guest.lending.invitation.borrow_mut() = Some(invitation);
        Ok(true)
    }

    /// Something is wanted at home or away.
    pub(super) async fn lends(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
        wish: Away,
    ) -> Result<bool, WalletError> {
        match wish {
            Away::StopEverything | Away::Fetch => {
                for away in &view.away {
                    if wish == Away::Fetch {
                        wallet.away_fetch(&away.home).await?;
                    } else {
                        wallet.away_stop(&away.home).await?;
                    }
                }
                return Ok(true);
            }
            _ => {}
        }
        let Some(home) = &view.home else {
            return Ok(false);
        };
        let lent = |loan: &&tallystick_wallet::view::LoanView| loan.state == LoanState::Lent;
        let loan = home.loans.iter().find(lent);
        match (wish, loan) {
            (Away::Lend(each, total, count, seconds), _) => {
                let mut cards = view.cards.iter();
                let card = cards.find(|card| card.ready && card.place == self.lending.place);
                let (Some(card), Some(terminal)) = (card, home.terminals.first()) else {
                    self.lending.lets_in.set(true);
                    return Ok(false);
                };
                let terms = LoanTerms {
                    terminal: terminal.id.clone(),
                    card_id: card.id.clone(),
                    shops: Vec::new(),
                    currency: "JPY".to_owned(),
                    each_minor: each,
                    total_minor: total,
                    count,
                    ends_at: town.scheduler.now_ms() / 1000 + seconds,
                };
                wallet.home_lend(PIN, &terms).await?;
                self.show(town, "something is lent");
                let guest = self.lending.guest.and_then(|guest| town.holder(guest));
                if let Some(guest) = guest {
                    let fetch = Wish::Away(Away::Fetch);
                    guest.wishes.borrow_mut().push_back(fetch);
                }
            }
            (Away::TopUp(more, orders), Some(loan)) => {
                let more = (more, orders);
                wallet
                    .home_top_up(PIN, loan.number, loan.total_minor, more)
                    .await?;
                self.show(town, "more is lent");
            }
            (Away::Stop(everything), Some(loan)) => {
                let stopped = if everything {
                    wallet.home_stop_everything().await
                } else {
                    wallet.home_stop(loan.number).await
                };
                stopped?;
                let numbers = lent_numbers(home);
                let only = |number: &u32| everything || *number == loan.number;
                self.have_stopped(town, numbers.filter(only));
            }
            (Away::Revoke, _) => {
                let Some(terminal) = home.terminals.first() else {
                    return Ok(false);
                };
                wallet.home_revoke(&terminal.id).await?;
                self.lending.lets_in.set(false);
                self.have_stopped(town, lent_numbers(home));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// From now on the card signs nothing more by these loans.
    fn have_stopped(&self, town: &Town, loans: impl Iterator<Item = u32>) {
        self.look_at_log();
        let decided = self.lending.decided.borrow();
        let last = decided.keys().next_back().copied().unwrap_or(0);
        let mut stopped = self.lending.stopped.borrow_mut();
        stopped.extend(loans.map(|loan| (loan, last)));
        self.show(town, "something lent is stopped");
    }

    fn show(&self, town: &Town, what: &str) {
        let line = format!("    {}: {what}", self.name);
        town.journal.show(town.scheduler.now_ms(), &line);
    }

    /// Something that is lent, if this order is to be paid with it.
    pub(super) fn would_borrow<'v>(
        &self,
        town: &Town,
        view: &'v WalletView,
        order: &OrderView,
    ) -> Option<&'v AwayLoanView> {
        let mut lent = view.away.iter().flat_map(|away| &away.loans);
        let lent = lent.find(|loan| order.payable.contains(&loan.card_id))?;
        let would = town.lending == Mode::Hostile || self.lending.dice.chance(700);
        would.then_some(lent)
    }

    /// Buys with what is lent.
    pub(super) async fn buys_away(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        request: &str,
        (loan, choice): (&AwayLoanView, &Choice),
    ) -> Result<(), WalletError> {
        let Some(host) = self.lending.host else {
            return wallet.decline(request).await;
        };
        let [first, second] = passwords(host);
        let slip = match self.lending.dice.below(40) {
            0 => (WRONG_PASSWORD, second.as_str()),
            1 => (first.as_str(), WRONG_PASSWORD),
            _ => (first.as_str(), second.as_str()),
        };
        if slip.0 != WRONG_PASSWORD && slip.1 != WRONG_PASSWORD {
            self.approved.borrow_mut().push(Approved {
                request_id: request.to_owned(),
                payer: Payer::Lent(host, loan.number),
                at_ms: town.scheduler.now_ms(),
            });
        }
        let bought = wallet.away_approve(request, choice, slip.0, slip.1).await;
        match &bought {
            Ok(()) => self.show(town, "bought away"),
            Err(error) => self.show(town, &format!("did not buy away: {:?}", error.kind)),
        }
        match bought {
            Err(error) if error.kind == ErrorKind::HomeTooMany => {
                town.scheduler.sleep(TOO_MANY_MS).await;
                Err(error)
            }
            Err(error) if error.kind == ErrorKind::HomeBlocked => {
                // The holder at home is told, and sets new ones; not where somebody looks on.
                let home = town.holder(host);
                if let Some(home) = home.filter(|_| town.lending == Mode::Honest) {
                    home.lending.is_blocked.set(true);
                }
                Err(error)
            }
            other => other,
        }
    }

    /// The browser at home: connected to the proxy while something is lent, it answers what that asks.
    pub(super) fn stays_connected(
        self: &Rc<Self>,
        town: &Rc<Town>,
        wallet: &Rc<OwnWallet>,
        owner: Owner,
    ) {
        if !self.lending.is_home() {
            return;
        }
        let (holder, wallet) = (self.clone(), wallet.clone());
        let town_there = Rc::downgrade(town);
        town.scheduler.spawn(owner, async move {
            while let Some(town) = town_there.upgrade() {
                holder.answers_proxy(&town, &wallet).await;
                let pause_ms = holder.lending.dice.between(500, 5_000);
                town.scheduler.sleep(pause_ms).await;
            }
        });
    }

    async fn answers_proxy(&self, town: &Town, wallet: &OwnWallet) {
        let Ok(Some(connection)) = wallet.home_connection().await else {
            return;
        };
        let line = town.connect(self.name, &self.network, &connection.url);
        let Some(line) = line.await else {
            return;
        };
        town.tell_proxy(&line, &connection.first);
        while let Some(call) = line.next().await {
            let answered = wallet.home_call(&call).await;
            self.look_at_log();
            if let Ok(answered) = answered {
                town.tell_proxy(&line, &answered.reply);
            }
        }
    }
}
