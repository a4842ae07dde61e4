//! The paired readers.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use futures_channel::oneshot;
use tallystick_reader::{Fault, Outlook};

use crate::device::{Device, Gates, Patience, named, paired};
use crate::fault::{Cause, ReaderFault};
use crate::session::CardInReader;
use crate::view::View;
use crate::{filters, navigator};

/// Somebody wants to use the card, perhaps just after another session.
const POWER: Patience = Patience {
    turn_ms: 5_000,
    reader_ms: 6_000,
};
/// A page looks again and again.
const LOOK: Patience = Patience {
    turn_ms: 1_000,
    reader_ms: 3_000,
};

/// The card readers that the holder chose in the browser's chooser.
#[wasm_bindgen]
#[derive(Default)]
pub struct Readers {
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    gates: RefCell<Gates>,
    /// How each reader was when somebody last looked, by its id.
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

    /// The paired readers that are plugged in and their state now, each looked at beside the others.
    ///
    /// Rejects with a `ReaderFault` if the browser does not say which there are.
    #[wasm_bindgen(unchecked_return_type = "Promise<ReaderView[]>")]
    pub fn list(&self) -> Promise {
        let shared = Rc::clone(&self.shared);
        future_to_promise(async move {
            let views = shared.look().await;
            let views = views.map_err(|fault| ReaderFault::of("", &fault).to_js())?;
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

    /// Takes back the permission for a reader.
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
    async fn devices(&self) -> Result<Vec<Device>, Fault> {
        let plugged = paired().await?;
        Ok(named(plugged, &mut self.gates.borrow_mut()))
    }

    async fn look(&self) -> Result<Vec<View>, Fault> {
        let mut looks = Vec::new();
        for device in self.devices().await? {
            let (told, view) = oneshot::channel();
            spawn_local(async move {
                // Nobody to tell is a page that was closed.
                let _closed = told.send(device.look(LOOK).await);
            });
            looks.push(view);
        }
        let mut views: Vec<View> = Vec::new();
        for look in looks {
            views.extend(look.await.ok());
        }
        if views.iter().any(|view| view.is(Outlook::Removed)) {
            // What was taken away meanwhile is not there; what is there did not do what it should.
            let there = self.devices().await?;
            let is_there = |view: &View| there.iter().any(|device| device.id == view.id);
            views.retain(|view| !view.is(Outlook::Removed) || is_there(view));
            for view in &mut views {
                view.stay();
            }
        }
        self.seen.borrow_mut().clone_from(&views);
        Ok(views)
    }

    async fn power(&self) -> Result<CardInReader, ReaderFault> {
        let devices = self.devices().await;
        let mut devices = devices.map_err(|fault| ReaderFault::of("", &fault))?;
        // One that had a card when somebody looked comes first: the others may keep one waiting.
        let had_card = |device: &Device| {
            let seen = self.seen.borrow();
            let mut seen = seen.iter().filter(|view| view.id == device.id);
            seen.any(|view| view.is(Outlook::Card))
        };
        devices.sort_by_key(|device| !had_card(device));
        let mut worst: Option<(Outlook, ReaderFault)> = None;
        for device in devices {
            match device.power(POWER).await {
                Ok(reached) => return Ok(CardInReader::new(device.name, reached.powered)),
                Err(fault) => {
                    let outlook = Outlook::from(&fault);
                    if worst.as_ref().is_none_or(|(worst, _)| *worst < outlook) {
                        worst = Some((outlook, ReaderFault::of(&device.name, &fault)));
                    }
                }
            }
        }
        Err(worst.map_or_else(no_reader, |(_, fault)| fault))
    }

    async fn forget(&self, id: &str) -> Result<(), ReaderFault> {
        let devices = self.devices().await;
        let devices = devices.map_err(|fault| ReaderFault::of("", &fault))?;
        for device in devices {
            if device.id == id {
                let forgotten = device.forget(LOOK).await;
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
    ReaderFault::without_reader(Cause::NoReader, why)
}
