//! The wallet's card. Every secret operation is an APDU to it; wallet code sees no private key and
//! no key share. It is the same for a software card and for one in a reader.
//!
//! Whoever sends something that changes the card keeps its state ([`crate::core::conversation`]) before
//! making anything of the answer.

use rand_core::CryptoRng;
use tallystick_card::Applet;
use tallystick_card::host::{self, CardError, Exchange, Form, TakenSlot};
use tallystick_protocol::keys::proof::Challenge;
use tallystick_protocol::keys::{PairContext, Purpose, SealedShare};
use tallystick_protocol::trust::signature::{SALT_LEN, emsa_pss_encode};
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::exclusive::Ahead;
use crate::core::ports::{CardFault, FaultKind, PoweredCard};
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
        pin: host::TRIES_MAX,
        puk: host::TRIES_MAX,
    };
}

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;
type Failed = fn(CardError) -> WalletError;
/// What a card answered to one command: data and status word.
pub type Reply = Zeroizing<Vec<u8>>;

/// A command, and what a refusal of it means.
pub struct Command {
    applet: Applet,
    apdu: Apdu,
    failed: Failed,
}

impl Command {
    const fn new(applet: Applet, apdu: Apdu) -> Self {
        Self::of(applet, apdu, failed)
    }

    const fn of_identity(apdu: Apdu, failed: Failed) -> Self {
        Self::of(Applet::Identity, apdu, failed)
    }

    /// A command to an applet of a slice's own, and what a refusal of it means.
    pub const fn of(applet: Applet, apdu: Apdu, failed: Failed) -> Self {
        Self {
            applet,
            apdu,
            failed,
        }
    }

    /// Presents the PIN. It allows derived keys until the power goes, and one signature.
    pub fn present_pin(pin: &str) -> Self {
        Self::of_identity(host::verify_pin(pin), pin_failed)
    }

    /// Changes the PIN.
    pub fn change_pin(old: &str, new: &str) -> Self {
        Self::of_identity(host::change_pin(old, new), pin_failed)
    }

    /// Replaces the factory's PIN.
    pub fn first_pin(pin: &str) -> Self {
        Self::change_pin(host::FACTORY_PIN, pin)
    }

    /// Replaces the factory's PUK.
    pub fn first_puk(puk: &Puk) -> Self {
        let apdu = host::change_puk(host::FACTORY_PUK, puk);
        Self::of_identity(apdu, puk_failed)
    }

    /// Sets a new PUK. Needs the PIN.
    pub fn new_puk(puk: &Puk) -> Self {
        Self::of_identity(host::new_puk(puk), puk_failed)
    }

    /// Sets a new PIN with the PUK.
    pub fn unblock_pin(puk: &Puk, new: &str) -> Self {
        Self::of_identity(host::reset_pin(puk, new), puk_failed)
    }

    /// Makes the signing key of a slot: [`signing_public_key`].
    pub fn generate_signing_key(slot: u8) -> Self {
        Self::new(Applet::Identity, host::generate_signing_key(slot))
    }

    /// Makes the enrolment key of a slot: [`enrolment_public_key`].
    pub fn generate_enrolment_key(slot: u8) -> Self {
        Self::new(Applet::Keys, host::generate_enrolment_key(slot))
    }

    /// Deletes everything in a slot. Needs the PIN.
    pub fn delete(slot: u8) -> [Self; 2] {
        [
            Self::new(Applet::Identity, host::delete_signing_key(slot)),
            Self::new(Applet::Keys, host::delete_slot(slot)),
        ]
    }

