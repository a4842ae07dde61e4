//! The rows of coupons that pay orders, and the only place that changes how far one has come.

use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::moves::IllegalMove;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::shop::book::{self, Order};
use crate::store::typed::{self, Stored, typed_row};

tallystick_protocol::named_enum! {
    /// How far a coupon has come at the shop.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ShareState {
        /// The office is asked to hold it, or will be once the goods are there.
        Asked => "asked",
        /// It is held.
        Held => "held",
        /// The office does not hold it.
        Refused => "refused",
        /// Nothing comes of the order, and the office has not answered whether it holds it.
        Recalled => "recalled",
        /// Nothing comes of the order, and the office is told so.
        Freeing => "freeing",
        /// It is its owner's as before.
        Free => "free",
        /// The order is charged, and the office is told to take its share.
        Taking => "taking",
        /// Its share is the shop's.
        Taken => "taken",
        /// The office did not take it: the shop was not paid this share.
        Lost => "lost",
    }
}

impl ShareState {
    /// # Errors
    /// [`IllegalMove`] for every pair that is not listed here.
    fn move_to(self, next: Self) -> Result<Self, IllegalMove> {
        use ShareState::{Asked, Free, Freeing, Held, Lost, Recalled, Refused, Taken, Taking};
        let legal = matches!(
            (self, next),
            (Asked, Held | Refused | Recalled | Free)
                | (Recalled, Freeing | Free)
                | (Held, Freeing | Taking)
                | (Freeing, Free)
                | (Taking, Taken | Lost)
        );
        if legal {
            Ok(next)
        } else {
            Err(IllegalMove {
                what: "a coupon of an order",
                from: self.as_str(),
                to: next.as_str(),
            })
        }
    }
}

impl Stored for ShareState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// A coupon that pays a part of an order.
    #[derive(Clone)]
    pub struct OrderCoupon in "shop_coupons" {
        /// The order.
        pub order_id: OrderId = "order_id",
        /// Its place among the order's coupons, from 0.
        pub place: u32 = "place",
        /// Whose coupon it is.
        pub office: Domain = "office",
        /// Which.
        pub coupon: CouponId = "coupon",
        /// What it pays of the order.
        pub share: Money = "minor, currency",
        /// The condition that it asks for by name.
        pub condition: Option<String> = "condition",
        /// Whether it asks for a smallest total.
        pub asks_total: bool = "asks_total",
        /// It is over from then on.
        pub valid_until: Timestamp = "valid_until",
        /// The coupon as the wallet sent it; empty once it was kept long enough.
        pub whole: Vec<u8> = "whole",
        /// The holder's signed transfer to the shop; empty once it was kept long enough.
        pub transfer: Vec<u8> = "transfer",
        /// How far it has come.
        pub state: ShareState = "state",
    }
}

impl OrderCoupon {
    /// The reference of its letters and statements.
    #[must_use]
    pub fn reference(&self, root: &Root) -> String {
        format!("{root} {}", self.place)
    }
}

/// The coupons of an order, in their order.
///
/// # Errors
/// Only the database's own.
pub fn of_order(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Vec<OrderCoupon>, DatabaseError> {
    let of_order = "order_id = ? ORDER BY place";
    typed::find_all(tables, of_order, &[(*order_id).into()])
}

/// The order and the coupon that a letter of this reference is about; what stands behind the place is given back.
///
/// # Errors
/// [`Kind::NotFound`] if there is none.
pub(super) fn by_reference<'r>(
    tables: &dyn Tables,
    reference: &'r str,
) -> Result<(Order, OrderCoupon, Option<&'r str>), Fault> {
    let mut parts = reference.split(' ');
    let (root, place) = (parts.next().unwrap_or_default(), parts.next());
    let place: Option<u32> = place.and_then(|place| place.parse().ok());
    let order = book::by_reference(tables, root)?;
    let values = [
        order.order_id.into(),
        place.ok_or_else(Fault::not_found)?.into(),
    ];
    let coupon = typed::find(tables, "order_id = ? AND place = ?", &values)?;
    Ok((order, coupon.ok_or_else(Fault::not_found)?, parts.next()))
}

/// Moves a coupon to `next`. Call it in the transaction that decides.
///
/// # Errors
/// [`Kind::Conflict`] naming both states if there is no such move.
pub(in crate::shop) fn move_to(
    tables: &dyn Tables,
    coupon: &OrderCoupon,
    next: ShareState,
) -> Result<(), Fault> {
    let next = coupon.state.move_to(next);
    let next = next.map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    tables.run(
        "UPDATE shop_coupons SET state = ? WHERE order_id = ? AND place = ?",
        &[
            next.as_str().into(),
            coupon.order_id.into(),
            coupon.place.into(),
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ShareState::{self, Asked, Free, Freeing, Held, Lost, Recalled, Taken, Taking};

    #[test]
    fn a_coupon_is_held_and_then_taken_or_given_free_and_nothing_comes_after() {
        for way in [
            &[Asked, Held, Taking, Taken][..],
            &[Asked, Held, Taking, Lost],
            &[Asked, Held, Freeing, Free],
            &[Asked, Recalled, Freeing, Free],
        ] {
            for pair in way.windows(2) {
                assert_eq!(pair[0].move_to(pair[1]), Ok(pair[1]));
            }
        }
        for over in [ShareState::Refused, Free, Taken, Lost] {
            for next in ShareState::ALL {
                assert!(over.move_to(next).is_err());
            }
        }
        assert!(Asked.move_to(Taking).is_err());
        assert!(Taking.move_to(Freeing).is_err());
    }
}
