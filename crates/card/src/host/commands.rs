//! Command APDUs.

use alloc::vec::Vec;

use tallystick_protocol::keys::{PairContext, Purpose, SealedShare};
use tallystick_protocol::wire::cbor::encode_value;
use zeroize::Zeroizing;

use super::{CardError, DeriveRequest, build::apdu};
use crate::Applet;
use crate::applets::identity::SIGNATURE;
use crate::iso::tlv;
use crate::reference_data::{BYTES, PIN, PUK, is_pin};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;
type Block = Zeroizing<[u8; BYTES]>;

/// Chooses an applet. Its answer may be ignored but for its status: [`super::done`].
///
/// # Errors
/// None.
pub fn select(applet: Applet) -> Apdu {
    apdu([0x00, 0xa4, 0x04, 0x00], applet.aid())
}

/// Presents the PIN: [`super::done`]. One verification allows any number of derived keys and one
/// signature, until the card is restored anew.
///
/// # Errors
/// [`CardError::MalformedPin`].
pub fn verify_pin(pin: &str) -> Apdu {
    apdu([0x00, 0x20, 0x00, PIN], &*pin_block(pin)?)
}

/// Asks how many tries the PIN has left: [`super::tries_left`].
///
/// # Errors
/// None.
pub fn pin_tries() -> Apdu {
    apdu([0x00, 0x20, 0x00, PIN], &[])
}

/// Asks how many tries the PUK has left: [`super::tries_left`]. Only on this card.
///
/// # Errors
/// None.
pub fn puk_tries() -> Apdu {
    apdu([0x00, 0x20, 0x00, PUK], &[])
}

/// Makes the card forget that the PIN was verified: [`super::done`].
///
/// # Errors
/// None.
pub fn forget_pin() -> Apdu {
    apdu([0x00, 0x20, 0xff, PIN], &[])
}

/// Sets another PIN: [`super::done`].
///
/// # Errors
/// [`CardError::MalformedPin`].
pub fn change_pin(old: &str, new: &str) -> Apdu {
    apdu(
        [0x00, 0x24, 0x00, PIN],
        &two(&*pin_block(old)?, &*pin_block(new)?)[..],
    )
}

/// Sets another PUK of eight visible ASCII characters: [`super::done`].
///
/// # Errors
/// None.
pub fn change_puk(old: &[u8; BYTES], new: &[u8; BYTES]) -> Apdu {
    apdu([0x00, 0x24, 0x00, PUK], &two(old, new)[..])
}

/// Sets a new PUK, with all its tries, after the PIN was verified: [`super::done`].
///
/// # Errors
/// None.
pub fn new_puk(new: &[u8; BYTES]) -> Apdu {
    apdu([0x00, 0x24, 0x01, PUK], new)
}

/// Sets a new PIN with the PUK, with all its tries: [`super::done`].
///
/// # Errors
/// [`CardError::MalformedPin`].
pub fn reset_pin(puk: &[u8; BYTES], new: &str) -> Apdu {
    apdu([0x00, 0x2c, 0x00, PIN], &two(puk, &*pin_block(new)?)[..])
}

/// Makes the signature key of a slot, RSA-2048: [`super::signing_public_key`].
///
/// # Errors
/// None; the card knows no slots beyond 15.
pub fn generate_signing_key(slot: u8) -> Apdu {
    apdu(
        [0x00, 0x47, 0x00, signature_key(slot)],
        &[0xac, 3, 0x80, 1, 0x07],
    )
}

/// Signs a block that is already padded, such as `emsa_pss_encode` makes, with the key of a slot:
/// [`super::signature`].
///
/// # Errors
/// None.
pub fn sign_block(slot: u8, block: &[u8; 256]) -> Apdu {
    let parts = [tlv::object(0x82, &[]), tlv::object(0x81, block)];
    apdu(
        [0x00, 0x87, 0x07, signature_key(slot)],
        &tlv::object(0x7c, &parts.concat()),
    )
}

/// Deletes the signature key of a slot: [`super::done`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn delete_signing_key(slot: u8) -> Apdu {
    apdu([0x00, 0xf6, 0xff, signature_key(slot)], &[])
}

