//! Away: the wallet that uses a card that stays at home, and what is lent to it. Its own software card is the access card: it
//! knows the terminal's keys and the sessions' keys. Purchases are the checkout's.

mod homes;
pub mod record;
