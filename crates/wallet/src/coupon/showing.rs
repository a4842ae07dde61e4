//! A coupon is shown, its owner asked for it, and the owner answers (C9 to C13).

use core::cell::RefCell;

use tallystick_protocol::coupon::{OwnerChangeRequest, TransferReply, asked_digest};
use tallystick_protocol::trust::keyed;

use super::card;
use super::links::about;
use super::record::UnderWay;
use super::shown::short;
use super::taking::Wish;
use super::view::{CouponEventKind, CouponWhat};
use super::{shown, text};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// The text with which somebody can ask for a coupon. Nobody can do anything else with it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponLocked`], [`ErrorKind::CouponOver`], [`ErrorKind::CouponUnderWay`] of one
    /// that is not here yet, [`ErrorKind::Locked`].
    pub async fn show_coupon(&self, id: &str) -> Result<String, WalletError> {
        let mut shown = String::new();
        self.perform(&mut |desk| {
            let record = desk.coupon(id)?;
            let refused = |kind| Err(WalletError::new(kind).about(&record.office_name));
            if record.is_locked {
                return refused(ErrorKind::CouponLocked);
            }
            if record.standing.is_over() {
                return refused(ErrorKind::CouponOver);
            }
            match &record.whole {
                Some(whole) if !record.is_coming() => {
                    shown = text::shown(whole);
                    Ok(())
                }
                _ => refused(ErrorKind::CouponUnderWay),
            }
        })
        .await?;
        Ok(shown)
    }

    /// Asks for a coupon that was shown (C11).
    pub(super) async fn ask_for_coupon(
        &self,
        coupon: &[u8],
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let kept = RefCell::new(String::new());
        self.gesture(
            account,
            pin,
            &mut |desk, account| {
                let key = desk.office_key(&account.id)?;
                desk.shown_coupon(account, &key, coupon)?;
                let moment = desk.moment();
                let holder = account.enrolment.holder();
                Ok(vec![card::sign_owner_change(holder, coupon, moment)])
            },
            &mut |desk, account, replies| {
                let failed = || WalletError::new(ErrorKind::CardFailed);
                let [signed] = replies else {
                    return Err(failed());
                };
                let said = card::signed(signed)?;
                let request: OwnerChangeRequest = keyed::unverified(&said).map_err(|_| failed())?;
                let key = desk.office_key(&account.id)?;
                let opened = desk.shown_coupon(account, &key, coupon)?;
                let wish = Wish {
                    what: CouponWhat::Request,
                    said,
                    asked: asked_digest(&request),
                    from: Some(short(opened.owner())),
                    until: None,
                    coupon: request.coupon,
                    whole: Some((coupon.to_vec(), opened)),
                };
                let id = desk.begin_coming(account, wish)?;
                let mut record = desk.coupon(&id)?;
                record.note(request.at, CouponEventKind::AskedFor, None);
                desk.keep_coupon(record)?;
                kept.replace(id);
                Ok(())
            },
        )
        .await?;
        Ok(kept.take())
    }

    /// Answers somebody who wants a coupon (C12).
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponNotAsked`] if nobody asks any more, [`ErrorKind::CouponLocked`],
    /// [`ErrorKind::CouponUnderWay`]; the office's refusal; [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn answer_coupon(
        &self,
        id: &str,
        agrees: bool,
        pin: &str,
    ) -> Result<(), WalletError> {
        let account = self.account_of(id).await?;
        self.gesture(
            &account,
            pin,
            &mut |desk, _| {
                let (place, ask) = desk.open_ask(id)?;
                let moment = desk.moment();
                Ok(vec![card::sign_reply(place, &ask, agrees, moment)])
            },
            &mut |desk, _, replies| {
                let failed = || WalletError::new(ErrorKind::CardFailed);
                let [signed] = replies else {
                    return Err(failed());
                };
                let said = card::signed(signed)?;
                let reply: TransferReply = keyed::unverified(&said).map_err(|_| failed())?;
                let mut record = desk.coupon(id)?;
                let under_way = UnderWay {
                    to: Some(shown::short(&reply.to)),
                    until: record.asked().map(|asked| asked.until),
                    ..desk.signed_now(CouponWhat::Reply, &reply, said)
                };
                let event = match agrees {
                    true => CouponEventKind::SaidYes,
                    false => CouponEventKind::SaidNo,
                };
                record.begin(about(under_way, reply.coupon), event);
                desk.keep_coupon(record)
            },
        )
        .await?;
        self.follow_with_pin(id, pin).await
    }
}

impl Desk<'_> {
    /// Where a coupon is in the card, and what its owner is asked about it.
    fn open_ask(&mut self, id: &str) -> Result<(u8, Vec<u8>), WalletError> {
        let now = self.now();
        let record = self.coupon(id)?;
        let refused = |kind| Err(WalletError::new(kind).about(&record.office_name));
        if record.is_locked {
            return refused(ErrorKind::CouponLocked);
        }
        if record.asked().is_none_or(|asked| asked.until <= now) {
            return refused(ErrorKind::CouponNotAsked);
        }
        match (record.under_way, record.place, record.ask) {
            (None, Some(place), Some(ask)) => Ok((place, ask)),
            _ => Err(WalletError::new(ErrorKind::CouponUnderWay)),
        }
    }
}
