//! Cards, as the wallet's module reaches them: the software card's module, of which `wasm/card` is the
//! other side, and the card in a reader, of which `wasm/reader` is.

use core::future::ready;

use js_sys::{Promise, Reflect, Uint8Array};
use tallystick_wallet::core::ports::FaultKind;
use tallystick_wallet::core::ports::{CardFault, CardResponse, Cards, Later, PoweredCard};
use tallystick_wallet::sealing::StateKey;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
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

    /// Whoever gives power to the card in a reader.
    #[wasm_bindgen(
        typescript_type = "{ power(): Promise<{ transmit(apdu: Uint8Array): Promise<Uint8Array>, free(): void }> }"
    )]
    pub type Readers;
    #[wasm_bindgen(method, catch)]
    fn power(this: &Readers) -> Result<Promise, JsValue>;

    /// The card in a reader, with power.
    type CardInReader;
    #[wasm_bindgen(method, catch)]
    fn transmit(this: &CardInReader, apdu: Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = free)]
    fn end(this: &CardInReader);
}

/// Where this browser's cards are.
pub struct BrowserCards {
    /// The class `SoftwareCard` of the card's own module.
    pub software: SoftwareCards,
    /// The readers.
    pub readers: Readers,
}

/// A card with power; dropping it takes the power away at once.
struct Card(Powered);

impl Drop for Card {
    fn drop(&mut self) {
        self.0.free();
    }
}

fn fault(thrown: JsValue) -> CardFault {
    CardFault::new(describe(&thrown))
}

/// What a reader threw: an error with the fields `kind` and `reader`.
fn reader_fault(thrown: JsValue) -> CardFault {
    let text = |field: &str| Reflect::get(&thrown, &field.into()).ok()?.as_string();
    CardFault {
        kind: match text("kind").as_deref() {
            Some("no-reader") => FaultKind::NoReader,
            Some("no-card") => FaultKind::NoCard,
            Some("several-cards") => FaultKind::SeveralCards,
            Some("felica") => FaultKind::Felica,
            Some("held") => FaultKind::Held,
            Some("no-access") => FaultKind::NoAccess,
            Some("not-opened") => FaultKind::NotOpened,
            Some("busy") => FaultKind::Busy,
            Some("silent") => FaultKind::Silent,
            Some("removed") => FaultKind::Removed,
            _ => FaultKind::Reader,
        },
        reader: text("reader").unwrap_or_default(),
        reason: describe(&thrown),
    }
}

/// A card in a reader; dropping it ends the session.
struct InReader(CardInReader);

impl Drop for InReader {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl PoweredCard for InReader {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(async move {
            let apdu = Uint8Array::from(apdu);
            let asked = self.0.transmit(apdu.clone()).map_err(reader_fault)?;
            let answer = JsFuture::from(asked).await;
            // It may have held a PIN.
            apdu.fill(0, 0, apdu.length());
            let answer: Uint8Array = answer.map_err(reader_fault)?.unchecked_into();
            if answer.length() as usize > RESPONSE_BYTES_MAX {
                return Err(CardFault::new("the response is too long"));
            }
            let response = Zeroizing::new(answer.to_vec());
            // It may hold a key.
            answer.fill(0, 0, answer.length());
            Ok(response)
        })
    }
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

impl Cards for BrowserCards {
    fn blank(&self) -> Result<Box<dyn PoweredCard>, CardFault> {
        boxed(self.software.blank())
    }

    fn power(&self, key: &StateKey, sealed: &[u8]) -> Result<Box<dyn PoweredCard>, CardFault> {
        boxed(self.software.power(key.as_bytes(), sealed))
    }

    fn in_reader(&self) -> Later<'_, Result<Box<dyn PoweredCard>, CardFault>> {
        Box::pin(async move {
            let asked = self.readers.power().map_err(reader_fault)?;
            let card = JsFuture::from(asked).await.map_err(reader_fault)?;
            let card: Box<dyn PoweredCard> = Box::new(InReader(card.unchecked_into()));
            Ok(card)
        })
    }
}
