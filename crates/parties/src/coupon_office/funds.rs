//! Orders that coupons have paid altogether. Their office knows the holder, so it authorises the order as whoever pays does: by
//! the holder's signature over it. It sets nothing aside, since nothing is left to pay: what the coupons are worth it gives the
//! shop as it takes them.

use tallystick_protocol::instrument::{Instrument, Payment};

use crate::issuer::funds::{is_of_holder, owner_of};
use crate::payer::{Claim, Funds, Owner};
use crate::ports::{DatabaseError, Tables};

/// The accounts of an office's holders, of which no order is paid.
pub(super) struct CouponHolders;

impl Funds for CouponHolders {
    fn instrument(&self) -> Instrument {
        Instrument::Coupon
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        owner_of(tables, claim, |account| {
            // The words name a coupon; which account it is says who signed.
            let of_account = (account.card.number.as_str(), account.card.expiry.as_str());
            matches!(claim.payment, Payment::Coupon(_))
                & (claim.amount.minor == 0)
                & is_of_holder(claim, account, of_account)
        })
    }
}
