//! A contactless card, by its alias. It is read before it pays, and pays once the shop has signed twice: what is sealed names
//! the reading, and the account at the front answers for the order.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{ContactlessDetails, Instrument, Payment};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::{Kind, Means};
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;
use crate::settlement::account::account_of;
use crate::settlement::record::CardRecord;
use crate::settlement::shown::last4;
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

/// Whatever is on it: that is read once the holder has chosen it.
fn payable(slices: &Slices, form: &OrderForm, amount: Money) -> Vec<String> {
    let accepts_cards = form.instruments.contains(&Instrument::Contactless);
    let cards = slices.settlements.cards().filter(|card| {
        accepts_cards
            && form.issuers.contains(&card.front)
            && card.currency == amount.currency
            && account_of(&slices.profile, card).is_some()
    });
    cards.map(CardRecord::id).collect()
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let card = card_of(slices, name)?;
    let reading = card.reading?;
    Some(Means {
        account: account_of(&slices.profile, card)?.clone(),
        payment: Payment::Contactless(ContactlessDetails {
            reading: reading.reading,
        }),
        shown: last4(card),
        purse: None,
        lent: None,
        tap: Some(Tap {
            balance: card.balance?,
            good_until: reading.expires_at,
        }),
    })
}

/// The contactless card of that name, read or not.
#[must_use]
pub fn card_of<'a>(slices: &'a Slices, name: &str) -> Option<&'a CardRecord> {
    slices.settlements.named(name).ok()
}

/// The account that answers for it.
pub(super) fn account<'a>(slices: &'a Slices, name: &str) -> Option<&'a CardAccount> {
    account_of(&slices.profile, card_of(slices, name)?)
}

/// What was read of a contactless card that is to pay.
#[derive(Clone, Copy)]
pub struct Tap {
    balance: Money,
    good_until: Timestamp,
}

impl Tap {
    /// That it can pay so much by what was read.
    ///
    /// # Errors
    /// [`ErrorKind::CardNotRead`] if that was too long ago, [`ErrorKind::ContactlessShort`].
    pub fn require(&self, amount: Money, now: Timestamp) -> Result<(), WalletError> {
        if self.good_until <= now {
            return Err(WalletError::new(ErrorKind::CardNotRead));
        }
        let is_enough =
            self.balance.currency == amount.currency && self.balance.minor >= amount.minor;
        match is_enough {
            true => Ok(()),
            false => Err(WalletError::new(ErrorKind::ContactlessShort)),
        }
    }
}
