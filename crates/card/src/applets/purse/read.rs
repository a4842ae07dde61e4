//! READ (80 38 place P2): what the wallet's pages show.

use tallystick_protocol::purse::ENTRIES_MAX;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::TransactionId;

use super::instruction::{HISTORY, MESSAGES, STATE};
use super::stored::{Purse, Value};
use super::work::purses;
use super::{place, require_no_data};
use crate::StatusWord;
use crate::host::purse::{PendingMessages, PurseView};
use crate::iso::apdu::{Command, DATA_MAX};
use crate::outcome::Outcome;
use crate::state::State;

/// What a place holds (P2 = 00), the history after an entry (01), or what the card signed about a pending movement
/// (02). Wants no PIN: whoever has the card sees what is in it, as with a purse of leather.
pub(crate) fn read(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let purse = purses(state)?.at(place);
    let purse = purse.ok_or(StatusWord::ReferenceNotFound)?;
    let value = || purse.value.as_ref().ok_or(StatusWord::ReferenceNotFound);
    match command.header.p2 {
        STATE => {
            require_no_data(command)?;
            Ok(Outcome::data(encode_value(&view(purse))))
        }
        HISTORY => {
            let after = decode_value(command.data, DATA_MAX).map_err(|_| StatusWord::WrongData)?;
            let entries = value()?.entries_after(after, ENTRIES_MAX);
            Ok(Outcome::data(encode_value(&entries)))
        }
        MESSAGES => messages(value()?, command.data),
        _ => Err(StatusWord::WrongParameters),
    }
}

fn view(purse: &Purse) -> PurseView {
    let value = purse.value.as_ref();
    let pending = value.map(|value| value.pending.as_slice());
    PurseView {
        public_key: purse.key.as_ref().map(|key| key.public.clone()),
        next_public_key: purse.next_key.as_ref().map(|key| key.public.clone()),
        certificate: value.map(|value| value.certificate.clone()),
        checkpoint: value.map(|value| value.checkpoint.clone()),
        checkpoint_message: value.map(|value| value.checkpoint_message.clone()),
        state: value.map(Value::state),
        pending: (pending.unwrap_or_default().iter())
            .map(super::pending::Pending::view)
            .collect(),
        entries: value.map_or(0, |value| value.history.len() as u32),
        is_full: value.is_some_and(Value::is_full),
    }
}

fn messages(value: &Value, data: &[u8]) -> Result<Outcome, StatusWord> {
    let transaction = data.try_into().map(TransactionId);
    let transaction = transaction.map_err(|_| StatusWord::WrongLength)?;
    let index = value.find(transaction);
    let pending = index.and_then(|index| value.pending.get(index));
    let pending = pending.ok_or(StatusWord::ReferenceNotFound)?;
    Ok(Outcome::data(encode_value(&PendingMessages {
        asked: pending.asked.clone(),
        reply: pending.reply.clone(),
    })))
}