/// The reference of a slot's signature key: the first is PIV's own, the others follow on from 82.
const fn signature_key(slot: u8) -> u8 {
    match slot {
        0 => SIGNATURE,
        further => 0x81_u8.saturating_add(further),
    }
}

/// Reads the certificate of the signature key: [`super::certificate`].
///
/// # Errors
/// None.
pub fn get_certificate() -> Apdu {
    apdu([0x00, 0xcb, 0x3f, 0xff], &CERTIFICATE_OBJECT)
}

/// Writes the certificate of the signature key, in DER: [`super::done`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn put_certificate(der: &[u8]) -> Apdu {
    if der.len() > crate::applets::identity::CERTIFICATE_MAX {
        return Err(CardError::TooLarge);
    }
    // SP 800-73-5 part 1, table 10: certificate, uncompressed, without an error detection code.
    let parts = [
        tlv::object(0x70, der),
        tlv::object(0x71, &[0]),
        tlv::object(0xfe, &[]),
    ];
    let mut data = CERTIFICATE_OBJECT.to_vec();
    tlv::write(&mut data, 0x53, &parts.concat());
    apdu([0x00, 0xdb, 0x3f, 0xff], &data)
}

/// Makes the enrolment key of a slot, or reads it if there is one: [`super::enrolment_public_key`].
///
/// # Errors
/// None.
pub fn generate_enrolment_key(slot: u8) -> Apdu {
    apdu([0x80, 0x10, slot, 0x00], &[])
}

/// Hands over a key share: [`super::done`]. Doing so twice is doing so once.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn put_share(slot: u8, share: &SealedShare) -> Apdu {
    apdu([0x80, 0x12, slot, 0x00], &encode_value(share))
}

/// Asks for the key of a pair, for one purpose and nonce: [`super::derived_key`].
///
/// # Errors
/// None.
pub fn derive(slot: u8, pair: &PairContext, purpose: Purpose, nonce: &[u8; 32]) -> Apdu {
    let request = DeriveRequest {
        pair: pair.clone(),
        nonce: *nonce,
    };
    apdu([0x80, 0x14, slot, purpose as u8], &encode_value(&request))
}

/// Asks which shares a slot holds: [`super::held_contexts`].
///
/// # Errors
/// None.
pub fn status(slot: u8) -> Apdu {
    apdu([0x80, 0x16, slot, 0x00], &[])
}

/// Asks which slots are taken, and by which holders: [`super::slots`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn list_slots() -> Apdu {
    apdu([0x80, 0x1a, 0x00, 0x00], &[])
}

/// Asks the card to prove that it has the enrolment key of a slot: [`super::proof`]. `challenge` is
/// that of `tallystick_protocol::keys::proof`. Needs no PIN.
///
/// # Errors
/// None.
pub fn prove(slot: u8, challenge: &[u8]) -> Apdu {
    apdu([0x80, 0x1c, slot, 0x00], challenge)
}

/// Asks whether PIN or PUK is still the factory's: [`super::is_from_factory`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn ask_if_from_factory() -> Apdu {
    apdu([0x80, 0x1a, 0x00, 0x01], &[])
}

/// Deletes the enrolment key of a slot and its shares: [`super::done`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn delete_slot(slot: u8) -> Apdu {
    apdu([0x80, 0x18, slot, 0x00], &[])
}

/// The tag list of object 5FC10A.
const CERTIFICATE_OBJECT: [u8; 5] = [0x5c, 3, 0x5f, 0xc1, 0x0a];

fn pin_block(pin: &str) -> Result<Block, CardError> {
    let mut block = Zeroizing::new([0xff; BYTES]);
    let place = block.get_mut(..pin.len()).ok_or(CardError::MalformedPin)?;
    place.copy_from_slice(pin.as_bytes());
    if is_pin(&block) {
        Ok(block)
    } else {
        Err(CardError::MalformedPin)
    }
}

fn two(one: &[u8; BYTES], other: &[u8; BYTES]) -> Zeroizing<[u8; 2 * BYTES]> {
    let mut both = Zeroizing::new([0; 2 * BYTES]);
    both[..BYTES].copy_from_slice(one);
    both[BYTES..].copy_from_slice(other);
    both
}
