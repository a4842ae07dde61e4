//! What can go wrong with key shares.

/// Why a key, a share or a point was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// 32 bytes that are not the one encoding of a field element.
    #[error("a number in the key material is not written in its one permitted form")]
    NotCanonical,
    /// Not a whole number of elements, or too few or too many of them.
    #[error("the key material has the wrong length")]
    WrongLength,
    /// The zero point, for which every key would be the same coefficient.
    #[error("this identifier cannot be used because it hashes to zero")]
    ZeroPoint,
    /// Degrees outside the stated bounds.
    #[error("these polynomial degrees are outside the permitted bounds")]
    DegreesOutOfBounds,
    /// A row of the master was given twice, or a row that does not exist.
    #[error("this row of the master does not belong here")]
    UnexpectedRow,
    /// A share was finished before every row of the master had been used.
    #[error("rows of the master are missing")]
    RowsMissing,
    /// The space has issued as many identifiers as its degrees can bear.
    #[error("this key space is full; a new space has to be opened")]
    SpaceFull,
    /// No centre, too many centres, or one named twice.
    #[error("the list of key centres is empty, too long or names one twice")]
    Centres,
    /// A role that has no pairwise keys, or not the role of the space.
    #[error("there are no pairwise keys for this role in this key space")]
    Role,
    /// A suite that is reserved but not in use yet, or unknown.
    #[error("this suite of key derivation is not in use")]
    Suite,
    /// A purpose that this version does not know.
    #[error("this purpose of a key is unknown")]
    Purpose,
    /// A sealed share that the key at hand does not open.
    #[error("the key share could not be opened with this enrolment key")]
    CannotOpen,
    /// A share could not be sealed to that public key.
    #[error("the key share could not be sealed to this public key")]
    CannotSeal,
}
