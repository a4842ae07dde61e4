//! How coupons are, by their office's word: what somebody else did with one shows here, whoever did it: the receiver of a gift,
//! a shop, another device of the account.

use tallystick_card::host::coupon::Progress;
use tallystick_protocol::coupon::{ConfirmationAsk, CouponId, CouponStatus};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::time::Timestamp;

use super::record::{CouponRecord, FORMAT, Standing, UnderWay};
use super::shown::short;
use super::view::{CouponEventKind, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;

impl CouponRecord {
    /// A coupon of an account that is still to come.
    pub(super) fn coming(id: String, account: &CardAccount, now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            id,
            account: account.id.clone(),
            office: account.issuer.clone(),
            office_name: account.issuer_name.clone(),
            coupon: None,
            change: 0,
            whole: None,
            place: None,
            standing: Standing::Coming,
            progress: None,
            is_locked: false,
            under_way: None,
            ask: None,
            events: Vec::new(),
            made_of: None,
            words: Vec::new(),
            heard_at: Timestamp(0),
            created_at: now,
            valid_until: None,
            has_no_room: false,
        }
    }

    /// Whether its office is asked how it is.
    pub(super) fn is_watched(&self) -> bool {
        // What was made of a coupon may come long after it was spent: a refund.
        !self.standing.is_over() || self.standing == Standing::Spent
    }

    /// Whether it is not here yet.
    pub(super) fn is_coming(&self) -> bool {
        let coming = self
            .under_way
            .as_ref()
            .is_some_and(|it| it.what.is_coming());
        coming && self.standing == Standing::Coming
    }
}

impl Desk<'_> {
    /// Takes up how a coupon is. Returns whether anything came of it.
    pub(super) fn take_status(&mut self, id: &str, signed: &[u8]) -> Result<bool, WalletError> {
        let unfit =
            |why: &dyn core::fmt::Display| WalletError::caused(ErrorKind::OfficeAnswerInvalid, why);
        let Ok(mut record) = self.coupon(id) else {
            return Ok(false);
        };
        let key = self.office_key(&record.account)?;
        let status: CouponStatus = keyed::open(signed, &key).map_err(|error| unfit(&error))?;
        if status.office != record.office || Some(status.coupon) != record.coupon {
            return Err(unfit(&"the office speaks of another coupon"));
        }
        if status.at < record.heard_at {
            return Err(unfit(&"the office has said something newer"));
        }
        let before = record.clone();
        let had_place = record.place.is_some();
        if let Some(whole) = status
            .whole
            .as_deref()
            .filter(|_| record.is_to_be_taken(&status))
        {
            self.take_whole(&mut record, whole)?;
        }
        record.hear(&status, &key);
        let has_moved = record.changed_from(&before);
        record.heard_at = status.at;
        if had_place && (has_moved || record.waits_for_card()) {
            record.tell_card(true, signed);
        }
        self.keep_coupon(record.clone())?;
        let has_made = match status.made {
            Some(made) => self.take_made(&record, made)?,
            None => false,
        };
        Ok(has_moved || has_made)
    }

    /// Something was made of a coupon: what an order did not need, or what was given back.
    pub(super) fn take_made(
        &mut self,
        of: &CouponRecord,
        made: CouponId,
    ) -> Result<bool, WalletError> {
        if self.coupons()?.numbered(&of.office, made).is_some() {
            return Ok(false);
        }
        let account = self.profile()?.card(&of.account)?.clone();
        let now = self.now();
        let mut record = CouponRecord::coming(crate::random_id(self.rng), &account, now);
        record.coupon = Some(made);
        record.made_of = Some(of.id.clone());
        record.note(now, CouponEventKind::MadeOf, None);
        self.begin_coupon(record)?;
        Ok(true)
    }
}

impl CouponRecord {
    /// Whether what the office sends is newer than what is here.
    fn is_to_be_taken(&self, status: &CouponStatus) -> bool {
        let is_here = self.place.is_some() || self.whole.is_some();
        !is_here || status.change != self.change
    }

    /// Whether the card may have something to hear although nothing has changed: it frees what came to nothing.
    fn waits_for_card(&self) -> bool {
        self.progress.is_some_and(|it| it != Progress::Held) && !self.standing.is_over()
    }

    /// Whether it says anything else, but for what the card has to hear.
    fn changed_from(&self, before: &Self) -> bool {
        let now = (self.standing, self.change, &self.ask, &self.whole);
        let then = (before.standing, before.change, &before.ask, &before.whole);
        now != then || self.under_way != before.under_way || self.events != before.events
    }

    fn hear(
        &mut self,
        status: &CouponStatus,
        key: &tallystick_protocol::trust::signature::VerifyingKey,
    ) {
        let at = status.at;
        let is_ordered = self
            .under_way
            .as_ref()
            .is_some_and(|it| it.what == CouponWhat::Order);
        let standing = match status.state {
            Some(state) => Standing::of(state),
            // It is another's.
            None if is_ordered || self.standing == Standing::Held => Some(Standing::Spent),
            None if self.standing == Standing::Spent => Some(Standing::Spent),
            None => Some(Standing::Given),
        };
        let Some(standing) = standing else {
            return;
        };
        self.ask = status.ask.clone().filter(|ask| {
            let asked = keyed::open::<ConfirmationAsk>(ask, key);
            asked.is_ok_and(|asked| asked.coupon == status.coupon && asked.office == status.office)
        });
        if standing == self.standing {
            return;
        }
        let whom = self.under_way.as_ref().and_then(|it| it.to.clone());
        match standing {
            Standing::Owned if self.standing == Standing::Coming && self.made_of.is_none() => {
                self.note(at, CouponEventKind::Found, None);
            }
            Standing::Owned if self.standing.is_over() => {
                self.note(at, CouponEventKind::Found, None)
            }
            Standing::Asked => {
                let to = self.asked().map(|asked| short(&asked.to));
                self.note(at, CouponEventKind::WasAsked, to);
            }
            Standing::Given => self.note(at, CouponEventKind::Given, whom),
            Standing::Spent => self.note(at, CouponEventKind::Spent, None),
            Standing::Converted => self.note(at, CouponEventKind::Converted, None),
            Standing::Expired => self.note(at, CouponEventKind::Expired, None),
            Standing::Blocked => self.note(at, CouponEventKind::Blocked, None),
            _ => {}
        }
        self.standing = standing;
        if standing.is_over() {
            // The receiver's wallet has still to hear of a gift, by its text.
            let is_gift =
                |it: &UnderWay| standing == Standing::Given && it.what == CouponWhat::Transfer;
            self.under_way = self.under_way.take().filter(is_gift);
            if let Some(gift) = &mut self.under_way {
                gift.is_answered = true;
            }
        } else if standing == Standing::Blocked {
            // What was signed about one that is stopped comes to nothing at its office.
            self.under_way = None;
        }
    }
}
