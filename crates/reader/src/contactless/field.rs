//! What the contactless layer needs from a reader: frames through the air.

use alloc::vec::Vec;

use crate::Fault;

/// How a card is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Technology {
    /// ISO/IEC 14443 type A at 106 kbit/s.
    A,
    /// ISO/IEC 14443 type B at 106 kbit/s.
    B,
    /// FeliCa at 212 kbit/s (JIS X 6319-4).
    F,
}

/// A frame to a card.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Its bytes, without checksum.
    pub bytes: &'a [u8],
    /// Only seven bits of the one byte are sent (ISO/IEC 14443-3 §6.2.3.1).
    pub short: bool,
    /// The reader adds the checksum, and checks and removes that of the answer.
    pub checksum: bool,
    /// How long the card may take to begin its answer, in microseconds.
    pub timeout_us: u32,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A frame, without checksum if the reader removes it.
    Frame(Vec<u8>),
    /// Something whose parity, checksum or framing is wrong.
    Garbled,
    /// Two cards at once.
    Collision,
    /// Nothing in time.
    Nothing,
}

/// A reader's radio field.
#[allow(async_fn_in_trait)] // Single-threaded by design: no caller needs Send futures.
pub trait Field {
    /// Prepares the field for a technology.
    ///
    /// # Errors
    /// What the reader fails of. That no card is there is no error.
    async fn switch(&mut self, technology: Technology) -> Result<(), Fault>;

    /// Whether [`Self::switch`] may already have selected a card of type A.
    fn selects(&self) -> bool;

    /// Sends a frame and listens.
    ///
    /// # Errors
    /// What the reader, not the card, fails of.
    async fn exchange(&mut self, frame: Frame<'_>) -> Result<Heard, Fault>;

    /// Lets time pass.
    async fn wait(&mut self, ms: u32);
}
