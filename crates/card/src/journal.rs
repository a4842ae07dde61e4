//! Where a card with non-volatile memory keeps its state, so that a power failure at any moment leaves
//! the state before or the state after, whole.
//!
//! The memory is two areas. A state is written into the area that does not hold the newest one, under
//! the next sequence number and with a checksum over everything; the area with the highest number whose
//! checksum is right is the card. What a power failure leaves of a page does not matter: it is in the
//! area whose checksum is then wrong.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::StatusWord;

/// Bytes of a page: what the memory writes at once.
pub const PAGE_BYTES: usize = 64;
/// Begins an area, and says how the rest is laid out.
const MAGIC: [u8; 4] = *b"TSJ1";
/// Magic, sequence number, length of the state.
const NUMBERS: usize = 4 + 8 + 4;

/// A page.
pub type Page = [u8; PAGE_BYTES];

/// The memory could not be read or written; or it has no power any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the card's memory failed")]
pub struct MemoryFault;

/// Non-volatile memory, written in pages. A page that is being written when the power fails may hold
/// anything afterwards; all others are as they were.
pub trait Pages {
    /// How many pages there are; always the same.
    fn count(&self) -> usize;

    /// A page, numbered from 0.
    ///
    /// # Errors
    /// [`MemoryFault`] if it cannot be read.
    fn read(&mut self, page: usize) -> Result<Page, MemoryFault>;

    /// Writes a page; it is there when this returns.
    ///
    /// # Errors
    /// [`MemoryFault`] if it is not.
    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault>;
}

/// The bytes of a state.
type Stored = Zeroizing<Vec<u8>>;
/// Those and their sequence number.
type Numbered = (u64, Stored);

/// The two areas, and which of them counts.
pub(crate) struct Journal<P> {
    pages: P,
    /// Number of the newest state; 0 if there is none.
    sequence: u64,
    /// From which page on each area is known to hold nothing.
    empty_from: [Option<usize>; 2],
}

impl<P> Journal<P> {
    pub(crate) fn into_pages(self) -> P {
        self.pages
    }
}

impl<P: Pages> Journal<P> {
    /// Finds the newest state; none if neither area holds one.
    pub(crate) fn open(pages: P) -> Result<(Self, Option<Stored>), MemoryFault> {
        let mut journal = Self {
            pages,
            sequence: 0,
            empty_from: [None; 2],
        };
        let newest = journal.newest()?;
        Ok((journal, newest))
    }

    /// The newest state, which is the next one's predecessor.
    pub(crate) fn newest(&mut self) -> Result<Option<Stored>, MemoryFault> {
        let areas = [self.read(0)?, self.read(1)?];
        let newest = areas
            .into_iter()
            .flatten()
            .max_by_key(|(sequence, _)| *sequence);
        self.sequence = newest.as_ref().map_or(0, |(sequence, _)| *sequence);
        Ok(newest.map(|(_, state)| state))
    }

    /// Writes a state; it counts when this returns, and before only once all of it is there. Nothing is
    /// left of what the area held before.
    pub(crate) fn write(&mut self, state: &[u8]) -> Result<(), StatusWord> {
        let sequence = self.sequence + 1;
        if state.len() > (self.area_pages().saturating_sub(1)) * PAGE_BYTES {
            return Err(StatusWord::NotEnoughMemory);
        }
        let first = self.first_page(sequence);
        for (index, piece) in state.chunks(PAGE_BYTES).enumerate() {
            let mut page = Zeroizing::new([0; PAGE_BYTES]);
            page[..piece.len()].copy_from_slice(piece);
            self.write_page(first + 1 + index, &page)?;
        }
        self.empty(sequence, 1 + state.len().div_ceil(PAGE_BYTES))?;
        let head = head(sequence, state.len() as u64, state);
        self.write_page(first, &head)?;
        self.sequence = sequence;
        Ok(())
    }

    /// Empties an area from that page on.
    fn empty(&mut self, sequence: u64, from: usize) -> Result<(), StatusWord> {
        let first = self.first_page(sequence);
        let area = usize::from(first != 0);
        let until = self.empty_from[area].take().unwrap_or(self.area_pages());
        for page in from..until {
            let before = self.pages.read(first + page).map(Zeroizing::new);
            let is_empty = |page: &Page| [[0; PAGE_BYTES], [0xff; PAGE_BYTES]].contains(page);
            if !before.is_ok_and(|before| is_empty(&before)) {
                self.write_page(first + page, &[0; PAGE_BYTES])?;
            }
        }
        self.empty_from[area] = Some(from);
        Ok(())
    }

    /// Writes a page unless it is the same already: pages wear out.
    fn write_page(&mut self, number: usize, page: &Page) -> Result<(), StatusWord> {
        let before = self.pages.read(number).map(Zeroizing::new);
        if before.is_ok_and(|before| *before == *page) {
            return Ok(());
        }
        let written = self.pages.write(number, page);
        written.map_err(|MemoryFault| StatusWord::MemoryFailure)
    }

    /// Sequence number and state of an area whose checksum is right.
    fn read(&mut self, area: u64) -> Result<Option<Numbered>, MemoryFault> {
        if self.area_pages() == 0 {
            return Ok(None);
        }
        let first = self.first_page(area);
        let found = self.pages.read(first)?;
        let [sequence, length] = [4..12, 12..NUMBERS].map(|place| {
            let digits = found[place].iter();
            digits.fold(0, |number, byte| number << 8 | u64::from(*byte))
        });
        let room = (self.area_pages() - 1) * PAGE_BYTES;
        let Ok(bytes) = usize::try_from(length) else {
            return Ok(None);
        };
        if found[..4] != MAGIC || bytes > room {
            return Ok(None);
        }
        let mut state = Zeroizing::new(Vec::with_capacity(bytes + PAGE_BYTES));
        for page in 0..bytes.div_ceil(PAGE_BYTES) {
            let piece = Zeroizing::new(self.pages.read(first + 1 + page)?);
            state.extend_from_slice(&*piece);
        }
        state.truncate(bytes);
        let right = head(sequence, length, &state) == found;
        Ok(right.then_some((sequence, state)))
    }

    fn area_pages(&self) -> usize {
        self.pages.count() / 2
    }

    /// Odd numbers are in the second area.
    fn first_page(&self, sequence: u64) -> usize {
        if sequence.is_multiple_of(2) {
            0
        } else {
            self.area_pages()
        }
    }
}

/// The first page of an area: magic, numbers, and a checksum over them and the state.
fn head(sequence: u64, length: u64, state: &[u8]) -> Page {
    let mut head = [0; PAGE_BYTES];
    let [.., a, b, c, d] = length.to_be_bytes();
    head[..4].copy_from_slice(&MAGIC);
    head[4..12].copy_from_slice(&sequence.to_be_bytes());
    head[12..NUMBERS].copy_from_slice(&[a, b, c, d]);
    let checksum = Sha256::new()
        .chain_update(&head[..NUMBERS])
        .chain_update(state)
        .finalize();
    head[NUMBERS..NUMBERS + checksum.len()].copy_from_slice(&checksum);
    head
}
