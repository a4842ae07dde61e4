//! Unlocking, PIN, PUK and recovery code.
//!
//! The passphrase opens the wallet; the PIN, checked by the card with its retry counter, approves
//! payments; the PUK sets a new PIN, and the recovery code, if the passphrase is lost, a new passphrase.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::state::name;
use crate::core::wallet::Wallet;
use crate::sealing::header::{Header, Secret};
use crate::sealing::stretch::Stretch;
use crate::sealing::{StateKey, puk, recovery_code};

const PASSPHRASE_CHARACTERS_MIN: usize = 8;
const PASSPHRASE_CHARACTERS_MAX: usize = 256;
const PIN_DIGITS_MIN: usize = 6;
const PIN_DIGITS_MAX: usize = 8;

/// Whether a passphrase may be used.
///
/// # Errors
/// [`ErrorKind::WeakPassphrase`].
pub fn check_passphrase(passphrase: &str) -> Result<(), WalletError> {
    let characters = passphrase
        .chars()
        .take(PASSPHRASE_CHARACTERS_MAX + 1)
        .count();
    if (PASSPHRASE_CHARACTERS_MIN..=PASSPHRASE_CHARACTERS_MAX).contains(&characters) {
        Ok(())
    } else {
        Err(WalletError::new(ErrorKind::WeakPassphrase))
    }
}

/// Whether a PIN may be used: six to eight digits, as the identity applet takes it.
///
/// # Errors
/// [`ErrorKind::MalformedPin`].
pub fn check_pin(pin: &str) -> Result<(), WalletError> {
    let digits = pin.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&pin.len()) {
        Ok(())
    } else {
        Err(WalletError::new(ErrorKind::MalformedPin))
    }
}

impl<P: Ports> Wallet<P> {
    /// Unlocks with the passphrase. Takes about half a second on purpose.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`], [`ErrorKind::NotSetUp`], or a failure of the storage.
    pub async fn unlock(&self, passphrase: &str) -> Result<(), WalletError> {
        self.unlock_by(Secret::Passphrase, passphrase.as_bytes())
            .await?;
        Ok(())
    }

    /// Opens the wallet with the recovery code, or with the PUK if it was made before there were
    /// recovery codes, and sets a new passphrase.
    ///
    /// # Errors
    /// [`ErrorKind::WrongRecoveryCode`], [`ErrorKind::WeakPassphrase`], [`ErrorKind::NotSetUp`], or a
    /// failure of the storage.
    pub async fn recover(&self, code: &str, passphrase: &str) -> Result<(), WalletError> {
        check_passphrase(passphrase)?;
        let (header, key) = match (recovery_code::parse(code), puk::parse(code)) {
            (Some(code), _) => {
                self.unlock_by(Secret::RecoveryCode, code.as_slice())
                    .await?
            }
            (None, Some(puk)) => self.unlock_by(Secret::Puk, puk.as_slice()).await?,
            (None, None) => return Err(WalletError::new(ErrorKind::WrongRecoveryCode)),
        };
        let header = header
            .with_passphrase(
                &key,
                self.stretch,
                passphrase.as_bytes(),
                self.ports.device_key(),
                &mut self.ports.random(),
            )
            .await?;
        self.perform(&mut |desk| {
            desk.put(name::HEADER, header.to_bytes());
            desk.state.header = Some(header.clone());
            Ok(())
        })
        .await
    }

    /// Puts a new passphrase in the place of the one that the holder knows. The header alone changes, in one write:
    /// the wallet is opened by the old passphrase or by the new one at every moment, never by both or by neither.
    /// Recovery code, PUK and PIN stay good, and backups keep the passphrase they were made with. The state key stays
    /// the same: whoever copied the browser's profile before, and knows the old passphrase, opens that copy still.
    ///
    /// # Errors
    /// [`ErrorKind::WeakPassphrase`], [`ErrorKind::WrongPassphrase`], also if another page set another one meanwhile,
    /// [`ErrorKind::Locked`], [`ErrorKind::NotSetUp`], or a failure of the storage.
    pub async fn change_passphrase(&self, old: &str, new: &str) -> Result<(), WalletError> {
        check_passphrase(new)?;
        let before = self.header_while_unlocked().await?;
        let device_key = self.ports.device_key();
        let key = before
            .unwrap(Secret::Passphrase, old.as_bytes(), device_key)
            .await?;
        let rng = &mut self.ports.random();
        let header = before
            .with_passphrase(&key, self.stretch, new.as_bytes(), device_key, rng)
            .await?;
        self.perform(&mut |desk| desk.replace_header(&before, &header))
            .await
    }

