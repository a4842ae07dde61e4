//! What the pages see of the wallet, put together from what each slice shows. Plain values; no secret is
//! among them.
//!
//! All times are seconds since 1970-01-01 00:00 UTC, as everywhere in the protocol.

pub use crate::account::view::*;
pub use crate::backup::RestoredView;
pub use crate::bank::view::*;
pub use crate::checkout::order::state::OrderState;
pub use crate::checkout::view::*;
pub use crate::core::deployment::{Deployment, SettlementServer};
pub use crate::core::place::KeyPlace;
pub use crate::coupon::view::*;
pub use crate::holder::codes::{AccountCodeView, CodesView};
pub use crate::holder::view::*;
pub use crate::home::view::*;
pub use crate::settlement::view::*;
use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::bank::shown::{Shown, banks};
use crate::checkout::shown::{left, order_view, trial_step};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::lock;
use crate::core::ports::Ports;
use crate::core::secure_element::Tries;
use crate::core::state::{State, Unlocked};
use crate::core::wallet::Wallet;
use crate::coupon::shown::{CouponsShown, sites};
use crate::holder::card_account::CardAccount;
use crate::home::lending::mail_record::MailRecord;
use crate::sealing::header::Header;
use crate::settlement::shown::{SettlementsShown, is_at_front, sites as settlement_sites};

/// How far the wallet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing is here yet.
    New,
    /// A card has been offered; the holder is to choose passphrase and PIN.
    Offered,
    /// Set up and unlocked; `enrol` is to be called until it is done.
    Enrolling,
    /// Set up, and the state key is not at hand.
    Locked,
    /// Unlocked and able to pay.
    Ready,
}

/// Everything a page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct WalletView {
    /// How far the wallet is.
    pub phase: Phase,
    /// The card on offer: in phase `offered` it is the first, otherwise a further one; none while
    /// locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub offer: Option<OfferView>,
    /// How far enrolment of the newest card is that is not done, else of the newest; none while
    /// locked or without a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub enrolment: Option<EnrolmentView>,
    /// The cards; empty while locked.
    pub cards: Vec<CardView>,
    /// The banks at which an account can be opened; none where nobody registers.
    pub banks: Vec<BankView>,
    /// Accounts at banks on their way, oldest first; empty while locked.
    pub openings: Vec<OpeningView>,
    /// The accounts at banks; empty while locked. They are not among the cards.
    pub accounts: Vec<BankAccountView>,
    /// Accounts at banks that were closed, newest first; empty while locked.
    pub closed_accounts: Vec<ClosedAccountView>,
    /// The purses of those accounts, closed and blocked ones with them; empty while locked.
    pub purses: Vec<PurseView>,
    /// The prepaid cards that are in the card of an account that is here; empty while locked.
    pub prepaid: Vec<PrepaidView>,
    /// What moved in and out of the purses, newest first; empty while locked.
    pub movements: Vec<MovementView>,
    /// What the purses asked others for and paid them without a bank, newest first; empty while locked.
    pub payments: Vec<LocalView>,
    /// The accounts at coupon offices; empty while locked. They are not among the cards.
    pub coupon_offices: Vec<CouponOfficeView>,
    /// The offices at which an account can be had.
    pub coupon_sites: Vec<OfficeSiteView>,
    /// The coupons: usable ones by their end, then the others, newest first; empty while locked.
    pub coupons: Vec<CouponView>,
    /// The accounts at fronts of settlement servers; empty while locked. They are not among the cards.
    pub settlement_accounts: Vec<SettlementAccountView>,
    /// The settlement servers at whose fronts an account can be had.
    pub settlement_sites: Vec<SettlementSiteView>,
    /// The contactless cards, oldest first; empty while locked.
    pub contactless: Vec<ContactlessView>,
    /// By which way they talk to their security servers.
    pub settlement_route: SettlementRoute,
    /// What is lent from here, once home was set up; none while locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub home: Option<HomeView>,
    /// What others lend to this wallet; empty while locked.
    pub away: Vec<AwayView>,
    /// How far a try of the whole way home is; only while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub away_trial: Option<AwayStep>,
    /// The domain of the home proxy; none where nothing can be lent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub home_proxy: Option<String>,
    /// The addresses; empty while locked.
    pub addresses: Vec<Address>,
    /// The orders, newest first; empty while locked.
    pub orders: Vec<OrderView>,
    /// How many orders are stored that cannot be read any more.
    pub unreadable_orders: usize,
    /// Wrong PINs that the software card still accepts.
    pub pin_tries_left: u8,
    /// Wrong PUKs that the software card still accepts.
    pub puk_tries_left: u8,
    /// Wrong PINs that the card which was last in the reader still accepts, once one was.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub reader_pin_tries_left: Option<u8>,
    /// Wrong PUKs that it still accepts.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub reader_puk_tries_left: Option<u8>,
    /// The domain of the proxy that hosts a card of this wallet, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub hosted_at: Option<String>,
    /// Wrong PINs that the hosted card still accepts, once it has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub hosted_pin_tries_left: Option<u8>,
    /// Where a new holder gets a card.
    pub welcome_url: String,
    /// Whether the wallet was made before there were recovery codes: its PUK opens it, and new codes
    /// should be made.
    pub opens_with_puk: bool,
    /// The sheet with the holder's codes, until the holder has shown to have it. While unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub sheet: Option<SheetView>,
    /// After how many minutes the wallet locks itself; 0 when the browser closes. While unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub lock_minutes: Option<u32>,
    /// When it will lock itself, in seconds, unless only the browser's end locks it. While unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub locks_at: Option<u64>,
}

