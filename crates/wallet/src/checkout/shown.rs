//! From an order as it is kept to what the pages show of it.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::checkout::form::{Delivery, WithoutCourier};
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::handing::HandedLine;
use tallystick_protocol::checkout::names::LocalText;
use tallystick_protocol::checkout::policy::Policy;
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::checkout::tax::TaxLine;
use tallystick_protocol::checkout::tracking::ParcelMove;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::away::trial::TRIAL;
use crate::checkout::coupons;
use crate::checkout::instrument;
use crate::checkout::order::coupon_part::CouponPart;
use crate::checkout::order::money::{self, Whereabouts};
use crate::checkout::order::parcel::Parcel;
use crate::checkout::order::record::{Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::order::{matrix, strand};
use crate::checkout::proposal::Proposal;
use crate::checkout::tapping::tap_view;
use crate::checkout::view::{
    AwayStep, DeliveryView, FailureView, GiftView, HandedView, HistoryView, ItemView,
    LocalTextView, OrderCouponView, OrderView, PaidCouponView, ParcelMoveView, ParcelView,
    PartyView, SellerView, TaxLineView,
};
use crate::core::party_url::PartyUrls;
use crate::core::state::Unlocked;
use crate::holder::card_account::CardAccount;
use crate::holder::profile::StoredAddress;

/// An order, as the pages show it at that moment, in seconds.
#[must_use]
pub fn order_view(
    order: &OrderRecord,
    unlocked: &Unlocked,
    urls: PartyUrls,
    now: Timestamp,
) -> OrderView {
    let form = &order.form;
    let approval = order.approval.as_ref();
    let policy = policy_of(order);
    let proposal = Proposal::of(order, unlocked, now);
    let offered = coupons::offered(order, unlocked, now);
    let proposed = proposal.card.as_deref();
    let proposed = proposed.and_then(|name| instrument::account(&unlocked.slices, name));
    let proposed = proposed.as_ref();
    OrderView {
        request_id: order.request_id.clone(),
        order_id: approval
            .map(|approval| base16ct::lower::encode_string(approval.order_id.as_bytes())),
        number: approval.map(|approval| approval.order_id.short()),
        origin: order.origin.clone(),
        certified_by: order.certified_by.clone(),
        parties: order
            .readers()
            .map(|role| party_view(order, proposed, role))
            .collect(),
        items: form
            .items
            .iter()
            .map(|item| ItemView {
                name: item.name.clone(),
                names: names_view(item.names.as_deref()),
                quantity: item.quantity,
                price_minor: item.unit_price.minor,
            })
            .collect(),
        delivery: form.delivery.as_ref().map(delivery_view),
        without_courier: form.without_courier.map(WithoutCourier::as_str),
        handed: handed_views(order),
        total_minor: form.total.minor,
        tax: form.tax.iter().flatten().map(tax_line_view).collect(),
        seller: form.seller.as_ref().map(seller_view),
        rest_minor: order.rest().minor,
        currency: form.total.currency.code().to_owned(),
        takes_coupons: form.coupons.is_some(),
        takes_issuers: !form.issuers.is_empty(),
        paid_coupons: order.coupons().iter().map(paid_coupon_view).collect(),
        policy: policy.name().as_str().to_owned(),
        extra: matrix::extra(&policy, order.has_courier()),
        own_address: unlocked
            .slices
            .profile
            .addresses
            .first()
            .filter(|_| order.state == OrderState::Asked)
            .map(StoredAddress::in_short),
        matrix: matrix::rows(
            &policy,
            sees_coupons(order, &offered),
            can_be_gift(order),
            order.has_courier(),
        ),
        coupons: offered,
        payable: proposal.payable,
        proposed_card: proposal.card,
        proposed_address: proposal.address,
        card_last4: approval.map(|approval| approval.card_last4.clone()),
        address_label: approval
            .map(|approval| approval.address_label.clone())
            .filter(|_| order.has_courier()),
        destination: approval.and_then(|approval| approval.destination.clone()),
        gift: order.gift().map(gift_view),
        state: order.state,
        strands: strand::of(order),
        sentence_key: sentence_key(order),
        can_cancel: order.can_be_cancelled(),
        refunded_minor: order.refunded.map(|refunded| refunded.minor),
        away_step: step_of(order, unlocked),
        tap: tap_view(order, unlocked, now),
        created_at: order.created_at.seconds(),
        updated_at: order.updated_at.seconds(),
        expires_at: order.expires_at().seconds(),
        tracking: order.tracking.clone(),
        parcel: order
            .parcel
            .as_ref()
            .map(|parcel| parcel_view(order, parcel, urls)),
        is_parcel_under_way: order.has_parcel_under_way(now),
        failure: order
            .failure
            .as_ref()
            .map(|failure| failure_view(order, failure, now)),
        history: order
            .history
            .iter()
            .map(|entry| HistoryView {
                at: entry.at.seconds(),
                event: entry.event.as_str(),
            })
            .collect(),
    }
}

fn parcel_view(order: &OrderRecord, parcel: &Parcel, urls: PartyUrls) -> ParcelView {
    let code = parcel.code.shown();
    let number = order.tracking.as_deref().unwrap_or_default();
    let page = order.form.courier().map(|courier| urls.url(courier, "/#"));
    let page = page.unwrap_or_default();
    let view = |one: &ParcelMove| ParcelMoveView {
        step: one.step.as_str(),
        at: one.at.seconds(),
    };
    ParcelView {
        page: [&page, number, "/", &code].concat(),
        moves: parcel.moves.iter().map(view).collect(),
        is_news: parcel.is_news(),
        code,
    }
}

fn delivery_view(delivery: &Delivery) -> DeliveryView {
    DeliveryView {
        name: delivery.name.clone(),
        names: names_view(delivery.names.as_deref()),
        price_minor: delivery.price.minor,
    }
}

/// What was handed over, under the names of the form's goods.
fn handed_views(order: &OrderRecord) -> Vec<HandedView> {
    let lines = order.handed.iter().flat_map(|goods| &goods.lines);
    let view = |line: &HandedLine| {
        let item = order.form.items.iter().find(|item| item.sku == line.sku)?;
        Some(HandedView {
            name: item.name.clone(),
            names: names_view(item.names.as_deref()),
            text: line.text.clone(),
        })
    };
    lines.filter_map(view).collect()
}

fn names_view(names: Option<&[LocalText]>) -> Vec<LocalTextView> {
    let names = names.unwrap_or_default().iter();
    let view = |name: &LocalText| LocalTextView {
        language: name.language.clone(),
        text: name.text.clone(),
    };
    names.map(view).collect()
}

fn tax_line_view(line: &TaxLine) -> TaxLineView {
    TaxLineView {
        basis_points: line.basis_points,
        taxable_minor: line.taxable.minor,
        tax_minor: line.tax.minor,
    }
}

fn seller_view(seller: &Seller) -> SellerView {
    SellerView {
        name: seller.name.clone(),
        address: seller.address.clone(),
        registration: seller.registration.clone(),
    }
}

fn paid_coupon_view(part: &CouponPart) -> PaidCouponView {
    PaidCouponView {
        id: part.id.clone(),
        office_name: part.office_name.clone(),
        minor: part.amount.minor,
        given_back_minor: part.given_back.map(|money| money.minor),
    }
}

fn gift_view(gift: &Gift) -> GiftView {
    GiftView {
        note: gift.note.clone().unwrap_or_default(),
    }
}

/// Whether it is a gift, or while the holder is asked could be one.
fn can_be_gift(order: &OrderRecord) -> bool {
    order.gift().is_some() || (order.state == OrderState::Asked && order.has_courier())
}

/// Whether there are coupons for somebody to see: some that can pay it, and once approved those that do.
fn sees_coupons(order: &OrderRecord, offered: &[OrderCouponView]) -> bool {
    let can_pay = |coupon: &OrderCouponView| coupon.obstacle.is_none();
    !order.coupons().is_empty() || offered.iter().any(can_pay)
}

/// How far a try of the way home is.
pub fn trial_step(unlocked: &Unlocked) -> Option<AwayStep> {
    unlocked.slices.orders.under_way.step_of(TRIAL)
}

/// How far it is with what is lent, until the shop has it.
fn step_of(order: &OrderRecord, unlocked: &Unlocked) -> Option<AwayStep> {
    let is_on_its_way = !order.settled && order.shop_state.is_none();
    let step = unlocked.slices.orders.under_way.step_of(&order.request_id);
    step.filter(|_| is_on_its_way)
}

/// How far an order is, or what has become of it since.
fn sentence_key(order: &OrderRecord) -> &'static str {
    match order.state {
        _ if order.is_being_cancelled() => "cancelling",
        OrderState::Delivering if order.is_refunded() => "refunded",
        OrderState::Delivering if order.is_partly_refunded() => "partly-refunded",
        OrderState::Delivering if !order.has_courier() => "handed-over",
        state => state.as_str(),
    }
}

