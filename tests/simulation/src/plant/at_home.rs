//! Mistakes where a card stays at home.

use crate::holder::lending::passwords;
use crate::town::Town;

/// Before its first decision the card is copied, and after it put back.
pub(super) fn restore_card(town: &Town) {
    for home in town.holders.borrow().iter() {
        let Some(card) = home.device.reader().card() else {
            continue;
        };
        let has_decided = !home.lending.decided.borrow().is_empty();
        let mut copy = home.money.most.borrow_mut();
        match copy.as_ref() {
            Some((_, pages)) if has_decided => card.put_back(pages),
            _ if !has_decided => *copy = Some((0, card.copied())),
            _ => {}
        }
    }
}

/// They hear a password.
pub(super) fn tell_password(town: &Town) {
    for home in town.holders.borrow().iter() {
        let [first, _] = passwords(home.name);
        town.thieves.see(first.as_bytes());
    }
}

/// It is as if nobody had asked for anything.
pub(super) fn forget_asking(town: &Town) {
    for guest in town.holders.borrow().iter() {
        guest.device.forget_asking();
    }
}
