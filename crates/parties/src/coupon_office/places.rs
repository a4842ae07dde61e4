//! Where an office's coupons are, and what its objects say to each other beside what an issuer's do. A coupon is at the object
//! of whoever pays for it: the holder who was issued it, or the campaign; its number's first byte says which.

use super::CouponOffice;
use super::{campaigns, enrolled, gateway, key, registry};
use crate::office::across;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::siblings::Spreading;
use crate::ports::{DatabaseError, Ports};
use tallystick_protocol::coupon::CouponId;

impl<P: Ports> Spreading for CouponOffice<P> {
    /// What an issuer knows, or the number of a coupon or a campaign with zeros behind it.
    fn knows(&self, key: &[u8; 32]) -> Result<bool, DatabaseError> {
        let (number, rest) = key.split_at(16);
        if rest.iter().all(|byte| *byte == 0)
            && let Ok(coupon) = CouponId::try_from(number)
        {
            let tables = self.issuer.office.tables();
            return Ok(
                registry::find(tables, &coupon)?.is_some() || campaigns::knows(tables, &coupon)?
            );
        }
        self.issuer.knows(key)
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        self.issuer.has_any()
    }

    async fn answer_sibling(&self, request: &Incoming) -> Result<Answer, Fault> {
        let is_office = !self.issuer.office.is_shard();
        match request.uri().path() {
            across::PATH => self.take_in(request),
            enrolled::ENROLLED => self.tell_enrolled(request),
            enrolled::FORMER => self.tell_former(request),
            gateway::PATH => self.take_passed_on(request).await,
            gateway::TERMINALS if is_office => self.tell_terminal(request),
            key::PATH if is_office => self.key.show(&self.issuer.office).await,
            _ => self.issuer.answer_sibling(request).await,
        }
    }
}
