//! Receiving an order form: whose it is, whether it is in order, and that it is remembered once.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::trust::statement::{self, Verified};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::coupons;
use crate::checkout::instrument;
use crate::checkout::order::event::Event;
use crate::checkout::order::record::{self, HistoryEntry, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::view::FormView;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::party_url;
use crate::core::ports::Ports;
use crate::core::state::Unlocked;
use crate::core::wallet::Wallet;

/// The most orders that may wait for the holder's decision.
const ASKED_MAX: usize = 16;
/// The most of them, and of those that came to nothing, that are kept of one shop.
const ASKED_OF_A_SHOP_MAX: usize = 4;
/// The most orders kept that were only asked and came to nothing: nobody signed anything for them.
const ONLY_ASKED_MAX: usize = 32;
/// The most approved orders kept; another one that is approved takes the place of the oldest settled one.
pub const ORDERS_MAX: usize = 200;

impl<P: Ports> Wallet<P> {
    /// Takes an order form that a page handed over and returns the request's identifier. `origin`
    /// must be what the browser says. The same form again gives the same identifier, even when it has
    /// expired meanwhile: the page may ask what became of it.
    ///
    /// # Errors
    /// [`ErrorKind::FormInvalid`], [`ErrorKind::FormFromElsewhere`], [`ErrorKind::FormExpired`],
    /// [`ErrorKind::CardNotAccepted`], [`ErrorKind::OrderLimit`], [`ErrorKind::NotEnrolled`],
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn receive_form(&self, origin: &str, form: &[u8]) -> Result<String, WalletError> {
        self.look_up_revocations().await?;
        let mut request_id = String::new();
        self.perform(&mut |desk| {
            request_id = desk.receive_form(origin, form)?;
            Ok(())
        })
        .await?;
        Ok(request_id)
    }

    /// Looks whether a form is the page's own and in order, also while the wallet is locked or empty:
    /// nothing is opened for a form that is not. Returns the request's identifier if the form has led to
    /// one already. Nothing is stored.
    ///
    /// # Errors
    /// [`ErrorKind::FormInvalid`], [`ErrorKind::FormFromElsewhere`], [`ErrorKind::FormExpired`].
    pub async fn check_form(
        &self,
        origin: &str,
        form: &[u8],
    ) -> Result<Option<String>, WalletError> {
        self.look_up_revocations().await?;
        let mut request_id = None;
        self.perform(&mut |desk| {
            request_id = desk.check_form(origin, form)?;
            Ok(())
        })
        .await?;
        Ok(request_id)
    }

    /// Looks whether a form is the page's own and in order, as [`Wallet::check_form`] does, and says what it is about: for
    /// who has no card yet and is on the way to one. Nothing is stored.
    ///
    /// # Errors
    /// As there.
    pub async fn look_at_form(&self, origin: &str, form: &[u8]) -> Result<FormView, WalletError> {
        self.look_up_revocations().await?;
        let mut seen = None;
        self.perform(&mut |desk| {
            let Verified {
                message, signer, ..
            } = desk.verified_form(origin, form)?;
            seen = Some(FormView {
                shop_name: signer.name,
                total_minor: message.total.minor,
                currency: message.total.currency.code().to_owned(),
            });
            Ok(())
        })
        .await?;
        seen.ok_or_else(|| WalletError::new(ErrorKind::FormInvalid))
    }
}

impl Desk<'_> {
    fn check_form(&self, origin: &str, signed: &[u8]) -> Result<Option<String>, WalletError> {
        let unlocked = self.state.unlocked.as_ref();
        let led_to = unlocked.and_then(|unlocked| request_of(unlocked, origin, signed));
        if led_to.is_none() {
            self.verified_form(origin, signed)?;
        }
        Ok(led_to)
    }

    fn receive_form(&mut self, origin: &str, signed: &[u8]) -> Result<String, WalletError> {
        let unlocked = self.unlocked()?;
        if !unlocked.slices.can_pay() {
            return Err(WalletError::new(ErrorKind::NotEnrolled));
        }
        if let Some(known) = request_of(unlocked, origin, signed) {
            return Ok(known);
        }
        let verified = self.verified_form(origin, signed)?;
        let now = self.now();
        let unlocked = self.unlocked()?;
        let envelope = &verified.message.envelope;
        if let Some(known) = known(unlocked, |OrderRecord { form, .. }| {
            form.envelope.from == envelope.from && form.envelope.transaction == envelope.transaction
        }) {
            return Ok(known);
        }
        check_payable(unlocked, &verified, now)?;
        for old in superfluous(unlocked, &verified.message.envelope.from)? {
            self.drop_order(&old)?;
        }
        let record = self.asked(origin, signed, verified);
        let id = record.request_id.clone();
        self.keep_order(record)?;
        Ok(id)
    }

    fn verified_form(&self, origin: &str, form: &[u8]) -> Result<Verified<OrderForm>, WalletError> {
        let (anchors, urls) = (self.anchors(), self.context.urls);
        let verified = statement::open::<OrderForm>(form, anchors, self.now(), Role::Shop)
            .map_err(|error| {
                let (late, otherwise) = (ErrorKind::FormExpired, ErrorKind::FormInvalid);
                WalletError::refused(&error, late, otherwise).about(party_url::host(origin))
            })?;
        let form = &verified.message;
        let shop = &form.envelope.from;
        form.check_origin(origin).map_err(|error| {
            WalletError::caused(ErrorKind::FormFromElsewhere, &error).about(shop.as_str())
        })?;
        // The shop has signed for this very origin; it may be a server's of its own, at another port of its host.
        if !urls.is_on_host_of(origin, shop) {
            return Err(WalletError::new(ErrorKind::FormFromElsewhere).about(shop.as_str()));
        }
        form.validate()
            .map_err(|error| WalletError::caused(ErrorKind::FormInvalid, &error))?;
        if form.envelope.expires_at <= self.now() {
            return Err(WalletError::new(ErrorKind::FormExpired));
        }
        Ok(verified)
    }

    /// Room for an order that the holder approves: only such a one takes the place of a receipt, and of
    /// those without evidence first.
    pub(super) fn make_room(&mut self) -> Result<(), WalletError> {
        let orders = self.orders()?.records();
        let approved: Vec<_> = orders.filter(|order| order.approval.is_some()).collect();
        if approved.len() < ORDERS_MAX {
            return Ok(());
        }
        let settled = approved.iter().filter(|order| order.settled);
        let oldest = settled.min_by_key(|order| (order.has_evidence(), order.updated_at));
        let oldest = oldest.map(|order| order.request_id.clone());
        let oldest = oldest.ok_or_else(|| WalletError::new(ErrorKind::OrderLimit))?;
        self.drop_order(&oldest)
    }

    fn asked(&mut self, origin: &str, signed: &[u8], verified: Verified<OrderForm>) -> OrderRecord {
        let now = self.now();
        OrderRecord {
            format: record::FORMAT,
            request_id: crate::random_id(self.rng),
            origin: origin.to_owned(),
            shop_name: verified.signer.name,
            certified_by: verified.signer.authority,
            form: verified.message,
            signed_form: signed.to_vec(),
            state: OrderState::Asked,
            created_at: now,
            updated_at: now,
            history: vec![HistoryEntry {
                at: now,
                event: Event::Asked,
            }],
            approval: None,
            shop_state: None,
            money: None,
            tracking: None,
            refused_by: None,
            failure: None,
            settled: false,
            authorisation: None,
            acceptance: None,
            refusal: None,
            receipt: None,
            disowning: None,
            issuer_has_none: None,
            cancelled_at: None,
            refunded: None,
            refund: None,
            parcel: None,
            handing_over: None,
            handed: None,
        }
    }
}

