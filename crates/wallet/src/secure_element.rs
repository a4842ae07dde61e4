//! The wallet's card. Every secret operation is an APDU to it; wallet code sees no private key and
//! no key share.
//!
//! Whoever sends something that changes the card keeps its state ([`crate::conversation`]) before
//! making anything of the answer.

use rand_core::CryptoRng;
use tallystick_card::Applet;
use tallystick_card::host::{self, CardError};
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose, SealedShare};
use tallystick_protocol::signature::{SALT_LEN, emsa_pss_encode};
use zeroize::Zeroizing;

use crate::error::{ErrorKind, WalletError};
use crate::ports::{CardFault, Later, PoweredCard};
use crate::sealing::StateKey;
use crate::sealing::puk::Puk;

/// Bits of the signing key's modulus (PIV algorithm 07).
const MODULUS_BITS: usize = 2048;

/// How often PIN and PUK may still be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Of the PIN.
    pub pin: u8,
    /// Of the PUK.
    pub puk: u8,
}

impl Tries {
    /// All of them.
    pub const FULL: Self = Self {
        pin: host::MAX_TRIES,
        puk: host::MAX_TRIES,
    };
}

/// A card in its reader: powered on with this value, off when it is dropped.
pub struct SecureElement {
    card: Box<dyn PoweredCard>,
    /// The stored state that it was given power with.
    stored: Vec<u8>,
    selected: Option<Applet>,
}

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;
type Reply = Result<Zeroizing<Vec<u8>>, WalletError>;

impl SecureElement {
    /// The card that was just given power with that stored state.
    pub const fn new(card: Box<dyn PoweredCard>, stored: Vec<u8>) -> Self {
        Self {
            card,
            stored,
            selected: None,
        }
    }

    /// What is to be stored of it, if that is something else than `stored` now; if `stored` is not what
    /// it was given power with, its answers do not count.
    pub fn unsaved(
        &mut self,
        stored: &[u8],
        key: &StateKey,
    ) -> Result<Option<Vec<u8>>, WalletError> {
        let unsaved = self.card.unsaved(key).map_err(unreachable)?;
        if unsaved.is_some() && self.stored != stored {
            let why = &"the stored card is another one by now";
            return Err(WalletError::caused(ErrorKind::CardFailed, why));
        }
        Ok(unsaved)
    }

    /// Replaces the factory's PIN and PUK.
    pub async fn initialise(&mut self, pin: &str, puk: &Puk) -> Result<(), WalletError> {
        self.change_pin(host::FACTORY_PIN, pin).await?;
        let apdu = host::change_puk(host::FACTORY_PUK, puk);
        let reply = self.exchange(Applet::Identity, apdu).await?;
        host::done(&reply).map_err(puk_failed)
    }

