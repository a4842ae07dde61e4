//! Locking and unlocking, PIN and PUK.
//!
//! The passphrase opens the wallet; the PIN, checked by the card with its retry counter, approves
//! payments; the PUK sets a new PIN and, if the passphrase is lost, a new passphrase.

use crate::error::{ErrorKind, WalletError};
use crate::exclusive::Guard;
use crate::ports::{Clock, Ports, Session};
use crate::sealing::header::Secret;
use crate::sealing::{StateKey, puk};
use crate::secure_element::{self, SecureElement};
use crate::state::{self, Batch, State, Unlocked, name};
use crate::wallet::Wallet;

/// How long the wallet stays unlocked after the holder's last doing, in milliseconds.
const UNLOCKED_MS: u64 = 15 * 60 * 1000;
/// The session is written anew at most this often, in milliseconds.
const SESSION_RENEWAL_MS: u64 = 30 * 1000;
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
        let mut state = self.enter().await?;
        self.open_state(&mut state, Secret::Passphrase, passphrase.as_bytes())
            .await
    }

    /// Opens the wallet with the PUK and sets a new passphrase.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPuk`], [`ErrorKind::WeakPassphrase`], [`ErrorKind::NotSetUp`], or a
    /// failure of the storage.
    pub async fn recover(&self, puk: &str, passphrase: &str) -> Result<(), WalletError> {
        check_passphrase(passphrase)?;
        let puk = puk::parse(puk).ok_or_else(|| WalletError::new(ErrorKind::WrongPuk))?;
        let mut state = self.enter().await?;
        self.open_state(&mut state, Secret::Puk, puk.as_slice())
            .await?;
        let header = state
            .header
            .clone()
            .ok_or_else(|| WalletError::new(ErrorKind::NotSetUp))?;
        let unlocked = state.unlocked()?;
        let header = header
            .with_passphrase(
                &unlocked.key,
                self.stretch,
                passphrase.as_bytes(),
                self.ports.device_key(),
                &mut self.ports.random(),
            )
            .await?;
        Batch::new(&self.ports, &unlocked.key)
            .clear(name::HEADER, header.to_bytes())
            .store()
            .await?;
        state.header = Some(header);
        Ok(())
    }

    async fn open_state(
        &self,
        state: &mut Guard<'_, State>,
        which: Secret,
        secret: &[u8],
    ) -> Result<(), WalletError> {
        let header = state
            .header
            .as_ref()
            .ok_or_else(|| WalletError::new(ErrorKind::NotSetUp))?;
        let key = header
            .unwrap(which, secret, self.ports.device_key())
            .await?;
        state.unlocked = Some(state::load_unlocked(&self.ports, key, 0).await?);
        self.keep_unlocked(state).await
    }

    /// Forgets the state key. What is under way goes on after unlocking.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFailed`] if the session's storage does not forget.
    pub async fn lock(&self) -> Result<(), WalletError> {
        let mut state = self.state.take().await;
        state.unlocked = None;
        Ok(self.ports.session().clear().await?)
    }

    /// Changes the PIN.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn change_pin(&self, old: &str, new: &str) -> Result<(), WalletError> {
        check_pin(old).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        check_pin(new)?;
        let mut state = self.enter().await?;
        self.keep_unlocked(&mut state).await?;
        let unlocked = state.unlocked()?;
        let mut element = secure_element::load(&self.ports, &unlocked.key).await?;
        let outcome = element.change_pin(old, new, &mut self.ports.random());
        self.persist(unlocked, &mut element).await?;
        outcome
    }

    /// Sets a new PIN with the PUK, whether or not the old one is blocked.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPuk`], [`ErrorKind::PukBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn unblock_pin(&self, puk: &str, new: &str) -> Result<(), WalletError> {
        check_pin(new)?;
        let puk = puk::parse(puk).ok_or_else(|| WalletError::new(ErrorKind::WrongPuk))?;
        let mut state = self.enter().await?;
        self.keep_unlocked(&mut state).await?;
        let unlocked = state.unlocked()?;
        let mut element = secure_element::load(&self.ports, &unlocked.key).await?;
        let outcome = element.unblock_pin(&puk, new, &mut self.ports.random());
        self.persist(unlocked, &mut element).await?;
        outcome
    }

    /// Stores the card before anything is made of what it answered, and remembers its counters.
    pub(crate) async fn persist(
        &self,
        unlocked: &mut Unlocked,
        element: &mut SecureElement,
    ) -> Result<(), WalletError> {
        if element.has_changed() {
            Batch::new(&self.ports, &unlocked.key)
                .sealed(name::CARD, &element.state())?
                .store()
                .await?;
            element.is_stored();
        }
        unlocked.tries = element.tries(&mut self.ports.random())?;
        Ok(())
    }

    /// Puts off locking, because the holder did something.
    pub(crate) async fn keep_unlocked(&self, state: &mut State) -> Result<(), WalletError> {
        let Some(unlocked) = state.unlocked.as_mut() else {
            return Ok(());
        };
        let locks_at_ms = self.ports.clock().now_ms() + UNLOCKED_MS;
        if locks_at_ms < unlocked.locks_at_ms + SESSION_RENEWAL_MS {
            return Ok(());
        }
        unlocked.locks_at_ms = locks_at_ms;
        let mut session = zeroize::Zeroizing::new(locks_at_ms.to_be_bytes().to_vec());
        session.extend_from_slice(unlocked.key.as_bytes());
        Ok(self.ports.session().put(&session).await?)
    }

    /// Unlocks from the session, if it still holds the state key and its time is not up.
    pub(crate) async fn resume_session(&self, state: &mut State) -> Result<(), WalletError> {
        let Some(session) = self.ports.session().get().await? else {
            return Ok(());
        };
        let kept = session
            .split_first_chunk::<8>()
            .and_then(|(time, key)| Some((u64::from_be_bytes(*time), StateKey::from_bytes(key)?)));
        let now_ms = self.ports.clock().now_ms();
        match kept {
            Some((locks_at_ms, key))
                if now_ms < locks_at_ms && locks_at_ms <= now_ms + UNLOCKED_MS =>
            {
                state.unlocked = Some(state::load_unlocked(&self.ports, key, locks_at_ms).await?);
                Ok(())
            }
            _ => Ok(self.ports.session().clear().await?),
        }
    }
}
