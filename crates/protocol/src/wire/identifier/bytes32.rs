//! What all identifiers of 32 bytes have in common.

/// Gives a newtype over `[u8; 32]` its conversions and its CBOR form (one byte string of 32 bytes).
macro_rules! identifier_of_32_bytes {
    ($name:ident) => {
        impl $name {
            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = $crate::wire::identifier::IdentifierError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| $crate::wire::identifier::IdentifierError::Length)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::try_from(d.bytes()?).map_err(minicbor::decode::Error::message)
            }
        }

        impl<C> minicbor::CborLen<C> for $name {
            fn cbor_len(&self, _: &mut C) -> usize {
                34
            }
        }
    };
}

/// Writes and reads a newtype over `[u8; 32]` as 64 lower-case hexadecimal digits.
macro_rules! shown_as_hex {
    ($name:ident) => {
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::wire::identifier::IdentifierError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; 32];
                if text.len() != 64 {
                    return Err($crate::wire::identifier::IdentifierError::Length);
                }
                data_encoding::HEXLOWER
                    .decode_mut(text.as_bytes(), &mut bytes)
                    .map_err(|_| $crate::wire::identifier::IdentifierError::Length)?;
                Ok(Self(bytes))
            }
        }
    };
}

pub(super) use {identifier_of_32_bytes, shown_as_hex};
