//! A card in a reader, with power.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{future_to_promise, spawn_local};
use zeroize::Zeroizing;

use crate::fault::{Kind, ReaderFault};
use crate::gate::Permit;
use crate::powered::Powered;

/// A card with power in a reader. `free` takes the power away and closes the reader.
#[wasm_bindgen]
pub struct CardInReader {
    reader: String,
    shared: Rc<RefCell<Shared>>,
}

/// What the card and an exchange under way have in common.
struct Shared {
    now: Now,
    /// Nobody else may talk to a reader before this one is closed.
    permit: Option<Permit>,
}

enum Now {
    Ready(Powered),
    /// An exchange is under way and has the session.
    Exchanging,
    /// The session ended in this way.
    Over(ReaderFault),
}

impl CardInReader {
    pub(crate) fn new(reader: String, session: Powered, permit: Permit) -> Self {
        let shared = Shared {
            now: Now::Ready(session),
            permit: Some(permit),
        };
        Self {
            reader,
            shared: Rc::new(RefCell::new(shared)),
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
        let (shared, reader) = (Rc::clone(&self.shared), self.reader.clone());
        let apdu = Zeroizing::new(apdu);
        future_to_promise(async move {
            let response = exchange(&shared, &reader, &apdu).await;
            response.map_err(|fault| fault.to_js())
        })
    }
}

impl Drop for CardInReader {
    fn drop(&mut self) {
        let freed = ReaderFault {
            kind: Kind::Failed,
            reader: self.reader.clone(),
            message: format!("{}: the session was ended", self.reader),
        };
        end(&self.shared, freed);
    }
}

async fn exchange(
    shared: &Rc<RefCell<Shared>>,
    reader: &str,
    apdu: &[u8],
) -> Result<JsValue, ReaderFault> {
    let mut session = begin(shared, reader)?;
    let outcome = session.transmit(apdu).await;
    let wanted = matches!(shared.borrow().now, Now::Exchanging);
    match outcome {
        Ok(response) if wanted => {
            shared.borrow_mut().now = Now::Ready(session);
            Ok(Uint8Array::from(response.as_slice()).into())
        }
        // Freed while the card was at work: whoever asked still hears what it answered.
        Ok(response) => {
            close(session, shared.borrow_mut().permit.take());
            Ok(Uint8Array::from(response.as_slice()).into())
        }
        Err(fault) => {
            let fault = ReaderFault::of(reader, &fault);
            let permit = shared.borrow_mut().permit.take();
            shared.borrow_mut().now = Now::Over(fault.clone());
            close(session, permit);
            Err(fault)
        }
    }
}

/// Takes the session for an exchange.
fn begin(shared: &Rc<RefCell<Shared>>, reader: &str) -> Result<Powered, ReaderFault> {
    let mut shared = shared.borrow_mut();
    match core::mem::replace(&mut shared.now, Now::Exchanging) {
        Now::Ready(session) => Ok(session),
        Now::Exchanging => Err(ReaderFault {
            kind: Kind::Failed,
            reader: reader.to_owned(),
            message: format!("{reader}: an exchange is under way"),
        }),
        Now::Over(fault) => {
            shared.now = Now::Over(fault.clone());
            Err(fault)
        }
    }
}

/// Ends the session: now if it is idle, otherwise when its exchange is done.
fn end(shared: &Rc<RefCell<Shared>>, fault: ReaderFault) {
    let before = core::mem::replace(&mut shared.borrow_mut().now, Now::Over(fault));
    if let Now::Ready(session) = before {
        close(session, shared.borrow_mut().permit.take());
    }
}

/// Closes in the background; the next session waits for the permit.
fn close(session: Powered, permit: Option<Permit>) {
    spawn_local(async move {
        session.close().await;
        drop(permit);
    });
}
