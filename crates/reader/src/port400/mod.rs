//! Sony RC-S300 ("NFC Port-400"): PC/SC part 3 pseudo-APDUs in the frames of CCID's escape command.
//!
//! The reader's smart-card interface is closed to browsers; its vendor interface takes the same
//! frames. Sources: felica-rs (`driver/port400`), rcs300-poc, xcx-pasorich, CCID's list of readers.
//! USB 054C:0DC8, 054C:0DC9 and 054C:0D8F, interface 1, endpoint 2 out and in.

mod envelope;
mod pcsc;
mod tlv;

use alloc::vec::Vec;

use crate::contactless::{Field, Frame, Heard, Technology};
use crate::{Fault, Pipe};
use envelope::Envelope;
use pcsc::Flags;
use tlv::Outcome;

/// Times the radio needs [felica-rs].
const FIELD_OFF_MS: u32 = 30;
const FIELD_ON_MS: u32 = 21;
const SWITCH_MS: u32 = 20;
/// The longest frame to a card.
const FRAME_BYTES_MAX: usize = 290;

/// RC-S300, opened.
pub struct Port400<P> {
    envelope: Envelope<P>,
    technology: Technology,
    /// The reader keeps seven bits until it is told eight.
    was_short: bool,
}

impl<P: Pipe> Port400<P> {
    /// Opens a transparent session, ending one that somebody left open, and switches the field on.
    /// `sequence` should be random: an answer to an earlier session is then told apart and dropped.
    ///
    /// # Errors
    /// [`Fault::Held`] if another program has the reader; otherwise what the reader fails of.
    pub async fn open(pipe: P, sequence: u8) -> Result<Self, (P, Fault)> {
        let mut reader = Self {
            envelope: Envelope::new(pipe, sequence),
            technology: Technology::A,
            was_short: false,
        };
        match reader.start().await {
            Ok(()) => Ok(reader),
            Err(fault) => Err((reader.envelope.into_pipe(), fault)),
        }
    }

    async fn start(&mut self) -> Result<(), Fault> {
        // There may be none to end.
        match self.manage(pcsc::END_SESSION).await {
            Ok(()) | Err(Fault::Reported(_) | Fault::NoCard) => {}
            Err(fault) => return Err(fault),
        }
        self.manage(pcsc::START_SESSION).await?;
        self.manage(pcsc::FIELD_OFF).await?;
        self.envelope.wait(FIELD_OFF_MS).await;
        self.manage(pcsc::FIELD_ON).await?;
        self.envelope.wait(FIELD_ON_MS).await;
        Ok(())
    }

    /// Field off, session ended; the pipe, to be closed. A reader that is gone needs neither.
    pub async fn close(mut self) -> P {
        let _gone = self.manage(pcsc::FIELD_OFF).await;
        let _gone = self.manage(pcsc::END_SESSION).await;
        self.envelope.into_pipe()
    }

    async fn manage(&mut self, tag: u8) -> Result<(), Fault> {
        match self.ask(&pcsc::manage_session(tag)).await? {
            Outcome::Done(_) => Ok(()),
            Outcome::NoAnswer => Err(Fault::NoCard),
        }
    }

    async fn ask(&mut self, apdu: &[u8]) -> Result<Outcome, Fault> {
        let answer = self.envelope.escape(apdu).await?;
        tlv::read(&answer)
    }
}

impl<P: Pipe> Field for Port400<P> {
    async fn switch(&mut self, technology: Technology) -> Result<(), Fault> {
        self.technology = technology;
        // The reader looks for a card by itself here; that it finds none is said by the next exchange.
        let _found = self.ask(&pcsc::switch_protocol(technology)).await?;
        self.was_short = false;
        self.envelope.wait(SWITCH_MS).await;
        Ok(())
    }

    fn selects(&self) -> bool {
        true
    }

    async fn exchange(&mut self, frame: Frame<'_>) -> Result<Heard, Fault> {
        if frame.bytes.len() > FRAME_BYTES_MAX {
            return Err(Fault::Protocol("a frame too long for this reader"));
        }
        let bits = match (frame.short, self.was_short) {
            (true, _) => Some(7),
            (false, true) => Some(0),
            (false, false) => None,
        };
        self.was_short = frame.short;
        let flags = Flags::of(self.technology, frame.checksum);
        let apdu = pcsc::transceive(frame.bytes, flags, bits, frame.timeout_us);
        match self.ask(&apdu).await? {
            Outcome::NoAnswer => Ok(Heard::Nothing),
            Outcome::Done(answer) => Ok(heard(answer.frame, answer.rf_status)),
        }
    }

    async fn wait(&mut self, ms: u32) {
        self.envelope.wait(ms).await;
    }
}

/// The status of the radio: checksum, collision, parity, framing (PC/SC part 3 §3.2.2.1).
fn heard(frame: Option<Vec<u8>>, rf_status: u8) -> Heard {
    match frame {
        _ if rf_status & 0x02 != 0 => Heard::Collision,
        _ if rf_status & 0x0D != 0 => Heard::Garbled,
        Some(frame) if !frame.is_empty() => Heard::Frame(frame),
        _ => Heard::Nothing,
    }
}
