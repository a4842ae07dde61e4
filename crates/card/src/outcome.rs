//! What a handler says: response data, how it ended, and whether there is something to keep.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::StatusWord;

/// The result of one command. An error changes nothing, except where it says so itself.
pub(crate) struct Outcome {
    pub(crate) data: Zeroizing<Vec<u8>>,
    pub(crate) status: StatusWord,
    pub(crate) changed: bool,
}

impl Outcome {
    pub(crate) fn data(data: impl Into<Vec<u8>>) -> Self {
        Self {
            data: Zeroizing::new(data.into()),
            status: StatusWord::Success,
            changed: false,
        }
    }

    pub(crate) fn done() -> Self {
        Self::data(Vec::new())
    }

    pub(crate) fn ended(status: StatusWord) -> Self {
        Self {
            status,
            ..Self::done()
        }
    }

    /// The stored state is another one now (if `changed`) and has to be kept before the response
    /// leaves.
    pub(crate) fn changing(self, changed: bool) -> Self {
        Self {
            changed: self.changed || changed,
            ..self
        }
    }
}
