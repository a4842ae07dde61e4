//! The two kinds of pipes as one, so that the code above them is there once.

use tallystick_reader::{Fault, Pipe};

use crate::hid::HidPipe;
use crate::usb::UsbPipe;

/// An open device.
pub(crate) enum AnyPipe {
    Hid(HidPipe),
    Usb(UsbPipe),
}

impl Pipe for AnyPipe {
    async fn send(&mut self, packet: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Hid(pipe) => pipe.send(packet).await,
            Self::Usb(pipe) => pipe.send(packet).await,
        }
    }

    async fn receive(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Hid(pipe) => pipe.receive(timeout_ms).await,
            Self::Usb(pipe) => pipe.receive(timeout_ms).await,
        }
    }

    async fn wait(&mut self, ms: u32) {
        match self {
            Self::Hid(pipe) => pipe.wait(ms).await,
            Self::Usb(pipe) => pipe.wait(ms).await,
        }
    }
}
