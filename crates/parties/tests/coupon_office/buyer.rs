//! Who has a card and coupons and orders at a shop that takes both. What a wallet does is done by the functions of the protocol.

use tallystick_protocol::checkout::answers::{Refusal, RefusalReason, ShopReceipt, ShopState};
use tallystick_protocol::checkout::coupons::{CouponRuleError, CouponShare};
use tallystick_protocol::coupon::{CouponState, CouponTerms, CouponTransfer, Funding};
use tallystick_protocol::instrument::{CouponDetails, Payment};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Money;
use tallystick_simulation::cast::Cast;

use super::coupon::{Held, Person, balance, require_books, shop};
use super::holder::{Form, Holder, Order, Wish};
use super::talk::form;
use super::world::{COUPONS, COURIER, ISSUER, SHOP, World, domain};

pub const MINUTE: u64 = 60_000;
/// A bag of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;
pub const PAYABLE: &str = "payable to kiso-tea.localhost";
pub const TEA: &[(&str, u32)] = &[("sencha-100", 1)];

pub fn world() -> World {
    World::with_coupons_at_the_checkout(Cast::default())
}

/// Who has a card at the issuer and coupons at the office.
pub struct Buyer {
    pub card: Holder,
    pub anna: Person,
}

impl Buyer {
    pub fn new(world: &World) -> Self {
        Self {
            card: Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678"),
            anna: Person::new(world, 1),
        }
    }

    pub fn coupons(&mut self, world: &World, values: &[u64]) -> Vec<Held> {
        let buy = |value: &u64| self.anna.buy(world, Funding::Prepaid, *value);
        values.iter().map(buy).collect()
    }

    /// What the coupons pay by the form's rule, handed over to the shop.
    pub fn shares(
        &mut self,
        world: &World,
        form: &Form,
        coupons: &[Held],
    ) -> (Vec<CouponShare>, Money) {
        shares(&mut self.anna, world, form, coupons)
    }

    pub fn share(&mut self, world: &World, coupon: &Held, amount: Money) -> CouponShare {
        let transfer = self.anna.transfer(world, coupon, shop());
        self.share_by(coupon, amount, &transfer)
    }

    pub fn share_by(
        &mut self,
        coupon: &Held,
        amount: Money,
        transfer: &CouponTransfer,
    ) -> CouponShare {
        share_by(&mut self.anna, coupon, amount, transfer)
    }

    /// An order of a bag of tea that these coupons and the card pay.
    pub fn order(&mut self, world: &World, coupons: &[Held]) -> Order {
        self.order_as(world, coupons, |_| {})
    }

    pub fn order_as(
        &mut self,
        world: &World,
        coupons: &[Held],
        change: impl FnOnce(&mut Wish),
    ) -> Order {
        let form = form(world, TEA);
        let paid = self.shares(world, &form, coupons);
        let mut wish = self.card.wish();
        wish.coupons = Some(paid);
        change(&mut wish);
        self.card.order(world, &form, &wish)
    }

    /// An order that coupons pay altogether: their office authorises it.
    pub fn order_by_coupons(&mut self, world: &World, coupons: &[Held]) -> Order {
        order_by_coupons(&mut self.anna, world, coupons)
    }

    pub fn is_owned(&mut self, world: &World, coupon: &Held) -> bool {
        let status = self.anna.look(world, coupon.id()).unwrap();
        (status.state, status.change) == (Some(CouponState::Owned), coupon.change())
    }

    /// What was made of a coupon: of what an order did not need, or what was given back.
    pub fn made_of(&mut self, world: &World, coupon: &Held) -> u64 {
        let made = self.anna.look(world, coupon.id()).unwrap().made;
        self.anna
            .fetch(world, made.unwrap())
            .opened
            .terms
            .value
            .minor
    }
}

/// An order of a bag of tea that somebody's coupons pay altogether.
pub fn order_by_coupons(anna: &mut Person, world: &World, coupons: &[Held]) -> Order {
    let form = form(world, TEA);
    let mut wish = anna.holder.wish();
    wish.coupons = Some(shares(anna, world, &form, coupons));
    wish.payment = Some(named(&coupons[0]));
    anna.holder.order(world, &form, &wish)
}

/// What the coupons pay by the form's rule, handed over to the shop.
pub fn shares(
    anna: &mut Person,
    world: &World,
    form: &Form,
    coupons: &[Held],
) -> (Vec<CouponShare>, Money) {
    let applied = applied(world, form, coupons).unwrap();
    let with = coupons.iter().zip(applied.0);
    let shares = with.map(|(coupon, amount)| {
        let transfer = anna.transfer(world, coupon, shop());
        share_by(anna, coupon, amount, &transfer)
    });
    (shares.collect(), applied.1)
}

fn share_by(
    anna: &mut Person,
    coupon: &Held,
    amount: Money,
    transfer: &CouponTransfer,
) -> CouponShare {
    CouponShare {
        coupon: coupon.bytes.clone(),
        transfer: anna.sign(transfer),
        amount,
    }
}

pub fn named(coupon: &Held) -> Payment {
    Payment::Coupon(CouponDetails {
        coupon: coupon.id(),
        change: coupon.change(),
    })
}

fn applied(
    world: &World,
    form: &Form,
    coupons: &[Held],
) -> Result<(Vec<Money>, Money), CouponRuleError> {
    let terms: Vec<&CouponTerms> = coupons.iter().map(|one| &one.opened.terms).collect();
    let rule = form.form.coupons.as_ref().unwrap();
    let applied = rule.shares((form.form.total, &domain(SHOP)), world.now(), &terms)?;
    Ok((applied.shares, applied.rest))
}

/// What the office owes the shop for coupons.
pub fn owed_for_coupons(world: &World) -> i64 {
    balance(world, PAYABLE)
}

/// Why the shop refused.
pub fn refused(world: &World, receipt: &ShopReceipt) -> RefusalReason {
    assert_eq!(receipt.state, ShopState::Refused);
    let signed = receipt.refusal.as_ref().unwrap();
    let said = open::<Refusal>(signed, &world.anchors, world.now(), Role::Shop);
    said.unwrap().message.reason
}

/// Nothing is left to be said, and the books are right.
pub fn require_rest(world: &World) {
    for name in [SHOP, ISSUER, COURIER, COUPONS] {
        assert_eq!(
            world.number(name, "SELECT count(*) FROM outbox"),
            0,
            "{name}"
        );
    }
    require_books(world);
}
