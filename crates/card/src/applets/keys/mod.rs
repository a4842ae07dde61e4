//! The keys applet: holds enrolment keys and key shares, gives out keys for one purpose and nonce, and
//! never a share or a raw pairwise value.

mod delete_slot;
mod derive;
mod generate_enrolment_key;
mod list;
mod prove;
mod put_share;
mod share_sum;
mod slot;
mod status;

pub(crate) use delete_slot::delete_slot;
pub(crate) use derive::derive;
pub(crate) use generate_enrolment_key::generate_enrolment_key;
pub(crate) use list::list;
pub(crate) use prove::prove;
pub(crate) use put_share::put_share;
pub(crate) use share_sum::share_sum;
pub(crate) use slot::{SHARES_MAX, SLOT_ROOM, SLOTS_MAX, Slot, StoredShare};
pub(crate) use status::status;

use crate::Header;
use crate::StatusWord;

/// P1 as the number of a slot.
fn slot_number(header: Header) -> Result<u8, StatusWord> {
    if usize::from(header.p1) < SLOTS_MAX {
        Ok(header.p1)
    } else {
        Err(StatusWord::WrongParameters)
    }
}
