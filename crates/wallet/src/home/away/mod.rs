//! Away: the wallet that uses a card that stays at home. Its own software card is the access card: it knows the terminal's
//! keys and the sessions' keys, and the two passwords only pass through it.

mod approve;
mod homes;
mod procedure;
pub mod record;
mod send;
pub mod under_way;
