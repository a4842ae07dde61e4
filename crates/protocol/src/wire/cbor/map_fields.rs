//! Reading a map with ascending integer keys, for `#[derive(DecodeMap)]`.

use minicbor::Decoder;
use minicbor::decode::Error;

/// The entries of a map that are still to be read.
pub struct MapFields {
    left: u64,
    /// A key that was read and whose value was not.
    pending: Option<u32>,
}

impl MapFields {
    /// Reads the head of the map.
    ///
    /// # Errors
    /// If it is no map, or one of indefinite length.
    pub fn begin(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let left = decoder.map()?;
        let left = left.ok_or_else(|| Error::message("a map of indefinite length"))?;
        Ok(Self {
            left,
            pending: None,
        })
    }

    /// Whether the next entry has this key; if so, its value comes next. To be called with
    /// ascending keys.
    ///
    /// # Errors
    /// If what should be a key is none.
    pub fn has(&mut self, decoder: &mut Decoder<'_>, key: u32) -> Result<bool, Error> {
        if self.pending.is_none() && self.left > 0 {
            self.left -= 1;
            self.pending = Some(decoder.u32()?);
        }
        let next = self.pending == Some(key);
        if next {
            self.pending = None;
        }
        Ok(next)
    }

    /// Requires that the next entry has this key.
    ///
    /// # Errors
    /// If it has another one.
    pub fn require(&mut self, decoder: &mut Decoder<'_>, key: u32) -> Result<(), Error> {
        if self.has(decoder, key)? {
            Ok(())
        } else {
            Err(Error::missing_value(key.into()))
        }
    }

    /// Requires that all entries were read.
    ///
    /// # Errors
    /// If there is an entry that nobody asked for.
    pub fn end(self) -> Result<(), Error> {
        if self.left == 0 && self.pending.is_none() {
            Ok(())
        } else {
            Err(Error::message("an unknown key"))
        }
    }
}
