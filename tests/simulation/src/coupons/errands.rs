//! What customers want of the office and of each other.

use std::rc::Rc;

use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ConversionNotice, CouponId, CouponKind, CouponTransfer, Funding,
    IssueRequest, Owner, asked_digest,
};
use tallystick_protocol::wire::money::{Currency, Money};

use super::counter::Sale;
use super::customer::{Customer, Kept};
use super::enrolling::Account;
use super::talk::{Letter, Matter};
use super::texts::{Text, link_key};
use crate::cast::{COUPONS, SHOP, domain};
use crate::town::Town;

/// For how long what somebody signs counts, in seconds.
const COUNTS_SECONDS: u64 = 3_600;
/// The longest that somebody who is far from any network says nothing to the office, in milliseconds.
const AWAY_MAX_MS: u64 = 400_000;

/// What a customer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A coupon.
    Buy(Funding, u64),
    /// One of a campaign.
    Pick,
    /// To hand one on.
    Give,
    /// To hand one on to two people at once, and to a shop.
    GiveTwice,
    /// To show one to somebody who wants it.
    Show,
    /// To make a link.
    Offer,
    /// To take one back.
    TakeBack,
    /// To have one set against what was charged.
    Convert,
    /// To spend one.
    Spend,
    /// To use one at the checkout.
    CheckOut,
    /// To look at what was charged.
    LookAtBill,
    /// To have the pocket as it was, and to spend what was in it.
    Restore,
    /// To have what is another's.
    Cheat,
}

impl Customer {
    pub(super) fn runs(&self, town: &Rc<Town>, account: &Account, errand: Errand) {
        match errand {
            Errand::Buy(funding, minor) => self.buys(account, funding, minor),
            Errand::Pick => self.picks(town, account),
            Errand::Restore => self.restores(town),
            Errand::Cheat => self.cheats(town, account),
            Errand::LookAtBill => *self.bill.borrow_mut() = None,
            _ => {
                if let Some(own) = self.some_own() {
                    self.uses(town, account, own, errand);
                }
            }
        }
    }

    /// Something that is done with a coupon of their own.
    fn uses(&self, town: &Rc<Town>, account: &Account, own: (CouponId, Kept), errand: Errand) {
        let (id, kept) = own;
        let about = (id, &kept);
        match errand {
            Errand::Give => {
                if let Some((name, owner)) = self.somebody(town) {
                    self.gives(town, account, about, (name, owner));
                }
            }
            Errand::GiveTwice => self.gives_twice(town, account, about),
            Errand::Show => {
                if let Some((name, _)) = self.somebody(town) {
                    town.hands(self, name, &Text::Shown(kept.bytes));
                }
            }
            Errand::Offer => self.offers(town, account, about),
            Errand::TakeBack => self.takes_back(account, about),
            Errand::Convert => self.converts(account, about),
            Errand::Spend => {
                let (signed, asked) = self.signs_over(account, about, at_shop());
                // The customer brings it, or the shop does, or both.
                if self.dice.chance(500) {
                    self.brings(about, signed.clone(), asked);
                }
                if self.dice.chance(700) {
                    town.hands_in(Sale::at_once(kept.bytes, signed));
                }
            }
            Errand::CheckOut => {
                let (signed, _) = self.signs_over(account, about, at_shop());
                let sale = Sale::for_order(kept.bytes, signed, kept.minor, &self.dice);
                town.hands_in(sale);
            }
            _ => {}
        }
    }

    /// Somebody else who has an account.
    pub(super) fn somebody(&self, town: &Town) -> Option<(&'static str, Owner)> {
        let customers = town.coupons.customers.borrow();
        let others = customers.iter().filter(|other| other.name != self.name);
        let others = others.filter_map(|other| Some((other.name, other.as_owner()?)));
        let others: Vec<_> = others.collect();
        (!others.is_empty()).then(|| self.dice.pick(&others).clone())
    }

    fn buys(&self, account: &Account, funding: Funding, minor: u64) {
        let kind = match self.dice.chance(700) {
            true => CouponKind::Voucher,
            false => CouponKind::ElectronicMoney,
        };
        let request = IssueRequest {
            office: domain(COUPONS),
            holder: account.id,
            campaign: None,
            kind,
            funding,
            value: Money::new(minor, Currency::Jpy),
            at: self.now(),
            nonce: self.random(),
        };
        self.asks_office("/v1/coupon-issues", None, &request, Matter::New);
    }

