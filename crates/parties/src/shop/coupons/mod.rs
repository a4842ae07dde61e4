//! Coupons that pay a part of an order, or all of it (`docs/coupons.md`). The office of each is asked to hold it once the goods
//! are there, and before whoever pays the rest is asked. What was held is taken when the order is charged, and given free if
//! nothing comes of it. Every letter goes on until the office has answered.

mod checking;
mod giving_back;
mod holding;
mod offices;
mod rows;
mod settling;

pub(super) use checking::{ByCoupons, rest_of};
pub(super) use giving_back::{CouponRefund, GivingBack, given_back_of, refunds_of};
pub(super) use holding::{Holding, ask_office};
pub(super) use rows::{OrderCoupon, ShareState, move_to as move_coupon, of_order};
pub(super) use settling::SettlingCoupons;

use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::CouponAnswer;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement::StatementError;
use tallystick_protocol::wire::registry::context;

use super::book::Order;
use super::{Shop, asking, letters};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::exchange::Said;
use crate::standing::statements::{self, Content};

/// By what number the offices know an order. Form and root together: the form nobody but shop, page and wallet knows, so that
/// an office cannot tell from the number which order of an issuer or courier it is.
pub(super) fn held_for(order: &Order) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(context::COUPON_HELD_FOR.as_bytes());
    hash.update(Sha256::digest(&order.form));
    hash.update(order.root.0);
    hash.finalize().into()
}

impl<P: Ports> Shop<P> {
    /// The goods of an order are there: its coupons are held first, and then whoever pays the rest is asked.
    pub(super) fn ask_next(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        let coupons = of_order(tables, &order.order_id)?;
        for coupon in &coupons {
            holding::ask_office(tables, order, coupon, self.office.now_ms())?;
        }
        if coupons.is_empty() {
            asking::ask_issuer(tables, order, self.office.now_ms())?;
        }
        Ok(())
    }

    /// What an office answered to the statement of that kind about a coupon, by its own key for coupons.
    fn coupon_answer(
        &self,
        (coupon, order): (&OrderCoupon, &Order),
        (kind, reference): (&str, &str),
        said: Said<'_>,
    ) -> Result<CouponAnswer, Fault> {
        let key = self.known_coupon_key(&coupon.office)?;
        let answer: CouponAnswer = keyed::open(said.bytes(), &key).map_err(Fault::untrusted)?;
        let stored = statements::find(self.office.tables(), kind, reference)?;
        let asked: [u8; 32] = match stored.map(|statement| statement.content) {
            Some(Content::Signed(signed)) => Sha256::digest(&signed).into(),
            _ => {
                let about = order.reference();
                self.office.log(kind, about.get(..16), "not-asked");
                return Err(Fault::new(Kind::WrongTransaction, "Nothing was asked."));
            }
        };
        if answer.asked != asked {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(answer)
    }

    fn log_coupon(&self, order: &Order, kind: &str, outcome: &str) {
        let about = order.reference();
        self.office.log(kind, about.get(..16), outcome);
    }
}

/// Whether a letter is about a coupon, so that its office's key has to be known before it is sent.
pub(super) fn is_about_coupon(kind: &str) -> bool {
    [
        letters::HOLD_COUPON,
        letters::FREE_COUPON,
        letters::TAKE_COUPON,
        letters::GIVE_BACK_COUPON,
    ]
    .contains(&kind)
}
