//! The key shares of holders and parties, and how a centre makes them from the master's rows.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{Degrees, Element, KeyError, MasterRow, Point, RawKey, polynomial::Polynomial};

/// What both kinds of share can do.
macro_rules! share {
    ($name:ident) => {
        impl $name {
            /// Reads what [`Self::to_bytes`] wrote.
            ///
            /// # Errors
            /// [`KeyError::WrongLength`] or [`KeyError::NotCanonical`].
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
                Polynomial::from_bytes(bytes).map(Self)
            }

            /// 32 bytes an element, little-endian, the lowest power first.
            #[must_use]
            pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
                self.0.to_bytes()
            }

            /// The share of two centres together.
            ///
            /// # Errors
            /// [`KeyError::WrongLength`] if their degrees differ.
            pub fn add(&self, other: &Self) -> Result<Self, KeyError> {
                self.0.plus(&other.0).map(Self)
            }

            /// The raw value shared with whoever has that point. It never leaves the card or the
            /// party's key module: as many raw values as the share has elements reveal the share.
            #[must_use]
            pub fn pairwise(&self, peer: &Point) -> RawKey {
                RawKey::new(self.0.at(peer))
            }
        }
    };
}

/// A holder's share f(h, ·): `b + 1` elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderShare(Polynomial);
share!(HolderShare);

/// A party's share f(·, p): `a + 1` elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyShare(Polynomial);
share!(PartyShare);

/// Makes a holder's share from the rows of the master, in any order, one in memory at a time.
#[derive(Debug)]
pub struct HolderShareBuilder {
    degrees: Degrees,
    point: Point,
    elements: Vec<Option<Element>>,
}

impl HolderShareBuilder {
    /// Begins with nothing.
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`].
    pub fn new(degrees: Degrees, point: Point) -> Result<Self, KeyError> {
        degrees.check()?;
        Ok(Self {
            degrees,
            point,
            elements: alloc::vec![None; degrees.rows()],
        })
    }

    /// Uses row `j`.
    ///
    /// # Errors
    /// [`KeyError::UnexpectedRow`] if there is no row `j` or it was used before;
    /// [`KeyError::WrongLength`] if the row is of another master.
    pub fn add_row(&mut self, j: usize, row: &MasterRow) -> Result<(), KeyError> {
        if row.coefficients().len() != self.degrees.row_elements() {
            return Err(KeyError::WrongLength);
        }
        match self.elements.get_mut(j) {
            Some(element @ None) => *element = Some(row.at_holder(&self.point)),
            _ => return Err(KeyError::UnexpectedRow),
        }
        Ok(())
    }

    /// The share, once all rows were used.
    ///
    /// # Errors
    /// [`KeyError::RowsMissing`].
    pub fn finish(self) -> Result<HolderShare, KeyError> {
        let elements: Option<Vec<_>> = self.elements.into_iter().collect();
        Polynomial::new(elements.ok_or(KeyError::RowsMissing)?).map(HolderShare)
    }
}

/// Makes a party's share from the rows of the master, in any order, one in memory at a time.
#[derive(Debug)]
pub struct PartyShareBuilder {
    powers: Vec<Option<Element>>,
    sums: Vec<Element>,
}

impl PartyShareBuilder {
    /// Begins with nothing.
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`].
    pub fn new(degrees: Degrees, point: &Point) -> Result<Self, KeyError> {
        degrees.check()?;
        let powers = Element::powers(point.element(), degrees.rows());
        Ok(Self {
            powers: powers.into_iter().map(Some).collect(),
            sums: alloc::vec![Element::zero(); degrees.row_elements()],
        })
    }

    /// Uses row `j`.
    ///
    /// # Errors
    /// [`KeyError::UnexpectedRow`] if there is no row `j` or it was used before;
    /// [`KeyError::WrongLength`] if the row is of another master.
    pub fn add_row(&mut self, j: usize, row: &MasterRow) -> Result<(), KeyError> {
        if row.coefficients().len() != self.sums.len() {
            return Err(KeyError::WrongLength);
        }
        let power = self.powers.get_mut(j).and_then(Option::take);
        let power = power.ok_or(KeyError::UnexpectedRow)?;
        Element::add_multiple(&mut self.sums, row.coefficients(), &power);
        Ok(())
    }

    /// The share, once all rows were used.
    ///
    /// # Errors
    /// [`KeyError::RowsMissing`].
    pub fn finish(self) -> Result<PartyShare, KeyError> {
        if self.powers.iter().any(Option::is_some) {
            return Err(KeyError::RowsMissing);
        }
        Polynomial::new(self.sums).map(PartyShare)
    }
}
