//! A card's memory, and what is written into it.

use std::cell::RefCell;
use std::rc::Rc;

use tallystick_card::{MemoryFault, PAGE_BYTES, Page, Pages};

/// How large it is: two areas of 16 KiB.
pub const PAGES: usize = 512;

/// What a page can hold whose write the power cut off: half of it, nothing, or all of it.
pub fn torn(before: &Page, written: &Page) -> [Page; 3] {
    let mut half = *before;
    half[..PAGE_BYTES / 2].copy_from_slice(&written[..PAGE_BYTES / 2]);
    [half, [0xff; PAGE_BYTES], *written]
}

#[derive(Default)]
struct Cells {
    pages: Vec<Page>,
    writes: Vec<(usize, Page)>,
}

/// A clone is the same memory.
#[derive(Clone, Default)]
pub struct Memory(Rc<RefCell<Cells>>);

impl Memory {
    pub fn erased() -> Self {
        Self::with(vec![[0xff; PAGE_BYTES]; PAGES])
    }

    pub fn with(pages: Vec<Page>) -> Self {
        Self(Rc::new(RefCell::new(Cells {
            pages,
            writes: Vec::new(),
        })))
    }

    pub fn pages(&self) -> Vec<Page> {
        self.0.borrow().pages.clone()
    }

    pub fn page(&self, page: usize) -> Page {
        self.0.borrow().pages[page]
    }

    /// Puts something into a page, by another hand than the card's.
    pub fn put(&self, page: usize, bytes: &Page) {
        self.0.borrow_mut().pages[page] = *bytes;
    }

    /// What was written since this was asked last, in order.
    pub fn take_writes(&self) -> Vec<(usize, Page)> {
        core::mem::take(&mut self.0.borrow_mut().writes)
    }
}

impl Pages for Memory {
    fn count(&self) -> usize {
        self.0.borrow().pages.len()
    }

    fn read(&mut self, page: usize) -> Result<Page, MemoryFault> {
        let cells = self.0.borrow();
        cells.pages.get(page).copied().ok_or(MemoryFault)
    }

    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault> {
        let mut cells = self.0.borrow_mut();
        *cells.pages.get_mut(page).ok_or(MemoryFault)? = *bytes;
        cells.writes.push((page, *bytes));
        Ok(())
    }
}