    fn picks(&self, town: &Town, account: &Account) {
        let campaigns = town.coupons.campaigns.borrow();
        if campaigns.is_empty() {
            return;
        }
        let campaign = self.dice.pick(&campaigns);
        let request = IssueRequest {
            office: domain(COUPONS),
            holder: account.id,
            campaign: Some(campaign.id),
            kind: CouponKind::Voucher,
            funding: Funding::Prepaid,
            value: Money::new(campaign.minor, Currency::Jpy),
            at: self.now(),
            nonce: self.random(),
        };
        let about = Some(CouponId(campaign.id.0));
        self.asks_office("/v1/coupon-issues", about, &request, Matter::New);
    }

    /// Signs a coupon over.
    pub(super) fn signs_over(
        &self,
        account: &Account,
        (coupon, kept): (CouponId, &Kept),
        to: Owner,
    ) -> (Vec<u8>, [u8; 32]) {
        let transfer = CouponTransfer {
            office: domain(COUPONS),
            holder: account.id,
            coupon,
            change: kept.change,
            to,
            until: self.now().plus_seconds(COUNTS_SECONDS),
            at: self.now(),
            nonce: self.random(),
        };
        (self.signs(&transfer), asked_digest(&transfer))
    }

    /// Brings to the office what was signed over, at once or when there is a network again.
    pub(super) fn brings(&self, (coupon, _): (CouponId, &Kept), said: Vec<u8>, asked: [u8; 32]) {
        let away_ms = match self.dice.chance(300) {
            true => self.dice.between(10_000, AWAY_MAX_MS),
            false => 0,
        };
        self.writes(Letter {
            path: "/v1/coupon-transfers",
            about: Some(coupon),
            said,
            asked,
            matter: Matter::Leaves,
            from_ms: match away_ms {
                0 => 0,
                away_ms => self.now().milliseconds() + away_ms,
            },
        });
    }

    pub(super) fn gives(
        &self,
        town: &Rc<Town>,
        account: &Account,
        about: (CouponId, &Kept),
        (name, owner): (&'static str, Owner),
    ) {
        let (signed, asked) = self.signs_over(account, about, owner);
        town.hands(
            self,
            name,
            &Text::Given(about.1.bytes.clone(), signed.clone()),
        );
        self.brings(about, signed, asked);
    }

    fn offers(&self, town: &Rc<Town>, account: &Account, (coupon, kept): (CouponId, &Kept)) {
        let secret = self.random();
        self.pocket.borrow_mut().links.insert(coupon, secret);
        let offer = ClaimOffer {
            office: domain(COUPONS),
            holder: account.id,
            coupon,
            change: kept.change,
            claim: ClaimOffer::hash(&link_key(&secret)),
            until: self
                .now()
                .plus_seconds(self.dice.between(60, COUNTS_SECONDS)),
            at: self.now(),
            nonce: self.random(),
        };
        self.asks_office("/v1/coupon-claims", Some(coupon), &offer, Matter::Stays);
        // Several have it, and the first wallet gets it.
        for _ in 0..self.dice.between(0, 2) {
            if let Some((name, _)) = self.somebody(town) {
                town.hands(self, name, &Text::Link(coupon, secret));
            }
        }
    }

    fn takes_back(&self, account: &Account, (coupon, kept): (CouponId, &Kept)) {
        let Some(secret) = self.pocket.borrow().links.get(&coupon).copied() else {
            return;
        };
        let back = ClaimCancellation {
            office: domain(COUPONS),
            holder: account.id,
            coupon,
            change: kept.change,
            claim: ClaimOffer::hash(&link_key(&secret)),
            at: self.now(),
            nonce: self.random(),
        };
        let path = "/v1/coupon-claim-cancellations";
        self.asks_office(path, Some(coupon), &back, Matter::Stays);
    }

    pub(super) fn converts(&self, account: &Account, (coupon, kept): (CouponId, &Kept)) {
        let notice = ConversionNotice {
            office: domain(COUPONS),
            holder: account.id,
            coupon,
            change: kept.change,
            value: Money::new(kept.minor, Currency::Jpy),
            at: self.now(),
            nonce: self.random(),
        };
        let path = "/v1/coupon-conversions";
        self.asks_office(path, Some(coupon), &notice, Matter::Leaves);
    }
}

/// The shop as an owner.
pub(super) fn at_shop() -> Owner {
    Owner::Shop(domain(SHOP))
}
