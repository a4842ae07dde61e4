//! A coupon's value set against what was charged (C17, C18), and what was charged (C15).

use tallystick_protocol::coupon::{BillingAnswer, BillingQuery, ConversionNotice};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;

use super::card;
use super::links::about;
use super::office::About;
use super::record::UnderWay;
use super::view::{BillLineView, BillView, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Has a coupon's value set against what was charged. Not one of a campaign, which is for its shop.
    ///
    /// # Errors
    /// [`ErrorKind::CouponNotOffered`] of a campaign's; as [`Wallet::give_coupon`].
    pub async fn convert_coupon(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let account = self.account_of(id).await?;
        let went = self
            .gesture(
                &account,
                pin,
                &mut |desk, _| {
                    let now = desk.now();
                    let record = desk.coupon(id)?;
                    let place = record.usable(now)?;
                    if record.terms().is_none_or(|terms| terms.campaign.is_some()) {
                        let error = WalletError::new(ErrorKind::CouponNotOffered);
                        return Err(error.about(&record.office_name));
                    }
                    let moment = desk.moment();
                    Ok(vec![card::sign_conversion(place, moment)])
                },
                &mut |desk, _, replies| {
                    let failed = || WalletError::new(ErrorKind::CardFailed);
                    let [signed] = replies else {
                        return Err(failed());
                    };
                    let said = card::signed(signed)?;
                    let told: ConversionNotice = keyed::unverified(&said).map_err(|_| failed())?;
                    let mut record = desk.coupon(id)?;
                    let under_way: UnderWay = desk.signed_now(CouponWhat::Conversion, &told, said);
                    record.under_way = Some(about(under_way, told.coupon));
                    record.progress = None;
                    desk.keep_coupon(record)
                },
            )
            .await;
        self.or_taken_up(id, went).await?;
        self.follow_with_pin(id, pin).await
    }

    /// What an office has charged to an account, by its signed word.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::OfficeUnasked`] while nothing was said to it that took the PIN,
    /// [`ErrorKind::OfficeUnreachable`], [`ErrorKind::OfficeAnswerInvalid`], [`ErrorKind::Locked`].
    pub async fn coupon_bill(&self, account: &str) -> Result<BillView, WalletError> {
        self.know_office(account).await?;
        let mut asks = Vec::new();
        let mut name = String::new();
        self.perform(&mut |desk| {
            let card = desk.coupon_account(account)?;
            name.clone_from(&card.issuer_name);
            let unasked = || WalletError::new(ErrorKind::OfficeUnasked).about(&card.issuer_name);
            let currency = card.limit.map(|limit| limit.currency);
            let asked = encode(&BillingQuery {
                currency: currency.ok_or_else(unasked)?,
                before: None,
            });
            let ask = desk.say_to_office(account, "/v1/coupon-bills", None, &asked, About::Bill)?;
            asks = vec![ask.ok_or_else(unasked)?];
            Ok(())
        })
        .await?;
        let answer = self.ask(asks).await.pop();
        let answer = answer.ok_or_else(|| WalletError::new(ErrorKind::OfficeUnreachable))?;
        let said = answer.said.map_err(|error| {
            WalletError::caused(ErrorKind::OfficeUnreachable, &error).about(&name)
        })?;
        let unfit = || WalletError::new(ErrorKind::OfficeAnswerInvalid).about(&name);
        let said = answer.question.talk.opened(&said).ok_or_else(unfit)?;
        let mut bill = None;
        self.perform(&mut |desk| {
            bill = Some(desk.bill(account, &said).map_err(|_| unfit())?);
            Ok(())
        })
        .await?;
        bill.ok_or_else(unfit)
    }
}

impl Desk<'_> {
    fn bill(&mut self, account: &str, said: &[u8]) -> Result<BillView, WalletError> {
        let unfit = || WalletError::new(ErrorKind::OfficeAnswerInvalid);
        let card = self.coupon_account(account)?;
        let key = self.office_key(account)?;
        let answer: BillingAnswer = keyed::open(said, &key).map_err(|_| unfit())?;
        if answer.office != card.issuer || answer.holder != card.enrolment.holder() {
            return Err(unfit());
        }
        let lines = answer.lines.iter().map(|line| BillLineView {
            number: line.number,
            kind: line.kind.as_str(),
            coupon: line.coupon.map(|coupon| coupon.to_string()),
            money: line.money.into(),
            at: line.at.seconds(),
        });
        Ok(BillView {
            charged: answer.charged.into(),
            converted: answer.converted.into(),
            period_ends: answer.period_ends.seconds(),
            lines: lines.collect(),
        })
    }
}