impl<P: Ports> Wallet<P> {
    /// Everything that the pages show.
    ///
    /// # Errors
    /// If the session's storage fails.
    pub async fn view(&self) -> Result<WalletView, WalletError> {
        let mut view = None;
        self.perform(&mut |desk| {
            view = Some(desk.view());
            Ok(())
        })
        .await?;
        view.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))
    }
}

impl Desk<'_> {
    fn view(&self) -> WalletView {
        let state = &*self.state;
        let mut view = WalletView {
            phase: phase(state),
            offer: None,
            enrolment: None,
            cards: Vec::new(),
            banks: banks(self.context),
            openings: Vec::new(),
            accounts: Vec::new(),
            closed_accounts: Vec::new(),
            purses: Vec::new(),
            prepaid: Vec::new(),
            movements: Vec::new(),
            payments: Vec::new(),
            coupon_offices: Vec::new(),
            coupon_sites: sites(self.context),
            coupons: Vec::new(),
            settlement_accounts: Vec::new(),
            settlement_sites: settlement_sites(self.context),
            contactless: Vec::new(),
            settlement_route: SettlementRoute::Direct,
            home: None,
            away: Vec::new(),
            away_trial: None,
            home_proxy: self
                .context
                .home_proxy
                .as_ref()
                .map(|proxy| proxy.as_str().to_owned()),
            addresses: Vec::new(),
            orders: Vec::new(),
            unreadable_orders: 0,
            pin_tries_left: Tries::FULL.pin,
            puk_tries_left: Tries::FULL.puk,
            reader_pin_tries_left: None,
            reader_puk_tries_left: None,
            hosted_at: None,
            hosted_pin_tries_left: None,
            welcome_url: self.context.welcome_url.clone(),
            opens_with_puk: state.header.as_ref().is_some_and(Header::opens_with_puk),
            sheet: None,
            lock_minutes: None,
            locks_at: None,
        };
        let is_locked = state.header.is_some() && state.unlocked.is_none();
        if let (false, Some(offer)) = (is_locked, &state.beside.offering.record) {
            view.offer = Some(offer.view());
        }
        if let Some(unlocked) = &state.unlocked {
            self.fill(&mut view, unlocked);
        }
        view
    }

    fn fill(&self, view: &mut WalletView, unlocked: &Unlocked) {
        let profile = &unlocked.slices.profile;
        let centres = self.context.key_centres.len();
        let unfinished = |card: &&CardAccount| !card.enrolment.is_done();
        let newest = profile.cards.iter().rev().find(unfinished);
        let newest = newest.or(profile.cards.last());
        view.enrolment = newest.map(|card| card.enrolment.view(centres));
        let offices = &self.context.coupon_offices;
        let is_card = |card: &&CardAccount| {
            let is_elsewhere = offices.contains(&card.issuer) || is_at_front(self.context, card);
            !card.is_at_bank() && !is_elsewhere
        };
        for card in profile.cards.iter().filter(is_card) {
            view.cards.push(CardView {
                left_minor: left(card, unlocked),
                ends_at: card.ends_soon_at(self.now()),
                ..card.view()
            });
        }
        let Shown {
            openings,
            accounts,
            closed_accounts,
            purses,
            prepaid,
            movements,
            payments,
        } = Shown::of(&unlocked.slices, self.now());
        view.openings = openings;
        view.accounts = accounts;
        view.closed_accounts = closed_accounts;
        view.purses = purses;
        view.prepaid = prepaid;
        view.movements = movements;
        view.payments = payments;
        let shown = CouponsShown::of(&unlocked.slices, self.context, self.now());
        view.coupon_offices = shown.offices;
        view.coupons = shown.coupons;
        let shown = SettlementsShown::of(&unlocked.slices, self.context, self.now());
        view.settlement_accounts = shown.accounts;
        view.contactless = shown.cards;
        view.settlement_route = shown.route;
        for address in &profile.addresses {
            view.addresses.push(address.view());
        }
        for order in unlocked.slices.orders.iter() {
            let order = order_view(&order.record, unlocked, self.context.urls, self.now());
            let newer = |other: &OrderView| other.created_at >= order.created_at;
            let place = view.orders.partition_point(newer);
            view.orders.insert(place, order);
        }
        view.unreadable_orders = unlocked.slices.orders.unreadable();
        view.sheet = unlocked.slices.sheet.view();
        view.lock_minutes = Some(unlocked.lock_minutes());
        view.locks_at = lock::shown(unlocked.locks_at_ms);
        let homes = &unlocked.slices.homes;
        view.home = homes.own.as_ref().map(|own| HomeView {
            mail: MailRecord::of(homes.mail.as_ref(), own).view(own),
            ..own.view(self.now())
        });
        let away = homes.away.iter();
        view.away = away.map(|away| away.view(self.now())).collect();
        view.away_trial = trial_step(unlocked);
        view.pin_tries_left = unlocked.tries.pin;
        view.puk_tries_left = unlocked.tries.puk;
        view.reader_pin_tries_left = unlocked.reader_tries.map(|tries| tries.pin);
        view.reader_puk_tries_left = unlocked.reader_tries.map(|tries| tries.puk);
        let hosted = unlocked.hosted.as_ref();
        view.hosted_at = hosted.map(|hosted| hosted.proxy.as_str().to_owned());
        view.hosted_pin_tries_left = unlocked.hosted_tries.map(|tries| tries.pin);
    }
}

fn phase(state: &State) -> Phase {
    match (
        &state.header,
        &state.unlocked,
        &state.beside.offering.record,
    ) {
        (None, _, None) => Phase::New,
        (None, _, Some(_)) => Phase::Offered,
        (Some(_), None, _) => Phase::Locked,
        (Some(_), Some(unlocked), _) if unlocked.slices.profile.is_usable() => Phase::Ready,
        (Some(_), Some(_), _) => Phase::Enrolling,
    }
}
