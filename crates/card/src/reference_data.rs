//! PIN and PUK with their retry counters (NIST SP 800-73-5 part 2, §3.2).

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::{
    StatusWord,
    secret_bytes::SecretBytes,
    state::{Keep, State},
};

/// Wrong tries in a row until PIN or PUK is blocked.
pub(crate) const MAX_TRIES: u8 = 3;
/// PIN and PUK take eight bytes on the wire.
pub(crate) const BYTES: usize = 8;
/// The number of the PIN in P2.
pub(crate) const PIN: u8 = 0x80;
/// The number of the PUK in P2.
pub(crate) const PUK: u8 = 0x81;

/// What a card has before it is personalised, as SP 800-73 cards commonly do.
pub(crate) const FACTORY_PIN: &[u8; BYTES] = b"123456\xff\xff";
/// As [`FACTORY_PIN`], for the PUK.
pub(crate) const FACTORY_PUK: &[u8; BYTES] = b"12345678";

/// A PIN or PUK.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct ReferenceData {
    #[n(0)]
    value: SecretBytes,
    #[n(1)]
    tries_left: u8,
}

impl ReferenceData {
    pub(crate) fn new(value: &[u8; BYTES]) -> Self {
        Self {
            value: value.as_slice().into(),
            tries_left: MAX_TRIES,
        }
    }

    /// Takes a try. This has to be kept before anything is compared: else whoever cuts the power when
    /// the comparison shows has had a try for nothing.
    pub(crate) fn take_try(&mut self) -> Result<(), StatusWord> {
        self.tries_left = self.tries_left.checked_sub(1).ok_or(StatusWord::Blocked)?;
        Ok(())
    }

    /// Whether it is this value. Not for what somebody presents: it costs no try.
    pub(crate) fn is(&self, value: &[u8; BYTES]) -> bool {
        self.value == value.as_slice().into()
    }

    /// Compares in constant time. The right value gives all tries back.
    fn compare(&mut self, value: &[u8; BYTES]) -> Result<(), StatusWord> {
        if !self.is(value) {
            return Err(self.tries());
        }
        self.tries_left = MAX_TRIES;
        Ok(())
    }

    /// Sets a new value with all its tries.
    pub(crate) fn set(&mut self, value: &[u8; BYTES]) {
        *self = Self::new(value);
    }

    #[cfg(test)]
    pub(crate) const fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// How many tries are left, as a card says it.
    pub(crate) fn tries(&self) -> StatusWord {
        match self.tries_left {
            0 => StatusWord::Blocked,
            left => StatusWord::TriesLeft(left),
        }
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.value.as_slice().len() == BYTES && self.tries_left <= MAX_TRIES
    }
}

/// Chooses the PIN or the PUK of a card.
pub(crate) type Of = fn(&mut State) -> &mut ReferenceData;

/// Presents a value for the PIN or PUK that `of` chooses. The try is counted, and that is kept, before
/// the comparison.
pub(crate) fn present(
    state: &mut State,
    of: Of,
    value: &[u8; BYTES],
    keep: Keep<'_>,
) -> Result<(), StatusWord> {
    of(state).take_try()?;
    keep(state)?;
    of(state).compare(value)
}

/// Whether the bytes may become a PIN: 6 to 8 digits, filled up with FF.
pub(crate) fn is_pin(bytes: &[u8; BYTES]) -> bool {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    digits >= 6 && bytes.iter().skip(digits).all(|byte| *byte == 0xff)
}

/// Whether the bytes may become a PUK: 8 visible ASCII characters.
pub(crate) fn is_puk(bytes: &[u8; BYTES]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic)
}