    /// The header, before something that needs time is done with it: [`Desk::replace_header`] then says whether it
    /// still stands.
    pub(crate) async fn header_while_unlocked(&self) -> Result<Header, WalletError> {
        let mut before = None;
        self.perform(&mut |desk| {
            desk.unlocked()?;
            desk.stay_unlocked();
            before = desk.state.header.clone();
            Ok(())
        })
        .await?;
        before.ok_or_else(|| WalletError::new(ErrorKind::NotSetUp))
    }

    async fn unlock_by(
        &self,
        which: Secret,
        secret: &[u8],
    ) -> Result<(Header, StateKey), WalletError> {
        let mut header = None;
        self.perform(&mut |desk| {
            header = desk.state.header.clone();
            Ok(())
        })
        .await?;
        let header = header.ok_or_else(|| WalletError::new(ErrorKind::NotSetUp))?;
        let key = header
            .unwrap(which, secret, self.ports.device_key())
            .await?;
        self.perform(&mut |desk| desk.unlock(&key)).await?;
        self.look_at_card().await?;
        Ok((header, key))
    }

    /// Changes the PIN of the software card, or of the card in the reader.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn change_pin(
        &self,
        old: &str,
        new: &str,
        place: KeyPlace,
    ) -> Result<(), WalletError> {
        check_pin(old).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        check_pin(new)?;
        self.run(&mut ChangingPin {
            place,
            pins: (old, new),
            stretch: self.stretch,
        })
        .await
    }

    /// Sets a new PIN with the PUK of that card, whether or not the old one is blocked.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPuk`], [`ErrorKind::PukBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn unblock_pin(
        &self,
        puk: &str,
        new: &str,
        place: KeyPlace,
    ) -> Result<(), WalletError> {
        check_pin(new)?;
        let puk = puk::parse(puk).ok_or_else(|| WalletError::new(ErrorKind::WrongPuk))?;
        let command = Some(Command::unblock_pin(&puk, new));
        self.run(&mut Telling { place, command }).await
    }
}

/// Another PIN, and with it what rests under the old one.
struct ChangingPin<'a> {
    place: KeyPlace,
    pins: (&'a str, &'a str),
    stretch: Stretch,
}

impl Errand for ChangingPin<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.unlocked()?;
        desk.stay_unlocked();
        Ok(Some(Needed::at(self.place)))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let (old, new) = self.pins;
        let command = replies.is_empty().then(|| Command::change_pin(old, new));
        Ok(command.into_iter().collect())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        desk.pin_changed(self.place, self.pins, self.stretch)
    }
}

/// One command to a card, of which nothing is kept but the card's state.
pub(crate) struct Telling {
    pub place: KeyPlace,
    pub command: Option<Command>,
}

impl Errand for Telling {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.unlocked()?;
        desk.stay_unlocked();
        Ok(Some(Needed::at(self.place)))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        _: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        Ok(self.command.take().into_iter().collect())
    }

    fn keep(&mut self, _: &mut Desk<'_>) -> Result<(), WalletError> {
        Ok(())
    }
}

impl Desk<'_> {
    /// Puts a header in the place of the one that it was made from.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`] if another page changed a secret meanwhile: what was typed is of before.
    pub(crate) fn replace_header(
        &mut self,
        before: &Header,
        header: &Header,
    ) -> Result<(), WalletError> {
        if self.state.header.as_ref() != Some(before) {
            return Err(WalletError::new(ErrorKind::WrongPassphrase));
        }
        self.put(name::HEADER, header.to_bytes());
        self.state.header = Some(header.clone());
        Ok(())
    }

    fn unlock(&mut self, key: &StateKey) -> Result<(), WalletError> {
        if self.state.unlocked.is_none() {
            self.state.unlock(key.clone(), 0)?;
        }
        self.stay_unlocked();
        Ok(())
    }
}
