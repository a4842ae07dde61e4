//! The settlement applet (source document 003, section 2): a contactless card, which whoever holds it taps to pay. Its
//! balance changes by a security server's orders alone, in a channel (SCP03) that the two open through whoever stands
//! between; so no command of it wants a PIN but the one that forgets the card.

pub(crate) mod instruction;
mod manage;
mod pay;
mod personalise;
mod stored;
mod tap;

pub(crate) use manage::manage;
pub(crate) use pay::in_channel;
pub(crate) use stored::{ROOM_MAX, Settlement};
pub(crate) use tap::{Tap, external_authenticate, initialize_update};
