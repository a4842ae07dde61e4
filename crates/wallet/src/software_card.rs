//! The software card: the applets, with their state sealed at rest as one record of the vault.
//!
//! In the browser it runs in a WebAssembly module of its own. What the wallet's module holds in
//! memory is the sealed record; the card's keys and shares are in clear only over there, and only
//! while the card has power.

use core::future::ready;

use rand_core::CryptoRng;
use tallystick_card::Card;
use zeroize::Zeroizing;

use crate::core::ports::{CardFault, CardResponse, Later, PoweredCard};
use crate::core::state::name;
use crate::sealing::stretch::Stretch;
use crate::sealing::{StateKey, record};

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
    /// [`CardFault`] if it does not open under this key, or is no card of this or an earlier release.
    pub fn open(key: &StateKey, sealed: &[u8], rng: R) -> Result<Self, CardFault> {
        let state = record::open(key, name::CARD, sealed).map_err(CardFault::new)?;
        Ok(Self {
            card: Card::restore(&state).map_err(CardFault::new)?,
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
    /// [`CardFault`] if sealing fails.
    pub fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        if !self.changed {
            return Ok(None);
        }
        let state = self.card.state();
        let sealed = record::seal(key, name::CARD, &state, &mut self.rng);
        sealed.map(Some).map_err(CardFault::new)
    }
}

impl<R: CryptoRng> PoweredCard for SoftwareCard<R> {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(ready(Ok(self.execute(apdu))))
    }

    fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        self.unsaved(key)
    }
}
