//! The random port.

use core::convert::Infallible;
use rand_core::{TryCryptoRng, TryRng};

/// A cryptographically secure random source.
pub trait Random {
    /// Fills `destination` with random bytes.
    fn fill(&self, destination: &mut [u8]);
}

/// A [`Random`] port as the `CryptoRng` that cryptographic crates take.
pub struct PortRng<'a, R: Random + ?Sized>(pub &'a R);

impl<R: Random + ?Sized> TryRng for PortRng<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(destination);
        Ok(())
    }
}

impl<R: Random + ?Sized> TryCryptoRng for PortRng<'_, R> {}
