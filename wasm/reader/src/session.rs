//! A card in a reader, with power.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use tallystick_reader::{Fault, Outlook};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use zeroize::Zeroizing;

use crate::fault::{Cause, ReaderFault};
use crate::powered::Powered;

/// A card with power in a reader. `free` takes the power away and closes the reader.
#[wasm_bindgen]
pub struct CardInReader {
    reader: String,
    now: Rc<RefCell<Now>>,
}

enum Now {
    Ready(Powered),
    /// An exchange is under way and has the session.
    Exchanging,
    /// The session ended in this way.
    Over(ReaderFault),
}

impl CardInReader {
    pub(crate) fn new(reader: String, session: Powered) -> Self {
        session.set_at_work();
        Self {
            reader,
            now: Rc::new(RefCell::new(Now::Ready(session))),
        }
    }
}

#[wasm_bindgen]
impl CardInReader {
    /// Executes one command APDU: its response with status word, at most 65,538 bytes.
    ///
    /// Rejects with a `ReaderFault`. One exchange at a time; after a fault the session is over.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn transmit(&self, apdu: Vec<u8>) -> Promise {
        let (now, reader) = (Rc::clone(&self.now), self.reader.clone());
        let apdu = Zeroizing::new(apdu);
        future_to_promise(async move {
            let response = exchange(&now, &reader, &apdu).await;
            response.map_err(|fault| fault.to_js())
        })
    }
}

impl Drop for CardInReader {
    fn drop(&mut self) {
        let freed = ReaderFault {
            cause: Cause::Reader(Outlook::Failed),
            reader: self.reader.clone(),
            message: format!("{}: the session was ended", self.reader),
        };
        // Now if it is idle, otherwise when its exchange is done.
        if let Now::Ready(session) = self.now.replace(Now::Over(freed)) {
            session.close();
        }
    }
}

async fn exchange(
    now: &Rc<RefCell<Now>>,
    reader: &str,
    apdu: &[u8],
) -> Result<JsValue, ReaderFault> {
    let mut session = begin(now, reader)?;
    let outcome = session.transmit(apdu).await;
    let wanted = matches!(*now.borrow(), Now::Exchanging);
    match outcome {
        Ok(response) if wanted => {
            *now.borrow_mut() = Now::Ready(session);
            Ok(Uint8Array::from(response.as_slice()).into())
        }
        // Freed while the card was at work: whoever asked still hears what it answered.
        Ok(response) => {
            session.close();
            Ok(Uint8Array::from(response.as_slice()).into())
        }
        Err(fault) => {
            session.close();
            let fault = ReaderFault::of(reader, &fault);
            *now.borrow_mut() = Now::Over(fault.clone());
            Err(fault)
        }
    }
}

/// Takes the session for an exchange.
fn begin(now: &Rc<RefCell<Now>>, reader: &str) -> Result<Powered, ReaderFault> {
    let before = now.replace(Now::Exchanging);
    match before {
        Now::Ready(session) => Ok(session),
        Now::Exchanging => Err(ReaderFault::of(reader, &Fault::Busy)),
        Now::Over(fault) => {
            *now.borrow_mut() = Now::Over(fault.clone());
            Err(fault)
        }
    }
}
