//! The key centre's polynomial, a row at a time, so that it fits rows of a database.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Degrees, Element, KeyError, Point, polynomial::Polynomial};

/// Row j of the master: the `a + 1` coefficients in x of y^j, lowest power first.
///
/// The whole master is `b + 1` rows. Whoever has it has every key of the space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterRow(Polynomial);

impl MasterRow {
    /// Draws a row at random.
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`].
    pub fn generate(rng: &mut impl CryptoRng, degrees: Degrees) -> Result<Self, KeyError> {
        degrees.check()?;
        Ok(Self(Polynomial::random(rng, degrees.row_elements())))
    }

    /// Reads what [`Self::to_bytes`] wrote: 32 bytes an element, little-endian.
    ///
    /// # Errors
    /// [`KeyError::WrongLength`] or [`KeyError::NotCanonical`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Polynomial::from_bytes(bytes).map(Self)
    }

    /// 32 bytes an element, little-endian; [`Degrees::party_share_bytes`] in all.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.0.to_bytes()
    }

    /// The row at a holder's point: element j of the holder's share.
    #[must_use]
    pub fn at_holder(&self, point: &Point) -> Element {
        self.0.at(point)
    }

    pub(super) fn coefficients(&self) -> &[Element] {
        self.0.coefficients()
    }
}
