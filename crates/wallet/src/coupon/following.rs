//! Going on with everything around coupons that needs no PIN.

use super::record::CouponRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// How often coupons are looked at in one go: what was made of one is looked at, too.
const ROUNDS_MAX: usize = 3;

impl<P: Ports> Wallet<P> {
    /// Asks the offices how every coupon is that is not over, and goes on with what is under way. An office that does not answer
    /// keeps nobody from the others.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], [`ErrorKind::RevocationsStale`], or a failure of card or storage.
    pub async fn follow_coupons(&self) -> Result<(), WalletError> {
        let mut accounts = Vec::new();
        self.perform(&mut |desk| {
            accounts = desk.coupon_accounts()?;
            Ok(())
        })
        .await?;
        for account in accounts {
            match self.know_office(&account.id).await {
                Err(error) if error.kind == ErrorKind::RevocationsStale => return Err(error),
                _ => {}
            }
        }
        self.ask_offices(&mut |desk| desk.under_way_asks(None))
            .await?;
        self.tend_coupons(&|_| true).await?;
        for _ in 0..ROUNDS_MAX {
            let has_moved = self
                .ask_offices(&mut |desk| desk.state_asks(&CouponRecord::is_watched))
                .await?;
            self.tend_coupons(&|_| true).await?;
            if !has_moved {
                break;
            }
        }
        Ok(())
    }

    /// Does what is due about coupons. Returns the milliseconds until the next call, or nothing if nothing is open or the wallet
    /// is locked.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn advance_coupons(&self) -> Result<Option<u64>, WalletError> {
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            pause_ms = desk.coupon_pause()?;
            Ok(())
        })
        .await?;
        if pause_ms != Some(0) {
            return Ok(pause_ms);
        }
        let mut has_moved = self
            .ask_offices(&mut |desk| desk.under_way_asks(None))
            .await?;
        has_moved |= self
            .ask_offices(&mut |desk| desk.state_asks(&CouponRecord::is_open))
            .await?;
        self.tend_coupons(&|place| place == KeyPlace::Software)
            .await?;
        self.perform(&mut |desk| {
            let now_ms = desk.now_ms;
            desk.coupons()?.wait(now_ms, has_moved);
            pause_ms = desk.coupon_pause()?;
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }

    /// Has cards hear what they have to hear. What one does not take keeps nothing from the others.
    async fn tend_coupons(&self, meant: &dyn Fn(KeyPlace) -> bool) -> Result<(), WalletError> {
        let mut due = Vec::new();
        self.perform(&mut |desk| {
            due = desk.coupons_to_tend(meant)?;
            Ok(())
        })
        .await?;
        for id in due {
            match self.tend_or_wait(&id).await {
                Err(error) if error.kind == ErrorKind::StorageFailed => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets a coupon that is over, or that never came.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponUnderWay`] of any other, [`ErrorKind::Locked`], or a failure of the
    /// storage.
    pub async fn forget_coupon(&self, id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            let record = desk.coupon(id)?;
            let now = desk.now();
            let is_past = record.valid_until.is_some_and(|until| until <= now);
            let has_failed = record
                .under_way
                .as_ref()
                .is_some_and(|it| it.failure.is_some());
            if !(record.standing.is_over() || is_past || (has_failed && record.is_coming())) {
                let error = WalletError::new(ErrorKind::CouponUnderWay);
                return Err(error.about(&record.office_name));
            }
            if let Some(place) = record.place {
                let mut office = desk.office(&record.account)?;
                office.over.push(place);
                desk.keep_coupon(office)?;
            }
            desk.drop_coupon(&record)
        })
        .await
    }
}

impl Desk<'_> {
    /// Whether offices have to be asked something, now or later.
    pub(crate) fn has_open_coupons(&mut self) -> Result<bool, WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(false);
        }
        Ok(self.coupons()?.iter().any(CouponRecord::is_open))
    }

    /// In how many milliseconds offices are due to be asked; nothing if there is nothing to ask.
    fn coupon_pause(&mut self) -> Result<Option<u64>, WalletError> {
        if !self.has_open_coupons()? {
            return Ok(None);
        }
        let now_ms = self.now_ms;
        Ok(Some(self.coupons()?.due_ms().saturating_sub(now_ms)))
    }

    fn coupons_to_tend(
        &mut self,
        meant: &dyn Fn(KeyPlace) -> bool,
    ) -> Result<Vec<String>, WalletError> {
        let accounts = self.coupon_accounts()?;
        let is_meant = |coupon: &&CouponRecord| {
            let mut accounts = accounts.iter();
            let account = accounts.find(|account| account.id == coupon.account);
            coupon.is_to_be_tended() && account.is_some_and(|account| meant(account.place()))
        };
        let coupons = self.coupons()?.iter().filter(is_meant);
        Ok(coupons.map(|coupon| coupon.id.clone()).collect())
    }
}
