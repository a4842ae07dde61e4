//! A purse in a card, by the name that the wallet gave it. While the order is approved, the card sets the amount aside
//! and signs that it pays this order and no other.

use tallystick_card::host::purse::OrderToPay;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{Instrument, Payment, PurseDetails};
use tallystick_protocol::purse::PursePayment;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::{Domain, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::{Kind, Means};
use crate::bank::card;
use crate::bank::record::{MovementRecord, PurseRecord, SetAsideForOrder, moment_after};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};
use crate::home::account::end_of;
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

fn payable(slices: &Slices, form: &OrderForm, amount: Money) -> Vec<String> {
    let accepts_purses = form.instruments.contains(&Instrument::Purse);
    let purses = slices.banking.purses().filter(|purse| {
        let account = slices.profile.card(&purse.account);
        accepts_purses
            && form.issuers.contains(&purse.bank)
            && account.is_ok_and(|account| account.enrolment.is_done())
            && can_spend(purse, amount)
    });
    purses.map(|purse| purse.id.clone()).collect()
}

fn can_spend(purse: &PurseRecord, amount: Money) -> bool {
    let opened = purse.usable();
    let has_currency = opened.is_ok_and(|opened| opened.currency == amount.currency);
    let has_amount = purse
        .state
        .as_ref()
        .is_some_and(|state| state.amount >= amount.minor);
    has_currency && has_amount
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let purse = slices.banking.purse(name).ok()?;
    let account = slices.profile.card(&purse.account).ok()?;
    let number = purse.usable().ok()?.number;
    Some(Means {
        payment: Payment::Purse(PurseDetails { purse: number }),
        shown: end_of(&number.to_string()).to_owned(),
        account: account.clone(),
        purse: Some(Paying {
            purse: purse.id.clone(),
            place: purse.place,
            signed_at: purse.signed_at,
        }),
        lent: None,
        tap: None,
    })
}

/// A purse that pays.
#[derive(Clone)]
pub struct Paying {
    purse: String,
    place: u8,
    /// When the card last signed something for it.
    signed_at: Option<Timestamp>,
}

/// An amount that the card has set aside for an order.
pub struct SetAside {
    purse: String,
    payment: Vec<u8>,
    said: PursePayment,
}

impl Paying {
    /// Which purse, as the wallet names it.
    #[must_use]
    pub fn purse(&self) -> &str {
        &self.purse
    }

    /// Sets the amount aside in the card: for [`Paying::signed`]. Needs the PIN.
    #[must_use]
    pub fn command(&self, root: Root, (shop, amount): (&Domain, Money), at: Timestamp) -> Command {
        let order = OrderToPay {
            root,
            shop: shop.clone(),
            amount,
            at: moment_after(self.signed_at, at),
        };
        card::pay(self.place, &order)
    }

    /// What the card signed: from now on the amount is set aside in it.
    ///
    /// # Errors
    /// Those of the card.
    pub fn signed(&self, reply: &Reply) -> Result<SetAside, WalletError> {
        let payment = card::signed(reply)?;
        // The wallet's own card has just signed it.
        let said = keyed::unverified(&payment)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        Ok(SetAside {
            purse: self.purse.clone(),
            payment,
            said,
        })
    }
}

impl SetAside {
    /// The signed payment, for the part of whoever pays.
    #[must_use]
    pub fn payment(&self) -> &[u8] {
        &self.payment
    }

    /// Keeps that it is set aside, so that the bank is asked for its verdict, whatever becomes of the order.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep(&self, desk: &mut Desk<'_>, request_id: &str) -> Result<(), WalletError> {
        let said = self.said.clone();
        desk.begin_movement(MovementRecord::paying(SetAsideForOrder {
            purse: self.purse.clone(),
            number: said.purse,
            root: said.root,
            shop: said.shop,
            amount: said.amount,
            at: said.at,
            reference: PursePayment::reference(&self.payment),
            request_id: Some(request_id.to_owned()),
        }))?;
        desk.keep_signed(&self.purse, said.state, said.at)
    }
}
