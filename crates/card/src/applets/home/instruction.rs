//! The second byte of the applet's commands, and what stands in their third and fourth.

/// Sets the passwords (P2 = [`PASSWORDS`]), or shows what there is ([`STATE`]).
pub(crate) const SET_UP: u8 = 0x40;
/// Enrols a terminal (P1 = [`ENROL`]), or revokes one ([`REVOKE`]).
pub(crate) const TERMINAL: u8 = 0x42;
/// Signs a registration.
pub(crate) const REGISTER: u8 = 0x44;
/// Lends.
pub(crate) const LEND: u8 = 0x46;
/// Stops a loan (P1 = [`ONE`]), or everything ([`EVERYTHING`]).
pub(crate) const STOP: u8 = 0x48;
/// Shows the newest decisions.
pub(crate) const LOG: u8 = 0x4a;
/// Gives an order back to its loan.
pub(crate) const CANCEL: u8 = 0x4c;
/// Lends more.
pub(crate) const TOP_UP: u8 = 0x4e;

/// Gives a terminal a nonce.
pub(crate) const ANSWER_ACCESS: u8 = 0x50;
/// Takes a first password.
pub(crate) const TAKE_OPENING: u8 = 0x52;
/// Takes a second password.
pub(crate) const TAKE_RELEASE: u8 = 0x54;
/// Shows the holder to a shop.
pub(crate) const ENTER: u8 = 0x56;
/// Signs an order.
pub(crate) const SIGN_ORDER: u8 = 0x58;
/// Stops everything for a terminal.
pub(crate) const STOP_FROM_AWAY: u8 = 0x5a;
/// Ends a terminal's session.
pub(crate) const END: u8 = 0x5c;

/// Shows the terminal's keys.
pub(crate) const ACCESS_KEYS: u8 = 0xa0;
/// Begins a procedure.
pub(crate) const REQUEST_ACCESS: u8 = 0xa2;
/// Seals the first password (P1 = [`SEAL`]), or takes the answer ([`TAKE`]).
pub(crate) const OPENING: u8 = 0xa4;
/// Speaks to the proxy.
pub(crate) const HELLO: u8 = 0xa6;
/// Shows the terminal to the proxy.
pub(crate) const FINISH: u8 = 0xa8;
/// Takes the proxy's confirmation.
pub(crate) const CONFIRM: u8 = 0xaa;
/// Asks within the session; P1 is [`RELEASE_ASK`] and so on.
pub(crate) const ASK: u8 = 0xac;
/// Takes the answer to that; P1 as in [`ASK`].
pub(crate) const TAKE_ANSWER: u8 = 0xae;
/// Seals a request to a shop; P1 = 01 the last one.
pub(crate) const TO_SHOP: u8 = 0xb0;
/// Opens what a shop answered.
pub(crate) const FROM_SHOP: u8 = 0xb2;

pub(crate) const PASSWORDS: u8 = 0;
pub(crate) const STATE: u8 = 1;
pub(crate) const ENROL: u8 = 0;
pub(crate) const REVOKE: u8 = 1;
pub(crate) const ONE: u8 = 0;
pub(crate) const EVERYTHING: u8 = 1;
pub(crate) const SEAL: u8 = 0;
pub(crate) const TAKE: u8 = 1;
pub(crate) const RELEASE_ASK: u8 = 1;
pub(crate) const ENTER_ASK: u8 = 2;
pub(crate) const SIGN_ASK: u8 = 3;
pub(crate) const END_ASK: u8 = 4;
