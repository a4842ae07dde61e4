//! An order that was forgotten comes again, from its wallet: with the shop's part, which nobody else has. It is taken in as it
//! was, and goes on from where what was signed about it shows it to be; nothing is asked or promised a second time.

use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::wire::identifier::{Role, Root};

use super::{Word, forgotten};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::recollection::rows;
use crate::shop::Shop;
use crate::shop::book::{self, Order};
use crate::shop::coupons::held_for;
use crate::shop::received::CheckedOrder;
use crate::shop::state::OrderState;

impl<P: Ports> Shop<P> {
    /// Whether something was signed about an order that came now and is not known.
    ///
    /// # Errors
    /// Only the database's own.
    pub(in crate::shop) fn was_forgotten(&self, order: &SplitOrder) -> Result<bool, Fault> {
        Ok(forgotten::is_any(self.office.tables(), &order.root)?)
    }

    /// Of an order whose time is over it is not known that nothing was signed about it, before those have told whom it names.
    /// They are not asked: it is not known yet that the order is anybody's.
    ///
    /// # Errors
    /// [`Kind::Starting`] then.
    pub(in crate::shop) fn require_nothing_to_come(&self, order: &SplitOrder) -> Result<(), Fault> {
        self.office.require_has_told(&order.header.issuer)?;
        match &order.header.courier {
            Some(courier) => self.office.require_has_told(courier),
            None => Ok(()),
        }
    }

    /// Requires that everybody has told what was signed who would know of an order that was checked. Who was forgotten is
    /// asked now.
    ///
    /// # Errors
    /// [`Kind::Starting`] until then.
    pub(in crate::shop) fn require_told_of(
        &self,
        order: &SplitOrder,
        checked: &CheckedOrder,
    ) -> Result<(), Fault> {
        let coupons = checked.coupons.iter().flat_map(|paid| &paid.coupons);
        let offices = coupons.map(|coupon| (Role::Issuer, &coupon.office));
        let courier = order.header.courier.iter();
        let courier = courier.map(|courier| (Role::Courier, courier));
        let payer = [(Role::Issuer, &order.header.issuer)].into_iter();
        // All are asked at once, whoever of them has not told.
        let mut outcome = Ok(());
        for (role, peer) in payer.chain(courier).chain(offices) {
            outcome = outcome.and(self.office.require_told_by_as(role, peer));
        }
        outcome?;
        if self.was_forgotten(order)? == checked.was_forgotten {
            return Ok(());
        }
        // It was told while the order was being checked.
        Err(Fault::new(Kind::Starting, "Try again in a moment."))
    }

    /// Applies what was signed about an order that is stored anew. In the transaction that stores it. Whether it has to be
    /// asked now who pays is left to whoever calls: no, if it stands where that was asked.
    ///
    /// # Errors
    /// What contradicts: then it stays forgotten, and in doubt.
    pub(in crate::shop) fn take_up(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<OrderState, Fault> {
        for root in [order.root, Root(held_for(order))] {
            rows::undoubt(tables, &root)?;
            for (peer, signed) in forgotten::take(tables, &root)? {
                let word = self.word_in(&signed, &root)?;
                if let Some(why) = self.apply(tables, &peer, order, &word)? {
                    let now_ms = self.office.now_ms();
                    rows::doubt(tables, &order.root, &peer, why, now_ms)?;
                }
            }
        }
        let order = book::find(tables, &order.order_id)?.ok_or_else(Fault::internal)?;
        Ok(order.state)
    }

    /// Whether whoever pays was asked about a forgotten order, with what a card was to pay if it was one.
    pub(in crate::shop) fn had_asked_issuer(
        &self,
        tables: &dyn Tables,
        root: &Root,
    ) -> Result<bool, Fault> {
        for signed in forgotten::words(tables, root)? {
            if matches!(self.word_in(&signed, root)?, Word::Authorise(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
