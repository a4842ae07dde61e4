//! The second byte of the applet's commands, and what stands in their fourth.

/// Makes a key; P2 is [`ES256`] or [`RSA_2048`].
pub(crate) const MAKE_KEY: u8 = 0x20;
/// Puts a sealed key in; P2 is the slot of the enrolment key.
pub(crate) const PUT_KEY: u8 = 0x22;
/// Sets the roots.
pub(crate) const PUT_ROOTS: u8 = 0x24;
/// Takes a bank's certificate.
pub(crate) const PUT_BANK: u8 = 0x26;
/// Opens or renews a purse.
pub(crate) const OPEN: u8 = 0x28;
/// Signs something about a purse's key; P2 is [`APPLICATION`], [`RENEWAL`] or [`RENEWED`].
pub(crate) const SIGN: u8 = 0x2a;
/// Begins a movement; P2 is [`BEGIN`] or [`DRAW`].
pub(crate) const REQUEST: u8 = 0x2c;
/// Accepts (P2 = 01) or refuses (00) an offer.
pub(crate) const ANSWER: u8 = 0x2e;
/// Ends a movement.
pub(crate) const VERDICT: u8 = 0x30;
/// Pays an order.
pub(crate) const PAY: u8 = 0x32;
/// Reports to the bank.
pub(crate) const REPORT: u8 = 0x34;
/// Takes a checkpoint.
pub(crate) const NOTICE: u8 = 0x36;
/// Shows a purse; P2 is [`STATE`], [`HISTORY`] or [`MESSAGES`].
pub(crate) const READ: u8 = 0x38;
/// Lists the places that are taken.
pub(crate) const LIST: u8 = 0x3a;
/// Empties a history.
pub(crate) const CLEAR: u8 = 0x3c;
/// Deletes a purse.
pub(crate) const CLOSE: u8 = 0x3e;

/// Asks another purse for a payment.
pub(crate) const ASK: u8 = 0xb4;
/// Pays another purse.
pub(crate) const PAY_PURSE: u8 = 0xb6;
/// Shows a payment that came, takes it or refuses it; P2 is [`LOOK`], [`TAKE`] or [`REFUSE`].
pub(crate) const TAKE_PAYMENT: u8 = 0xb8;
/// Takes the other purse's answer.
pub(crate) const SETTLE: u8 = 0xba;

/// ECDSA on P-256.
pub(crate) const ES256: u8 = 1;
/// RSA with 2048 bits.
pub(crate) const RSA_2048: u8 = 2;

/// SZ4.
pub(crate) const APPLICATION: u8 = 1;
/// S6.
pub(crate) const RENEWAL: u8 = 2;
/// S10.
pub(crate) const RENEWED: u8 = 3;

/// The movement begins.
pub(crate) const BEGIN: u8 = 0;
/// Its number is drawn, for the card at its other end.
pub(crate) const DRAW: u8 = 1;

/// What a purse is and holds.
pub(crate) const STATE: u8 = 0;
/// Its history.
pub(crate) const HISTORY: u8 = 1;
/// What the card signed about a pending movement.
pub(crate) const MESSAGES: u8 = 2;

/// What came, and from whom.
pub(crate) const LOOK: u8 = 0;
/// The payment is taken.
pub(crate) const TAKE: u8 = 1;
/// It never is.
pub(crate) const REFUSE: u8 = 2;
