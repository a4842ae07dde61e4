//! What pays: what can, what did, and what to propose.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::coupons;
use crate::checkout::instrument;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::core::state::Unlocked;
use crate::holder::card_account::CardAccount;
use crate::holder::profile::Profile;
use crate::slices::Slices;

impl Profile {
    /// The card or account whose keys an order was approved with, if it is still here.
    #[must_use]
    pub fn card_of(&self, order: &OrderRecord) -> Option<&CardAccount> {
        let holder = order.holder()?;
        let mut cards = self.cards.iter();
        cards.find(|card| card.enrolment.holder() == holder)
    }

    /// What an order was approved with, by its name.
    #[must_use]
    fn means_of(&self, order: &OrderRecord) -> Option<String> {
        let means = order.approval.as_ref()?.means.clone();
        means.or_else(|| self.card_of(order).map(|card| card.id.clone()))
    }
}

/// What the holder may choose when asked, and what is chosen already.
#[derive(Default)]
pub struct Proposal {
    /// The cards, accounts and purses that can pay.
    pub payable: Vec<String>,
    /// The card, account or purse.
    pub card: Option<String>,
    /// The address.
    pub address: Option<String>,
}

impl Proposal {
    /// What paid the last purchase from that shop, as far as it is still there; else the first one. What
    /// was refused for the last order there comes after all others. The address is the
    /// default: where a gift went once, nothing goes again by itself.
    /// Nothing once the holder has decided.
    pub fn of(order: &OrderRecord, unlocked: &Unlocked, now: Timestamp) -> Self {
        if order.state != OrderState::Asked {
            return Self::default();
        }
        let Profile { addresses, .. } = &unlocked.slices.profile;
        let payable = payable(&unlocked.slices, (&order.form, &order.request_id), now);
        let profile = &unlocked.slices.profile;
        let used = last_purchase(order, unlocked).and_then(|last| profile.means_of(last));
        let refused = refused_means(order, unlocked);
        let willing = || {
            let payable = payable.iter();
            payable.filter(|id| refused.as_ref() != Some(*id))
        };
        let card = willing()
            .find(|id| used.as_ref() == Some(*id))
            .or_else(|| willing().next());
        Self {
            card: card.or(payable.first()).cloned(),
            address: addresses.first().map(|one| one.id.clone()),
            payable,
        }
    }
}

/// What can pay an order: the whole of it first, then what can pay the rest that coupons may leave.
fn payable(slices: &Slices, order: (&OrderForm, &str), now: Timestamp) -> Vec<String> {
    let form = order.0;
    let mut payable = instrument::payable(slices, form, form.total);
    let rest = coupons::least_rest(slices, order, now);
    let with_coupons = instrument::payable(slices, form, rest);
    let is_new = |name: &String| !payable.contains(name);
    let more: Vec<_> = with_coupons.into_iter().filter(is_new).collect();
    payable.extend(more);
    payable
}

/// The last order from the same shop that a courier took.
fn last_purchase<'a>(order: &OrderRecord, unlocked: &'a Unlocked) -> Option<&'a OrderRecord> {
    let orders = unlocked.slices.orders.records();
    let there = orders.filter(|other| {
        let same_shop = other.form.envelope.from == order.form.envelope.from;
        same_shop && other.state == OrderState::Delivering
    });
    there.max_by_key(|other| other.created_at)
}

/// What its issuer or bank refused to let pay the last order at the same shop.
fn refused_means(order: &OrderRecord, unlocked: &Unlocked) -> Option<String> {
    let orders = unlocked.slices.orders.records();
    let there = orders.filter(|other| {
        let same_shop = other.form.envelope.from == order.form.envelope.from;
        same_shop && other.approval.is_some()
    });
    let last = there.max_by_key(|other| other.created_at)?;
    if last.refused_by == Some(Role::Issuer) {
        unlocked.slices.profile.means_of(last)
    } else {
        None
    }
}
