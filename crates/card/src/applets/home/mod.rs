//! The home applet (source document 000): a card that stays at home and signs while its holder is away, and the card of
//! whoever is away. Any card is either, both or none.
//!
//! At home ([`lending`]) it keeps which terminals it knows and what it lends to each, and counts that down itself, before
//! anything it signed leaves. What a terminal asks comes through strangers and needs no PIN: two passwords, sealed to
//! this card, stand in its place.
//!
//! Away ([`access`]) it has the terminal's keys, seals the passwords, and holds all keys of a procedure.

pub(crate) mod access;
pub(crate) mod instruction;
mod key_pair;
pub(crate) mod lending;
mod stored;

pub(crate) use stored::Home;

use minicbor::{Decode, Encode};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::wire::cbor::decode_value;

use crate::Header;
use crate::StatusWord;
use crate::iso::apdu::Command;

/// What the command is asked.
fn asked<T>(command: &Command<'_>) -> Result<T, StatusWord>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_value(command.data, command.header.data_max()).map_err(|_| StatusWord::WrongData)
}

fn require_no_data(command: &Command<'_>) -> Result<(), StatusWord> {
    if command.data.is_empty() {
        Ok(())
    } else {
        Err(StatusWord::WrongLength)
    }
}

fn require_no_parameters(header: Header) -> Result<(), StatusWord> {
    if (header.p1, header.p2) == (0, 0) {
        Ok(())
    } else {
        Err(StatusWord::WrongParameters)
    }
}

/// P2 as nothing.
fn require_p1_alone(header: Header) -> Result<u8, StatusWord> {
    match header.p2 {
        0 => Ok(header.p1),
        _ => Err(StatusWord::WrongParameters),
    }
}

const fn refused(refusal: HomeRefusal) -> StatusWord {
    StatusWord::AtHome(refusal)
}
