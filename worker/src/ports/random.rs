//! Random bytes from `crypto.getRandomValues`.

use tallystick_parties::ports::Random;

/// The platform's random source.
pub struct PlatformRandom;

impl Random for PlatformRandom {
    fn fill(&self, destination: &mut [u8]) {
        fill(destination);
    }
}

/// Fills `destination` with random bytes.
#[allow(clippy::panic)] // a party without randomness must stop, not go on with zeros
pub fn fill(destination: &mut [u8]) {
    if getrandom::fill(destination).is_err() {
        panic!("the platform has no random source");
    }
}
