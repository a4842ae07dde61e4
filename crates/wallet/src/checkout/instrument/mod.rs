//! What the holder can pay with: one room for each instrument, and nothing about it elsewhere in the
//! checkout.

mod bank_account;
mod card_account;
mod contactless;
mod coupon;
mod lent;
mod purse;
#[cfg(feature = "toy-instrument")]
mod toy;

pub use contactless::{Tap, card_of};
pub use coupon::means_of_office;
pub use lent::Lent;
pub use purse::{Paying, SetAside};

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::Payment;
use tallystick_protocol::wire::money::Money;

use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;
use crate::slices::Slices;

/// What pays an order.
pub struct Means {
    /// The account whose keys sign for it.
    pub account: CardAccount,
    /// What is said to whoever pays.
    pub payment: Payment,
    /// The end of its number, which may be shown.
    pub shown: String,
    /// The purse that sets the amount aside and signs, if one pays.
    pub purse: Option<Paying>,
    /// What is lent, if something that is lent pays.
    pub lent: Option<Lent>,
    /// What was read of a contactless card, if one pays.
    pub tap: Option<Tap>,
}

/// What an instrument knows of a holder's means.
struct Kind {
    /// The names of those that can pay so much of what a form asks.
    payable: fn(&Slices, &OrderForm, Money) -> Vec<String>,
    /// The means of that name, if it is one of this instrument's.
    find: fn(&Slices, &str) -> Option<Means>,
}

/// Every instrument of this build.
const KINDS: &[Kind] = &[
    card_account::KIND,
    bank_account::KIND,
    purse::KIND,
    contactless::KIND,
    lent::KIND,
    #[cfg(feature = "toy-instrument")]
    toy::KIND,
];

/// What can pay so much of what a form asks, by name: its total, or what coupons leave of it. Nobody pays nothing.
#[must_use]
pub fn payable(slices: &Slices, form: &OrderForm, amount: Money) -> Vec<String> {
    let kinds = KINDS.iter().filter(|_| amount.minor > 0);
    kinds
        .flat_map(|kind| (kind.payable)(slices, form, amount))
        .collect()
}

/// What pays, by its name.
///
/// # Errors
/// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardNotRead`] of a contactless card that was never read.
pub(super) fn means(slices: &Slices, name: &str) -> Result<Means, WalletError> {
    let means = KINDS.iter().find_map(|kind| (kind.find)(slices, name));
    means.ok_or_else(|| match card_of(slices, name) {
        Some(_) => WalletError::new(ErrorKind::CardNotRead),
        None => WalletError::new(ErrorKind::NoSuchCard),
    })
}

/// The account that would answer for what pays by that name, whether it can pay yet or not.
#[must_use]
pub(super) fn account(slices: &Slices, name: &str) -> Option<CardAccount> {
    match means(slices, name) {
        Ok(means) => Some(means.account),
        Err(_) => contactless::account(slices, name).cloned(),
    }
}
