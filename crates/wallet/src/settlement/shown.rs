//! From what is kept of contactless cards to what the pages show of it.

use core::cmp::Reverse;

use tallystick_protocol::settlement::{ChargeRefusal, ChargeState};
use tallystick_protocol::wire::time::Timestamp;

use super::account::account_of;
use super::record::{CardRecord, ChargeRecord};
use super::view::{
    ChargeStanding, ChargeView, ContactlessView, SettlementAccountView, SettlementRoute,
    SettlementSiteView,
};
use crate::core::error::ErrorKind;
use crate::core::wallet::Context;
use crate::holder::card_account::CardAccount;
use crate::slices::Slices;

/// How many characters of a card's name are shown.
const SHORT: usize = 4;

/// What the pages show of an unlocked wallet.
pub struct SettlementsShown {
    /// The accounts at fronts.
    pub accounts: Vec<SettlementAccountView>,
    /// The cards, oldest first.
    pub cards: Vec<ContactlessView>,
    /// By which way they talk to their security servers.
    pub route: SettlementRoute,
}

impl SettlementsShown {
    /// What there is at that moment.
    #[must_use]
    pub fn of(slices: &Slices, context: &Context, now: Timestamp) -> Self {
        let accounts = slices.profile.cards.iter();
        let accounts = accounts.filter(|account| is_at_front(context, account));
        let mut cards: Vec<_> = slices.settlements.cards().collect();
        cards.sort_by_key(|card| card.since);
        Self {
            accounts: accounts.map(account_view).collect(),
            cards: cards
                .into_iter()
                .map(|card| card_view(card, slices, now))
                .collect(),
            route: match slices.settlements.settings.is_through_front {
                true => SettlementRoute::Front,
                false => SettlementRoute::Direct,
            },
        }
    }
}

/// Whether an account is at the front of a settlement server: it is none of the cards that pay by themselves.
#[must_use]
pub fn is_at_front(context: &Context, account: &CardAccount) -> bool {
    let mut servers = context.settlement_servers.iter();
    servers.any(|server| server.front == account.issuer)
}

/// The settlement servers at whose fronts an account can be had.
#[must_use]
pub fn sites(context: &Context) -> Vec<SettlementSiteView> {
    let servers = context.settlement_servers.iter();
    let shown = servers.map(|server| SettlementSiteView {
        domain: server.front.as_str().to_owned(),
        url: context.urls.url(&server.front, "/"),
        security_domain: server.security.as_str().to_owned(),
    });
    shown.collect()
}

/// The end of a card's name.
#[must_use]
pub fn last4(card: &CardRecord) -> String {
    let id = card.id();
    id[id.len().saturating_sub(SHORT)..].to_owned()
}

fn account_view(account: &CardAccount) -> SettlementAccountView {
    let currency = account.limit.map(|limit| limit.currency.code().to_owned());
    SettlementAccountView {
        account_id: account.id.clone(),
        domain: account.issuer.as_str().to_owned(),
        name: account.issuer_name.clone(),
        currency: currency.unwrap_or_default(),
        limit_minor: account.limit.map(|limit| limit.minor),
        ready: account.enrolment.is_done(),
        place: account.place(),
    }
}

fn card_view(card: &CardRecord, slices: &Slices, now: Timestamp) -> ContactlessView {
    let account = account_of(&slices.profile, card);
    let charges = slices.settlements.charges();
    let mut charges: Vec<_> = charges.filter(|one| one.alias == card.alias).collect();
    charges.sort_by_key(|charge| Reverse(charge.at));
    let front_name = account.map(|account| account.issuer_name.clone());
    let reading = card.good_reading(now);
    ContactlessView {
        id: card.id(),
        last4: last4(card),
        front_domain: card.front.as_str().to_owned(),
        front_name: front_name.unwrap_or_else(|| card.front.as_str().to_owned()),
        account_id: account.map(|account| account.id.clone()),
        account_place: account.map(CardAccount::place),
        place: card.place,
        currency: card.currency.code().to_owned(),
        balance_minor: card.balance.map(|balance| balance.minor),
        read_at: card.read_at.map(Timestamp::seconds),
        waiting_minor: card.waiting,
        good_until: reading.map(|reading| reading.expires_at.seconds()),
        charges: charges.into_iter().map(charge_view).collect(),
    }
}

fn charge_view(charge: &ChargeRecord) -> ChargeView {
    let refused = match charge.refusal {
        Some(ChargeRefusal::TooMuch) => ErrorKind::ChargeTooMuch,
        Some(ChargeRefusal::Expired) => ErrorKind::ChargeExpired,
        _ => ErrorKind::ChargeDeclined,
    };
    let (state, failure) = match charge.state {
        Some(ChargeState::Refused) => (ChargeStanding::Refused, Some(refused)),
        Some(ChargeState::Done) => (ChargeStanding::Done, None),
        _ if charge.is_written => (ChargeStanding::Done, None),
        Some(_) => (ChargeStanding::Waiting, None),
        None => (ChargeStanding::Asked, charge.told),
    };
    ChargeView {
        id: base16ct::lower::encode_string(&charge.number),
        minor: charge.amount.minor,
        at: charge.at.seconds(),
        state,
        until: charge.until.map(Timestamp::seconds),
        failure: failure.map(ErrorKind::name),
    }
}
