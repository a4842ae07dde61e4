//! The software card in the browser: a WebAssembly module with a memory of its own, so that no slip
//! in the wallet's module can show a key or a share. APDUs go in and out.
//!
//! `wasm/src/cards.rs` is the other side.

use getrandom::SysRng;
use rand_core::UnwrapErr;
use tallystick_sealing::StateKey;
use tallystick_sealing::software_card::{self, SoftwareCardError};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

type Thrown<T> = Result<T, JsError>;

const RANDOM: UnwrapErr<SysRng> = UnwrapErr(SysRng);

fn thrown(error: SoftwareCardError) -> JsError {
    JsError::from(error)
}

fn state_key(bytes: &[u8]) -> Thrown<StateKey> {
    StateKey::from_bytes(bytes).ok_or_else(|| JsError::new("a state key has 32 bytes"))
}

/// A software card with power. `free` takes the power away and wipes it.
#[wasm_bindgen]
pub struct SoftwareCard {
    card: software_card::SoftwareCard<UnwrapErr<SysRng>>,
    response: Zeroizing<Vec<u8>>,
}

#[wasm_bindgen]
impl SoftwareCard {
    fn with_power(card: software_card::SoftwareCard<UnwrapErr<SysRng>>) -> Self {
        Self {
            card,
            response: Zeroizing::default(),
        }
    }

    /// A card from the factory.
    #[must_use]
    pub fn blank() -> Self {
        Self::with_power(software_card::SoftwareCard::blank(RANDOM))
    }

    /// The card whose sealed state this is; `key` is the state key, 32 bytes.
    ///
    /// # Errors
    /// If it does not open.
    pub fn power(key: &[u8], sealed: &[u8]) -> Thrown<Self> {
        software_card::SoftwareCard::open(&state_key(key)?, sealed, RANDOM)
            .map(Self::with_power)
            .map_err(thrown)
    }

    /// Executes one command APDU; the length of the response in bytes.
    pub fn transmit(&mut self, apdu: &[u8]) -> usize {
        self.response = self.card.execute(apdu);
        self.response.len()
    }

    /// Writes the response into a buffer of its length, so that no copy of it stays in JavaScript,
    /// and forgets it.
    ///
    /// # Errors
    /// If the buffer has another length.
    pub fn take_response(&mut self, into: &mut [u8]) -> Thrown<()> {
        let response = core::mem::take(&mut self.response);
        if into.len() != response.len() {
            return Err(JsError::new(
                "the buffer does not have the length of the response",
            ));
        }
        into.copy_from_slice(&response);
        Ok(())
    }

    /// The state, sealed under the state key of 32 bytes, if it is another one than it was given power
    /// with.
    ///
    /// # Errors
    /// If sealing fails.
    pub fn unsaved(&mut self, key: &[u8]) -> Thrown<Option<Vec<u8>>> {
        self.card.unsaved(&state_key(key)?).map_err(thrown)
    }
}
