//! What a payer gives out to find an order's money again.

use core::fmt;

use super::IdentifierError;

/// Says to a payer of several objects, and to nobody else, at which of them an order's money is set aside: 16
/// bytes that it encrypted. Who gets one says it back with what it says of the order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Handle(pub [u8; 16]);

impl TryFrom<&[u8]> for Handle {
    type Error = IdentifierError;

    fn try_from(bytes: &[u8]) -> Result<Self, IdentifierError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| IdentifierError::HandleLength)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl<C> minicbor::Encode<C> for Handle {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Handle {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::try_from(d.bytes()?).map_err(minicbor::decode::Error::message)
    }
}
