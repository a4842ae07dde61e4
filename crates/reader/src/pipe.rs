//! What a dialect needs from whoever has the device.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::Fault;

/// A response APDU; wiped when dropped, because it may hold what only the holder may know.
pub type Response = Zeroizing<Vec<u8>>;

/// An open device: packets go out and come in, in order.
#[allow(async_fn_in_trait)] // Single-threaded by design: no caller needs Send futures.
pub trait Pipe {
    /// Sends one packet: a report without its id, or one bulk transfer.
    ///
    /// # Errors
    /// [`Fault::Removed`] if the device is gone, [`Fault::Pipe`] otherwise.
    async fn send(&mut self, packet: &[u8]) -> Result<(), Fault>;

    /// The next packet that the device sends.
    ///
    /// # Errors
    /// [`Fault::Silent`] if none comes within `timeout_ms`; otherwise as [`Self::send`].
    async fn receive(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault>;

    /// Lets time pass.
    async fn wait(&mut self, ms: u32);
}
