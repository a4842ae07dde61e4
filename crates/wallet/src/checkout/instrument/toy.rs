//! An instrument of tests: a box of tokens, named as "toy CHEST WORD". The first account signs for it.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::instrument::{Payment, Toy};
use tallystick_protocol::wire::money::Money;

use super::{Kind, Means};
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

/// The wallet keeps no tokens: whoever has some knows their name.
fn payable(_: &Slices, _: &OrderForm, _: Money) -> Vec<String> {
    Vec::new()
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let (chest, word) = name.strip_prefix("toy ")?.split_once(' ')?;
    Some(Means {
        account: slices.profile.cards.first()?.clone(),
        payment: Payment::Toy(Toy {
            chest: chest.to_owned(),
            word: word.to_owned(),
        }),
        shown: chest.to_owned(),
        purse: None,
        lent: None,
        tap: None,
    })
}
