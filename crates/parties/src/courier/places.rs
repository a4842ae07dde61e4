//! Where a courier's orders are: each at the shard of its root, which is in clear in everything that is said
//! about it.

use tallystick_protocol::checkout::answers::{DeliveryRequest, Inquiry};
use tallystick_protocol::checkout::cancellation::DeliveryCancellation;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::identifier::Root;

use super::{Courier, deliveries, inquiries};
use crate::office::place::{Asked, Key};
use crate::office::siblings::Spreading;
use crate::ports::{DatabaseError, Ports};

pub(super) fn of_delivery(asked: &Asked<'_>) -> Option<Key> {
    let request = unverified::<DeliveryRequest>(asked.body).ok()?;
    Some(request.part.root.0.into())
}

pub(super) fn of_inquiry(asked: &Asked<'_>) -> Option<Key> {
    Some(unverified::<Inquiry>(asked.body).ok()?.root.0.into())
}

pub(super) fn of_cancellation(asked: &Asked<'_>) -> Option<Key> {
    let cancellation = unverified::<DeliveryCancellation>(asked.body).ok()?;
    Some(cancellation.root.0.into())
}

pub(super) fn of_answer(asked: &Asked<'_>) -> Option<Key> {
    Some(asked.chosen?.parse::<Root>().ok()?.0.into())
}

impl<P: Ports> Spreading for Courier<P> {
    fn knows(&self, root: &[u8; 32]) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        Ok(deliveries::is_there(tables, &Root(*root))?
            || inquiries::is_closed_for_anybody(tables, &Root(*root))?)
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        Ok(deliveries::is_any_there(tables)? || inquiries::is_any_closed(tables)?)
    }
}
