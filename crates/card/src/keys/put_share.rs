//! PUT SHARE (80 12 slot 00).

use alloc::vec;

use tallystick_protocol::{
    cbor::decode_value,
    keys::{HolderShare, SealedShare, ShareRecipient, open_share},
};

use super::slot_number;
use crate::{
    StatusWord,
    apdu::{Command, MAX_DATA},
    outcome::Outcome,
    state::{MAX_SHARES, Slot, State, StoredShare},
};

/// A sealed share as CBOR. Opens it with the slot's enrolment key and adds it to the shares of other
/// centres. The share of a centre that is already in the sum is not added again.
pub(crate) fn put_share(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if command.header.p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    let sealed: SealedShare =
        decode_value(command.data, MAX_DATA).map_err(|_| StatusWord::WrongData)?;
    let slot = state.slots.iter_mut().find(|slot| slot.number == number);
    let slot = slot.ok_or(StatusWord::ReferenceNotFound)?;
    let share = open(slot, &sealed)?;
    let full = slot.shares.len() >= MAX_SHARES;
    let known = slot
        .shares
        .iter_mut()
        .find(|share| share.context == *sealed.context());
    match known {
        Some(known) if known.received.contains(sealed.centre()) => return Ok(Outcome::done()),
        Some(known) => {
            let sum = HolderShare::from_bytes(known.sum.as_slice())
                .and_then(|sum| sum.add(&share))
                .map_err(|_| StatusWord::WrongData)?;
            known.sum = sum.to_bytes().into();
            known.received.push(sealed.label.centre);
        }
        None if full => return Err(StatusWord::NotEnoughMemory),
        None => slot.shares.push(StoredShare {
            context: sealed.label.context,
            received: vec![sealed.label.centre],
            sum: share.to_bytes().into(),
        }),
    }
    Ok(Outcome::done().changing(true))
}

fn open(slot: &Slot, sealed: &SealedShare) -> Result<HolderShare, StatusWord> {
    let secret = slot
        .secret
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::MemoryFailure)?;
    let recipient = ShareRecipient::Holder(slot.holder);
    open_share(secret, &recipient, sealed)
        .and_then(|share| HolderShare::from_bytes(&share))
        .map_err(|_| StatusWord::WrongData)
}
