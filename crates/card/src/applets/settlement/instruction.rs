//! The second byte of the applet's commands in clear, and what stands in the third. Those of the channel are
//! [`tallystick_protocol::settlement`]'s.

/// Makes a contactless card, shows it, or forgets it; P1 is [`PREPARE`] to [`SHOW`].
pub(crate) const MANAGE: u8 = 0xd6;

/// Makes the key to which a card's keys are sealed.
pub(crate) const PREPARE: u8 = 0;
/// Takes them.
pub(crate) const PERSONALISE: u8 = 1;
/// Deletes all of it.
pub(crate) const FORGET: u8 = 2;
/// Says whose card it is.
pub(crate) const SHOW: u8 = 3;
