//! An account at a bank, by the name that the wallet gave it.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{BankAccountDetails, Instrument, Payment};
use tallystick_protocol::wire::money::Money;

use super::{Kind, Means};
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

fn payable(slices: &Slices, form: &OrderForm, _: Money) -> Vec<String> {
    let accepts_accounts = form.instruments.contains(&Instrument::BankAccount);
    let accounts = slices.profile.cards.iter().filter(|account| {
        accepts_accounts
            && account.is_at_bank()
            && account.enrolment.is_done()
            && form.issuers.contains(&account.issuer)
    });
    accounts.map(|account| account.id.clone()).collect()
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let account = slices.profile.card(name).ok()?;
    let number = account.account.filter(|_| account.is_at_bank())?;
    Some(Means {
        payment: Payment::BankAccount(BankAccountDetails { account: number }),
        shown: account.card.number.last4().to_owned(),
        account: account.clone(),
        purse: None,
        lent: None,
        tap: None,
    })
}