/// The request that this very form of the page has already led to.
fn request_of(unlocked: &Unlocked, origin: &str, signed: &[u8]) -> Option<String> {
    known(unlocked, |order| {
        order.origin == origin && order.signed_form == signed
    })
}

/// The request that a form has already led to.
fn known(unlocked: &Unlocked, is_it: impl Fn(&OrderRecord) -> bool) -> Option<String> {
    let mut orders = unlocked.slices.orders.records();
    let known = orders.find(|order| is_it(order));
    known.map(|order| order.request_id.clone())
}

/// That there is something which can pay it, or coupons which may pay for everything. It has no name yet.
fn check_payable(
    unlocked: &Unlocked,
    form: &Verified<OrderForm>,
    now: Timestamp,
) -> Result<(), WalletError> {
    let slices = &unlocked.slices;
    let rest = coupons::least_rest(slices, (&form.message, ""), now);
    if rest.minor > 0 && instrument::payable(slices, &form.message, rest).is_empty() {
        return Err(WalletError::new(ErrorKind::CardNotAccepted).about(&form.signer.name));
    }
    Ok(())
}

/// The orders that have to go so that another of that shop fits: of those that were only asked, the
/// shop's own oldest first. What was approved stays, whatever pages ask.
fn superfluous(unlocked: &Unlocked, shop: &Domain) -> Result<Vec<String>, WalletError> {
    let orders = unlocked.slices.orders.records();
    let mut only_asked: Vec<_> = orders.filter(|order| order.approval.is_none()).collect();
    let is_own = |order: &&&OrderRecord| order.form.envelope.from == *shop;
    let waiting = || {
        let asked = only_asked.iter();
        asked.filter(|order| order.state == OrderState::Asked)
    };
    if waiting().count() >= ASKED_MAX || waiting().filter(is_own).count() >= ASKED_OF_A_SHOP_MAX {
        return Err(WalletError::new(ErrorKind::OrderLimit));
    }
    only_asked.retain(|order| order.settled);
    only_asked.sort_by_key(|order| order.updated_at);
    let own = only_asked.iter().filter(is_own);
    let mut spare = only_asked.len().saturating_sub(ONLY_ASKED_MAX - 1);
    let mut own_spare = own.count().saturating_sub(ASKED_OF_A_SHOP_MAX - 1);
    let mut old = Vec::new();
    for order in only_asked {
        let of_shop = order.form.envelope.from == *shop;
        if spare > 0 || (of_shop && own_spare > 0) {
            spare = spare.saturating_sub(1);
            own_spare -= usize::from(of_shop && own_spare > 0);
            old.push(order.request_id.clone());
        }
    }
    Ok(old)
}
