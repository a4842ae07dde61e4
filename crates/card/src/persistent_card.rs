//! A card whose state is in non-volatile memory and whose power may fail at any moment.

use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Card;
use crate::RestoreError;
use crate::StatusWord;
use crate::journal::{Journal, MemoryFault, Pages};
use crate::stretch::Stretch;

/// Why a card does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The memory holds no card, or one that was damaged by more than a power failure.
    #[error("this memory holds no card")]
    NoCard,
    /// It holds a card that this release cannot read.
    #[error("{0}")]
    State(RestoreError),
    /// The memory failed.
    #[error("{0}")]
    Memory(MemoryFault),
    /// The memory is too small for a card.
    #[error("this memory is too small for a card")]
    TooSmall,
}

/// A card with power. What a command changes is kept before its response leaves, and a try of PIN or
/// PUK before the comparison.
pub struct PersistentCard<P> {
    /// None once the memory failed so that nobody knows what is in it: until the power comes anew.
    card: Option<Card>,
    journal: Journal<P>,
}

impl<P: Pages> PersistentCard<P> {
    /// Makes a card from the factory in this memory. Whatever was in it is lost.
    ///
    /// # Errors
    /// [`StartError::Memory`], [`StartError::TooSmall`].
    pub fn format(pages: P) -> Result<Self, StartError> {
        let (mut journal, _) = Journal::open(pages).map_err(StartError::Memory)?;
        let card = Card::blank();
        // Twice: neither area holds the card before.
        for _ in 0..2 {
            journal
                .write(&card.state())
                .map_err(|status| match status {
                    StatusWord::NotEnoughMemory => StartError::TooSmall,
                    _ => StartError::Memory(MemoryFault),
                })?;
        }
        let card = Some(card);
        Ok(Self { card, journal })
    }

    /// Gives power to the card in this memory: nothing selected, no PIN verified.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn power(pages: P) -> Result<Self, StartError> {
        let (journal, state) = Journal::open(pages).map_err(StartError::Memory)?;
        let state = state.ok_or(StartError::NoCard)?;
        let card = Some(Card::restore(&state).map_err(StartError::State)?);
        Ok(Self { card, journal })
    }

    /// Executes one APDU; the response. If the memory fails, the command did not happen and the session
    /// is over: 6581, or 6A84 if it has no room for the new state.
    pub fn transmit(&mut self, apdu: &[u8], rng: &mut impl CryptoRng) -> Zeroizing<Vec<u8>> {
        let journal = &mut self.journal;
        let Some(card) = &mut self.card else {
            return status_alone(StatusWord::MemoryFailure);
        };
        let mut kept = Ok(());
        let mut between = false;
        let response = card.transmit_keeping(apdu, rng, &mut |state| {
            between = true;
            kept = journal.write(&state.to_bytes());
            kept
        });
        if kept.is_ok() && (between || response.changed) {
            kept = journal.write(&card.state());
        }
        if kept.is_ok() && response.changed {
            // Over the state before, too: what was deleted or replaced is to be nowhere. If it fails, the
            // command has happened all the same, and the next one makes up for it.
            let _remains = journal.write(&card.state());
        }
        match kept {
            Ok(()) => response.bytes,
            Err(status) => {
                self.fall_back();
                status_alone(status)
            }
        }
    }

    /// To the state that is in the memory: a write that failed may have got there all the same.
    fn fall_back(&mut self) {
        let state = self.journal.newest().ok().flatten();
        self.card = state.and_then(|state| Card::restore(&state).ok());
    }
}

fn status_alone(status: StatusWord) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(u16::from(status).to_be_bytes().to_vec())
}

impl<P> PersistentCard<P> {
    /// As [`Card::costing`].
    #[must_use]
    pub fn costing(self, stretch: Stretch) -> Self {
        Self {
            card: self.card.map(|card| card.costing(stretch)),
            ..self
        }
    }

    /// As [`Card::state`]; nothing while the memory fails.
    #[must_use]
    pub fn state(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.card.as_ref().map(Card::state)
    }

    /// Takes the power away and gives the memory back.
    pub fn into_pages(self) -> P {
        self.journal.into_pages()
    }
}

impl<P> fmt::Debug for PersistentCard<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersistentCard(…)")
    }
}