/// What is left of a card's limit at most: the issuer has said of these orders that it set the money
/// aside or charged it.
#[must_use]
pub fn left(card: &CardAccount, unlocked: &Unlocked) -> Option<u64> {
    let limit = card.limit?;
    let holder = card.enrolment.holder();
    let orders = unlocked.slices.orders.records();
    let spent = orders.filter(|order| {
        let is_spent = matches!(
            order.money,
            Some(MoneyState::Reserved | MoneyState::Captured)
        );
        is_spent && order.holder() == Some(holder) && order.form.total.currency == limit.currency
    });
    let spent = spent.fold(0_u64, |sum, order| {
        let back = order.refunded.map_or(0, |refunded| refunded.minor);
        sum.saturating_add(order.rest().minor.saturating_sub(back))
    });
    Some(limit.minor.saturating_sub(spent))
}

/// Who reads what: before approval what the shop asks for, then what was sealed.
fn policy_of(order: &OrderRecord) -> Policy {
    let form = &order.form;
    let Some(approval) = order
        .approval
        .as_ref()
        .filter(|_| order.state != OrderState::Asked)
    else {
        return form.policy();
    };
    let extra: &[_] = if approval.extra_accepted {
        &form.extra
    } else {
        &[]
    };
    Policy::new(approval.policy.unwrap_or(form.policy), extra)
}

