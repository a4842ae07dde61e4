//! What the holder can pay with: one room for each instrument, and nothing about it elsewhere in the
//! checkout.

mod card_account;
#[cfg(feature = "toy-instrument")]
mod toy;

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::Payment;

use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;
use crate::holder::profile::Profile;

/// What pays an order.
pub struct Means {
    /// The account whose keys sign for it.
    pub account: CardAccount,
    /// What is said to whoever pays.
    pub payment: Payment,
    /// The end of its number, which may be shown.
    pub shown: String,
}

/// What an instrument knows of a holder's means.
struct Kind {
    /// The names of those that can pay what a form asks.
    payable: fn(&Profile, &OrderForm) -> Vec<String>,
    /// The means of that name, if it is one of this instrument's.
    find: fn(&Profile, &str) -> Option<Means>,
}

/// Every instrument of this build.
const KINDS: &[Kind] = &[
    card_account::KIND,
    #[cfg(feature = "toy-instrument")]
    toy::KIND,
];

impl Profile {
    /// What can pay what a form asks, by name.
    #[must_use]
    pub fn payable(&self, form: &OrderForm) -> Vec<String> {
        let kinds = KINDS.iter();
        kinds.flat_map(|kind| (kind.payable)(self, form)).collect()
    }

    /// What pays, by its name.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`].
    pub(super) fn means(&self, name: &str) -> Result<Means, WalletError> {
        let means = KINDS.iter().find_map(|kind| (kind.find)(self, name));
        means.ok_or_else(|| WalletError::new(ErrorKind::NoSuchCard))
    }
}
