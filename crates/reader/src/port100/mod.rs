//! Sony RC-S380 ("NFC Port-100"): a radio field that moves frames and does nothing by itself.
//!
//! Every command gets an ACK frame and then its answer. Sources: nfcpy (`clf/rcs380.py`), felica-rs
//! (`driver/port100`), rcs300-poc. USB 054C:06C1 and 054C:06C3, interface 0, endpoint 2 out and 1 in.

mod chip;
mod frame;
mod settings;

use crate::contactless::{Field, Frame, Heard, Technology};
use crate::{Fault, Pipe};
use chip::Chip;
use settings::Settings;

/// RC-S380, opened.
pub struct Port100<P> {
    chip: Chip<P>,
    technology: Technology,
    settings: Settings,
}

impl<P: Pipe> Port100<P> {
    /// Wakes the reader: drains what an earlier session left, and switches the field off.
    ///
    /// # Errors
    /// What the reader fails of.
    pub async fn open(pipe: P) -> Result<Self, (P, Fault)> {
        let mut chip = Chip::new(pipe);
        if let Err(fault) = chip.start().await {
            return Err((chip.into_pipe(), fault));
        }
        Ok(Self {
            chip,
            technology: Technology::A,
            settings: Settings::default(),
        })
    }

    /// Switches the field off; the pipe, to be closed. A reader that is gone needs nothing switched off.
    pub async fn close(mut self) -> P {
        let _gone = self.chip.stop().await;
        self.chip.into_pipe()
    }
}

impl<P: Pipe> Field for Port100<P> {
    async fn switch(&mut self, technology: Technology) -> Result<(), Fault> {
        self.technology = technology;
        self.chip.set_rf(settings::rf(technology)).await?;
        // Setting the field resets the protocol settings.
        self.settings = Settings::default();
        let wanted = settings::defaults();
        self.chip.set_protocol(&self.settings.changes(wanted)).await
    }

    fn selects(&self) -> bool {
        false
    }

    async fn exchange(&mut self, frame: Frame<'_>) -> Result<Heard, Fault> {
        let wanted = settings::of(self.technology, frame.short, frame.checksum);
        let changes = self.settings.changes(wanted);
        if !changes.is_empty() {
            self.chip.set_protocol(&changes).await?;
        }
        self.chip.communicate(frame.bytes, frame.timeout_us).await
    }

    async fn wait(&mut self, ms: u32) {
        self.chip.wait(ms).await;
    }
}
