//! Blom's symmetric form: equal degrees, symmetric coefficients, and with it keys from names between
//! any two members of a small group of equals (T002-6), for whom holder and party are no sides.

use crate::wire::registry::context;
use alloc::vec::Vec;

use minicbor::Encoder;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{
    DerivedKey, Element, Epoch, KeyError, Point, RawKey, point::hash_to_field,
    polynomial::Polynomial,
};

const POINT: &[u8] = context::EQUALS_POINT.as_bytes();
const KEY: &str = context::KEY_AMONG_EQUALS;
/// The largest degree among equals: the master then takes 2 MiB in memory.
pub const DEGREE_MAX: u16 = 255;
/// The longest name of a group or of a member, in bytes.
pub const NAME_BYTES_MAX: usize = 253;

/// Names a group of equals and its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// What the group is called, 1 to [`NAME_BYTES_MAX`].
    pub name: &'a [u8],
    /// The period of its keys.
    pub epoch: Epoch,
}

impl Group<'_> {
    /// The point of the member called `name`, 1 to [`NAME_BYTES_MAX`].
    ///
    /// # Errors
    /// [`KeyError::WrongLength`] for an empty or over-long name; [`KeyError::ZeroPoint`].
    pub fn point(&self, name: &[u8]) -> Result<Point, KeyError> {
        let lengths = 1..=NAME_BYTES_MAX;
        if !lengths.contains(&name.len()) || !lengths.contains(&self.name.len()) {
            return Err(KeyError::WrongLength);
        }
        let epoch = self.epoch.0.to_be_bytes();
        Point::new(hash_to_field(name, &[POINT, &epoch, self.name])?)
    }
}

/// The polynomial of a group, f(x, y) = f(y, x), of degree k in each.
///
/// **Everybody's keys stay secret while at most k members' shares are in corrupt hands.**
#[derive(Debug)]
pub struct BlomMaster(Vec<Polynomial>);

impl BlomMaster {
    /// Draws a symmetric polynomial of degree `k`, 1 to [`DEGREE_MAX`].
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`].
    pub fn generate(rng: &mut impl CryptoRng, k: u16) -> Result<Self, KeyError> {
        if k == 0 || k > DEGREE_MAX {
            return Err(KeyError::DegreesOutOfBounds);
        }
        let size = usize::from(k) + 1;
        let mut rows: Vec<Vec<Element>> = Vec::with_capacity(size);
        for i in 0..size {
            let mirrored = rows.iter().map(|row| row[i].clone()).collect::<Vec<_>>();
            let drawn = (i..size).map(|_| Element::random(rng));
            rows.push(mirrored.into_iter().chain(drawn).collect());
        }
        let rows: Result<_, _> = rows.into_iter().map(Polynomial::new).collect();
        rows.map(Self)
    }

    /// The share of the member with that point: k + 1 elements.
    ///
    /// # Errors
    /// None for a master made by [`Self::generate`].
    pub fn share(&self, point: &Point) -> Result<BlomShare, KeyError> {
        Polynomial::new(self.0.iter().map(|row| row.at(point)).collect()).map(BlomShare)
    }
}

/// A member's share f(own, ·).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlomShare(Polynomial);

impl BlomShare {
    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError::WrongLength`] or [`KeyError::NotCanonical`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Polynomial::from_bytes(bytes).map(Self)
    }

    /// 32 bytes an element, little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.0.to_bytes()
    }

    /// The key between the owner of this share, called `own`, and the member called `peer`.
    ///
    /// # Errors
    /// As [`Group::point`].
    pub fn key(
        &self,
        group: &Group<'_>,
        own: &[u8],
        peer: &[u8],
        nonce: &[u8; 32],
    ) -> Result<DerivedKey, KeyError> {
        group.point(own)?;
        let raw = RawKey::new(self.0.at(&group.point(peer)?));
        let mut info = Encoder::new(Vec::new());
        let written = info
            .array(6)
            .and_then(|e| e.str(KEY))
            .and_then(|e| e.bytes(group.name))
            .and_then(|e| e.encode(group.epoch))
            .and_then(|e| e.bytes(own.min(peer)))
            .and_then(|e| e.bytes(own.max(peer)))
            .and_then(|e| e.bytes(nonce));
        written.map_err(|_| KeyError::WrongLength)?;
        raw.expand(&info.into_writer())
    }
}
