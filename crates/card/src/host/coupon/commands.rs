//! Command APDUs.

use alloc::vec::Vec;

use tallystick_protocol::home::{PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN};
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::applets::coupon::instruction as ins;
use crate::host::CardError;
use crate::host::build::apdu;
use crate::host::purse::Signed;

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// The digits of a PIN as ISO 9564-1 has them.
const DIGITS: core::ops::RangeInclusive<usize> = 4..=12;

/// Gives the card the certificate (DER) of the key with which an office signs coupons: [`crate::host::done`]. It is verified
/// by the roots that [`put_roots`](crate::host::purse::put_roots) has set.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn put_office(certificate: &[u8], at: Timestamp) -> Apdu {
    signed([0x80, ins::PUT_OFFICE, 0, 0], certificate, at)
}

/// Gives the card an encoded [`Coupon`](tallystick_protocol::coupon::Coupon): [`super::place`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn store(coupon: &[u8], at: Timestamp) -> Apdu {
    signed([0x80, ins::STORE, 0, 0], coupon, at)
}

/// Asks which places are taken: [`super::coupons`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn list() -> Apdu {
    apdu([0x80, ins::LIST, 0, 0], &[])
}

/// Asks what a place holds: [`super::coupon`]. Needs no PIN; a locked coupon is shown once the password was given.
///
/// # Errors
/// None.
pub fn read(place: u8) -> Apdu {
    apdu([0x80, ins::READ, place, 0], &[])
}

/// Deletes a coupon that is not under way: [`crate::host::done`]. Needs the PIN, of a locked one that is not over the
/// password too.
///
/// # Errors
/// None.
pub fn remove(place: u8) -> Apdu {
    apdu([0x80, ins::REMOVE, place, 0], &[])
}

/// Gives the card the office's signed [`CouponAnswer`](tallystick_protocol::coupon::CouponAnswer) to what the card signed
/// about the coupon: [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn hear_answer(place: u8, answer: &[u8], at: Timestamp) -> Apdu {
    signed([0x80, ins::HEAR, place, ins::ANSWER], answer, at)
}

/// Gives the card the office's signed [`CouponStatus`](tallystick_protocol::coupon::CouponStatus): as [`hear_answer`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn hear_status(place: u8, status: &[u8], at: Timestamp) -> Apdu {
    signed([0x80, ins::HEAR, place, ins::STATUS], status, at)
}

/// Gives the card the office's signed [`CouponVerdict`](tallystick_protocol::coupon::CouponVerdict) about the coupon as the
/// card has it: as [`hear_answer`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn hear_verdict(place: u8, verdict: &[u8], at: Timestamp) -> Apdu {
    signed([0x80, ins::HEAR, place, ins::VERDICT], verdict, at)
}

/// Locks a coupon, once there is a password: [`crate::host::done`]. Needs nothing else.
///
/// # Errors
/// None.
pub fn lock(place: u8) -> Apdu {
    apdu([0x80, ins::LOCK, place, ins::CLOSE], &[])
}

/// Unlocks a coupon, once the password was given: [`crate::host::done`].
///
/// # Errors
/// None.
pub fn unlock(place: u8) -> Apdu {
    apdu([0x80, ins::LOCK, place, ins::OPEN], &[])
}

/// Sets the password of locked coupons: [`crate::host::done`]. Needs the PIN, and while a coupon is locked the password before.
///
/// # Errors
/// [`CardError::MalformedPassword`].
pub fn set_password(password: &str) -> Apdu {
    if (PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&password.len()) {
        apdu([0x80, ins::PASSWORD, 0, ins::SET], password.as_bytes())
    } else {
        Err(CardError::MalformedPassword)
    }
}

/// Gives the password, for the session: [`crate::host::done`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn present_password(password: &str) -> Apdu {
    apdu([0x80, ins::PASSWORD, 0, ins::PRESENT], password.as_bytes())
}

/// Asks how many tries the password has left: [`super::tries_left`].
///
/// # Errors
/// None.
pub fn password_tries() -> Apdu {
    apdu([0x80, ins::PASSWORD, 0, ins::TRIES], &[])
}

/// Takes back that the password was given: [`crate::host::done`].
///
/// # Errors
/// None.
pub fn forget_password() -> Apdu {
    apdu([0x80, ins::PASSWORD, 0, ins::FORGET], &[])
}

/// Presents the PIN in a block of format 2 (ISO 9564-1): as [`verify_pin`](crate::host::verify_pin), in this applet.
///
/// # Errors
/// [`CardError::MalformedPin`] unless it is 4 to 12 digits.
pub fn verify_pin_block(pin: &str) -> Apdu {
    let digits = pin.as_bytes();
    if !DIGITS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(CardError::MalformedPin);
    }
    let mut halves = Zeroizing::new([0xf; 16]);
    halves[0] = ins::FORMAT_2;
    halves[1] = digits.len() as u8;
    for (half, digit) in halves[2..].iter_mut().zip(digits) {
        *half = digit - b'0';
    }
    let mut block = Zeroizing::new([0; 8]);
    for (byte, pair) in block.iter_mut().zip(halves.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    apdu([0x80, ins::PIN_BLOCK, 0, ins::FORMAT_2], &*block)
}

fn signed(header: [u8; 4], bytes: &[u8], at: Timestamp) -> Apdu {
    let bytes = bytes.to_vec();
    apdu(header, &encode_value(&Signed { bytes, at }))
}
