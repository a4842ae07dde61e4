//! Getting a coupon (C1 to C4): bought from one's account, or had of a campaign.

use core::cell::RefCell;

use tallystick_protocol::coupon::{CouponId, CouponKind, Funding, IssueRequest, asked_digest};
use tallystick_protocol::wire::money::Money;

use super::card;
use super::record::{CouponRecord, UnderWay};
use super::text::{CampaignLink, Carried};
use super::view::CouponWhat;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// What is wanted.
struct Wanted {
    campaign: Option<CampaignLink>,
    kind: CouponKind,
    funding: Funding,
    minor: u64,
}

impl<P: Ports> Wallet<P> {
    /// Buys a coupon at the office of an account. Returns how it is named: it is in the view, and under way while the office has
    /// not answered.
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`], [`ErrorKind::NoCouponAccount`], [`ErrorKind::AmountInvalid`],
    /// [`ErrorKind::CouponOnItsWay`] while another is on its way, [`ErrorKind::CouponNotCharged`],
    /// [`ErrorKind::CouponNotOffered`], [`ErrorKind::CouponHadEnough`], [`ErrorKind::CouponCardFull`],
    /// [`ErrorKind::OfficeUnreachable`] before anything was signed, [`ErrorKind::OfficeRefused`], [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn get_coupon(
        &self,
        account: &str,
        kind: &str,
        minor: u64,
        funding: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let (kind, funding) = (CouponKind::from_name(kind), Funding::from_name(funding));
        let (Some(kind), Some(funding)) = (kind, funding) else {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        };
        if minor == 0 {
            return Err(WalletError::new(ErrorKind::AmountInvalid));
        }
        let wanted = Wanted {
            campaign: None,
            kind,
            funding,
            minor,
        };
        self.want(account, &wanted, pin).await
    }

    /// Has a coupon of the campaign that a link names. Returns how it is named.
    ///
    /// # Errors
    /// [`ErrorKind::CouponTextInvalid`], [`ErrorKind::CouponElsewhere`] if the campaign is another office's than the account;
    /// [`ErrorKind::CampaignExhausted`]; as [`Wallet::get_coupon`].
    pub async fn get_campaign_coupon(
        &self,
        text: &str,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let context = &self.context;
        let carried = Carried::from_text(text, context.urls, &context.coupon_offices);
        let Some(Carried::Campaign(campaign)) = carried else {
            return Err(WalletError::new(ErrorKind::CouponTextInvalid));
        };
        let wanted = Wanted {
            kind: CouponKind::Voucher,
            funding: Funding::Prepaid,
            minor: campaign.value.minor,
            campaign: Some(campaign),
        };
        self.want(account, &wanted, pin).await
    }

    async fn want(&self, account: &str, wanted: &Wanted, pin: &str) -> Result<String, WalletError> {
        let asked: RefCell<Option<IssueRequest>> = RefCell::new(None);
        let mut kept = String::new();
        self.gesture(
            account,
            pin,
            &mut |desk, account| {
                let request = desk.issue_request(account, wanted)?;
                let command = card::sign_issue(&request);
                asked.replace(Some(request));
                Ok(vec![command])
            },
            &mut |desk, account, replies| {
                let (Some(request), [signed]) = (asked.take(), replies) else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let now = desk.now();
                let mut record = CouponRecord::coming(crate::random_id(desk.rng), account, now);
                record.under_way = Some(UnderWay {
                    what: CouponWhat::Issue,
                    since: now,
                    to: None,
                    until: None,
                    text: None,
                    said: card::signed(signed)?,
                    asked: asked_digest(&request),
                    is_answered: false,
                    failure: None,
                    about: request.campaign.map(|campaign| CouponId(campaign.0)),
                    told: None,
                });
                kept.clone_from(&record.id);
                desk.begin_coupon(record)
            },
        )
        .await?;
        self.follow_with_pin(&kept, pin).await?;
        Ok(kept)
    }
}

impl Desk<'_> {
    fn issue_request(
        &mut self,
        account: &CardAccount,
        wanted: &Wanted,
    ) -> Result<IssueRequest, WalletError> {
        let refused = |kind| WalletError::new(kind).about(&account.issuer_name);
        let is_on_its_way = |coupon: &CouponRecord| {
            let is_issue = |it: &UnderWay| it.what == CouponWhat::Issue && it.failure.is_none();
            coupon.account == account.id && coupon.under_way.as_ref().is_some_and(is_issue)
        };
        if self.coupons()?.iter().any(is_on_its_way) {
            return Err(refused(ErrorKind::CouponOnItsWay));
        }
        let value = match &wanted.campaign {
            Some(campaign) if campaign.office != account.issuer => {
                return Err(refused(ErrorKind::CouponElsewhere));
            }
            Some(campaign) => campaign.value,
            None => {
                let currency = account.limit.map(|limit| limit.currency);
                let currency = currency.ok_or_else(|| refused(ErrorKind::CouponNotOffered))?;
                Money::new(wanted.minor, currency)
            }
        };
        let moment = self.moment();
        Ok(IssueRequest {
            office: account.issuer.clone(),
            holder: account.enrolment.holder(),
            campaign: wanted.campaign.as_ref().map(|it| it.campaign),
            kind: wanted.kind,
            funding: wanted.funding,
            value,
            at: moment.at,
            nonce: moment.nonce,
        })
    }
}
