//! A paired reader that is plugged in, whatever it speaks.

use std::rc::Rc;

use futures_channel::oneshot;
use tallystick_reader::{Fault, Found, Outlook, Technology};
use wasm_bindgen_futures::spawn_local;

use crate::filters::{hid_dialect, usb_dialect};
use crate::gate::{Gate, Permit};
use crate::handle::Handle;
use crate::navigator;
use crate::powered::{Power, Powered};
use crate::timer::within;
use crate::view::{Dialect, State, View};

/// The longest product name that is shown, in characters.
const NAME_CHARACTERS_MAX: usize = 64;

/// A reader.
pub(crate) struct Device {
    /// Names the reader to the pages: interface, vendor, product, and which of several alike.
    pub(crate) id: String,
    /// What the device calls itself.
    pub(crate) name: String,
    dialect: Dialect,
    handle: Handle,
    gate: Rc<Gate>,
}

/// How long whoever wants a reader waits for it.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// For those before.
    pub(crate) turn_ms: u32,
    /// For the reader itself: to be opened, and to find what lies on it.
    pub(crate) reader_ms: u32,
}

/// Where each device's gate is kept between two looks. A device that was replugged is another one.
#[derive(Default)]
pub(crate) struct Gates(Vec<(Handle, Rc<Gate>)>);

impl Gates {
    fn of(&mut self, handle: &Handle) -> Rc<Gate> {
        if let Some((_, gate)) = self.0.iter().find(|(known, _)| known == handle) {
            return Rc::clone(gate);
        }
        let gate = Rc::default();
        self.0.push((handle.clone(), Rc::clone(&gate)));
        gate
    }

    fn keep(&mut self, plugged: &[Device]) {
        let is_there = |handle: &Handle| plugged.iter().any(|device| device.handle == *handle);
        self.0.retain(|(handle, _)| is_there(handle));
    }
}

/// A card with power.
pub(crate) struct Reached {
    pub(crate) powered: Powered,
    /// How a contactless card speaks.
    technology: Option<Technology>,
}

/// All readers that the holder chose and that are plugged in.
///
/// # Errors
/// [`Fault::Silent`] if the browser does not say.
pub(crate) async fn paired() -> Result<Vec<(Handle, Dialect)>, Fault> {
    let mut devices = Vec::new();
    for device in navigator::hid_devices().await? {
        let pages = device.collections();
        let pages = pages.iter().filter_map(|page| page.get_usage_page());
        let dialect = hid_dialect(device.vendor_id(), pages);
        devices.extend(dialect.map(|dialect| (Handle::Hid(device), dialect)));
    }
    for device in navigator::usb_devices().await? {
        let dialect = usb_dialect(device.vendor_id(), device.product_id());
        devices.extend(dialect.map(|dialect| (Handle::Usb(device), dialect)));
    }
    Ok(devices)
}

/// The readers that are plugged in, named, each with its gate.
pub(crate) fn named(plugged: Vec<(Handle, Dialect)>, gates: &mut Gates) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for (handle, dialect) in plugged {
        devices.push(Device {
            id: id(&handle.kind(), &devices),
            name: name(&handle.product_name(), handle.nameless()),
            gate: gates.of(&handle),
            dialect,
            handle,
        });
    }
    gates.keep(&devices);
    devices
}

impl Device {
    /// Opens the reader and gives power to the card in it. Nobody comes to know how a reader is in
    /// another way than by trying this.
    ///
    /// Whoever asks waits no longer than its patience. A reader that answers later, or never, is closed
    /// in the background.
    ///
    /// # Errors
    /// Why there is no power: [`Outlook`] has the word.
    pub(crate) async fn power(&self, patience: Patience) -> Result<Reached, Fault> {
        let Some(permit) = within(patience.turn_ms, self.gate.enter()).await else {
            return Err(match self.gate.is_at_work() {
                true => Fault::Busy,
                // Nobody works with it: it does not come back from being opened or closed.
                false => Fault::Silent,
            });
        };
        let (told, reached) = oneshot::channel();
        let (handle, dialect) = (self.handle.clone(), self.dialect);
        spawn_local(async move {
            let outcome = reach(handle, dialect, permit).await;
            if let Err(Ok(unwanted)) = told.send(outcome) {
                unwanted.powered.close();
            }
        });
        match within(patience.reader_ms, reached).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) | None => Err(Fault::Silent),
        }
    }

    /// Looks how the reader is: gives power to the card in it, and takes it away again.
    pub(crate) async fn look(&self, patience: Patience) -> View {
        if self.gate.is_at_work() {
            return self.view(State::Working, None);
        }
        match self.power(patience).await {
            Ok(Reached {
                powered,
                technology,
            }) => {
                powered.close();
                self.view(State::Seen(Outlook::Card), technology.and_then(spoken))
            }
            Err(Fault::Busy) => self.view(State::Working, None),
            Err(fault) => {
                let lying = match &fault {
                    Fault::Felica(card) => Some(format!("FeliCa {}", hex(&card.idm))),
                    _ => None,
                };
                self.view(State::Seen(Outlook::from(&fault)), lying)
            }
        }
    }

    fn view(&self, state: State, contactless: Option<String>) -> View {
        View {
            id: self.id.clone(),
            name: self.name.clone(),
            dialect: self.dialect,
            state,
            contactless,
        }
    }

    /// Takes the browser's permission back, once nobody talks to the reader or after a moment.
    pub(crate) async fn forget(&self, patience: Patience) -> Result<(), Fault> {
        let _permit = within(patience.turn_ms, self.gate.enter()).await;
        self.handle.forget().await
    }
}

async fn reach(handle: Handle, dialect: Dialect, permit: Permit) -> Result<Reached, Fault> {
    let power = match Power::on(&handle, dialect).await {
        Ok(power) => power,
        Err(fault) => {
            handle.close().await;
            return Err(fault);
        }
    };
    let mut powered = Powered::new(power, handle, permit);
    // Nothing lies on a device that is the card itself.
    let looked = powered.look().await;
    match looked.and_then(|found| found.map(Found::card).transpose()) {
        Ok(technology) => Ok(Reached {
            powered,
            technology,
        }),
        Err(fault) => {
            powered.close();
            Err(fault)
        }
    }
}

/// How the card on a contactless reader speaks.
fn spoken(technology: Technology) -> Option<String> {
    let kind = match technology {
        Technology::A => "A",
        Technology::B => "B",
        Technology::F => return None,
    };
    Some(format!("ISO/IEC 14443 type {kind}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn id(kind: &str, others: &[Device]) -> String {
    let alike = others.iter().filter(|other| other.id.starts_with(kind));
    format!("{kind}{}", alike.count() + 1)
}

/// A device's own name, without what a page should not have to show.
fn name(name: &str, otherwise: &str) -> String {
    let printable = name.chars().filter(|character| !character.is_control());
    let name: String = printable.take(NAME_CHARACTERS_MAX).collect();
    let name = name.trim();
    if name.is_empty() { otherwise } else { name }.to_owned()
}