    /// Signs by RSASSA-PSS with SHA-256 with the key of a slot: [`signature`]. The card pads nothing
    /// and computes the raw operation.
    pub fn sign(slot: u8, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Self, WalletError> {
        let mut salt = [0; SALT_LEN];
        rng.fill_bytes(&mut salt);
        let block = emsa_pss_encode(message, &salt, MODULUS_BITS)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let block = block
            .first_chunk()
            .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        Ok(Self::new(Applet::Identity, host::sign_block(slot, block)))
    }

    /// Writes the certificate of the first signing key (DER).
    pub fn put_certificate(der: &[u8]) -> Self {
        Self::new(Applet::Identity, host::put_certificate(der))
    }

    /// Hands over a key share, sealed to the enrolment key of that slot.
    pub fn put_share(slot: u8, share: &SealedShare) -> Self {
        Self::new(Applet::Keys, host::put_share(slot, share))
    }

    /// The key of a pair for one purpose and nonce: [`host::derived_key`]. Needs the PIN.
    pub fn derive(slot: u8, pair: &PairContext, purpose: Purpose, nonce: &[u8; 32]) -> Self {
        let apdu = host::derive(slot, pair, purpose, nonce);
        Self::new(Applet::Keys, apdu)
    }
}

/// The public half of a signing key as subject public key info.
pub fn signing_public_key(reply: &[u8]) -> Result<Vec<u8>, WalletError> {
    let key = host::signing_public_key(reply).map_err(failed)?;
    Ok(key.to_spki())
}

/// The public half of an enrolment key (X25519, RFC 7748).
pub fn enrolment_public_key(reply: &[u8]) -> Result<[u8; 32], WalletError> {
    host::enrolment_public_key(reply).map_err(failed)
}

/// A signature.
pub fn signature(reply: &[u8]) -> Result<[u8; 256], WalletError> {
    host::signature(reply).map_err(failed)
}

/// A card in its reader: powered on with this value, off when it is dropped.
pub struct SecureElement<'c> {
    card: Box<dyn PoweredCard + 'c>,
    /// The stored state that it was given power with.
    stored: Vec<u8>,
    selected: Option<Applet>,
    /// How long an APDU it takes, as far as it has shown.
    form: Form,
    /// For whom the conversation ends early.
    gives_way_to: Option<Ahead>,
}

impl<'c> SecureElement<'c> {
    /// The card that was just given power with that stored state; a card in a reader keeps its own.
    pub const fn new(card: Box<dyn PoweredCard + 'c>, stored: Vec<u8>) -> Self {
        Self {
            card,
            stored,
            selected: None,
            form: Form::Extended,
            gives_way_to: None,
        }
    }

