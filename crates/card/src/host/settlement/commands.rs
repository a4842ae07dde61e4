//! Commands.

use alloc::vec::Vec;

use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::applets::settlement::instruction as ins;
use crate::host::CardError;
use crate::host::build::apdu;
use crate::host::purse::Signed;

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// Has the card make the key to which its keys are sealed: [`super::prepared`]. The same again until it is personalised;
/// then refused (6A89).
///
/// # Errors
/// None.
pub fn prepare() -> Apdu {
    apdu([0x80, ins::MANAGE, ins::PREPARE, 0], &[])
}

/// Gives the card the security server's signed
/// [`CardPersonalisation`](tallystick_protocol::settlement::card::CardPersonalisation): [`crate::host::done`]. Once; needs
/// the roots ([`crate::host::purse::put_roots`]) and no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn personalise(signed: &[u8], at: Timestamp) -> Apdu {
    let bytes = signed.to_vec();
    let given = encode_value(&Signed { bytes, at });
    apdu([0x80, ins::MANAGE, ins::PERSONALISE, 0], &given)
}

/// Ends a contactless card that holds nothing: [`crate::host::done`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn forget() -> Apdu {
    apdu([0x80, ins::MANAGE, ins::FORGET, 0], &[])
}

/// Asks whose card it is: [`super::view`].
///
/// # Errors
/// None.
pub fn show() -> Apdu {
    apdu([0x80, ins::MANAGE, ins::SHOW, 0], &[])
}
