//! The software card: the applets, with their state sealed at rest as one record of the vault.
//!
//! In the browser it runs in a WebAssembly module of its own. What the wallet's module holds in
//! memory is the sealed record; the card's keys and shares are in clear only over there, and only
//! while the card has power.

use rand_core::CryptoRng;
use tallystick_card::{Card, RestoreError};
use zeroize::Zeroizing;

use crate::stretch::Stretch;
use crate::{SealingError, StateKey, record};

/// What its record of the vault is called.
pub const RECORD: &str = "card";

/// Why there is no software card, or why it cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoftwareCardError {
    /// Its state does not open under this key, or does not seal.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// What opened is no card of this or an earlier release.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

/// A software card with power: off when the value is dropped.
pub struct SoftwareCard<R> {
    card: Card,
    rng: R,
    changed: bool,
}

impl<R: CryptoRng> SoftwareCard<R> {
    /// A card from the factory, which nobody has stored yet.
    pub fn blank(rng: R) -> Self {
        Self {
            card: Card::blank(),
            rng,
            changed: true,
        }
    }

    /// The same card; guessing a PIN or PUK that is set from now on costs that much.
    #[must_use]
    pub fn costing(self, stretch: Stretch) -> Self {
        Self {
            card: self.card.costing(stretch),
            ..self
        }
    }

    /// The card whose sealed state this is.
    ///
    /// # Errors
    /// [`SoftwareCardError`].
    pub fn open(key: &StateKey, sealed: &[u8], rng: R) -> Result<Self, SoftwareCardError> {
        let state = record::open(key, RECORD, sealed)?;
        Ok(Self {
            card: Card::restore(&state)?,
            rng,
            changed: false,
        })
    }

    /// Executes one command APDU (ISO/IEC 7816-4): data and status word.
    pub fn execute(&mut self, apdu: &[u8]) -> Zeroizing<Vec<u8>> {
        let response = self.card.transmit(apdu, &mut self.rng);
        self.changed |= response.changed;
        response.bytes
    }

    /// Its state, sealed, if nobody has stored it yet.
    ///
    /// # Errors
    /// [`SoftwareCardError::Sealing`].
    pub fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, SoftwareCardError> {
        if !self.changed {
            return Ok(None);
        }
        let state = self.card.state();
        let sealed = record::seal(key, RECORD, &state, &mut self.rng);
        Ok(Some(sealed?))
    }
}
