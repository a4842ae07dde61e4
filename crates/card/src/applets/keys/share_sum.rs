//! The sum of a slot's shares of one context: what keys are derived from.

use tallystick_protocol::keys::HolderShare;

use crate::StatusWord;
use crate::applets::keys::{Slot, StoredShare};
use crate::safe::{Place, SafeKey};

/// Takes all shares that came out of the safe, and adds them.
pub(crate) fn share_sum(
    slot: &Slot,
    key: &SafeKey,
    share: &StoredShare,
) -> Result<HolderShare, StatusWord> {
    let place = Place::Share(slot.number, &share.context);
    let mut sum: Option<HolderShare> = None;
    for kept in share.sum.iter().chain(share.parts.iter().flatten()) {
        let part = key.open(&place, kept)?;
        let part = HolderShare::from_bytes(part.as_slice());
        let part = part.map_err(|_| StatusWord::MemoryFailure)?;
        sum = Some(match sum {
            Some(sum) => sum.add(&part).map_err(|_| StatusWord::MemoryFailure)?,
            None => part,
        });
    }
    sum.ok_or(StatusWord::ReferenceNotFound)
}