    /// Makes the signing key of a slot; its public half as subject public key info.
    pub async fn generate_signing_key(&mut self, slot: u8) -> Result<Vec<u8>, WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::generate_signing_key(slot))
            .await?;
        let key = host::signing_public_key(&reply).map_err(failed)?;
        Ok(key.to_spki())
    }

    /// Makes the enrolment key of a slot; its public half (X25519, RFC 7748).
    pub async fn generate_enrolment_key(&mut self, slot: u8) -> Result<[u8; 32], WalletError> {
        let reply = self
            .exchange(Applet::Keys, host::generate_enrolment_key(slot))
            .await?;
        host::enrolment_public_key(&reply).map_err(failed)
    }

    /// Deletes everything in a slot. Needs the PIN.
    pub async fn delete(&mut self, slot: u8) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::delete_signing_key(slot))
            .await?;
        host::done(&reply).map_err(failed)?;
        let reply = self.exchange(Applet::Keys, host::delete_slot(slot)).await?;
        host::done(&reply).map_err(failed)
    }

    /// Presents the PIN. It allows derived keys until the card is dropped, and one signature.
    pub async fn present_pin(&mut self, pin: &str) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::verify_pin(pin))
            .await?;
        host::done(&reply).map_err(pin_failed)
    }

    /// Signs by RSASSA-PSS with SHA-256 with the key of a slot; the card pads nothing and computes
    /// the raw operation.
    pub async fn sign(
        &mut self,
        slot: u8,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, WalletError> {
        let mut salt = [0; SALT_LEN];
        rng.fill_bytes(&mut salt);
        let block = emsa_pss_encode(message, &salt, MODULUS_BITS)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let block = block
            .first_chunk()
            .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        let reply = self
            .exchange(Applet::Identity, host::sign_block(slot, block))
            .await?;
        host::signature(&reply)
            .map(|signature| signature.to_vec())
            .map_err(failed)
    }

    /// Writes the certificate of the first signing key (DER).
    pub async fn put_certificate(&mut self, der: &[u8]) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::put_certificate(der))
            .await?;
        host::done(&reply).map_err(failed)
    }

    /// Hands over a key share, sealed to the enrolment key of that slot.
    pub async fn put_share(&mut self, slot: u8, share: &SealedShare) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Keys, host::put_share(slot, share))
            .await?;
        host::done(&reply).map_err(failed)
    }

    /// The key of a pair for one purpose and nonce. Needs the PIN.
    pub async fn derive(
        &mut self,
        slot: u8,
        pair: &PairContext,
        purpose: Purpose,
        nonce: &[u8; 32],
    ) -> Result<DerivedKey, WalletError> {
        let apdu = host::derive(slot, pair, purpose, nonce);
        let reply = self.exchange(Applet::Keys, apdu).await?;
        host::derived_key(&reply).map_err(failed)
    }

    /// Changes the PIN.
    pub async fn change_pin(&mut self, old: &str, new: &str) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::change_pin(old, new))
            .await?;
        host::done(&reply).map_err(pin_failed)
    }

    /// Sets a new PIN with the PUK.
    pub async fn unblock_pin(&mut self, puk: &Puk, new: &str) -> Result<(), WalletError> {
        let reply = self
            .exchange(Applet::Identity, host::reset_pin(puk, new))
            .await?;
        host::done(&reply).map_err(puk_failed)
    }

    /// How often PIN and PUK may still be tried.
    pub async fn tries(&mut self) -> Result<Tries, WalletError> {
        let pin = self.exchange(Applet::Identity, host::pin_tries()).await?;
        let puk = self.exchange(Applet::Identity, host::puk_tries()).await?;
        Ok(Tries {
            pin: host::tries_left(&pin).map_err(failed)?,
            puk: host::tries_left(&puk).map_err(failed)?,
        })
    }

    /// Boxed, because every command goes through here: in place it would be part of each of them.
    fn exchange(&mut self, applet: Applet, apdu: Apdu) -> Later<'_, Reply> {
        Box::pin(async move {
            let apdu = apdu.map_err(failed)?;
            if self.selected != Some(applet) {
                let select = host::select(applet).map_err(failed)?;
                let reply = self.card.transmit(&select).await;
                host::done(&reply.map_err(unreachable)?).map_err(failed)?;
                self.selected = Some(applet);
            }
            self.card.transmit(&apdu).await.map_err(unreachable)
        })
    }
}

fn unreachable(fault: CardFault) -> WalletError {
    WalletError::caused(ErrorKind::CardFailed, &fault)
}

fn failed(error: CardError) -> WalletError {
    WalletError::caused(ErrorKind::CardFailed, &error)
}

fn pin_failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::WrongPin { .. } => ErrorKind::WrongPin,
        CardError::Blocked => ErrorKind::PinBlocked,
        CardError::MalformedPin => ErrorKind::MalformedPin,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}

fn puk_failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::WrongPin { .. } => ErrorKind::WrongPuk,
        CardError::Blocked => ErrorKind::PukBlocked,
        CardError::MalformedPin => ErrorKind::MalformedPin,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}
