//! Between wallet and card without the PIN: the card is given a coupon, hears what the office signed about it, and says how far
//! it is.

use tallystick_card::host::coupon::Progress;

use super::card;
use super::record::{CouponRecord, Standing};
use super::view::{CouponEventKind, CouponWhat};
use crate::core::conversation::Urgency;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// More steps than there are for a coupon in one go.
const STEPS_MAX: usize = 16;

/// What is next between wallet and card.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Store,
    Hear,
    Read,
}

impl CouponRecord {
    fn is_to_be_stored(&self) -> bool {
        !self.standing.is_over() && self.standing != Standing::Coming
    }

    /// Whether something is due between wallet and card.
    pub(super) fn is_to_be_tended(&self) -> bool {
        self.next(false).is_some() || (self.standing.is_over() && self.place.is_some())
    }

    /// What is next; `has_read`: the card has just said how far it is.
    fn next(&self, has_read: bool) -> Option<Step> {
        match (self.place, &self.whole) {
            (None, Some(_)) if self.is_to_be_stored() => Some(Step::Store),
            (Some(_), _) if !self.words.is_empty() => Some(Step::Hear),
            (Some(_), _) if self.progress.is_none() && !has_read => Some(Step::Read),
            _ => None,
        }
    }
}

impl<P: Ports> Wallet<P> {
    /// Does what is due between wallet and card about a coupon.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponCardFull`], [`ErrorKind::CouponExpired`], [`ErrorKind::CouponChanged`] if
    /// the card knows a newer owner, or a failure of reader, card or storage.
    pub(super) async fn tend_coupon(&self, id: &str) -> Result<(), WalletError> {
        let mut has_read = false;
        for _ in 0..STEPS_MAX {
            let step = core::cell::Cell::new(None);
            let done = self
                .at_one_go_as(
                    Urgency::GivesWay,
                    &mut |desk| {
                        let record = desk.coupon(id)?;
                        let account = desk.coupon_account(&record.account)?;
                        // Of keys that the account had before it is in another card.
                        let next = record.next(has_read);
                        step.set(next.filter(|_| !record.is_formers(&account)));
                        let Some(step) = step.get() else {
                            return Ok(None);
                        };
                        Ok(Some((account.needed(), desk.tending(&record, step)?)))
                    },
                    &mut |desk, replies| match step.get() {
                        Some(step) => desk.tended(id, step, replies),
                        None => Ok(()),
                    },
                )
                .await;
            match (step.get(), done) {
                (None, done) => {
                    done?;
                    break;
                }
                (Some(Step::Read), done) => {
                    done?;
                    has_read = true;
                }
                (Some(Step::Hear), Err(error)) if !error.kind.is_about_the_card() => {
                    // It has heard something newer, or this is nothing to it: it does not take it the next time either.
                    self.perform(&mut |desk| desk.drop_word(id)).await?;
                    has_read = false;
                }
                (Some(Step::Store), Err(error)) if error.kind == ErrorKind::CouponCardFull => {
                    self.perform(&mut |desk| {
                        let mut record = desk.coupon(id)?;
                        record.has_no_room = true;
                        desk.keep_coupon(record)
                    })
                    .await?;
                    return Err(error);
                }
                (Some(_), done) => {
                    done?;
                    has_read = false;
                }
            }
        }
        self.perform(&mut |desk| desk.settle(id)).await
    }
}

impl Desk<'_> {
    fn tending(&mut self, record: &CouponRecord, step: Step) -> Result<Vec<Command>, WalletError> {
        let now = self.now();
        let failed = || WalletError::new(ErrorKind::StorageDamaged);
        Ok(match step {
            Step::Store => {
                let certificate = self.office(&record.account)?.certificate;
                let whole = record.whole.as_deref().ok_or_else(failed)?;
                vec![card::put_office(&certificate, now), card::store(whole, now)]
            }
            Step::Hear => {
                let word = record.words.first().ok_or_else(failed)?;
                vec![card::hear(record.place.ok_or_else(failed)?, word, now)]
            }
            Step::Read => vec![card::read(record.place.ok_or_else(failed)?)],
        })
    }

    fn tended(&mut self, id: &str, step: Step, replies: &[Reply]) -> Result<(), WalletError> {
        let mut record = self.coupon(id)?;
        let reply = replies.last();
        let reply = reply.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        match step {
            Step::Store => {
                record.place = Some(card::place(reply)?);
                record.progress = None;
                record.has_no_room = false;
                if record.is_locked {
                    record.whole = None;
                }
            }
            Step::Hear => {
                record.words.remove(0);
                record.progress = None;
            }
            Step::Read => {
                let view = card::view(reply)?;
                record.is_locked = view.is_locked;
                if let Some(shown) = view.shown {
                    record.progress = Some(shown.progress);
                    if let (Some(kind), Some(signed)) = (shown.kind, shown.signed) {
                        self.take_up_signed(&mut record, kind, signed);
                    }
                }
            }
        }
        self.keep_coupon(record)
    }

    fn drop_word(&mut self, id: &str) -> Result<(), WalletError> {
        let mut record = self.coupon(id)?;
        if !record.words.is_empty() {
            record.words.remove(0);
        }
        record.progress = None;
        self.keep_coupon(record)
    }

    /// What follows from how far the card says that it is: what came to nothing is over, and what is over leaves its place.
    fn settle(&mut self, id: &str) -> Result<(), WalletError> {
        let mut record = self.coupon(id)?;
        let before = record.clone();
        let now = self.now();
        let is_free = record.standing == Standing::Owned && record.progress == Some(Progress::Held);
        let what = record.under_way.as_ref().map(|it| it.what);
        if let Some(what) = what.filter(|what| is_free && !what.is_coming()) {
            record.under_way = None;
            match what {
                CouponWhat::Offer | CouponWhat::CancelOffer => {
                    record.note(now, CouponEventKind::OfferEnded, None);
                }
                CouponWhat::Order => record.note(now, CouponEventKind::Freed, None),
                _ => {}
            }
        }
        if let Some(place) = record.place.filter(|_| record.standing.is_over()) {
            let mut office = self.office(&record.account)?;
            office.over.push(place);
            self.keep_coupon(office)?;
            record.place = None;
            record.progress = None;
        }
        if record == before {
            return Ok(());
        }
        self.keep_coupon(record)
    }
}
