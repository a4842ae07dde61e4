//! How much room the applet's part of the state takes when it is written down.

use core::convert::Infallible;

use minicbor::Encoder;
use minicbor::encode::Write;

use super::Purses;

impl Purses {
    /// Exactly the bytes that it takes.
    pub(crate) fn room(&self) -> usize {
        let mut encoder = Encoder::new(Counted(0));
        // Counting cannot fail.
        let _infallible = encoder.encode(self);
        encoder.into_writer().0
    }
}

/// Counts what is written and keeps none of it: it has secrets in it.
struct Counted(usize);

impl Write for Counted {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 += bytes.len();
        Ok(())
    }
}
