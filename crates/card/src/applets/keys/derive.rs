//! DERIVE (80 14 slot purpose).

use tallystick_protocol::keys::{Purpose, party_point};
use tallystick_protocol::wire::cbor::decode_value;

use super::{share_sum, slot_number};
use crate::StatusWord;
use crate::host::DeriveRequest;
use crate::iso::apdu::{Command, DATA_MAX};
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// A pair context and a nonce as CBOR. Answers with the derived key, 32 bytes, once the PIN was
/// verified in this session.
pub(crate) fn derive(
    state: &State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    let purpose = Purpose::try_from(command.header.p2).map_err(|_| StatusWord::WrongParameters)?;
    let key = session.require_verified()?;
    let request: DeriveRequest =
        decode_value(command.data, DATA_MAX).map_err(|_| StatusWord::WrongData)?;
    let pair = &request.pair;
    let slot = state.slot(number).ok_or(StatusWord::ReferenceNotFound)?;
    if pair.holder != slot.holder {
        return Err(StatusWord::WrongData);
    }
    let share = slot.share(&pair.key).filter(|share| share.is_complete());
    let share = share.ok_or(StatusWord::ReferenceNotFound)?;
    let share = share_sum(slot, key, share)?;
    let key = party_point(&pair.party, &pair.key)
        .and_then(|point| share.pairwise(&point).derive(pair, purpose, &request.nonce))
        .map_err(|_| StatusWord::WrongData)?;
    Ok(Outcome::data(*key.as_bytes()))
}
