//! The holder's sheet: codes that rest, under the PIN, until their holder has shown to have them.
//!
//! It lies in a record under the state key besides. Whoever has that key alone must not find PUK or account code,
//! which would give them the card or the account: as with the software card's own safe, it is the PIN that stands
//! before them, stretched at the same cost.

use rand_core::CryptoRng;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use super::stretch::{SALT_BYTES, Stretch};
use super::{SealingError, aead};

/// The format that this release writes. It opens every format up to this one.
const FORMAT: u8 = 1;
/// Format, memory in KiB and passes (32 bits each, big-endian), salt.
const HEADER_BYTES: usize = 1 + 4 + 4 + SALT_BYTES;

fn associated(header: &[u8]) -> Vec<u8> {
    [context::WALLET_SHEET.as_bytes(), b"\0", header].concat()
}

/// Seals codes under a PIN.
///
/// # Errors
/// [`SealingError::Parameters`] if the cost is out of bounds.
pub fn seal(
    stretch: Stretch,
    pin: &[u8],
    codes: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealingError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let mut sheet = vec![FORMAT];
    sheet.extend_from_slice(&stretch.memory_kib.to_be_bytes());
    sheet.extend_from_slice(&stretch.passes.to_be_bytes());
    sheet.extend_from_slice(&salt);
    let key = stretch.derive(pin, &salt)?;
    let sealed = aead::seal(&key, &associated(&sheet), codes, rng)?;
    sheet.extend_from_slice(&sealed);
    Ok(sheet)
}

/// Opens them.
///
/// # Errors
/// [`SealingError::Malformed`], [`SealingError::NewerFormat`], [`SealingError::Parameters`], or
/// [`SealingError::DoesNotOpen`] for another PIN or bytes that were changed.
pub fn open(sheet: &[u8], pin: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let (header, sealed) = sheet
        .split_at_checked(HEADER_BYTES)
        .ok_or(SealingError::Malformed)?;
    let (&format, rest) = header.split_first().ok_or(SealingError::Malformed)?;
    if format > FORMAT {
        return Err(SealingError::NewerFormat(format));
    }
    let (memory_kib, rest) = number(rest)?;
    let (passes, salt) = number(rest)?;
    let salt = salt.try_into().map_err(|_| SealingError::Malformed)?;
    let key = Stretch { memory_kib, passes }.derive(pin, salt)?;
    aead::open(&key, &associated(header), sealed)
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), SealingError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(SealingError::Malformed)?;
    Ok((u32::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    const CHEAP: Stretch = Stretch {
        memory_kib: 64,
        passes: 1,
    };

    #[test]
    fn a_sheet_opens_only_whole_and_only_with_its_pin() {
        let rng = &mut Seeded::new(1);
        let sheet = seal(CHEAP, b"271828", b"codes", rng).unwrap();
        assert_eq!(open(&sheet, b"271828").unwrap().as_slice(), b"codes");
        let other = open(&sheet, b"271829").err();
        assert_eq!(other, Some(SealingError::DoesNotOpen));
        for at in 0..sheet.len() {
            assert!(open(&sheet[..at], b"271828").is_err(), "cut at {at}");
        }
        // Not the cost's bytes, each of which would only make it a slow no.
        for at in (0..1).chain(9..sheet.len()) {
            let mut altered = sheet.clone();
            altered[at] ^= 1;
            assert!(open(&altered, b"271828").is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_newer_sheet_is_named_as_such_and_a_costly_one_refused() {
        let rng = &mut Seeded::new(1);
        let mut sheet = seal(CHEAP, b"271828", b"codes", rng).unwrap();
        sheet[1] = 0xff;
        assert_eq!(
            open(&sheet, b"271828").err(),
            Some(SealingError::Parameters)
        );
        sheet[0] = 2;
        assert_eq!(
            open(&sheet, b"271828").err(),
            Some(SealingError::NewerFormat(2))
        );
    }
}
