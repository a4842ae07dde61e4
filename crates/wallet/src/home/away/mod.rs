//! Away: the wallet that uses a card that stays at home, and what is lent to it. Its access card is its own software card or one
//! in a reader: it knows the terminal's keys and the sessions' keys. Purchases are the checkout's.

pub mod homes;
pub mod record;
