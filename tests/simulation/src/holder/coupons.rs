//! What a holder does with coupons in the wallet: has an account at the office, buys, gives, shows, makes links, answers whoever
//! asks, has something converted; and at the shop pays with them, in part or whole.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use tallystick_wallet::WalletError;
use tallystick_wallet::view::{CouponStanding, CouponView, OrderView, WalletView};

use super::{Holder, OwnWallet, PIN, Wish};
use crate::cast::COUPONS;
use crate::dice::Dice;
use crate::town::Town;

/// How often somebody tries to do something with a text.
const TRIES_MAX: u32 = 3;
/// How often a holder has the office asked how everything is, in milliseconds; and when it is calm.
const FOLLOWS_EVERY_MS: [u64; 2] = [40_000, 300_000];
/// Of a thousand texts: how many are lost, and how many read twice.
const LOST: u32 = 120;
const DOUBLED: u32 = 150;

/// What a holder wants to do with coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponErrand {
    /// To buy one, paid for beforehand or afterwards.
    Buy(bool, u64),
    /// To give one to another holder.
    Give,
    /// To show one to somebody who wants it.
    Show,
    /// To make a link for somebody.
    Link,
    /// To take a link back.
    TakeBack,
    /// To have one converted.
    Convert,
}

/// What a holder has of it.
pub(crate) struct OwnCoupons {
    /// Where others give coupons to.
    address: RefCell<Option<String>>,
    /// What others handed over, and how often it was tried.
    texts: RefCell<VecDeque<(String, u32)>>,
    /// How the coupons stood when they were looked at last.
    pub(crate) shown: RefCell<Vec<CouponView>>,
    followed_ms: Cell<u64>,
    dice: Dice,
}

impl OwnCoupons {
    pub(super) fn new(town: &Town, name: &str) -> Self {
        Self {
            address: RefCell::default(),
            texts: RefCell::default(),
            shown: RefCell::default(),
            followed_ms: Cell::new(0),
            dice: Dice::new(town.seed, &format!("{name}'s coupons")),
        }
    }
}

impl Holder {
    /// An account at the office has no keys yet, and gets them. Says whether there is one.
    pub(super) async fn has_office_keys(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let mut accounts = view.coupon_offices.iter();
        let is_unready = accounts.any(|account| !account.ready);
        if !is_unready || !(self.is_calm.get() || self.coupons.dice.chance(300)) {
            return Ok(false);
        }
        wallet.enrol().await?;
        Ok(true)
    }

    /// What is under way with coupons goes on. Says whether something was done.
    pub(super) async fn tends_coupons(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if !town.coupons.is_on || !self.is_first() {
            return Ok(false);
        }
        self.look_at_coupons(town, view);
        let mut accounts = view.coupon_offices.iter();
        let Some(account) = accounts.find(|account| account.ready) else {
            // A card comes first.
            if self.is_calm.get() || view.cards.is_empty() || !view.coupon_offices.is_empty() {
                return Ok(false);
            }
            return self.apply(town, wallet, COUPONS).await;
        };
        if self.coupons.address.borrow().is_none() {
            let address = wallet.coupon_address(&account.account_id).await?;
            *self.coupons.address.borrow_mut() = Some(address);
            return Ok(true);
        }
        let text = self.coupons.texts.borrow_mut().pop_front();
        if let Some((text, tries)) = text {
            let id = &account.account_id;
            let taken = wallet.take_coupon(&text, id, self.typed_pin()).await;
            if taken.is_err() && tries < TRIES_MAX {
                let again = (text, tries + 1);
                self.coupons.texts.borrow_mut().push_back(again);
            }
            return taken.map(|_| true);
        }
        let mut asked = view.coupons.iter();
        let asked = asked.find(|coupon| coupon.ask.is_some() && coupon.under_way.is_none());
        if let Some(asked) = asked.filter(|_| self.coupons.dice.chance(300)) {
            let agrees = self.coupons.dice.chance(600);
            let pin = self.typed_pin();
            wallet.answer_coupon(&asked.id, agrees, pin).await?;
            return Ok(true);
        }
        // A link that nobody redeems is open for a day.
        let mut open = view.coupons.iter();
        let open = open.find(|coupon| coupon.state == CouponStanding::Offered);
        if let Some(open) = open.filter(|_| self.is_calm.get()) {
            wallet.cancel_coupon_offer(&open.id, PIN).await?;
            return Ok(true);
        }
        self.follows_coupons(town, wallet).await
    }

    /// Has the office asked how everything is, now and then.
    async fn follows_coupons(&self, town: &Town, wallet: &OwnWallet) -> Result<bool, WalletError> {
        let now_ms = town.scheduler.now_ms();
        let [often_ms, calm_ms] = FOLLOWS_EVERY_MS;
        let every_ms = if self.is_calm.get() {
            calm_ms
        } else {
            often_ms
        };
        if now_ms < self.coupons.followed_ms.get() + every_ms {
            return Ok(false);
        }
        self.coupons.followed_ms.set(now_ms);
        wallet.follow_coupons().await?;
        Ok(true)
    }

