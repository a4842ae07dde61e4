//! Asking offices: what is under way is said again until it is answered, and how coupons are is looked at. None of it needs the
//! PIN.

use tallystick_protocol::coupon::CouponQuery;
use tallystick_protocol::wire::cbor::encode;

use super::office::{About, Question};
use super::record::CouponRecord;
use super::view::CouponWhat;
use crate::core::ask::Ask;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::Reply;
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// What says at the desk what is to be asked.
type Asking<'a> = &'a mut dyn FnMut(&mut Desk<'_>) -> Result<Vec<Ask<Question>>, WalletError>;

/// How many coupons are looked at in one go.
const LOOKS_MAX: usize = 64;

/// Where an office takes what is under way; none of what only the office can end.
const fn path(what: CouponWhat) -> Option<&'static str> {
    Some(match what {
        CouponWhat::Issue => "/v1/coupon-issues",
        CouponWhat::Transfer | CouponWhat::Receipt => "/v1/coupon-transfers",
        CouponWhat::Offer => "/v1/coupon-claims",
        CouponWhat::CancelOffer => "/v1/coupon-claim-cancellations",
        CouponWhat::Conversion => "/v1/coupon-conversions",
        CouponWhat::Request => "/v1/coupon-requests",
        CouponWhat::Reply => "/v1/coupon-replies",
        CouponWhat::Redemption => "/v1/coupon-redemptions",
        CouponWhat::Order => return None,
    })
}

impl<P: Ports> Wallet<P> {
    /// Says what is under way with a coupon and looks how it is, once more in another key space if the office is in one; the
    /// card hears of it.
    ///
    /// # Errors
    /// What the office refused it for; those of [`Wallet::gesture`]. Not that the office could not be reached: then it is under
    /// way.
    pub(super) async fn follow_with_pin(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        if let Some(refused) = self.follow_one(id).await? {
            return Err(refused);
        }
        let mut astray = None;
        self.perform(&mut |desk| {
            let account = desk.coupon(id)?.account;
            let talk = desk.office(&account)?.talk;
            astray = talk.filter(|talk| talk.is_misplaced).map(|_| account);
            Ok(())
        })
        .await?;
        if let Some(account) = astray {
            let (mut nothing, mut nobody) = (
                |_: &mut Desk<'_>, _: &CardAccount| Ok(Vec::new()),
                |_: &mut Desk<'_>, _: &CardAccount, _: &[Reply]| Ok(()),
            );
            self.gesture(&account, pin, &mut nothing, &mut nobody)
                .await?;
            if let Some(refused) = self.follow_one(id).await? {
                return Err(refused);
            }
        }
        Ok(())
    }

    /// As [`Wallet::follow_with_pin`], in the key space that is known. Returns what the office refused it for.
    async fn follow_one(&self, id: &str) -> Result<Option<WalletError>, WalletError> {
        self.ask_offices(&mut |desk| desk.under_way_asks(Some(id)))
            .await?;
        let mut refused = None;
        self.perform(&mut |desk| {
            let record = desk.coupon(id)?;
            let failure = record.under_way.as_ref().and_then(|it| it.failure);
            refused = failure.map(|kind| WalletError::new(kind).about(&record.office_name));
            if refused.is_some() && record.is_coming() {
                // It never came.
                desk.drop_coupon(&record)?;
            }
            Ok(())
        })
        .await?;
        self.tend_or_wait(id).await?;
        self.ask_offices(&mut |desk| desk.state_asks(&|coupon| coupon.id == id))
            .await?;
        self.tend_or_wait(id).await?;
        Ok(refused)
    }

    /// Has the card hear what it has to hear; one that is not there hears it the next time.
    pub(super) async fn tend_or_wait(&self, id: &str) -> Result<(), WalletError> {
        match self.tend_coupon(id).await {
            Err(error) if error.kind.is_about_the_card() => Ok(()),
            // What was forgotten meanwhile needs nothing.
            Err(error) if error.kind == ErrorKind::NoSuchCoupon => Ok(()),
            tended => tended,
        }
    }

    /// Asks offices, and takes up what they said. Returns whether anything came of it.
    pub(super) async fn ask_offices(&self, asks: Asking<'_>) -> Result<bool, WalletError> {
        let mut due = Vec::new();
        self.perform(&mut |desk| {
            due = asks(desk)?;
            Ok(())
        })
        .await?;
        if due.is_empty() {
            return Ok(false);
        }
        self.know_revocations().await?;
        let answers = self.ask(due).await;
        let mut has_moved = false;
        self.perform(&mut |desk| {
            has_moved = desk.take_office_answers(&answers)?;
            Ok(())
        })
        .await?;
        Ok(has_moved)
    }
}

impl CouponRecord {
    /// Whether the office has still to be told what is under way.
    fn is_to_be_said(&self) -> bool {
        self.under_way
            .as_ref()
            .is_some_and(|it| it.failure.is_none() && !it.is_answered && !it.said.is_empty())
    }
}

impl Desk<'_> {
    /// Says what is under way, of one coupon or of all.
    pub(super) fn under_way_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let coupons = self.coupons()?.iter();
        let meant = coupons.filter(|coupon| only.is_none_or(|only| coupon.id == only));
        let meant: Vec<CouponRecord> = meant
            .filter(|coupon| coupon.is_to_be_said())
            .cloned()
            .collect();
        let mut asks = Vec::new();
        for coupon in meant {
            let Some(under_way) = &coupon.under_way else {
                continue;
            };
            let Some(path) = path(under_way.what) else {
                continue;
            };
            let about = About::UnderWay(coupon.id.clone());
            let said = &under_way.said;
            asks.extend(self.say_to_office(&coupon.account, path, under_way.about, said, about)?);
        }
        Ok(asks)
    }

    /// Looks how these coupons are.
    pub(super) fn state_asks(
        &mut self,
        meant: &dyn Fn(&CouponRecord) -> bool,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let coupons = self.coupons()?.iter().filter(|coupon| meant(coupon));
        let meant: Vec<_> = coupons.take(LOOKS_MAX).cloned().collect();
        let mut asks = Vec::new();
        for coupon in meant {
            let Some(number) = coupon.coupon else {
                continue;
            };
            if coupon.is_coming() {
                // It is another's: its office would not say how it is.
                continue;
            }
            let said = encode(&CouponQuery { coupon: number });
            let about = About::State(coupon.id.clone());
            let path = "/v1/coupon-states";
            asks.extend(self.say_to_office(&coupon.account, path, Some(number), &said, about)?);
        }
        Ok(asks)
    }
}
