//! Where a courier's orders are: each at the shard of its root, which is in clear in everything that is said
//! about it.

use tallystick_protocol::checkout::answers::{DeliveryRequest, Inquiry};
use tallystick_protocol::checkout::cancellation::DeliveryCancellation;
use tallystick_protocol::checkout::tracking::TrackingRequest;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::identifier::Root;

use super::telling::Asking;
use super::{Courier, deliveries, inquiries, tracking};
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

/// A shop asks by the order's root, whoever has number and code by the number, which says what shard drew it.
pub(super) fn of_tracking(asked: &Asked<'_>) -> Option<Key> {
    if let Ok(request) = unverified::<TrackingRequest>(asked.body) {
        return Some(request.root.0.into());
    }
    let asking: Asking = serde_json::from_slice(asked.body).ok()?;
    let number = tracking::read(&asking.number)?;
    Some(Key {
        start: tracking::shard_of(&number),
        name: as_key(&number)?,
    })
}

/// A tracking number as a key of 32 bytes: its text, and zeros behind it.
fn as_key(number: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    key.get_mut(..number.len())?
        .copy_from_slice(number.as_bytes());
    Some(key)
}

/// The tracking number that is a key, if one is.
fn number_in(key: &[u8; 32]) -> Option<&str> {
    let text = core::str::from_utf8(key).ok()?.trim_end_matches('\0');
    tracking::is_valid(text).then_some(text)
}

impl<P: Ports> Spreading for Courier<P> {
    fn knows(&self, root: &[u8; 32]) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        if let Some(number) = number_in(root) {
            return Ok(deliveries::of_number(tables, number)?.is_some());
        }
        Ok(deliveries::is_there(tables, &Root(*root))?
            || inquiries::is_closed_for_anybody(tables, &Root(*root))?)
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        Ok(deliveries::is_any_there(tables)? || inquiries::is_any_closed(tables)?)
    }
}
