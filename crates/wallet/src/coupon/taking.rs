//! Taking what somebody else gave: a coupon with its owner's transfer, one that was shown, or a link.

use core::cell::RefCell;

use tallystick_protocol::coupon::{
    Coupon, CouponId, CouponTransfer, OpenedCoupon, Owner, asked_digest,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;

use super::record::{CouponRecord, UnderWay};
use super::shown::short;
use super::text::{Carried, Given};
use super::view::CouponWhat;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

impl<P: Ports> Wallet<P> {
    /// Takes a coupon: one that was given is brought to the office, one that was shown its owner is asked for, a link is
    /// redeemed. Returns how it is named: it is in the view, and under way until the office has said that it is the holder's.
    ///
    /// # Errors
    /// [`ErrorKind::CouponTextInvalid`], [`ErrorKind::NoCouponAccount`], [`ErrorKind::CouponElsewhere`] if it is made out to
    /// another holder or of another office than the account, [`ErrorKind::CouponMine`] of one's own,
    /// [`ErrorKind::CouponForged`], [`ErrorKind::CouponExpired`], [`ErrorKind::CouponChanged`], [`ErrorKind::CouponDenied`],
    /// [`ErrorKind::CouponLinkVoid`], [`ErrorKind::CouponUnderWay`], [`ErrorKind::CouponCardFull`],
    /// [`ErrorKind::OfficeRefused`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of
    /// reader, card or storage.
    pub async fn take_coupon(
        &self,
        text: &str,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let context = &self.context;
        let id = match Carried::from_text(text, context.urls, &context.coupon_offices) {
            Some(Carried::Given(given)) => self.receive(&given, account, pin).await?,
            Some(Carried::Shown(shown)) => self.ask_for_coupon(&shown, account, pin).await?,
            Some(Carried::Link(link)) => self.redeem(&link, account, pin).await?,
            Some(Carried::Address(_) | Carried::Campaign(_)) | None => {
                return Err(WalletError::new(ErrorKind::CouponTextInvalid));
            }
        };
        self.follow_with_pin(&id, pin).await?;
        Ok(id)
    }

    /// Keeps a gift; the card signs nothing, its PIN brings the key to talk to the office.
    async fn receive(
        &self,
        given: &Given,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let kept = RefCell::new(String::new());
        self.gesture(
            account,
            pin,
            &mut |desk, account| {
                desk.gift(account, given)?;
                Ok(Vec::new())
            },
            &mut |desk, account, _| {
                let (opened, transfer) = desk.gift(account, given)?;
                let wish = Wish {
                    what: CouponWhat::Receipt,
                    said: given.transfer.clone(),
                    asked: asked_digest(&transfer),
                    from: Some(short(opened.owner())),
                    until: Some(transfer.until),
                    coupon: transfer.coupon,
                    whole: Some((given.coupon.clone(), opened)),
                };
                kept.replace(desk.begin_coming(account, wish)?);
                Ok(())
            },
        )
        .await?;
        Ok(kept.take())
    }
}

/// A coupon that somebody else has and that is wanted.
pub(super) struct Wish {
    /// How.
    pub what: CouponWhat,
    /// What is said to the office.
    pub said: Vec<u8>,
    /// What its answer names.
    pub asked: [u8; 32],
    /// From whom.
    pub from: Option<String>,
    /// Until when it counts.
    pub until: Option<tallystick_protocol::wire::time::Timestamp>,
    /// Which coupon.
    pub coupon: CouponId,
    /// It as it was handed over, encoded and verified.
    pub whole: Option<(Vec<u8>, OpenedCoupon)>,
}

impl Desk<'_> {
    /// Verifies a gift: the coupon by its office's key, the transfer by whom and what it names. That the owner's card signed it,
    /// the office verifies, which alone has the certificate.
    fn gift(
        &mut self,
        account: &CardAccount,
        given: &Given,
    ) -> Result<(OpenedCoupon, CouponTransfer), WalletError> {
        let refused = |kind| Err(WalletError::new(kind).about(&account.issuer_name));
        let key = self.office_key(&account.id)?;
        let opened = self.shown_coupon(account, &key, &given.coupon)?;
        let Ok(transfer) = keyed::unverified::<CouponTransfer>(&given.transfer) else {
            return refused(ErrorKind::CouponTextInvalid);
        };
        if transfer.to != Owner::Holder(account.enrolment.holder()) {
            return refused(ErrorKind::CouponElsewhere);
        }
        let ownership = &opened.ownership;
        let is_of_it = transfer.office == account.issuer
            && transfer.coupon == opened.terms.coupon
            && transfer.change == ownership.change
            && Owner::Holder(transfer.holder) == ownership.owner;
        if !is_of_it {
            return refused(ErrorKind::CouponForged);
        }
        if transfer.until <= self.now() {
            return refused(ErrorKind::CouponExpired);
        }
        Ok((opened, transfer))
    }

    /// Verifies a coupon of an account's office that somebody else handed over.
    pub(super) fn shown_coupon(
        &mut self,
        account: &CardAccount,
        key: &VerifyingKey,
        bytes: &[u8],
    ) -> Result<OpenedCoupon, WalletError> {
        let opened = opened(bytes, (&account.issuer, key), self.now())?;
        if *opened.owner() == Owner::Holder(account.enrolment.holder()) {
            return Err(WalletError::new(ErrorKind::CouponMine));
        }
        Ok(opened)
    }

    /// Keeps that a coupon is wanted. What there was of it before goes on.
    pub(super) fn begin_coming(
        &mut self,
        account: &CardAccount,
        wish: Wish,
    ) -> Result<String, WalletError> {
        let now = self.now();
        let known = self
            .coupons()?
            .numbered(&account.issuer, wish.coupon)
            .cloned();
        let known = known.filter(|known| known.account == account.id);
        // What was said is not answered: said anew, it would be refused for what it says itself, and the answer to it be lost.
        let is_open = |it: &UnderWay| it.failure.is_none() && !it.is_answered;
        let open = known.as_ref().filter(|known| known.is_coming());
        let open = open.and_then(|known| Some((known.id.clone(), known.under_way.as_ref()?)));
        if let Some((id, under_way)) = open.filter(|(_, under_way)| is_open(under_way)) {
            if under_way.what == wish.what {
                return Ok(id);
            }
            let error = WalletError::new(ErrorKind::CouponUnderWay);
            return Err(error.about(&account.issuer_name));
        }
        let mut record = match known {
            Some(known)
                if known.standing.is_over() || known.is_coming() || known.is_formers(account) =>
            {
                CouponRecord {
                    events: known.events.clone(),
                    ..CouponRecord::coming(known.id, account, now)
                }
            }
            Some(_) => return Err(WalletError::new(ErrorKind::CouponMine)),
            None => CouponRecord::coming(crate::random_id(self.rng), account, now),
        };
        record.coupon = Some(wish.coupon);
        if let Some((whole, opened)) = wish.whole {
            record.whole = Some(whole);
            record.change = opened.ownership.change;
            record.valid_until = Some(opened.terms.valid_until);
        }
        record.under_way = Some(UnderWay {
            what: wish.what,
            since: now,
            to: wish.from,
            until: wish.until,
            text: None,
            said: wish.said,
            asked: wish.asked,
            is_answered: false,
            failure: None,
            about: record.coupon,
            told: None,
        });
        let id = record.id.clone();
        self.begin_coupon(record)?;
        Ok(id)
    }
}

/// Reads and verifies a coupon.
pub(super) fn opened(
    bytes: &[u8],
    office: (
        &tallystick_protocol::wire::identifier::Domain,
        &VerifyingKey,
    ),
    now: tallystick_protocol::wire::time::Timestamp,
) -> Result<OpenedCoupon, WalletError> {
    use tallystick_protocol::coupon::CouponError;
    Coupon::open(bytes, office, now).map_err(|error| {
        let kind = match error {
            CouponError::Expired => ErrorKind::CouponExpired,
            CouponError::FromTheFuture => ErrorKind::ClockWrong,
            CouponError::OtherOffice => ErrorKind::CouponElsewhere,
            CouponError::Unreadable(_) => ErrorKind::CouponTextInvalid,
            _ => ErrorKind::CouponForged,
        };
        WalletError::caused(kind, &error)
    })
}
