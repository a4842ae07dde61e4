//! Lending: the wallet whose card stays at home.

use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::view::{HomeAnswered, HomeConnection, LoanTerms};

impl<P: Ports> Wallet<P> {
    /// Sets up home in a card.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_set_up(
        &self,
        pin: &str,
        first: &str,
        second: &str,
        place: KeyPlace,
    ) -> Result<(), WalletError> {
        let _ = (pin, first, second, place, Zeroizing::new(0));
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Lets a terminal in.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_enrol(
        &self,
        pin: &str,
        code: &str,
        name: &str,
    ) -> Result<String, WalletError> {
        let _ = (pin, code, name);
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// The invitation once more.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_invitation(&self) -> Result<String, WalletError> {
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Lets a terminal in no more.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_revoke(&self, terminal: &str) -> Result<(), WalletError> {
        let _ = terminal;
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Lends.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_lend(&self, pin: &str, terms: &LoanTerms) -> Result<(), WalletError> {
        let _ = (pin, terms);
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Stops a loan.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_stop(&self, number: u32) -> Result<(), WalletError> {
        let _ = number;
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Stops everything.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_stop_everything(&self) -> Result<(), WalletError> {
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Where to connect.
    ///
    /// # Errors
    /// A failure of the storage.
    pub async fn home_connection(&self) -> Result<Option<HomeConnection>, WalletError> {
        Ok(None)
    }

    /// Answers a call.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`].
    pub async fn home_call(&self, call: &[u8]) -> Result<HomeAnswered, WalletError> {
        let _ = call;
        Err(WalletError::new(ErrorKind::HomeNotSetUp))
    }
}
