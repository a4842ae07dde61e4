//! A card account, by the name that the wallet gave it.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{CardDetails, Instrument, Payment};
use tallystick_protocol::wire::money::Money;

use super::{Kind, Means};
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

fn payable(slices: &Slices, form: &OrderForm, _: Money) -> Vec<String> {
    let accepts_cards = form.instruments.contains(&Instrument::CardAccount);
    let cards = slices.profile.cards.iter().filter(|card| {
        accepts_cards
            && card.instrument() == Instrument::CardAccount
            && card.enrolment.is_done()
            && form.issuers.contains(&card.issuer)
    });
    cards.map(|card| card.id.clone()).collect()
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let account = slices.profile.card(name).ok()?;
    let is_card = account.instrument() == Instrument::CardAccount;
    is_card.then(|| Means {
        payment: Payment::CardAccount(CardDetails {
            number: account.card.number.as_str().to_owned(),
            expiry: account.card.expiry.to_string(),
        }),
        shown: account.card.number.last4().to_owned(),
        account: account.clone(),
        purse: None,
        lent: None,
        tap: None,
    })
}
