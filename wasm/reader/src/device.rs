//! A paired reader that is plugged in, whatever it speaks.

use tallystick_reader::{Fault, Found, Technology};
use web_sys::{HidDevice, UsbDevice};

use crate::filters::{hid_dialect, usb_dialect};
use crate::navigator;
use crate::powered::Powered;
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
}

enum Handle {
    Hid(HidDevice),
    Usb(UsbDevice),
}

/// All readers that the holder chose and that are plugged in.
pub(crate) async fn paired() -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for handle in navigator::hid_devices().await {
        devices.extend(Device::of_hid(handle, &devices));
    }
    for handle in navigator::usb_devices().await {
        devices.extend(Device::of_usb(handle, &devices));
    }
    devices
}

impl Device {
    fn of_hid(handle: HidDevice, others: &[Self]) -> Option<Self> {
        let collections = handle.collections();
        let usage_pages = collections.iter().filter_map(|page| page.get_usage_page());
        Some(Self {
            dialect: hid_dialect(handle.vendor_id(), usage_pages)?,
            id: id("hid", handle.vendor_id(), handle.product_id(), others),
            name: name(&handle.product_name(), "HID card"),
            handle: Handle::Hid(handle),
        })
    }

    fn of_usb(handle: UsbDevice, others: &[Self]) -> Option<Self> {
        Some(Self {
            dialect: usb_dialect(handle.vendor_id(), handle.product_id())?,
            id: id("usb", handle.vendor_id(), handle.product_id(), others),
            name: name(&handle.product_name().unwrap_or_default(), "USB reader"),
            handle: Handle::Usb(handle),
        })
    }

    async fn open(&self) -> Result<Powered, Fault> {
        match (&self.handle, self.dialect) {
            (Handle::Hid(device), _) => Powered::ledger_hid(device.clone()).await,
            (Handle::Usb(device), Dialect::CanoKey) => Powered::canokey(device.clone()).await,
            (Handle::Usb(device), Dialect::RcS380) => Powered::rc_s380(device.clone()).await,
            (Handle::Usb(device), Dialect::RcS300) => Powered::rc_s300(device.clone()).await,
            (Handle::Usb(device), _) => Powered::ledger_usb(device.clone()).await,
        }
    }

    /// Opens the reader and activates the card; what lies there, if the reader is not the card itself.
    async fn activate(&self) -> Result<(Powered, Option<Found>), Fault> {
        let mut powered = self.open().await?;
        match powered.look().await {
            Ok(found) => Ok((powered, found)),
            Err(fault) => {
                powered.close().await;
                Err(fault)
            }
        }
    }

    /// Gives power to the card.
    pub(crate) async fn power(&self) -> Result<Powered, Fault> {
        let (powered, found) = self.activate().await?;
        match found.map_or(Ok(()), |found| found.card().map(drop)) {
            Ok(()) => Ok(powered),
            Err(fault) => {
                powered.close().await;
                Err(fault)
            }
        }
    }

    /// Looks what state the reader is in: opens it, and closes it again.
    pub(crate) async fn look(&self) -> View {
        let (state, contactless) = match self.activate().await {
            Ok((powered, found)) => {
                powered.close().await;
                described(found)
            }
            // Who asks for the card then hears which of the two it is.
            Err(Fault::Held | Fault::Refused) => (State::Held, None),
            Err(Fault::Removed) => (State::Absent, None),
            Err(_) => (State::NoCard, None),
        };
        View {
            contactless,
            ..self.view(state)
        }
    }

    /// How the pages see it.
    pub(crate) fn view(&self, state: State) -> View {
        View {
            id: self.id.clone(),
            name: self.name.clone(),
            dialect: self.dialect,
            state,
            contactless: None,
        }
    }

    /// Takes the browser's permission back.
    pub(crate) async fn forget(&self) -> Result<(), Fault> {
        match &self.handle {
            Handle::Hid(device) => navigator::forget(device).await,
            Handle::Usb(device) => navigator::forget(device).await,
        }
    }
}

/// Whether there is a card, and what lies on a contactless reader.
fn described(found: Option<Found>) -> (State, Option<String>) {
    match found {
        None => (State::Card, None),
        Some(Found::Nothing) => (State::NoCard, None),
        Some(Found::Card(Technology::B)) => (State::Card, Some("ISO/IEC 14443 type B".to_owned())),
        Some(Found::Card(_)) => (State::Card, Some("ISO/IEC 14443 type A".to_owned())),
        Some(Found::Felica(card)) => {
            let idm = card.idm.map(|byte| format!("{byte:02X}")).concat();
            (State::NoCard, Some(format!("FeliCa {idm}")))
        }
    }
}

fn id(interface: &str, vendor: u16, product: u16, others: &[Device]) -> String {
    let kind = format!("{interface}-{vendor:04x}-{product:04x}-");
    let alike = others.iter().filter(|other| other.id.starts_with(&kind));
    format!("{kind}{}", alike.count() + 1)
}

/// A device's own name, without what a page should not have to show.
fn name(name: &str, otherwise: &str) -> String {
    let printable = name.chars().filter(|character| !character.is_control());
    let name: String = printable.take(NAME_CHARACTERS_MAX).collect();
    let name = name.trim();
    if name.is_empty() { otherwise } else { name }.to_owned()
}
