//! Away: the wallet that uses a card that stays at home.

use crate::checkout::view::Choice;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// This wallet's access code.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_code(&self) -> Result<String, WalletError> {
        Err(WalletError::new(ErrorKind::Locked))
    }

    /// Joins a home.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_join(&self, invitation: &str, pin: &str) -> Result<(), WalletError> {
        let _ = (invitation, pin);
        Err(WalletError::new(ErrorKind::Locked))
    }

    /// Fetches what is lent.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_fetch(&self, home: &str) -> Result<(), WalletError> {
        let _ = home;
        Err(WalletError::new(ErrorKind::Locked))
    }

    /// Approves an order with a lent account.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_approve(
        &self,
        request_id: &str,
        choice: &Choice,
        first: &str,
        second: &str,
    ) -> Result<(), WalletError> {
        let _ = (request_id, choice, first, second);
        Err(WalletError::new(ErrorKind::Locked))
    }

    /// Stops everything that a home lends, to whomever.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_stop(&self, home: &str) -> Result<(), WalletError> {
        let _ = home;
        Err(WalletError::new(ErrorKind::Locked))
    }

    /// Forgets a home.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`].
    pub async fn away_leave(&self, home: &str) -> Result<(), WalletError> {
        let _ = home;
        Err(WalletError::new(ErrorKind::Locked))
    }
}
