//! What a holder does with those whom they meet: asks to be paid, pays, takes or refuses, and settles; by what is read
//! and shown alone, whether a bank can be reached or not.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use tallystick_protocol::purse::{HistoryEntry, PurseNumber};
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{KeyPlace, PurseStep, SeenKind, SeenText, WalletView};

use super::{Holder, OwnWallet};
use crate::between::thief::Copied;
use crate::dice::Dice;
use crate::town::Town;

/// How often somebody tries to do something with a text.
const TRIES_MAX: u32 = 3;
/// The most that is paid where the payer may say how much, in yen.
const OPEN_MAX: u64 = 1_500;

/// What a holder wants of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// To be paid so much by them, or what they like.
    Ask(&'static str, Option<u64>),
    /// Something is shown once more.
    ShowAgain,
}

/// A text that somebody showed.
pub(crate) struct Heard {
    from: &'static str,
    text: String,
    tries: Cell<u32>,
}

impl Heard {
    pub(crate) fn new(from: &'static str, text: String) -> Self {
        Self {
            from,
            text,
            tries: Cell::new(0),
        }
    }
}

/// What a holder has read, and to whom what is shown belongs.
pub(crate) struct Meetings {
    heard: RefCell<VecDeque<Heard>>,
    /// What is wanted of others.
    wanted: RefCell<VecDeque<Meeting>>,
    partners: RefCell<BTreeMap<String, &'static str>>,
    dice: Dice,
}

impl Meetings {
    pub(super) fn new(town: &Town, name: &str) -> Self {
        Self {
            heard: RefCell::default(),
            wanted: RefCell::default(),
            partners: RefCell::default(),
            dice: Dice::new(town.seed, &format!("{name} meets others")),
        }
    }

    pub(crate) fn hear(&self, heard: Heard) {
        self.heard.borrow_mut().push_back(heard);
    }

    pub(crate) fn want(&self, meeting: Meeting) {
        self.wanted.borrow_mut().push_back(meeting);
    }

    /// The text that is to be read next. It stays there until it is put away, whatever happens meanwhile.
    fn next(&self) -> Option<(&'static str, String)> {
        let heard = self.heard.borrow();
        let next = heard.front()?;
        next.tries.set(next.tries.get() + 1);
        Some((next.from, next.text.clone()))
    }

    fn put_away(&self, whatever: bool) {
        let mut heard = self.heard.borrow_mut();
        let is_over = |next: &Heard| whatever || next.tries.get() >= TRIES_MAX;
        if heard.front().is_some_and(is_over) {
            heard.pop_front();
        }
    }
}

impl Holder {
    /// The histories in the holder's cards, as the cards themselves have them.
    pub(crate) fn histories(&self) -> Vec<(PurseNumber, Vec<HistoryEntry>)> {
        let mut histories = self.device.histories();
        if self.money.place == KeyPlace::Reader {
            histories.extend(self.money.card.histories());
        }
        histories
    }

    /// Does what the next text is for, or the next thing that is wanted of others. Needs no network.
    pub(super) async fn is_with_others(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let is_ready = |step| step == PurseStep::Ready;
        if !view
            .purses
            .first()
            .is_some_and(|purse| is_ready(purse.step))
        {
            return Ok(false);
        }
        let Some((from, text)) = self.meetings.next() else {
            let wanted = self.meetings.wanted.borrow_mut().pop_front();
            return match wanted.filter(|_| !self.is_calm.get()) {
                Some(meeting) => self.meets(town, wallet, view, meeting).await,
                None => Ok(false),
            };
        };
        self.holds_card();
        let outcome = self.does_with(town, wallet, from, &text).await;
        if let Err(error) = &outcome {
            let line = format!("    {}: {:?} of what {from} shows", self.name, error.kind);
            town.journal.show(town.scheduler.now_ms(), &line);
        }
        self.meetings.put_away(outcome.is_ok());
        outcome.map(|()| true)
    }

    async fn does_with(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        from: &'static str,
        text: &str,
    ) -> Result<(), WalletError> {
        let dice = &self.meetings.dice;
        let seen = wallet.look_at_text(text).await?;
        let pin = self.pin_at(self.money.place);
        let id = match seen.kind {
            SeenKind::Request => {
                let declines = !self.is_careful && dice.chance(100);
                let Some(purse) = seen.purses.first().filter(|_| !declines) else {
                    return Ok(());
                };
                let open = dice.between(1, OPEN_MAX);
                let minor = seen.amount_minor.unwrap_or(open);
                let copied = Copied::of(town, self);
                let id = wallet.pay_purse(purse, text, minor, pin).await?;
                self.shows(town, wallet, &id, from).await?;
                if let Some(copied) = copied {
                    copied.puts_back(town, self);
                }
                return Ok(());
            }
            SeenKind::Payment => {
                let accepts = self.is_careful || dice.chance(850);
                let id = wallet.answer_payment(text, accepts, pin).await?;
                if accepts {
                    self.pays_on(town, &seen);
                }
                id
            }
            SeenKind::Answer => {
                wallet.settle_payment(text).await?;
                return Ok(());
            }
        };
        self.shows(town, wallet, &id, from).await
    }

    /// Shows somebody the text of a payment.
    async fn shows(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        id: &str,
        to: &'static str,
    ) -> Result<(), WalletError> {
        let partners = &self.meetings.partners;
        partners.borrow_mut().insert(id.to_owned(), to);
        let payments = wallet.view().await?.payments;
        let payment = payments.into_iter().find(|payment| payment.id == id);
        if let Some(text) = payment.and_then(|payment| payment.text) {
            town.show(self.name, to, &text);
        }
        Ok(())
    }

    /// What was received is spent on at once: some friend asks for it.
    fn pays_on(&self, town: &Town, seen: &SeenText) {
        let friends = town.between.friends(self.name);
        let dice = &self.meetings.dice;
        if self.is_careful || self.is_calm.get() || friends.is_empty() || !dice.chance(500) {
            return;
        }
        let minor = seen.amount_minor.unwrap_or(1);
        let asks = Meeting::Ask(self.name, Some(dice.between(minor.div_ceil(2), minor)));
        if let Some(friend) = town.holder(dice.pick::<&str>(&friends)) {
            friend.meetings.want(asks);
        }
    }

    /// Does what is wanted of others, if there is a purse.
    async fn meets(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
        meeting: Meeting,
    ) -> Result<bool, WalletError> {
        let purses = view.purses.iter();
        let mut ready = purses.filter(|purse| purse.step == PurseStep::Ready);
        let Some(purse) = ready.next() else {
            return Ok(false);
        };
        match meeting {
            Meeting::Ask(of, minor) => {
                let pin = self.pin_at(purse.place);
                let id = wallet.ask_for_payment(&purse.id, minor, pin).await?;
                self.shows(town, wallet, &id, of).await?;
            }
            Meeting::ShowAgain => {
                let shown = view.payments.iter().filter(|one| one.text.is_some());
                let shown: Vec<_> = shown.map(|one| one.id.clone()).collect();
                if shown.is_empty() {
                    return Ok(false);
                }
                let id = self.meetings.dice.pick(&shown);
                let to = self.meetings.partners.borrow().get(id).copied();
                if let Some(to) = to {
                    self.shows(town, wallet, id, to).await?;
                }
            }
        }
        Ok(true)
    }
}
