//! What it means that home, its card or the proxy refuses, and which of them did.

use tallystick_protocol::home::HomeRefusal;

use crate::core::error::{ErrorKind, WalletError};

/// Whom errors are about.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// The proxy.
    pub proxy: &'a str,
    /// The shop, where there is one.
    pub shop: &'a str,
}

/// The error of a refusal.
#[must_use]
pub fn meant(refusal: HomeRefusal, named: Named<'_>) -> WalletError {
    let (kind, about) = match refusal {
        HomeRefusal::Unknown => (ErrorKind::HomeUnknown, named.proxy),
        HomeRefusal::NotConnected => (ErrorKind::HomeNotConnected, ""),
        HomeRefusal::Locked => (ErrorKind::HomeLocked, ""),
        HomeRefusal::NoCard => (ErrorKind::HomeNoCard, ""),
        HomeRefusal::WrongFirstPassword => (ErrorKind::HomeWrongFirst, ""),
        HomeRefusal::WrongSecondPassword => (ErrorKind::HomeWrongSecond, ""),
        HomeRefusal::Blocked => (ErrorKind::HomeBlocked, ""),
        HomeRefusal::NoLoan => (ErrorKind::LoanOver, ""),
        HomeRefusal::OtherShop => (ErrorKind::LoanOtherShop, named.shop),
        HomeRefusal::AboveEach => (ErrorKind::LoanAboveEach, ""),
        HomeRefusal::AboveTotal => (ErrorKind::LoanAboveTotal, ""),
        HomeRefusal::NoneLeft => (ErrorKind::LoanNoneLeft, ""),
        HomeRefusal::AfterEnd => (ErrorKind::LoanAfterEnd, ""),
        HomeRefusal::PurseShort => (ErrorKind::LoanPurseShort, ""),
        HomeRefusal::PurseBarred => (ErrorKind::LoanPurseBarred, ""),
        HomeRefusal::ShopNotConfirmed | HomeRefusal::ShopUnreachable => {
            (ErrorKind::HomeShopFailed, named.shop)
        }
        HomeRefusal::NoMail => (ErrorKind::HomeNoMail, named.proxy),
        HomeRefusal::WrongCode => (ErrorKind::HomeWrongCode, ""),
        HomeRefusal::NoAddress => (ErrorKind::HomeNoAddress, named.proxy),
        HomeRefusal::TooMany => (ErrorKind::HomeTooMany, named.proxy),
        other => (ErrorKind::HomeCardRefused, other.as_str()),
    };
    WalletError::new(kind).about(about)
}
