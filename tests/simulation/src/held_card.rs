//! A card that can be held in the hand: what it keeps is in a memory of pages that outlasts its power, which may fail
//! at any write.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_card::host::purse::PurseView;
use tallystick_card::{Card, MemoryFault, PAGE_BYTES, Page, Pages, PersistentCard};
use tallystick_parties::native::SeededRandom;
use tallystick_protocol::purse::{HistoryEntry, PurseNumber};
use zeroize::Zeroizing;

use crate::device::CHEAP;
use crate::lending::HomeCard;
use crate::prime_pool::{DeviceRandom, KeyPool};
use crate::purses;

/// How large its memory is: two areas of 64 KiB.
const PAGES: usize = 2_048;

/// A card that can be held in the hand: a clone is the same card.
#[derive(Clone)]
pub struct HeldCard(Rc<HeldCardState>);

struct HeldCardState {
    memory: Memory,
    card: RefCell<PersistentCard<Memory>>,
    random: SeededRandom,
    pool: Option<(KeyPool, Rc<Cell<usize>>)>,
}

impl HeldCard {
    /// A card from the factory. Equal seeds give equal keys.
    ///
    /// # Panics
    /// Never: the memory is large enough.
    #[must_use]
    pub fn new(seed: &str) -> Self {
        Self::making(seed, None)
    }

    /// As [`HeldCard::new`]; its RSA keys are of the fixed ones.
    pub(crate) fn making(seed: &str, pool: Option<KeyPool>) -> Self {
        let memory = Memory::erased();
        let card = PersistentCard::format(memory.clone()).unwrap();
        Self(Rc::new(HeldCardState {
            memory,
            card: RefCell::new(card.costing(CHEAP)),
            random: SeededRandom::new(seed),
            pool: pool.map(|pool| (pool, Rc::default())),
        }))
    }

    /// Everything that is stored in it.
    ///
    /// # Panics
    /// If it has lost its power.
    #[must_use]
    pub fn state(&self) -> Zeroizing<Vec<u8>> {
        self.0.card.borrow().state().unwrap()
    }

    /// The purses in it, as they would be if its power came back now.
    ///
    /// # Panics
    /// If what the power left of it is no card.
    #[must_use]
    pub fn purses(&self) -> Vec<PurseView> {
        let copy = self.0.memory.copy();
        let state = PersistentCard::power(copy).unwrap().state().unwrap();
        let mut card = Card::restore(&state).unwrap();
        let mut random = self.random();
        purses::in_card(|apdu| card.transmit(apdu, &mut random).bytes)
    }

    /// What it keeps of the histories of its purses, as [`HeldCard::purses`].
    pub(crate) fn histories(&self) -> Vec<(PurseNumber, Vec<HistoryEntry>)> {
        let copy = self.0.memory.copy();
        let state = PersistentCard::power(copy).unwrap().state().unwrap();
        let mut card = Card::restore(&state).unwrap();
        let mut random = self.random();
        purses::histories_in_card(|apdu| card.transmit(apdu, &mut random).bytes)
    }

    /// What is lent by it, as [`HeldCard::purses`].
    pub(crate) fn home_card(&self) -> Option<HomeCard> {
        let copy = self.0.memory.copy();
        let state = PersistentCard::power(copy).ok()?.state()?;
        let mut card = Card::restore(&state).ok()?;
        let mut random = self.random();
        HomeCard::read(|apdu| card.transmit(apdu, &mut random).bytes)
    }

    /// Its power fails after so many further writes of a page; what is then being written is torn.
    pub fn fail_after(&self, writes: u32) {
        self.0.memory.0.writes_left.set(Some(writes));
    }

    /// All that it stores at this moment.
    #[must_use]
    pub fn copied(&self) -> Vec<Page> {
        self.0.memory.copy().0.pages.borrow().clone()
    }

    /// It is what it was when it was copied.
    pub fn put_back(&self, pages: &[Page]) {
        pages.clone_into(&mut self.0.memory.0.pages.borrow_mut());
        self.lose_power();
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether its power has failed.
    pub(crate) fn is_dead(&self) -> bool {
        self.0.memory.0.is_dead.get()
    }

    pub(crate) fn execute(&self, apdu: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut random = self.random();
        self.0.card.borrow_mut().transmit(apdu, &mut random)
    }

    /// What loses its power forgets which applet was selected and that a PIN was verified.
    pub(crate) fn lose_power(&self) {
        let memory = &self.0.memory;
        memory.0.writes_left.set(None);
        memory.0.is_dead.set(false);
        let card = PersistentCard::power(memory.clone()).unwrap();
        *self.0.card.borrow_mut() = card.costing(CHEAP);
    }

    fn random(&self) -> DeviceRandom {
        DeviceRandom::new(self.0.random.clone(), self.0.pool.clone())
    }
}

/// The memory. A clone is the same one.
#[derive(Clone)]
struct Memory(Rc<MemoryState>);

struct MemoryState {
    pages: RefCell<Vec<Page>>,
    writes_left: Cell<Option<u32>>,
    is_dead: Cell<bool>,
}

impl Memory {
    fn erased() -> Self {
        Self::with(vec![[0xff; PAGE_BYTES]; PAGES])
    }

    fn with(pages: Vec<Page>) -> Self {
        Self(Rc::new(MemoryState {
            pages: RefCell::new(pages),
            writes_left: Cell::new(None),
            is_dead: Cell::new(false),
        }))
    }

    fn copy(&self) -> Self {
        Self::with(self.0.pages.borrow().clone())
    }
}

impl Pages for Memory {
    fn count(&self) -> usize {
        self.0.pages.borrow().len()
    }

    fn read(&mut self, page: usize) -> Result<Page, MemoryFault> {
        if self.0.is_dead.get() {
            return Err(MemoryFault);
        }
        self.0.pages.borrow().get(page).copied().ok_or(MemoryFault)
    }

    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault> {
        if self.0.is_dead.get() {
            return Err(MemoryFault);
        }
        let mut pages = self.0.pages.borrow_mut();
        let place = pages.get_mut(page).ok_or(MemoryFault)?;
        match self.0.writes_left.get() {
            Some(0) => {
                let half = PAGE_BYTES / 2;
                place[..half].copy_from_slice(&bytes[..half]);
                self.0.is_dead.set(true);
                return Err(MemoryFault);
            }
            Some(left) => self.0.writes_left.set(Some(left - 1)),
            None => {}
        }
        *place = *bytes;
        Ok(())
    }
}
