//! To which polynomial a share belongs: space, epoch and the centres that issued it together.

use alloc::vec::Vec;
use tallystick_codec::DecodeMap;

use minicbor::{CborLen, Decode, Decoder, Encode, decode};

use crate::wire::identifier::{Domain, Role};

use super::KeyError;

/// The most key centres that issue for one space together.
pub const CENTRES_MAX: usize = 4;

/// A polynomial of its own for each party role, and a further one whenever the last is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct Space {
    /// The role of the parties in it: shop, issuer or courier.
    #[cbor(n(0), decode_with = "decode_party_role")]
    pub role: Role,
    /// Counts the spaces of that role from zero.
    #[n(1)]
    pub index: u32,
}

fn decode_party_role<C>(d: &mut Decoder<'_>, context: &mut C) -> Result<Role, decode::Error> {
    let role = Role::decode(d, context)?;
    if role.has_pairwise_keys() {
        Ok(role)
    } else {
        Err(decode::Error::message(KeyError::Role))
    }
}

/// Counts the periods after which all polynomials are drawn anew and the old ones destroyed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen,
)]
#[cbor(transparent)]
pub struct Epoch(pub u32);

/// The independent key centres whose shares are added: 1 to [`CENTRES_MAX`] domains, sorted, each
/// once. A key stays secret while one of them is honest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Centres(Vec<Domain>);

impl Centres {
    /// A single centre.
    #[must_use]
    pub fn one(centre: Domain) -> Self {
        Self(alloc::vec![centre])
    }

    /// Several centres, in any order.
    ///
    /// # Errors
    /// [`KeyError::Centres`] if there is none, more than [`CENTRES_MAX`], or one twice.
    pub fn new(centres: impl IntoIterator<Item = Domain>) -> Result<Self, KeyError> {
        let mut centres: Vec<_> = centres.into_iter().take(CENTRES_MAX + 1).collect();
        centres.sort();
        let sorted_once = centres.is_sorted_by(|one, next| one < next);
        if centres.is_empty() || centres.len() > CENTRES_MAX || !sorted_once {
            return Err(KeyError::Centres);
        }
        Ok(Self(centres))
    }

    /// The centres, sorted by name.
    #[must_use]
    pub fn as_slice(&self) -> &[Domain] {
        &self.0
    }

    /// Whether `centre` is one of them.
    #[must_use]
    pub fn contains(&self, centre: &Domain) -> bool {
        self.0.contains(centre)
    }
}

impl<C> Encode<C> for Centres {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, context)
    }
}

impl<'b, C> Decode<'b, C> for Centres {
    fn decode(d: &mut Decoder<'b>, context: &mut C) -> Result<Self, decode::Error> {
        let refused = || decode::Error::message(KeyError::Centres);
        let count = d
            .array()?
            .and_then(|count| usize::try_from(count).ok())
            .ok_or_else(refused)?;
        if !(1..=CENTRES_MAX).contains(&count) {
            return Err(refused());
        }
        let mut centres = Vec::with_capacity(count);
        for _ in 0..count {
            centres.push(Domain::decode(d, context)?);
        }
        if centres.is_sorted_by(|one, next| one < next) {
            Ok(Self(centres))
        } else {
            Err(refused())
        }
    }
}

impl<C> CborLen<C> for Centres {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.0.cbor_len(context)
    }
}

/// Names one polynomial (with several centres: one sum of polynomials).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct KeyContext {
    /// Party role and number of the space.
    #[n(0)]
    pub space: Space,
    /// The period.
    #[n(1)]
    pub epoch: Epoch,
    /// Who issued the shares.
    #[n(2)]
    pub centres: Centres,
}