    fn look_at_coupons(&self, town: &Town, view: &WalletView) {
        for coupon in &view.coupons {
            let shown = self.coupons.shown.borrow();
            let before = shown.iter().find(|before| before.id == coupon.id);
            let under_way = |coupon: &CouponView| {
                let under_way = coupon.under_way.as_ref();
                under_way.map(|it| (it.what, it.failure))
            };
            let is_new = before.is_none_or(|before| {
                before.state != coupon.state || under_way(before) != under_way(coupon)
            });
            if is_new {
                let value = coupon.value.as_ref().map_or(0, |value| value.minor);
                let line = format!(
                    "    {}: coupon {} of {value} is {:?}, {:?}",
                    self.name,
                    coupon.id.get(..8).unwrap_or(&coupon.id),
                    coupon.state,
                    under_way(coupon)
                );
                town.journal.show(town.scheduler.now_ms(), &line);
            }
        }
        *self.coupons.shown.borrow_mut() = view.coupons.clone();
    }

    /// Does what is wanted, if there is a coupon for it.
    pub(super) async fn uses_coupons(
        &self,
        town: &Rc<Town>,
        wallet: &OwnWallet,
        view: &WalletView,
        errand: CouponErrand,
    ) -> Result<bool, WalletError> {
        let mut accounts = view.coupon_offices.iter();
        let Some(account) = accounts.find(|account| account.ready) else {
            return Ok(false);
        };
        let pin = self.typed_pin();
        if let CouponErrand::Buy(is_prepaid, minor) = errand {
            let funding = if is_prepaid { "prepaid" } else { "postpaid" };
            let id = &account.account_id;
            wallet
                .get_coupon(id, "electronic-money", minor, funding, pin)
                .await?;
            return Ok(true);
        }
        let offered = view.coupons.iter();
        let mut offered = offered.filter(|coupon| coupon.state == CouponStanding::Offered);
        if errand == CouponErrand::TakeBack {
            let Some(coupon) = offered.next() else {
                return Ok(false);
            };
            wallet.cancel_coupon_offer(&coupon.id, pin).await?;
            return Ok(true);
        }
        let usable = view.coupons.iter().filter(|coupon| coupon.usable);
        let usable: Vec<_> = usable.collect();
        let (false, Some((other, address))) = (usable.is_empty(), self.some_address(town)) else {
            return Ok(false);
        };
        let coupon = self.coupons.dice.pick(&usable);
        let text = match errand {
            CouponErrand::Give => wallet.give_coupon(&coupon.id, &address, pin).await?,
            CouponErrand::Show => wallet.show_coupon(&coupon.id).await?,
            CouponErrand::Link => wallet.offer_coupon(&coupon.id, 1, pin).await?,
            _ => {
                wallet.convert_coupon(&coupon.id, pin).await?;
                return Ok(true);
            }
        };
        self.hands_coupon(town, other, text);
        Ok(true)
    }

    /// Where another holder wants coupons given to.
    fn some_address(&self, town: &Town) -> Option<(&'static str, String)> {
        let holders = town.holders.borrow();
        let others = holders.iter().filter(|other| other.name != self.name);
        let known = others.filter_map(|other| {
            let address = other.coupons.address.borrow().clone()?;
            Some((other.name, address))
        });
        let known: Vec<_> = known.collect();
        (!known.is_empty()).then(|| self.coupons.dice.pick(&known).clone())
    }

    /// Somebody else reads a text, or does not, or twice.
    fn hands_coupon(&self, town: &Rc<Town>, to: &'static str, text: String) {
        let dice = &self.coupons.dice;
        let times = match self.is_calm.get() {
            false if dice.chance(LOST) => 0,
            false if dice.chance(DOUBLED) => 2,
            _ => 1,
        };
        let what = text.split(['.', '#']).next().unwrap_or_default();
        town.note(&format!("{} ⇢ {to}  {what}, read {times} times", self.name));
        let town_then = town.me();
        let read = move || {
            let holder = town_then.upgrade().and_then(|town| town.holder(to));
            if let Some(holder) = holder {
                holder.coupons.texts.borrow_mut().push_back((text, 0));
            }
        };
        if times == 0 {
            town.coupons.lost.borrow_mut().push(Box::new(read.clone()));
        }
        for _ in 0..times {
            let way_ms = dice.between(200, 60_000);
            town.scheduler.after(way_ms, read.clone());
        }
    }

    /// The coupons that pay an order, or a part of it: often none, and else some of those that can.
    pub(super) fn pays_with(&self, order: &OrderView) -> Vec<String> {
        let dice = &self.coupons.dice;
        let can = order.coupons.iter().filter(|one| one.pays_minor.is_some());
        let can: Vec<_> = can.map(|one| one.id.clone()).collect();
        if can.is_empty() || dice.chance(250) {
            return Vec::new();
        }
        let first = dice.index(can.len());
        let count = dice.index(2.min(can.len())) + 1;
        can.iter()
            .cycle()
            .skip(first)
            .take(count)
            .cloned()
            .collect()
    }

    /// Some wish of this kind.
    pub(crate) fn some_coupon_wish(dice: &Dice) -> Wish {
        Wish::Coupons(match dice.below(20) {
            0..9 => CouponErrand::Buy(dice.chance(500), dice.between(100, 4_000)),
            9..13 => CouponErrand::Give,
            13..15 => CouponErrand::Show,
            15..17 => CouponErrand::Link,
            17 => CouponErrand::TakeBack,
            _ => CouponErrand::Convert,
        })
    }
}