fn failure_view(order: &OrderRecord, failure: &Failure, now: Timestamp) -> FailureView {
    FailureView {
        kind: failure.kind.name(),
        about: failure.about.clone(),
        money_key: Whereabouts::of(order, now).map(Whereabouts::as_str),
        issuer: order.party_name(Role::Issuer),
        until: money::until(order).seconds(),
    }
}

fn party_view(order: &OrderRecord, proposed: Option<&CardAccount>, role: Role) -> PartyView {
    let approval = order.approval.as_ref();
    let confirmation = approval.and_then(|approval| {
        let mut confirmations = approval.confirmations.iter();
        confirmations.find(|one| one.pair.role == role)
    });
    let confirmed_name = confirmation.and_then(|one| one.certified_name.clone());
    let form = &order.form;
    let (domain, name, certified) = match role {
        Role::Issuer => issuer(order, proposed),
        Role::Courier => match &form.delivery {
            Some(delivery) => (delivery.courier.as_str(), delivery.name.as_str(), false),
            None => ("", "", false),
        },
        _ => (form.envelope.from.as_str(), order.shop_name.as_str(), true),
    };
    PartyView {
        role: role.as_str().to_owned(),
        domain: domain.to_owned(),
        certified: certified || confirmed_name.is_some(),
        confirmed: confirmed_name.is_some(),
        name: confirmed_name.unwrap_or_else(|| name.to_owned()),
    }
}

/// The issuer that pays; before approval the one that would.
fn issuer<'a>(
    order: &'a OrderRecord,
    proposed: Option<&'a CardAccount>,
) -> (&'a str, &'a str, bool) {
    if let Some(approval) = &order.approval {
        return (approval.issuer.as_str(), &approval.issuer_name, true);
    }
    match proposed {
        Some(card) => (card.issuer.as_str(), &card.issuer_name, true),
        None => ("", "", false),
    }
}
