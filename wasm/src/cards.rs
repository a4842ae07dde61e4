//! The software card's module, as the wallet's module reaches it: `wasm/card` is the other side.

use core::future::ready;

use tallystick_wallet::ports::{CardFault, CardResponse, Cards, Later, PoweredCard};
use tallystick_wallet::sealing::StateKey;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::error::describe;

/// The longest response: 65,536 bytes and the status word (ISO/IEC 7816-4 §5.1).
const RESPONSE_BYTES_MAX: usize = 65_538;

#[wasm_bindgen]
extern "C" {
    /// The class `SoftwareCard`.
    pub type SoftwareCards;
    #[wasm_bindgen(method, catch)]
    fn blank(this: &SoftwareCards) -> Result<Powered, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn power(this: &SoftwareCards, key: &[u8], sealed: &[u8]) -> Result<Powered, JsValue>;

    /// An object of that class.
    type Powered;
    #[wasm_bindgen(method, catch)]
    fn transmit(this: &Powered, apdu: &[u8]) -> Result<usize, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn take_response(this: &Powered, into: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn unsaved(this: &Powered, key: &[u8]) -> Result<Option<Vec<u8>>, JsValue>;
    #[wasm_bindgen(method)]
    fn free(this: &Powered);
}

/// A card with power; dropping it takes the power away at once.
struct Card(Powered);

impl Drop for Card {
    fn drop(&mut self) {
        self.0.free();
    }
}

fn fault(thrown: JsValue) -> CardFault {
    CardFault(describe(&thrown))
}

fn boxed(powered: Result<Powered, JsValue>) -> Result<Box<dyn PoweredCard>, CardFault> {
    match powered {
        Ok(powered) => Ok(Box::new(Card(powered))),
        Err(thrown) => Err(fault(thrown)),
    }
}

impl Card {
    fn execute(&self, apdu: &[u8]) -> CardResponse {
        let length = self.0.transmit(apdu).map_err(fault)?;
        if length > RESPONSE_BYTES_MAX {
            return Err(CardFault::new("the response is too long"));
        }
        let mut response = Zeroizing::new(vec![0; length]);
        self.0.take_response(&mut response).map_err(fault)?;
        Ok(response)
    }
}

impl PoweredCard for Card {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(ready(self.execute(apdu)))
    }

    fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        self.0.unsaved(key.as_bytes()).map_err(fault)
    }
}

impl Cards for SoftwareCards {
    fn blank(&self) -> Result<Box<dyn PoweredCard>, CardFault> {
        boxed(self.blank())
    }

    fn power(&self, key: &StateKey, sealed: &[u8]) -> Result<Box<dyn PoweredCard>, CardFault> {
        boxed(self.power(key.as_bytes(), sealed))
    }
}
