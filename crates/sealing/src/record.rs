//! A sealed record: format version, then AES-256-GCM under the state key.
//!
//! Format version and record name are authenticated, so that no record can stand in for another.

use rand_core::CryptoRng;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use super::{SealingError, StateKey, aead};

/// The format that this release writes. It opens every format up to this one.
pub const FORMAT: u8 = 1;

fn associated(name: &str, format: u8) -> Vec<u8> {
    let mut bytes = [context::WALLET_RECORD.as_bytes(), b"\0"].concat();
    bytes.push(format);
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

/// Seals `plaintext` as the record of that name.
///
/// # Errors
/// Only for more than AES-GCM's 64 GiB.
pub fn seal(
    key: &StateKey,
    name: &str,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealingError> {
    let sealed = aead::seal(key.as_bytes(), &associated(name, FORMAT), plaintext, rng)?;
    let mut record = Vec::with_capacity(1 + sealed.len());
    record.push(FORMAT);
    record.extend_from_slice(&sealed);
    Ok(record)
}

/// Whether this release can open a record.
///
/// # Errors
/// [`SealingError::NewerFormat`] or [`SealingError::Malformed`].
pub fn check_format(record: &[u8]) -> Result<(), SealingError> {
    match record.first() {
        None => Err(SealingError::Malformed),
        Some(&format) if format > FORMAT => Err(SealingError::NewerFormat(format)),
        Some(_) => Ok(()),
    }
}

/// Opens the record of that name.
///
/// # Errors
/// [`SealingError`] if it was stored under another name or key, was altered, or is newer.
pub fn open(key: &StateKey, name: &str, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    check_format(record)?;
    let (&format, sealed) = record.split_first().ok_or(SealingError::Malformed)?;
    aead::open(key.as_bytes(), &associated(name, format), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    #[test]
    fn a_record_opens_only_whole_under_its_key_and_its_name() {
        let rng = &mut Seeded::new(1);
        let (key, other) = (StateKey::generate(rng), StateKey::generate(rng));
        let record = seal(&key, "order/1", b"tea", rng).unwrap();
        assert_eq!(open(&key, "order/1", &record).unwrap().as_slice(), b"tea");
        assert!(open(&other, "order/1", &record).is_err());
        assert!(open(&key, "order/2", &record).is_err());
        for at in 0..record.len() {
            let mut altered = record.clone();
            altered[at] ^= 1;
            assert!(open(&key, "order/1", &altered).is_err(), "byte {at}");
            assert!(open(&key, "order/1", &record[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_record_of_a_newer_release_is_named_as_such() {
        let rng = &mut Seeded::new(1);
        let key = StateKey::generate(rng);
        let mut record = seal(&key, "profile", b"", rng).unwrap();
        record[0] = 2;
        assert_eq!(
            open(&key, "profile", &record).err(),
            Some(SealingError::NewerFormat(2))
        );
    }
}
