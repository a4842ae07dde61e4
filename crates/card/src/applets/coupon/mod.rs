//! The coupon applet (source document 001): up to 64 coupons of several offices. What is in it was signed by its office for a
//! holder of this card, and it hands a coupon on to one receiver only, until the office has said that nothing came of it.
//!
//! Some of them may be locked. There is one password for all: whoever locks coupons locks them against the same people, and
//! a counter for each would give as many times the tries at what people would set to the same word anyway. A locked coupon is
//! sealed to a key that the password opens, so that locking asks for nothing, and nothing but the password reads it again.

mod hear;
mod held;
pub(crate) mod instruction;
mod lock;
mod office;
mod pin_block;
mod progress;
mod read;
mod sign;
mod store;
mod stored;

pub(crate) use hear::hear;
pub(crate) use lock::{lock, password};
pub(crate) use office::put_office;
pub(crate) use pin_block::verify_block;
pub(crate) use read::{list, read};
pub(crate) use sign::sign;
pub(crate) use store::{remove, store};
pub(crate) use stored::{COUPON_BYTES_MAX, COUPONS_MAX, Coupons, ROOM_MAX};

use crate::Header;
use crate::StatusWord;
use crate::state::State;

/// P1 as the number of a place.
fn place(header: Header) -> Result<u8, StatusWord> {
    if usize::from(header.p1) < COUPONS_MAX {
        Ok(header.p1)
    } else {
        Err(StatusWord::WrongParameters)
    }
}

/// P1 as the number of a place, and P2 as nothing.
fn place_alone(header: Header) -> Result<u8, StatusWord> {
    match header.p2 {
        0 => place(header),
        _ => Err(StatusWord::WrongParameters),
    }
}

fn coupons(state: &State) -> Result<&Coupons, StatusWord> {
    state.coupons.as_ref().ok_or(StatusWord::ReferenceNotFound)
}
