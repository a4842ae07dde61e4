//! The paired readers.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::device::paired;
use crate::fault::{Kind, ReaderFault};
use crate::gate::Gate;
use crate::session::CardInReader;
use crate::timer::within;
use crate::view::{State, View};
use crate::{filters, navigator};

/// How long a session waits for the one before it to end.
const POWER_PATIENCE_MS: u32 = 5_000;
/// How long a look waits: a page is looking.
const LOOK_PATIENCE_MS: u32 = 1_000;

/// The card readers that the holder chose in the browser's chooser.
#[wasm_bindgen]
#[derive(Default)]
pub struct Readers {
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    gate: Rc<Gate>,
    /// As they were when last looked at, to tell which are no longer there.
    seen: RefCell<Vec<View>>,
}

#[wasm_bindgen]
impl Readers {
    /// Reaches for no device yet.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a page gives to `navigator.hid.requestDevice` and `navigator.usb.requestDevice`.
    #[must_use]
    #[wasm_bindgen(unchecked_return_type = "ReaderFilters")]
    pub fn filters() -> JsValue {
        filters::filters()
    }

    /// The paired readers and their state now. While a card has power, what was last seen.
    #[wasm_bindgen(unchecked_return_type = "Promise<ReaderView[]>")]
    pub fn list(&self) -> Promise {
        let shared = Rc::clone(&self.shared);
        future_to_promise(async move {
            let views = shared.look().await;
            Ok(views.iter().map(View::to_js).collect::<Array>().into())
        })
    }

    /// Gives power to the card in the first paired reader that has one.
    ///
    /// Rejects with a `ReaderFault`.
    #[wasm_bindgen(unchecked_return_type = "Promise<CardInReader>")]
    pub fn power(&self) -> Promise {
        let shared = Rc::clone(&self.shared);
        future_to_promise(async move {
            let card = shared.power().await.map_err(|fault| fault.to_js())?;
            Ok(card.into())
        })
    }

    /// Takes back the permission for a reader; one that is not there is only forgotten here.
    ///
    /// Rejects with a `ReaderFault`.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn forget(&self, id: String) -> Promise {
        let shared = Rc::clone(&self.shared);
        future_to_promise(async move {
            let forgotten = shared.forget(&id).await;
            forgotten.map_err(|fault| fault.to_js())?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

impl Shared {
    async fn look(&self) -> Vec<View> {
        let Some(_permit) = within(LOOK_PATIENCE_MS, self.gate.enter()).await else {
            return self.seen.borrow().clone();
        };
        let mut views = Vec::new();
        for device in paired().await {
            views.push(device.look().await);
        }
        self.remember(views)
    }

    /// Adds the readers that were there before and now are not.
    fn remember(&self, mut views: Vec<View>) -> Vec<View> {
        let mut seen = self.seen.borrow_mut();
        for before in seen.iter() {
            if !views.iter().any(|view| view.id == before.id) {
                let mut absent = before.clone();
                absent.state = State::Absent;
                absent.contactless = None;
                views.push(absent);
            }
        }
        seen.clone_from(&views);
        views
    }

    async fn power(&self) -> Result<CardInReader, ReaderFault> {
        let Some(permit) = within(POWER_PATIENCE_MS, self.gate.enter()).await else {
            let busy = "the card in the reader is still at work for something else";
            return Err(ReaderFault::without_reader(Kind::Held, busy));
        };
        let mut worst: Option<ReaderFault> = None;
        for device in paired().await {
            match device.power().await {
                Ok(session) => {
                    self.note(device.view(State::Card));
                    return Ok(CardInReader::new(device.name, session, permit));
                }
                Err(fault) => {
                    let fault = ReaderFault::of(&device.name, &fault);
                    if worst.as_ref().is_none_or(|worst| worst.kind < fault.kind) {
                        worst = Some(fault);
                    }
                }
            }
        }
        Err(worst.unwrap_or_else(no_reader))
    }

    /// Keeps how a reader was last seen.
    fn note(&self, view: View) {
        let mut seen = self.seen.borrow_mut();
        match seen.iter_mut().find(|before| before.id == view.id) {
            Some(before) => *before = view,
            None => seen.push(view),
        }
    }

    async fn forget(&self, id: &str) -> Result<(), ReaderFault> {
        self.seen.borrow_mut().retain(|view| view.id != id);
        for device in paired().await {
            if device.id == id {
                let forgotten = device.forget().await;
                return forgotten.map_err(|fault| ReaderFault::of(&device.name, &fault));
            }
        }
        Ok(())
    }
}

fn no_reader() -> ReaderFault {
    let why = if navigator::has_devices() {
        "no paired card reader is plugged in"
    } else {
        "this browser has neither WebHID nor WebUSB, so it cannot reach a card reader"
    };
    ReaderFault::without_reader(Kind::NoReader, why)
}
