//! A card with power, whatever it is reached through.

use tallystick_reader::{CanoKey, Contactless, Fault, Found, Ledger, Port100, Port400, Response};
use web_sys::{HidDevice, UsbDevice};

use crate::field::AnyField;
use crate::hid::HidPipe;
use crate::pipe::AnyPipe;
use crate::usb::{Place, UsbPipe};

/// Ledger over USB: the vendor's interface, whichever number it has.
const LEDGER: Place = Place {
    interface: None,
    endpoint_out: 3,
    endpoint_in: 3,
};
/// Control transfers only.
const CANOKEY: Place = Place {
    interface: Some(1),
    endpoint_out: 0,
    endpoint_in: 0,
};
const RC_S380: Place = Place {
    interface: Some(0),
    endpoint_out: 2,
    endpoint_in: 1,
};
/// Interface 0 is of the smart-card class and closed to browsers.
const RC_S300: Place = Place {
    interface: Some(1),
    endpoint_out: 2,
    endpoint_in: 2,
};

/// An open reader, which may have a card.
pub(crate) enum Powered {
    Card(Ledger<AnyPipe>),
    CanoKey(CanoKey<UsbPipe>),
    Contactless(Contactless<AnyField>),
}

impl Powered {
    pub(crate) async fn ledger_hid(device: HidDevice) -> Result<Self, Fault> {
        let channel = u16::from_be_bytes(random()?);
        let pipe = AnyPipe::Hid(HidPipe::open(device).await?);
        Ok(Self::Card(Ledger::new(pipe, channel)))
    }

    pub(crate) async fn ledger_usb(device: UsbDevice) -> Result<Self, Fault> {
        let channel = u16::from_be_bytes(random()?);
        let pipe = AnyPipe::Usb(UsbPipe::open(device, LEDGER).await?);
        Ok(Self::Card(Ledger::new(pipe, channel)))
    }

    pub(crate) async fn canokey(device: UsbDevice) -> Result<Self, Fault> {
        match CanoKey::open(UsbPipe::open(device, CANOKEY).await?).await {
            Ok(card) => Ok(Self::CanoKey(card)),
            Err((pipe, fault)) => {
                pipe.close().await;
                Err(fault)
            }
        }
    }

    pub(crate) async fn rc_s380(device: UsbDevice) -> Result<Self, Fault> {
        let opened = Port100::open(UsbPipe::open(device, RC_S380).await?).await;
        Self::contactless(opened.map(AnyField::RcS380)).await
    }

    pub(crate) async fn rc_s300(device: UsbDevice) -> Result<Self, Fault> {
        let [sequence] = random()?;
        let opened = Port400::open(UsbPipe::open(device, RC_S300).await?, sequence).await;
        Self::contactless(opened.map(AnyField::RcS300)).await
    }

    async fn contactless(opened: Result<AnyField, (UsbPipe, Fault)>) -> Result<Self, Fault> {
        match opened {
            Ok(field) => Ok(Self::Contactless(Contactless::new(field))),
            Err((pipe, fault)) => {
                pipe.close().await;
                Err(fault)
            }
        }
    }

    /// Activates the card; nothing to activate in a device that is the card. What lies there.
    pub(crate) async fn look(&mut self) -> Result<Option<Found>, Fault> {
        match self {
            Self::Card(_) | Self::CanoKey(_) => Ok(None),
            Self::Contactless(reader) => reader.look().await.map(Some),
        }
    }

    /// Sends one command APDU and returns its response.
    pub(crate) async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        match self {
            Self::Card(card) => card.transmit(apdu).await,
            Self::CanoKey(card) => card.transmit(apdu).await,
            Self::Contactless(reader) => reader.transmit(apdu).await,
        }
    }

    /// Takes the power away and closes the device.
    pub(crate) async fn close(self) {
        match self {
            Self::Card(card) => card.into_pipe().close().await,
            Self::CanoKey(card) => card.into_control().close().await,
            Self::Contactless(reader) => reader.into_field().close().await,
        }
    }
}

/// Another value in each session, so that an answer to an earlier one is told apart.
fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Pipe(error.to_string()))?;
    Ok(bytes)
}
