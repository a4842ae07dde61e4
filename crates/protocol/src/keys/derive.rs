//! From the raw value that two sides have in common to a key for one purpose.

use crate::wire::registry::context;
use alloc::vec::Vec;
use core::fmt;
use tallystick_codec::DecodeMap;

use hkdf::Hkdf;
use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::wire::identifier::{Domain, HolderId, Role};

use super::{Element, KeyContext, KeyError};

pub(super) const CONTEXT: &str = context::PAIRWISE_KEY;

/// How a part's key comes about. Travels as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Suite {
    /// The pairwise key alone, with the order's nonce, as EP 0 791 901 describes it.
    NamesOnly = 1,
    /// HPKE with the pairwise key as pre-shared key. Reserved: refused wherever it is met.
    Hybrid = 2,
}

/// What a derived key is for. Travels as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Purpose {
    /// Confirming the party in advance.
    Confirmation = 1,
    /// Sealing the party's part of one order.
    OrderPart = 2,
    /// What a holder and the bank say to each other about a purse.
    Banking = 3,
    /// What a holder and a coupon office say to each other about coupons.
    Coupons = 4,
}

impl TryFrom<u8> for Suite {
    type Error = KeyError;

    fn try_from(number: u8) -> Result<Self, KeyError> {
        if number == Self::NamesOnly as u8 {
            Ok(Self::NamesOnly)
        } else {
            Err(KeyError::Suite)
        }
    }
}

impl TryFrom<u8> for Purpose {
    type Error = KeyError;

    fn try_from(number: u8) -> Result<Self, KeyError> {
        let all = [
            Self::Confirmation,
            Self::OrderPart,
            Self::Banking,
            Self::Coupons,
        ];
        all.into_iter()
            .find(|purpose| *purpose as u8 == number)
            .ok_or(KeyError::Purpose)
    }
}

/// Writes a fieldless enum as its number and reads only the numbers it knows.
macro_rules! travels_as_number {
    ($name:ident) => {
        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), encode::Error<W::Error>> {
                e.u8(*self as u8)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::try_from(d.u8()?).map_err(decode::Error::message)
            }
        }

        impl<C> CborLen<C> for $name {
            fn cbor_len(&self, _: &mut C) -> usize {
                1
            }
        }
    };
}

travels_as_number!(Suite);
travels_as_number!(Purpose);

/// Between whom a key is, and from which shares it comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct PairContext {
    /// How the key comes about.
    #[n(0)]
    pub suite: Suite,
    /// Space, epoch and centres of the shares.
    #[n(1)]
    pub key: KeyContext,
    /// The holder's side.
    #[n(2)]
    pub holder: HolderId,
    /// The party's role, that of the space.
    #[n(3)]
    pub role: Role,
    /// The party's side.
    #[n(4)]
    pub party: Domain,
}

impl PairContext {
    /// Whether the suite is in use and the role is that of the space.
    ///
    /// # Errors
    /// [`KeyError::Suite`] or [`KeyError::Role`].
    pub fn check(&self) -> Result<(), KeyError> {
        if self.suite != Suite::NamesOnly {
            return Err(KeyError::Suite);
        }
        if self.role != self.key.space.role || !self.role.has_pairwise_keys() {
            return Err(KeyError::Role);
        }
        Ok(())
    }
}

/// The value f(h, p). Good for nothing but deriving keys; it has no way out.
pub struct RawKey(Zeroizing<[u8; 32]>);

impl RawKey {
    pub(super) fn new(value: Element) -> Self {
        Self(value.to_bytes())
    }

    /// HKDF-SHA-256 (RFC 5869) with a fixed salt; the info is the deterministic CBOR array of context
    /// string, suite, purpose, space, epoch, centres, both roles and identifiers, and nonce.
    ///
    /// # Errors
    /// [`KeyError::Suite`] or [`KeyError::Role`], see [`PairContext::check`].
    pub fn derive(
        &self,
        pair: &PairContext,
        purpose: Purpose,
        nonce: &[u8; 32],
    ) -> Result<DerivedKey, KeyError> {
        pair.check()?;
        let mut info = Encoder::new(Vec::new());
        let written = info
            .array(8)
            .and_then(|e| e.str(CONTEXT))
            .and_then(|e| e.encode(pair.suite))
            .and_then(|e| e.encode(purpose))
            .and_then(|e| e.encode(&pair.key))
            .and_then(|e| e.array(2)?.encode(Role::Holder)?.encode(pair.holder))
            .and_then(|e| e.array(2)?.encode(pair.role)?.encode(&pair.party))
            .and_then(|e| e.bytes(nonce))
            .and_then(|e| e.u8(32));
        written.map_err(|_| KeyError::WrongLength)?;
        self.expand(&info.into_writer())
    }

    pub(super) fn expand(&self, info: &[u8]) -> Result<DerivedKey, KeyError> {
        let mut key = DerivedKey(Zeroizing::new([0; 32]));
        Hkdf::<Sha256>::new(Some(CONTEXT.as_bytes()), &*self.0)
            .expand(info, key.0.as_mut())
            .map_err(|_| KeyError::WrongLength)?;
        Ok(key)
    }
}

impl fmt::Debug for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawKey(…)")
    }
}

/// A key of 32 bytes for one purpose, one pair and one nonce. Wiped when dropped, compared in constant
/// time.
#[derive(Clone)]
pub struct DerivedKey(Zeroizing<[u8; 32]>);

impl DerivedKey {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for DerivedKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<[u8; 32]>> for DerivedKey {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

impl PartialEq for DerivedKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for DerivedKey {}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedKey(…)")
    }
}
