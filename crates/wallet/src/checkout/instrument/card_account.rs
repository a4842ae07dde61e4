//! A card account, by the name that the wallet gave it.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{CardDetails, Instrument, Payment};

use super::{Kind, Means};
use crate::holder::profile::Profile;

pub(super) const KIND: Kind = Kind { payable, find };

fn payable(profile: &Profile, form: &OrderForm) -> Vec<String> {
    let accepts_cards = form.instruments.contains(&Instrument::CardAccount);
    let cards = profile.cards.iter().filter(|card| {
        accepts_cards
            && card.instrument() == Instrument::CardAccount
            && card.enrolment.is_done()
            && form.issuers.contains(&card.issuer)
    });
    cards.map(|card| card.id.clone()).collect()
}

fn find(profile: &Profile, name: &str) -> Option<Means> {
    let mut cards = profile.cards.iter();
    let account =
        cards.find(|card| card.id == name && card.instrument() == Instrument::CardAccount)?;
    Some(Means {
        payment: Payment::CardAccount(CardDetails {
            number: account.card.number.as_str().to_owned(),
            expiry: account.card.expiry.to_string(),
        }),
        shown: account.card.number.last4().to_owned(),
        account: account.clone(),
    })
}