    /// From now on it is sent no APDU any more once somebody waits to go ahead.
    pub fn give_way_to(&mut self, ahead: Ahead) {
        self.gives_way_to = Some(ahead);
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

    /// What [`SecureElement::unsaved`] said is stored: what it says next follows from it.
    pub fn saved(&mut self, stored: Vec<u8>) {
        self.stored = stored;
    }

    /// Executes commands one after the other, as far as the card does what it is asked; what it
    /// answered to each.
    pub async fn execute(&mut self, commands: Vec<Command>) -> Result<Vec<Reply>, WalletError> {
        let mut replies = Vec::new();
        for command in commands {
            let Command {
                applet,
                apdu,
                failed,
            } = command;
            let apdu = apdu.map_err(failed)?;
            self.select_once(applet, failed).await?;
            let reply = self.send(&apdu).await?;
            host::done(&reply).map_err(failed)?;
            replies.push(reply);
        }
        Ok(replies)
    }

    /// Passes on a command that another has made, in its own form, and gives back the answer as it came: neither is altered or
    /// understood. What applet is selected is not known afterwards.
    pub async fn pass(&mut self, apdu: &[u8]) -> Result<Reply, WalletError> {
        self.selected = None;
        self.card.transmit(apdu).await.map_err(unreachable)
    }

    /// How often PIN and PUK may still be tried.
    pub async fn tries(&mut self) -> Result<Tries, WalletError> {
        let mut left = [0; 2];
        for (left, apdu) in left.iter_mut().zip([host::pin_tries(), host::puk_tries()]) {
            let reply = self.exchange(Applet::Identity, apdu).await?;
            *left = host::tries_left(&reply).map_err(failed)?;
        }
        let [pin, puk] = left;
        Ok(Tries { pin, puk })
    }

    /// Which slots are taken, and by which holders; nothing if the card has no applet of key shares.
    pub async fn slots(&mut self) -> Result<Option<Vec<TakenSlot>>, WalletError> {
        let select = self.select(Applet::Keys).await?;
        if let Err(CardError::NotFound) = host::done(&select) {
            return Ok(None);
        }
        let reply = self.exchange(Applet::Keys, host::list_slots()).await?;
        host::slots(&reply).map(Some).map_err(failed)
    }

    /// Whether the card has still the PIN or the PUK of the factory.
    pub async fn is_from_factory(&mut self) -> Result<bool, WalletError> {
        let reply = self.exchange(Applet::Keys, host::ask_if_from_factory());
        host::is_from_factory(&reply.await?).map_err(failed)
    }

    /// Whether the card proves that it has the enrolment key (X25519) of a slot; one that cannot be asked
    /// does not.
    pub async fn proves(
        &mut self,
        slot: u8,
        enrolment_key: &[u8; 32],
        mut rng: &mut dyn CryptoRng,
    ) -> Result<bool, WalletError> {
        let challenge = Challenge::new(&mut rng, enrolment_key)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let reply = self.exchange(Applet::Keys, host::prove(slot, challenge.as_bytes()));
        let answer = host::proof(&reply.await?);
        Ok(answer.is_ok_and(|answer| challenge.is_met_by(&answer)))
    }

    async fn select(&mut self, applet: Applet) -> Result<Reply, WalletError> {
        let select = host::select(applet).map_err(failed)?;
        self.send(&select).await
    }

    async fn exchange(&mut self, applet: Applet, apdu: Apdu) -> Result<Reply, WalletError> {
        let apdu = apdu.map_err(failed)?;
        self.select_once(applet, failed).await?;
        self.send(&apdu).await
    }

    async fn select_once(&mut self, applet: Applet, failed: Failed) -> Result<(), WalletError> {
        if self.selected != Some(applet) {
            host::done(&self.select(applet).await?).map_err(failed)?;
            self.selected = Some(applet);
        }
        Ok(())
    }

    /// Sends a command in as many APDUs as the card takes for it.
    async fn send(&mut self, apdu: &[u8]) -> Result<Reply, WalletError> {
        let mut exchange = Exchange::new(apdu, self.form).map_err(failed)?;
        loop {
            // A long command is many APDUs; one whose end does not come, the card drops.
            if self.gives_way_to.as_ref().is_some_and(Ahead::is_somebody) {
                let why = &"the conversation gives way to another";
                return Err(WalletError::caused(ErrorKind::ReaderBusy, why));
            }
            let response = self.card.transmit(exchange.to_send()).await;
            let response = response.map_err(unreachable)?;
            if let Some(whole) = exchange.receive(&response).map_err(failed)? {
                self.form = exchange.form();
                return Ok(whole);
            }
        }
    }
}

/// A card, or the reader that it should be in, that could not be reached.
pub fn unreachable(fault: CardFault) -> WalletError {
    let kind = match fault.kind {
        FaultKind::NoReader => ErrorKind::NoReader,
        FaultKind::NoCard => ErrorKind::NoCard,
        FaultKind::SeveralCards => ErrorKind::SeveralCards,
        FaultKind::Felica => ErrorKind::FelicaCard,
        FaultKind::Held => ErrorKind::ReaderHeld,
        FaultKind::NoAccess => ErrorKind::ReaderNoAccess,
        FaultKind::NotOpened => ErrorKind::ReaderNotOpened,
        FaultKind::Busy => ErrorKind::ReaderBusy,
        FaultKind::Silent => ErrorKind::ReaderSilent,
        FaultKind::Removed => ErrorKind::CardRemoved,
        FaultKind::Reader => ErrorKind::ReaderFailed,
        FaultKind::Unreachable => ErrorKind::HostedUnreachable,
        FaultKind::Gone => ErrorKind::HostedGone,
        FaultKind::Interrupted => ErrorKind::HostedInterrupted,
        FaultKind::Card => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &fault).about(&fault.reader)
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
