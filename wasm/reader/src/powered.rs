//! A card with power, whatever it is reached through.

use tallystick_reader::{
    CanoKey, Contactless, Fault, Found, Ledger, Port100, Port400, Response, patience_ms,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::UsbDevice;

use crate::field::AnyField;
use crate::gate::Permit;
use crate::handle::Handle;
use crate::hid::HidPipe;
use crate::pipe::AnyPipe;
use crate::timer::within;
use crate::usb::{Endpoints, Place, UsbPipe};
use crate::view::Dialect;

/// Ledger over USB: the vendor's interface, whichever number it has.
const LEDGER: Place = Place {
    interface: None,
    endpoints: Some(Endpoints { out: 3, in_: 3 }),
};
/// Control transfers only.
const CANOKEY: Place = Place {
    interface: Some(1),
    endpoints: None,
};
const RC_S380: Place = Place {
    interface: Some(0),
    endpoints: Some(Endpoints { out: 2, in_: 1 }),
};
/// Interface 0 is of the smart-card class and closed to browsers.
const RC_S300: Place = Place {
    interface: Some(1),
    endpoints: Some(Endpoints { out: 2, in_: 2 }),
};
/// What the way to the card and back may take on top of what the card may.
const WAY_MS: u32 = 2_000;
/// How long switching the field off may take: closing the device does so as well.
const FIELD_OFF_MS_MAX: u32 = 1_000;

/// An open reader, which may have a card. The device is closed by whoever opened it.
pub(crate) enum Power {
    Card(Ledger<AnyPipe>),
    CanoKey(CanoKey<UsbPipe>),
    Contactless(Contactless<AnyField>),
}

impl Power {
    /// Opens the device in its dialect.
    pub(crate) async fn on(handle: &Handle, dialect: Dialect) -> Result<Self, Fault> {
        match handle {
            Handle::Hid(device) => {
                let pipe = HidPipe::open(device.clone()).await?;
                ledger(AnyPipe::Hid(pipe))
            }
            Handle::Usb(device) => Self::on_usb(device.clone(), dialect).await,
        }
    }

    async fn on_usb(device: UsbDevice, dialect: Dialect) -> Result<Self, Fault> {
        match dialect {
            Dialect::LedgerHid | Dialect::LedgerUsb => {
                let pipe = UsbPipe::open(device, LEDGER).await?;
                ledger(AnyPipe::Usb(pipe))
            }
            Dialect::CanoKey => {
                let opened = CanoKey::open(UsbPipe::open(device, CANOKEY).await?).await;
                opened.map(Self::CanoKey).map_err(|(_pipe, fault)| fault)
            }
            Dialect::RcS380 => {
                let opened = Port100::open(UsbPipe::open(device, RC_S380).await?).await;
                contactless(opened.map(AnyField::RcS380))
            }
            Dialect::RcS300 => {
                let [sequence] = random()?;
                let opened = Port400::open(UsbPipe::open(device, RC_S300).await?, sequence).await;
                contactless(opened.map(AnyField::RcS300))
            }
        }
    }

    async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        match self {
            Self::Card(card) => card.transmit(apdu).await,
            Self::CanoKey(card) => card.transmit(apdu).await,
            Self::Contactless(reader) => reader.transmit(apdu).await,
        }
    }

    /// Takes the power away from a card in a field.
    async fn off(self) {
        if let Self::Contactless(reader) = self {
            reader.into_field().off().await;
        }
    }
}

fn ledger(pipe: AnyPipe) -> Result<Power, Fault> {
    let channel = u16::from_be_bytes(random()?);
    Ok(Power::Card(Ledger::new(pipe, channel)))
}

fn contactless(opened: Result<AnyField, (UsbPipe, Fault)>) -> Result<Power, Fault> {
    let field = opened.map_err(|(_pipe, fault)| fault)?;
    Ok(Power::Contactless(Contactless::new(field)))
}

/// An open reader that nobody else talks to.
pub(crate) struct Powered {
    power: Power,
    handle: Handle,
    permit: Permit,
}

impl Powered {
    pub(crate) const fn new(power: Power, handle: Handle, permit: Permit) -> Self {
        Self {
            power,
            handle,
            permit,
        }
    }

    /// Activates the card; nothing to activate in a device that is the card. What lies there.
    pub(crate) async fn look(&mut self) -> Result<Option<Found>, Fault> {
        match &mut self.power {
            Power::Card(_) | Power::CanoKey(_) => Ok(None),
            Power::Contactless(reader) => reader.look().await.map(Some),
        }
    }

    /// The reader serves a session from now on, until it is closed.
    pub(crate) fn set_at_work(&self) {
        self.permit.set_at_work(true);
    }

    /// Sends one command APDU and returns its response; however the card draws it out, no longer than a
    /// command of this kind may take.
    pub(crate) async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        let patience_ms = patience_ms(apdu).saturating_add(WAY_MS);
        let response = within(patience_ms, self.power.transmit(apdu)).await;
        response.unwrap_or(Err(Fault::Silent))
    }

    /// Takes the power away and closes the device, in the background. Until that is done nobody else
    /// comes to this reader; the others are free.
    pub(crate) fn close(self) {
        let Self {
            power,
            handle,
            permit,
        } = self;
        permit.set_at_work(false);
        spawn_local(async move {
            let _late = within(FIELD_OFF_MS_MAX, power.off()).await;
            handle.close().await;
            drop(permit);
        });
    }
}

/// Another value in each session, so that an answer to an earlier one is told apart.
fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Pipe(error.to_string()))?;
    Ok(bytes)
}
