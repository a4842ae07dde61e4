//! Coupons that nobody reads without a password (T001-13, T001-14): neither this wallet nor whoever has it.

use super::card;
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// What the card is asked; nothing, if nothing is left to do.
type Ask<'a> = &'a mut dyn FnMut(&mut Desk<'_>) -> Result<Vec<Command>, WalletError>;
/// Keeps what it answered.
type Keep<'a> = &'a mut dyn FnMut(&mut Desk<'_>, &[Reply]) -> Result<(), WalletError>;

impl<P: Ports> Wallet<P> {
    /// Locks a coupon, once there is a password. What it is worth is forgotten here; the card tells it again when it is
    /// unlocked.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponPasswordInvalid`] while there is no password,
    /// [`ErrorKind::CouponUnderWay`], [`ErrorKind::CouponOver`], [`ErrorKind::CouponExpired`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn lock_coupon(&self, id: &str) -> Result<(), WalletError> {
        self.with_coupon(
            id,
            &mut |desk| {
                let now = desk.now();
                let record = desk.coupon(id)?;
                match record.is_locked {
                    true => Ok(Vec::new()),
                    false => Ok(vec![card::lock(record.usable(now)?)]),
                }
            },
            &mut |desk, _| {
                let mut record = desk.coupon(id)?;
                record.is_locked = true;
                record.whole = None;
                desk.keep_coupon(record)
            },
        )
        .await
    }

    /// Unlocks a coupon.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponPasswordWrong`], [`ErrorKind::CouponPasswordBlocked`],
    /// [`ErrorKind::CouponPasswordInvalid`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn unlock_coupon(&self, id: &str, password: &str) -> Result<(), WalletError> {
        self.with_coupon(
            id,
            &mut |desk| {
                let record = desk.coupon(id)?;
                match record.place.filter(|_| record.is_locked) {
                    None => Ok(Vec::new()),
                    Some(place) => Ok(vec![
                        card::present_password(password),
                        card::unlock(place),
                        card::read(place),
                    ]),
                }
            },
            &mut |desk, replies| {
                let failed = || WalletError::new(ErrorKind::CardFailed);
                let [_, _, read] = replies else {
                    return Err(failed());
                };
                let shown = card::view(read)?.shown.ok_or_else(failed)?;
                let mut record = desk.coupon(id)?;
                record.is_locked = false;
                record.progress = Some(shown.progress);
                record.whole = Some(shown.coupon);
                desk.keep_coupon(record)
            },
        )
        .await
    }

    /// Sets the password of locked coupons in the card of an account; `old` is empty while there is none.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::CouponPasswordInvalid`] unless it has 8 to 128 bytes,
    /// [`ErrorKind::CouponPasswordWrong`], [`ErrorKind::CouponPasswordBlocked`], [`ErrorKind::CouponLocked`] if `old` is
    /// missing, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn set_coupon_password(
        &self,
        account: &str,
        old: &str,
        new: &str,
        pin: &str,
    ) -> Result<(), WalletError> {
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let needed = desk.coupon_account(account)?.needed();
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let given = (!old.is_empty()).then(|| card::present_password(old));
                let commands = [Command::present_pin(pin)].into_iter().chain(given);
                let commands = commands.chain([card::set_password(new)]);
                Ok(Some((needed, commands.collect())))
            },
            &mut |_, _| Ok(()),
        )
        .await
    }

    /// Has the card in which a coupon is do something, if there is anything to do.
    async fn with_coupon(
        &self,
        id: &str,
        commands: Ask<'_>,
        keep: Keep<'_>,
    ) -> Result<(), WalletError> {
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let commands = commands(desk)?;
                if commands.is_empty() {
                    return Ok(None);
                }
                let account = desk.coupon(id)?.account;
                Ok(Some((desk.coupon_account(&account)?.needed(), commands)))
            },
            &mut |desk, replies| keep(desk, replies),
        )
        .await
    }
}
