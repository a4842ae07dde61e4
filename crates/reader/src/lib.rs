//! Card readers, as a browser can reach them: how an APDU (ISO/IEC 7816-4) travels through each.
//!
//! Bytes in, bytes out. A dialect is written over [`Pipe`], which whoever has the device implements:
//! it moves packets and waits; no I/O and no clock are in here. Everything that comes from a device
//! has a limit, and what breaks its protocol ends the exchange with a [`Fault`].
//!
//! - [`Ledger`]: 64-byte HID reports, or the same over WebUSB. The device is the card.
//! - [`CanoKey`]: USB control transfers, over a [`Control`] in place of the pipe. The device is the card.
//! - [`Contactless`] over [`Port100`], Sony's RC-S380: the host speaks to the card itself.
//! - [`Contactless`] over [`Port400`], Sony's RC-S300.
//!
//! `wasm/reader` does the I/O.
#![no_std]

extern crate alloc;

mod canokey;
mod contactless;
mod fault;
mod ledger;
mod outlook;
mod patience;
mod pipe;
mod port100;
mod port400;

pub use canokey::{CanoKey, Control};
pub use contactless::{Contactless, FelicaCard, Field, Found, Frame, Heard, Technology};
pub use fault::Fault;
pub use ledger::Ledger;
pub use outlook::Outlook;
pub use patience::patience_ms;
pub use pipe::{Pipe, Response};
pub use port100::Port100;
pub use port400::Port400;

/// The longest command APDU in bytes: header, extended Lc, 65,535 bytes, extended Le (ISO/IEC 7816-4 §5.1).
pub const COMMAND_BYTES_MAX: usize = 65_544;
/// The longest response APDU in bytes: 65,536 and the status word.
pub const RESPONSE_BYTES_MAX: usize = 65_538;
/// The shortest command APDU in bytes: a header alone.
const COMMAND_BYTES_MIN: usize = 4;
/// The shortest response APDU in bytes: a status word alone.
const RESPONSE_BYTES_MIN: usize = 2;

/// Refuses what is no command APDU by its length.
const fn check_command(apdu: &[u8], bytes_max: usize) -> Result<(), Fault> {
    if apdu.len() < COMMAND_BYTES_MIN {
        return Err(Fault::NotAnApdu);
    }
    if apdu.len() > bytes_max {
        return Err(Fault::TooLong {
            bytes: apdu.len(),
            bytes_max,
        });
    }
    Ok(())
}
