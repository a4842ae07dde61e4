//! Which keys there can be (SP 800-73-5 part 1, tables 3 and 4b).

use crate::StatusWord;
use crate::session::Session;

/// PIV authentication: to log in with.
const AUTHENTICATION: u8 = 0x9a;
/// Digital signature; the first account's.
pub(crate) const SIGNATURE: u8 = 0x9c;
/// Key management: to decrypt with.
const KEY_MANAGEMENT: u8 = 0x9d;
/// The signature keys of further accounts, numbered as the retired keys: one for each slot of the keys
/// applet after the first.
const FURTHER_SIGNATURES: core::ops::RangeInclusive<u8> = 0x82..=0x90;

/// A key that this card can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyReference(u8);

impl KeyReference {
    /// # Errors
    /// [`StatusWord::ReferenceNotFound`] for any other key.
    pub(crate) fn new(reference: u8) -> Result<Self, StatusWord> {
        match reference {
            AUTHENTICATION | SIGNATURE | KEY_MANAGEMENT => Ok(Self(reference)),
            further if FURTHER_SIGNATURES.contains(&further) => Ok(Self(further)),
            _ => Err(StatusWord::ReferenceNotFound),
        }
    }

    /// The signature key of the account whose enrolment key is in that slot.
    ///
    /// # Errors
    /// [`StatusWord::ReferenceNotFound`] beyond the last slot.
    pub(crate) fn of_slot(slot: u8) -> Result<Self, StatusWord> {
        match slot {
            0 => Self::new(SIGNATURE),
            further => Self::new(0x81_u8.saturating_add(further)),
        }
    }

    pub(crate) const fn number(self) -> u8 {
        self.0
    }

    /// The last byte of the data object 5FC1xx in which the certificate of this key is; none for further
    /// signature keys, whose certificates the wallet keeps.
    pub(crate) const fn certificate(self) -> Option<u8> {
        match self.0 {
            AUTHENTICATION => Some(0x05),
            SIGNATURE => Some(0x0a),
            KEY_MANAGEMENT => Some(0x0b),
            _ => None,
        }
    }

    /// The key whose certificate that data object has.
    pub(crate) fn of_certificate(object: u8) -> Option<Self> {
        [AUTHENTICATION, SIGNATURE, KEY_MANAGEMENT]
            .map(Self)
            .into_iter()
            .find(|key| key.certificate() == Some(object))
    }

    /// Whether the PIN allows one use of this key. A signature wants it each time ("PIN always",
    /// SP 800-73-5 part 1, table 4b); logging in and decrypting, once in a session. Uses the permission up.
    pub(crate) fn authorise(self, session: &mut Session) -> Result<(), StatusWord> {
        let allowed = match self.0 {
            AUTHENTICATION | KEY_MANAGEMENT => session.is_verified(),
            _ => core::mem::take(&mut session.may_sign),
        };
        if allowed {
            Ok(())
        } else {
            Err(StatusWord::SecurityStatusNotSatisfied)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_certificate_belongs_to_one_key() {
        let keys = (0..=0xff).filter_map(|reference| KeyReference::new(reference).ok());
        let with_certificate: alloc::vec::Vec<_> = keys
            .filter_map(|key| Some((key, key.certificate()?)))
            .collect();
        assert_eq!(with_certificate.len(), 3);
        for (key, object) in with_certificate {
            assert_eq!(KeyReference::of_certificate(object), Some(key));
        }
    }
}
