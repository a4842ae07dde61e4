//! A paired reader that is plugged in, whatever it speaks.

use tallystick_reader::{Fault, Ledger, Response};
use web_sys::HidDevice;

use crate::filters::{LEDGER_USAGE_PAGE, LEDGER_VENDOR};
use crate::hid::HidPipe;
use crate::navigator;
use crate::view::{Dialect, State, View};

/// The longest product name that is shown, in characters.
const NAME_CHARACTERS_MAX: usize = 64;

/// A reader.
pub(crate) struct Device {
    /// Names the reader to the pages: interface, vendor, product, and which of several alike.
    pub(crate) id: String,
    /// What the device calls itself.
    pub(crate) name: String,
    pub(crate) dialect: Dialect,
    handle: Handle,
}

enum Handle {
    Hid(HidDevice),
}

/// A card with power.
pub(crate) enum Session {
    LedgerHid(Ledger<HidPipe>),
}

/// All readers that the holder chose and that are plugged in.
pub(crate) async fn paired() -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for handle in navigator::hid_devices().await {
        if let Some(device) = Device::of_hid(handle, &devices) {
            devices.push(device);
        }
    }
    devices
}

impl Device {
    fn of_hid(handle: HidDevice, others: &[Self]) -> Option<Self> {
        let in_framing = handle
            .collections()
            .iter()
            .any(|collection| collection.get_usage_page() == Some(LEDGER_USAGE_PAGE));
        if handle.vendor_id() != LEDGER_VENDOR || !in_framing {
            return None;
        }
        Some(Self {
            id: id("hid", handle.vendor_id(), handle.product_id(), others),
            name: name(&handle.product_name(), "HID card"),
            dialect: Dialect::LedgerHid,
            handle: Handle::Hid(handle),
        })
    }

    /// Gives power to the card.
    pub(crate) async fn power(&self) -> Result<Session, Fault> {
        match &self.handle {
            Handle::Hid(device) => {
                let pipe = HidPipe::open(device.clone()).await?;
                Ok(Session::LedgerHid(Ledger::new(pipe, channel()?)))
            }
        }
    }

    /// Looks what state the reader is in: opens it, and closes it again.
    pub(crate) async fn look(&self) -> View {
        let state = match self.power().await {
            Ok(session) => {
                session.close().await;
                State::Card
            }
            Err(Fault::Held) => State::Held,
            Err(Fault::Removed) => State::Absent,
            Err(_) => State::NoCard,
        };
        self.view(state)
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
        }
    }
}

impl Session {
    /// Sends one command APDU and returns its response.
    pub(crate) async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        match self {
            Self::LedgerHid(card) => card.transmit(apdu).await,
        }
    }

    /// Takes the power away and closes the device.
    pub(crate) async fn close(self) {
        match self {
            Self::LedgerHid(card) => card.into_pipe().close().await,
        }
    }
}

/// Unforeseeable, so that an answer to another session is told apart.
fn channel() -> Result<u16, Fault> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Pipe(error.to_string()))?;
    Ok(u16::from_be_bytes(bytes))
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
