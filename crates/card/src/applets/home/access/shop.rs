//! TO SHOP (80 B0 P1 00) and FROM SHOP (80 B2 00 00): H8.

use tallystick_protocol::home::calls::{InnerRequest, InnerResponse};
use tallystick_protocol::home::records::RecordKeys;
use tallystick_protocol::wire::cbor::decode;

use super::stored::{Procedure, access, put};
use crate::StatusWord;
use crate::applets::home::{require_no_parameters, require_p1_alone};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Seals a request to the shop; the last one with P1 = 01.
pub(crate) fn to_shop(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let is_last = match require_p1_alone(command.header)? {
        0 => false,
        1 => true,
        _ => return Err(StatusWord::WrongParameters),
    };
    let _request: InnerRequest = decode(command.data).map_err(|_| StatusWord::WrongData)?;
    let (procedure, mut shop) = session(state)?;
    let record = shop.seal(command.data, is_last);
    let record = record.map_err(|_| StatusWord::ConditionsNotSatisfied)?;
    keep(state, procedure, shop)?;
    Ok(Outcome::data(record).changing(true))
}

/// Opens what the shop answered.
pub(crate) fn from_shop(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let (procedure, mut shop) = session(state)?;
    let content = shop.open(command.data);
    let content = content.map_err(|_| StatusWord::WrongData)?;
    let _response: InnerResponse = decode(&content).map_err(|_| StatusWord::WrongData)?;
    keep(state, procedure, shop)?;
    Ok(Outcome::data(content.to_vec()).changing(true))
}

fn session(state: &State) -> Result<(Procedure, RecordKeys), StatusWord> {
    let procedure = access(state)?.procedure.clone();
    let procedure = procedure.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let shop = procedure.shop.clone();
    let shop = shop.ok_or(StatusWord::ConditionsNotSatisfied)?;
    Ok((procedure, shop))
}

fn keep(state: &mut State, procedure: Procedure, shop: RecordKeys) -> Result<(), StatusWord> {
    let shop = Some(shop);
    put(state, Procedure { shop, ..procedure })
}
