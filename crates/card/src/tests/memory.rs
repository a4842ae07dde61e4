//! A memory that writes down what is written, and fails when it is told to.

use alloc::{rc::Rc, vec, vec::Vec};
use core::cell::RefCell;

use tallystick_protocol::test_keys::TestRng;

use super::bench::CHEAP;
use crate::MemoryFault;
use crate::PAGE_BYTES;
use crate::Page;
use crate::Pages;
use crate::PersistentCard;

/// What an erased page holds.
pub(super) const ERASED: Page = [0xff; PAGE_BYTES];

#[derive(Clone, Default)]
pub(super) struct Cells {
    pub(super) pages: Vec<Page>,
    /// All writes since the list was last emptied.
    pub(super) writes: Vec<(usize, Page)>,
    /// How many more writes there will be power for.
    pub(super) writes_left: Option<usize>,
    /// Whether a write that fails is nevertheless done.
    pub(super) done_all_the_same: bool,
    pub(super) unreadable: bool,
}

/// Shared: the test looks at it while the card is using it.
#[derive(Clone)]
pub(super) struct Memory(pub(super) Rc<RefCell<Cells>>);

impl Memory {
    pub(super) fn erased(pages: usize) -> Self {
        Self::with(vec![ERASED; pages])
    }

    pub(super) fn with(pages: Vec<Page>) -> Self {
        let cells = Cells {
            pages,
            ..Cells::default()
        };
        Self(Rc::new(RefCell::new(cells)))
    }

    pub(super) fn pages(&self) -> Vec<Page> {
        self.0.borrow().pages.clone()
    }
}

impl Pages for Memory {
    fn count(&self) -> usize {
        self.0.borrow().pages.len()
    }

    fn read(&mut self, page: usize) -> Result<Page, MemoryFault> {
        let cells = self.0.borrow();
        if cells.unreadable {
            return Err(MemoryFault);
        }
        cells.pages.get(page).copied().ok_or(MemoryFault)
    }

    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault> {
        let mut cells = self.0.borrow_mut();
        let fails = cells.writes_left == Some(0);
        if !fails || cells.done_all_the_same {
            *cells.pages.get_mut(page).ok_or(MemoryFault)? = *bytes;
            cells.writes.push((page, *bytes));
        }
        if fails {
            return Err(MemoryFault);
        }
        cells.writes_left = cells.writes_left.map(|left| left - 1);
        Ok(())
    }
}

/// Gives power to the card in this memory.
pub(super) fn power(memory: &Memory) -> PersistentCard<Memory> {
    PersistentCard::power(memory.clone())
        .unwrap()
        .costing(CHEAP)
}

/// Sends a command; the status word.
pub(super) fn send(card: &mut PersistentCard<Memory>, rng: &mut TestRng, apdu: &[u8]) -> u16 {
    let response = card.transmit(apdu, rng);
    u16::from_be_bytes(*response.last_chunk().unwrap())
}
