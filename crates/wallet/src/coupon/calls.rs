//! What is still to be made.

use super::view::{BillView, LookedAt};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

fn not_yet<T>() -> Result<T, WalletError> {
    Err(WalletError::new(ErrorKind::NoCouponsInCard))
}

#[allow(
    clippy::unused_async,
    clippy::missing_errors_doc,
    missing_docs,
    unused_variables
)]
impl<P: Ports> Wallet<P> {
    pub async fn get_coupon(
        &self,
        account: &str,
        kind: &str,
        minor: u64,
        funding: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn get_campaign_coupon(
        &self,
        text: &str,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn coupon_address(&self, account: &str) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn give_coupon(&self, id: &str, to: &str, pin: &str) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn show_coupon(&self, id: &str) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn look_at_coupon(&self, text: &str) -> Result<LookedAt, WalletError> {
        not_yet()
    }

    pub async fn take_coupon(
        &self,
        text: &str,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn answer_coupon(
        &self,
        id: &str,
        agrees: bool,
        pin: &str,
    ) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn offer_coupon(
        &self,
        id: &str,
        days: u32,
        pin: &str,
    ) -> Result<String, WalletError> {
        not_yet()
    }

    pub async fn cancel_coupon_offer(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn convert_coupon(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn lock_coupon(&self, id: &str) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn unlock_coupon(&self, id: &str, password: &str) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn set_coupon_password(
        &self,
        account: &str,
        old: &str,
        new: &str,
        pin: &str,
    ) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn follow_coupons(&self) -> Result<(), WalletError> {
        not_yet()
    }

    pub async fn coupon_bill(&self, account: &str) -> Result<BillView, WalletError> {
        not_yet()
    }

    pub async fn forget_coupon(&self, id: &str) -> Result<(), WalletError> {
        not_yet()
    }
}
