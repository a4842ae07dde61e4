//! How customers cheat: one coupon for two people at once, an old pocket put back, what is another's asked for as their own.

use std::rc::Rc;

use tallystick_protocol::coupon::{CouponId, CouponState, CouponTransfer, Owner, asked_digest};

use super::counter::Sale;
use super::customer::{Customer, Kept};
use super::enrolling::Account;
use super::errands::at_shop;
use super::talk::{Letter, Matter};
use super::texts::Text;
use crate::cast::{COUPONS, domain};
use crate::town::Town;

impl Customer {
    /// Hands one coupon to two people and to a shop, who all hurry to the office.
    pub(super) fn gives_twice(&self, town: &Rc<Town>, account: &Account, about: (CouponId, &Kept)) {
        town.note(&format!("{} hands one coupon to several", self.name));
        for _ in 0..2 {
            if let Some((name, owner)) = self.somebody(town) {
                let (signed, _) = self.signs_over(account, about, owner);
                town.hands(self, name, &Text::Given(about.1.bytes.clone(), signed));
            }
        }
        let (signed, _) = self.signs_over(account, about, at_shop());
        town.hands_in(Sale::at_once(about.1.bytes.clone(), signed));
        if self.dice.chance(500) {
            self.converts(account, about);
        }
    }

    /// The pocket is kept, or put back to what it was when it was kept; then what is in it is spent as if it still were there.
    pub(super) fn restores(&self, town: &Town) {
        let kept = self.backup.borrow_mut().take();
        let Some(kept) = kept else {
            *self.backup.borrow_mut() = Some(self.pocket.borrow().clone());
            return;
        };
        town.note(&format!("{}: the pocket is what it was", self.name));
        let newer = self.pocket.replace(kept);
        let mut pocket = self.pocket.borrow_mut();
        for letter in newer.letters {
            if pocket.letters.iter().all(|old| old.asked != letter.asked) {
                pocket.letters.push_back(letter);
            }
        }
        for (id, mut kept) in newer.coupons {
            // What came since is found again: its office tells whoever asks.
            kept.is_sure = false;
            pocket.coupons.entry(id).or_insert(kept);
        }
    }

    /// Takes something that is another's, in one of several ways, none of which the office accepts.
    pub(super) fn cheats(&self, town: &Rc<Town>, account: &Account) {
        let Some((victim, coupon, kept)) = self.some_of_others(town) else {
            return;
        };
        let Some(own) = self.as_owner() else { return };
        let about = (coupon, &kept);
        town.note(&format!("{} wants what is {victim}’s", self.name));
        let victim = town.coupons.customer(victim);
        let holder = victim.and_then(|victim| victim.as_owner());
        let holder = holder.as_ref().and_then(Owner::holder).copied();
        let Some(holder) = holder else { return };
        match self.dice.below(5) {
            // As if it were their own.
            0 => {
                let (signed, asked) = self.signs_over(account, about, at_shop());
                self.brings(about, signed, asked);
            }
            1 => self.converts(account, about),
            // In the owner's name, with their own key.
            2 => {
                let transfer = CouponTransfer {
                    office: domain(COUPONS),
                    holder,
                    coupon,
                    change: kept.change,
                    to: own,
                    until: self.now().plus_seconds(600),
                    at: self.now(),
                    nonce: self.random(),
                };
                self.writes(Letter {
                    path: "/v1/coupon-transfers",
                    about: Some(coupon),
                    said: self.signs(&transfer),
                    asked: asked_digest(&transfer),
                    matter: Matter::Stays,
                    from_ms: 0,
                });
            }
            // With a link that somebody else has, whose key signed for another.
            3 => {
                let links = self.links_of_others(town);
                if let Some((coupon, secret)) = links {
                    self.redeems(account, coupon, secret, holder);
                }
            }
            // By a number next to one that is known.
            _ => {
                let mut next = coupon;
                next.0[15] = next.0[15].wrapping_add(1);
                let mut pocket = self.pocket.borrow_mut();
                pocket
                    .coupons
                    .entry(next)
                    .or_insert_with(super::talk::unseen);
            }
        }
    }

    fn some_of_others(&self, town: &Town) -> Option<(&'static str, CouponId, Kept)> {
        let customers = town.coupons.customers.borrow();
        let mut all = Vec::new();
        for other in customers.iter().filter(|other| other.name != self.name) {
            let pocket = other.pocket.borrow();
            let own = pocket.coupons.iter();
            let own = own.filter(|(_, kept)| kept.state == Some(CouponState::Owned));
            all.extend(own.map(|(id, kept)| (other.name, *id, kept.clone())));
        }
        (!all.is_empty()).then(|| self.dice.pick(&all).clone())
    }

    fn links_of_others(&self, town: &Town) -> Option<(CouponId, [u8; 32])> {
        let customers = town.coupons.customers.borrow();
        let mut all = Vec::new();
        for other in customers.iter().filter(|other| other.name != self.name) {
            all.extend(other.pocket.borrow().links.clone());
        }
        (!all.is_empty()).then(|| *self.dice.pick(&all))
    }
}
