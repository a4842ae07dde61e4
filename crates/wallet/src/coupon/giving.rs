//! Giving a coupon to another wallet by a text (C7), with a network or without: the receiver brings it to the office, or this
//! wallet does, whoever is there first.

use core::cell::RefCell;

use tallystick_protocol::coupon::{CouponTransfer, Owner, asked_digest};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::HolderId;

use super::card;
use super::record::{CouponRecord, UnderWay};
use super::shown::short;
use super::text::{Address, Carried, Given};
use super::view::{CouponEventKind, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// For how long a gift counts, in seconds (seven days), unless the coupon ends before: time to be near a network.
const GIFT_SECONDS: u64 = 7 * 86_400;

impl<P: Ports> Wallet<P> {
    /// The text by which others give coupons to an account.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::NotEnrolled`], [`ErrorKind::Locked`].
    pub async fn coupon_address(&self, account: &str) -> Result<String, WalletError> {
        let mut text = String::new();
        self.perform(&mut |desk| {
            let account = desk.coupon_account(account)?;
            let holder = account.enrolment.holder();
            let office = account.issuer;
            text = Address { office, holder }.to_text();
            Ok(())
        })
        .await?;
        Ok(text)
    }

    /// Hands a coupon to whoever's address it is. Returns the text that the receiver takes. It counts for seven days; given to
    /// the same once more, it is the same text.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponTextInvalid`] unless it is an address,
    /// [`ErrorKind::CouponElsewhere`] of another office, [`ErrorKind::CouponMine`] of one's own, [`ErrorKind::CouponLocked`],
    /// [`ErrorKind::CouponUnderWay`], [`ErrorKind::CouponOver`], [`ErrorKind::CouponExpired`]; the office's refusal if it
    /// answers at once; [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card
    /// or storage.
    pub async fn give_coupon(&self, id: &str, to: &str, pin: &str) -> Result<String, WalletError> {
        let mut account = String::new();
        let mut given = None;
        self.perform(&mut |desk| {
            let (record, holder) = desk.receiver(id, to)?;
            given = record.given_to(&holder);
            account = record.account;
            Ok(())
        })
        .await?;
        if let Some(text) = given {
            return Ok(text);
        }
        let receiver: RefCell<Option<HolderId>> = RefCell::new(None);
        let mut text = String::new();
        let went = self
            .gesture(
                &account,
                pin,
                &mut |desk, _| {
                    let (record, holder) = desk.receiver(id, to)?;
                    let now = desk.now();
                    let place = record.usable(now)?;
                    let ends = record.valid_until.unwrap_or(now);
                    let until = now.plus_seconds(GIFT_SECONDS).min(ends);
                    let moment = desk.moment();
                    receiver.replace(Some(holder));
                    let to = Owner::Holder(holder);
                    Ok(vec![card::sign_transfer(place, &to, until, moment)])
                },
                &mut |desk, _, replies| {
                    let (Some(holder), [signed]) = (receiver.take(), replies) else {
                        return Err(WalletError::new(ErrorKind::CardFailed));
                    };
                    text = desk.keep_gift(id, &holder, card::signed(signed)?)?;
                    Ok(())
                },
            )
            .await;
        self.or_taken_up(id, went).await?;
        self.follow_with_pin(id, pin).await?;
        Ok(text)
    }
}

impl CouponRecord {
    /// The text by which it was given to them, while that counts.
    fn given_to(&self, holder: &HolderId) -> Option<String> {
        let under_way = self.under_way.as_ref()?;
        let is_same = under_way.what == CouponWhat::Transfer
            && under_way.failure.is_none()
            && keyed::unverified::<CouponTransfer>(&under_way.said)
                .is_ok_and(|transfer| transfer.to == Owner::Holder(*holder));
        under_way.text.clone().filter(|_| is_same)
    }

    /// That something was signed about it.
    pub(super) fn begin(&mut self, under_way: UnderWay, event: CouponEventKind) {
        self.note(under_way.since, event, under_way.to.clone());
        self.under_way = Some(under_way);
        // The card says how far it is.
        self.progress = None;
    }
}

impl Desk<'_> {
    /// A coupon, and to whom it is to be given.
    fn receiver(&mut self, id: &str, to: &str) -> Result<(CouponRecord, HolderId), WalletError> {
        let record = self.coupon(id)?;
        let context = self.context;
        let carried = Carried::from_text(to, context.urls, &context.coupon_offices);
        let Some(Carried::Address(address)) = carried else {
            return Err(WalletError::new(ErrorKind::CouponTextInvalid));
        };
        if address.office != record.office {
            return Err(WalletError::new(ErrorKind::CouponElsewhere));
        }
        let account = self.profile()?.card(&record.account)?;
        if account.enrolment.holder() == address.holder {
            return Err(WalletError::new(ErrorKind::CouponMine));
        }
        Ok((record, address.holder))
    }

    fn keep_gift(
        &mut self,
        id: &str,
        holder: &HolderId,
        signed: Vec<u8>,
    ) -> Result<String, WalletError> {
        let failed = || WalletError::new(ErrorKind::CardFailed);
        let mut record = self.coupon(id)?;
        // The wallet's own card has just signed it.
        let transfer: CouponTransfer = keyed::unverified(&signed).map_err(|_| failed())?;
        let given = Given {
            coupon: record.whole.clone().ok_or_else(failed)?,
            transfer: signed,
        };
        let text = given.to_text();
        let under_way = UnderWay {
            what: CouponWhat::Transfer,
            since: self.now(),
            to: Some(short(&Owner::Holder(*holder))),
            until: Some(transfer.until),
            text: Some(text.clone()),
            asked: asked_digest(&transfer),
            said: given.transfer,
            is_answered: false,
            failure: None,
            about: record.coupon,
            told: None,
        };
        record.begin(under_way, CouponEventKind::HandedOn);
        self.keep_coupon(record)?;
        Ok(text)
    }
}
