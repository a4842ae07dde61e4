//! A backup file: what it costs to guess the passphrase, then AES-256-GCM under the key stretched
//! from it. `docs/backup.md` has the layout.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::stretch::{SALT_BYTES, Stretch};
use super::{SealingError, aead};

/// How every backup begins.
const MAGIC: &[u8] = b"tallystick-backup";
/// The format that this release writes. It opens every format up to this one.
const FORMAT: u8 = 1;
/// Magic, format, memory in KiB and passes (32 bits each, big-endian), salt.
const HEADER_BYTES: usize = MAGIC.len() + 1 + 4 + 4 + SALT_BYTES;

/// Seals a backup.
///
/// # Errors
/// [`SealingError::Parameters`] if the cost is out of bounds.
pub fn seal(
    stretch: Stretch,
    passphrase: &[u8],
    contents: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealingError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let key = stretch.derive(passphrase, &salt)?;
    let mut file = MAGIC.to_vec();
    file.push(FORMAT);
    file.extend_from_slice(&stretch.memory_kib.to_be_bytes());
    file.extend_from_slice(&stretch.passes.to_be_bytes());
    file.extend_from_slice(&salt);
    let sealed = aead::seal(&key, &file, contents, rng)?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens a backup.
///
/// # Errors
/// [`SealingError::Malformed`] for a file that is none, [`SealingError::NewerFormat`],
/// [`SealingError::Parameters`], or [`SealingError::DoesNotOpen`] for another passphrase or a file
/// that was changed.
pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let rest = file.strip_prefix(MAGIC).ok_or(SealingError::Malformed)?;
    let (&format, rest) = rest.split_first().ok_or(SealingError::Malformed)?;
    if format > FORMAT {
        return Err(SealingError::NewerFormat(format));
    }
    let (memory_kib, rest) = number(rest)?;
    let (passes, rest) = number(rest)?;
    let (salt, sealed) = rest.split_first_chunk().ok_or(SealingError::Malformed)?;
    let header = file.get(..HEADER_BYTES).ok_or(SealingError::Malformed)?;
    let key = Stretch { memory_kib, passes }.derive(passphrase, salt)?;
    aead::open(&key, header, sealed)
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
    fn a_backup_opens_only_whole_and_only_with_its_passphrase() {
        let rng = &mut Seeded::new(1);
        let file = seal(CHEAP, b"passphrase", b"tea", rng).unwrap();
        assert_eq!(open(&file, b"passphrase").unwrap().as_slice(), b"tea");
        assert_eq!(
            open(&file, b"Passphrase").err(),
            Some(SealingError::DoesNotOpen)
        );
        for at in 0..file.len() {
            assert!(open(&file[..at], b"passphrase").is_err(), "cut at {at}");
        }
        // Not the cost's bytes, each of which would only make it a slow no.
        for at in (0..=MAGIC.len()).chain(MAGIC.len() + 9..file.len()) {
            let mut altered = file.clone();
            altered[at] ^= 1;
            assert!(open(&altered, b"passphrase").is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_newer_backup_is_named_as_such_and_a_costly_one_refused() {
        let rng = &mut Seeded::new(1);
        let mut file = seal(CHEAP, b"passphrase", b"tea", rng).unwrap();
        file[MAGIC.len() + 1] = 0xff;
        assert_eq!(
            open(&file, b"passphrase").err(),
            Some(SealingError::Parameters)
        );
        file[MAGIC.len()] = 2;
        assert_eq!(
            open(&file, b"passphrase").err(),
            Some(SealingError::NewerFormat(2))
        );
    }
}
