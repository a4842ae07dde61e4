//! Whole numbers that every party can keep: the databases of Durable Objects and the browsers' own numbers are exact
//! up to 2⁵³ − 1, so that whatever comes from outside is refused above it, before anything is decided by it.

use minicbor::Decoder;

/// The largest amount, count or time that is ever read.
pub const WHOLE_MAX: u64 = (1 << 53) - 1;

/// Reads a number of at most [`WHOLE_MAX`], for a field's `decode_with`.
pub(crate) fn decode_whole<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<u64, minicbor::decode::Error> {
    let number = decoder.u64()?;
    if number > WHOLE_MAX {
        return Err(minicbor::decode::Error::message("the number is too large"));
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::time::Timestamp;

    #[test]
    fn what_not_every_party_can_keep_is_not_read() {
        let read = |number: u64| minicbor::decode::<Timestamp>(&minicbor::to_vec(number).unwrap());
        assert_eq!(read(WHOLE_MAX).unwrap(), Timestamp(WHOLE_MAX));
        assert!(read(WHOLE_MAX + 1).is_err());
        assert!(read(u64::MAX).is_err());
    }
}
