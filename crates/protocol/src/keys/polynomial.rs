//! A polynomial in one variable: what shares and the rows of the master have in common.

use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Degrees, Element, KeyError, Point};

/// At least degree 1, at most [`Degrees::MAX`]; the lowest coefficient first.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Polynomial(Vec<Element>);

const LENGTHS: core::ops::RangeInclusive<usize> = 2..=Degrees::MAX as usize + 1;

impl Polynomial {
    pub(super) fn new(coefficients: Vec<Element>) -> Result<Self, KeyError> {
        if LENGTHS.contains(&coefficients.len()) {
            return Ok(Self(coefficients));
        }
        Err(KeyError::WrongLength)
    }

    pub(super) fn random(rng: &mut impl CryptoRng, length: usize) -> Self {
        Self((0..length).map(|_| Element::random(rng)).collect())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let (elements, rest) = bytes.as_chunks::<{ Element::BYTES }>();
        if !rest.is_empty() || !LENGTHS.contains(&elements.len()) {
            return Err(KeyError::WrongLength);
        }
        let elements: Result<_, _> = elements.iter().map(Element::from_bytes).collect();
        Ok(Self(elements?))
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(alloc::vec![0; self.0.len() * Element::BYTES]);
        let (places, _) = bytes.as_chunks_mut();
        for (place, coefficient) in places.iter_mut().zip(&self.0) {
            coefficient.write(place);
        }
        bytes
    }

    pub(super) fn at(&self, point: &Point) -> Element {
        Element::evaluate(&self.0, point.element())
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, KeyError> {
        if self.0.len() != other.0.len() {
            return Err(KeyError::WrongLength);
        }
        Ok(Self(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(one, other)| one.plus(other))
                .collect(),
        ))
    }

    pub(super) fn coefficients(&self) -> &[Element] {
        &self.0
    }
}

impl fmt::Debug for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Polynomial({} secret coefficients)", self.0.len())
    }
}
