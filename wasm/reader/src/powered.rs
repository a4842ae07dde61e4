//! A card with power, whatever it is reached through.

use tallystick_reader::{
    Contactless, Fault, Found, Ledger, Port100, Port400, Response, Technology,
};
use web_sys::{HidDevice, UsbDevice};

use crate::hid::HidPipe;
use crate::usb::{Place, UsbPipe};

/// Ledger over USB: the vendor's interface, whichever number it has.
const LEDGER: Place = Place {
    interface: None,
    endpoint_out: 3,
    endpoint_in: 3,
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
    LedgerHid(Ledger<HidPipe>),
    LedgerUsb(Ledger<UsbPipe>),
    RcS380(Contactless<Port100<UsbPipe>>),
    RcS300(Contactless<Port400<UsbPipe>>),
}

impl Powered {
    pub(crate) async fn ledger_hid(device: HidDevice) -> Result<Self, Fault> {
        let channel = channel()?;
        let pipe = HidPipe::open(device).await?;
        Ok(Self::LedgerHid(Ledger::new(pipe, channel)))
    }

    pub(crate) async fn ledger_usb(device: UsbDevice) -> Result<Self, Fault> {
        let channel = channel()?;
        let pipe = UsbPipe::open(device, LEDGER).await?;
        Ok(Self::LedgerUsb(Ledger::new(pipe, channel)))
    }

    pub(crate) async fn rc_s380(device: UsbDevice) -> Result<Self, Fault> {
        match Port100::open(UsbPipe::open(device, RC_S380).await?).await {
            Ok(reader) => Ok(Self::RcS380(Contactless::new(reader))),
            Err((pipe, fault)) => {
                pipe.close().await;
                Err(fault)
            }
        }
    }

    pub(crate) async fn rc_s300(device: UsbDevice) -> Result<Self, Fault> {
        match Port400::open(UsbPipe::open(device, RC_S300).await?).await {
            Ok(reader) => Ok(Self::RcS300(Contactless::new(reader))),
            Err((pipe, fault)) => {
                pipe.close().await;
                Err(fault)
            }
        }
    }

    /// Activates the card, if one has to be.
    pub(crate) async fn power(&mut self) -> Result<(), Fault> {
        match self {
            Self::LedgerHid(_) | Self::LedgerUsb(_) => Ok(()),
            Self::RcS380(reader) => reader.power().await.map(drop),
            Self::RcS300(reader) => reader.power().await.map(drop),
        }
    }

    /// Whether there is a card, and what lies on a contactless reader.
    pub(crate) async fn look(&mut self) -> Result<(bool, Option<String>), Fault> {
        let found = match self {
            Self::LedgerHid(_) | Self::LedgerUsb(_) => return Ok((true, None)),
            Self::RcS380(reader) => reader.look().await?,
            Self::RcS300(reader) => reader.look().await?,
        };
        Ok(match found {
            Found::Nothing => (false, None),
            Found::Card(Technology::B) => (true, Some("ISO/IEC 14443 type B".to_owned())),
            Found::Card(_) => (true, Some("ISO/IEC 14443 type A".to_owned())),
            Found::Felica(card) => {
                let idm = card.idm.map(|byte| format!("{byte:02X}")).concat();
                (false, Some(format!("FeliCa {idm}")))
            }
        })
    }

    /// Sends one command APDU and returns its response.
    pub(crate) async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        match self {
            Self::LedgerHid(card) => card.transmit(apdu).await,
            Self::LedgerUsb(card) => card.transmit(apdu).await,
            Self::RcS380(reader) => reader.transmit(apdu).await,
            Self::RcS300(reader) => reader.transmit(apdu).await,
        }
    }

    /// Takes the power away and closes the device.
    pub(crate) async fn close(self) {
        match self {
            Self::LedgerHid(card) => card.into_pipe().close().await,
            Self::LedgerUsb(card) => card.into_pipe().close().await,
            Self::RcS380(reader) => reader.into_field().close().await.close().await,
            Self::RcS300(reader) => reader.into_field().close().await.close().await,
        }
    }
}

/// Unforeseeable, so that an answer to another session is told apart.
fn channel() -> Result<u16, Fault> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Pipe(error.to_string()))?;
    Ok(u16::from_be_bytes(bytes))
}
