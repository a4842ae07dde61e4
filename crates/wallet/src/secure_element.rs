//! The wallet's card: every secret operation goes through APDUs.
#![allow(unused_variables, clippy::unused_self, missing_docs)]

use rand_core::CryptoRng;
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose, SealedShare};
use zeroize::Zeroizing;

use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::sealing::StateKey;
use crate::sealing::puk::Puk;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    pub pin: u8,
    pub puk: u8,
}

impl Tries {
    pub const FULL: Self = Self { pin: 3, puk: 3 };
}

pub struct SecureElement {}

const TODO: WalletError = WalletError::new(ErrorKind::CardFailed);

impl SecureElement {
    pub fn blank() -> Self {
        Self {}
    }
    pub fn state(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(Vec::new())
    }
    pub fn has_changed(&self) -> bool {
        false
    }
    pub fn is_stored(&mut self) {}
    pub fn initialise(
        &mut self,
        pin: &str,
        puk: &Puk,
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn generate_signing_key(
        &mut self,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, WalletError> {
        Err(TODO)
    }
    pub fn generate_enrolment_key(
        &mut self,
        slot: u8,
        rng: &mut impl CryptoRng,
    ) -> Result<[u8; 32], WalletError> {
        Err(TODO)
    }
    pub fn present_pin(&mut self, pin: &str, rng: &mut impl CryptoRng) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn sign(
        &mut self,
        message: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, WalletError> {
        Err(TODO)
    }
    pub fn put_certificate(
        &mut self,
        der: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn put_share(
        &mut self,
        slot: u8,
        share: &SealedShare,
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn derive(
        &mut self,
        slot: u8,
        pair: &PairContext,
        purpose: Purpose,
        nonce: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<DerivedKey, WalletError> {
        Err(TODO)
    }
    pub fn change_pin(
        &mut self,
        old: &str,
        new: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn unblock_pin(
        &mut self,
        puk: &Puk,
        new: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        Err(TODO)
    }
    pub fn tries(&mut self, rng: &mut impl CryptoRng) -> Result<Tries, WalletError> {
        Err(TODO)
    }
}

pub async fn load<P: Ports>(ports: &P, key: &StateKey) -> Result<SecureElement, WalletError> {
    Err(TODO)
}
