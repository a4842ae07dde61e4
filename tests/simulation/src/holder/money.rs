//! What a holder has at the bank: an account there, a purse in the wallet's own card or in one in the reader, and what
//! was put in.

use std::cell::{Cell, RefCell};

use tallystick_card::Page;
use tallystick_card::host::purse::PurseView as InCard;
use tallystick_wallet::view::{KeyPlace, MovementView, PurseView, WalletView};

use super::Holder;
use crate::dice::Dice;
use crate::held_card::HeldCard;
use crate::lending::Lending;
use crate::prime_pool::KeyPool;
use crate::town::Town;

/// Which of the fixed keys a card in a reader makes, if it does: none that a computer's does.
const KEYS_AT_HOME: KeyPool = KeyPool { first: 30, step: 6 };

/// Money that a holder puts in.
#[derive(Clone)]
pub(crate) struct Deposit {
    /// Its name at the bank.
    pub(crate) reference: String,
    /// The number of the account.
    pub(crate) account: u64,
    /// How much.
    pub(crate) minor: u64,
    /// Whether the bank said that it booked it.
    pub(crate) is_booked: bool,
}

/// What a holder has and knows there.
pub(crate) struct Money {
    /// Where the keys of the account live.
    pub(crate) place: KeyPlace,
    /// The card for the reader.
    pub(crate) card: HeldCard,
    /// Whether that card is lost, and nobody finds it.
    pub(crate) is_lost: Cell<bool>,
    /// The account at the ordinary bank outside.
    pub(super) iban: RefCell<Option<String>>,
    /// What was put in.
    pub(crate) deposits: RefCell<Vec<Deposit>>,
    /// How the purses stood when they were looked at last.
    pub(crate) purses: RefCell<Vec<PurseView>>,
    /// How the movements stood.
    pub(crate) movements: RefCell<Vec<MovementView>>,
    /// The holder's account and purse, as ends of movements.
    pub(super) ends: RefCell<Vec<String>>,
    /// When the purse reported last, in virtual milliseconds.
    pub(super) reported_ms: Cell<u64>,
    pub(super) dice: Dice,
    /// The card as it was when it held most, and how much that was.
    pub(crate) most: RefCell<Option<(u64, Vec<Page>)>>,
}

impl Money {
    pub(super) fn new(town: &Town, name: &str) -> Self {
        let dice = Dice::new(town.seed, &format!("{name} at the bank"));
        let in_reader = dice.chance(500);
        // The keys of a card that stays at home are known here, so that they can be searched for.
        let is_sought = town.lending == Lending::Hostile;
        let keys = is_sought.then_some(KEYS_AT_HOME);
        Self {
            place: if in_reader {
                KeyPlace::Reader
            } else {
                KeyPlace::Software
            },
            card: HeldCard::making(&format!("{}, {name}'s card", town.seed), keys),
            is_lost: Cell::new(false),
            iban: RefCell::default(),
            deposits: RefCell::default(),
            purses: RefCell::default(),
            movements: RefCell::default(),
            ends: RefCell::default(),
            reported_ms: Cell::new(0),
            dice,
            most: RefCell::default(),
        }
    }
}

impl Holder {
    /// The purses in the holder's cards, as the cards themselves have them.
    pub(crate) fn purses(&self) -> Vec<InCard> {
        let mut purses = self.device.purses();
        if self.money.place == KeyPlace::Reader {
            purses.extend(self.money.card.purses());
        }
        purses
    }

    pub(super) fn look_at_money(&self, town: &Town, view: &WalletView) {
        for movement in &view.movements {
            let known = self.money.movements.borrow();
            let before = known.iter().find(|known| known.id == movement.id);
            if before.map(|before| before.state) != Some(movement.state) {
                let line = format!(
                    "    {}: movement {} of {} is {:?}",
                    self.name,
                    movement.id.get(..8).unwrap_or_default(),
                    movement.amount_minor,
                    movement.state
                );
                town.journal.show(town.scheduler.now_ms(), &line);
            }
        }
        view.purses.clone_into(&mut self.money.purses.borrow_mut());
        let movements = &self.money.movements;
        view.movements.clone_into(&mut movements.borrow_mut());
        let accounts = view.accounts.iter().map(|account| account.end.clone());
        let purses = view.purses.iter().map(|purse| purse.end.clone());
        let ends = accounts.chain(purses).filter(|end| !end.is_empty());
        *self.money.ends.borrow_mut() = ends.collect();
    }
}
