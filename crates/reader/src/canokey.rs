//! CanoKey's vendor interface: APDUs in USB control transfers.
//!
//! Request 00 sends a command, 02 asks whether it is done (00; 01 while the card is at work), 01 fetches
//! the response of at most 1,500 bytes. Sources: canokey-documentation (`protocols/webusb.md`),
//! canokey-core (`webusb.c`). USB 20A0:42D4, interface 1.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::{Fault, RESPONSE_BYTES_MIN, Response, check_command, patience_ms};

const COMMAND: u8 = 0x00;
const RESPONSE: u8 = 0x01;
const STATUS: u8 = 0x02;
const DONE: u8 = 0x00;
const AT_WORK: u8 = 0x01;
/// The device's buffer.
const COMMAND_BYTES_MAX: usize = 1_280;
const RESPONSE_BYTES_MAX: u16 = 1_500;
/// How long until the device is asked again.
const AGAIN_MS: u32 = 20;

/// An open device that takes the vendor's requests to one of its interfaces.
#[allow(async_fn_in_trait)] // Single-threaded by design: no caller needs Send futures.
pub trait Control {
    /// Sends data with a request.
    ///
    /// # Errors
    /// [`Fault::Removed`] if the device is gone, [`Fault::Protocol`] if it refuses.
    async fn write(&mut self, request: u8, data: &[u8]) -> Result<(), Fault>;

    /// Fetches at most so many bytes with a request.
    ///
    /// # Errors
    /// As [`Self::write`].
    async fn read(&mut self, request: u8, bytes_max: u16) -> Result<Vec<u8>, Fault>;

    /// Lets time pass.
    async fn wait(&mut self, ms: u32);
}

/// A CanoKey: the device is the card.
pub struct CanoKey<C> {
    control: C,
}

impl<C: Control> CanoKey<C> {
    /// A session. The response to a command that an earlier one did not wait for is fetched and dropped.
    ///
    /// # Errors
    /// What the device fails of.
    pub async fn open(control: C) -> Result<Self, (C, Fault)> {
        let mut key = Self { control };
        match key.drain().await {
            Ok(()) => Ok(key),
            Err(fault) => Err((key.control, fault)),
        }
    }

    async fn drain(&mut self) -> Result<(), Fault> {
        if let [DONE | AT_WORK] = self.control.read(STATUS, 1).await?[..] {
            self.done(patience_ms(&[])).await?;
            let _dropped = Zeroizing::new(self.control.read(RESPONSE, RESPONSE_BYTES_MAX).await?);
        }
        Ok(())
    }

    /// Sends one command APDU and returns its response.
    ///
    /// # Errors
    /// See [`Fault`]. After an error the session is over.
    pub async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        check_command(apdu, COMMAND_BYTES_MAX)?;
        self.control.write(COMMAND, apdu).await?;
        self.done(patience_ms(apdu)).await?;
        let response = self.control.read(RESPONSE, RESPONSE_BYTES_MAX).await?;
        let response = Zeroizing::new(response);
        if response.len() > usize::from(RESPONSE_BYTES_MAX) {
            return Err(Fault::Protocol("an answer that is too long"));
        }
        if response.len() < RESPONSE_BYTES_MIN {
            return Err(Fault::Protocol("an answer without status word"));
        }
        Ok(response)
    }

    async fn done(&mut self, patience_ms: u32) -> Result<(), Fault> {
        for _ in 0..patience_ms.div_ceil(AGAIN_MS) {
            match self.control.read(STATUS, 1).await?[..] {
                [DONE] => return Ok(()),
                [AT_WORK] => self.control.wait(AGAIN_MS).await,
                _ => return Err(Fault::Protocol("a device that is neither at work nor done")),
            }
        }
        Err(Fault::Silent)
    }

    /// The device, to be closed.
    pub fn into_control(self) -> C {
        self.control
    }
}
