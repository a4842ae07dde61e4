//! The radio fields of both contactless readers as one, so that the code above them is there once.

use tallystick_reader::{Fault, Field, Frame, Heard, Port100, Port400, Technology};

use crate::usb::UsbPipe;

/// A reader with a field.
pub(crate) enum AnyField {
    RcS380(Port100<UsbPipe>),
    RcS300(Port400<UsbPipe>),
}

impl AnyField {
    /// Switches the field off.
    pub(crate) async fn off(self) {
        match self {
            Self::RcS380(reader) => drop(reader.close().await),
            Self::RcS300(reader) => drop(reader.close().await),
        }
    }
}

impl Field for AnyField {
    async fn switch(&mut self, technology: Technology) -> Result<(), Fault> {
        match self {
            Self::RcS380(reader) => reader.switch(technology).await,
            Self::RcS300(reader) => reader.switch(technology).await,
        }
    }

    fn selects(&self) -> bool {
        match self {
            Self::RcS380(reader) => reader.selects(),
            Self::RcS300(reader) => reader.selects(),
        }
    }

    async fn exchange(&mut self, frame: Frame<'_>) -> Result<Heard, Fault> {
        match self {
            Self::RcS380(reader) => reader.exchange(frame).await,
            Self::RcS300(reader) => reader.exchange(frame).await,
        }
    }

    async fn wait(&mut self, ms: u32) {
        match self {
            Self::RcS380(reader) => reader.wait(ms).await,
            Self::RcS300(reader) => reader.wait(ms).await,
        }
    }
}
