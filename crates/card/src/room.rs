//! How much room something takes when it is written down.

use core::convert::Infallible;

use minicbor::encode::Write;
use minicbor::{Encode, Encoder};

/// Exactly the bytes that it takes.
pub(crate) fn room_of(value: &impl Encode<()>) -> usize {
    let mut encoder = Encoder::new(Counted(0));
    // Counting cannot fail.
    let _infallible = encoder.encode(value);
    encoder.into_writer().0
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
