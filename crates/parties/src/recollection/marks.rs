//! Where a page begins of what a party tells: at which of its objects, and after what there.

use tallystick_protocol::checkout::recollection::{RecollectionRequest, is_mark};
use tallystick_protocol::wire::time::Timestamp;

use crate::office::fault::Fault;
use crate::office::place::{Place, Shards};

/// Where a page begins.
pub struct Mark {
    /// 0 the office, n the shard before the nth.
    pub object: u16,
    /// The last that was told of that object: when it came, and its name there; none at the object's beginning.
    pub after: Option<(Timestamp, [u8; 32])>,
}

impl Mark {
    const BEGINNING: Self = Self {
        object: 0,
        after: None,
    };

    /// Where the page begins that is asked for.
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) of a mark that no page of this party ended with.
    pub fn of(question: &RecollectionRequest) -> Result<Self, Fault> {
        let none = || Fault::malformed("The mark is not one of this party.");
        if !is_mark(question.after.as_deref()) {
            return Err(none());
        }
        match question.after.as_deref() {
            Some(mark) => Self::read(mark).ok_or_else(none),
            None => Ok(Self::BEGINNING),
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (object, rest) = bytes.split_first_chunk::<2>()?;
        let after = match rest {
            [] => None,
            rest => {
                let (at, name) = rest.split_first_chunk::<8>()?;
                Some((Timestamp(u64::from_be_bytes(*at)), name.try_into().ok()?))
            }
        };
        let object = u16::from_be_bytes(*object);
        Some(Self { object, after })
    }

    /// As it travels, 2 or 42 bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = self.object.to_be_bytes().to_vec();
        if let Some((at, name)) = &self.after {
            bytes.extend(at.0.to_be_bytes());
            bytes.extend(name);
        }
        bytes
    }

    /// The object that it is at, if the party has so many.
    #[must_use]
    pub fn place(&self, shards: Shards) -> Option<Place> {
        let beside = || shards.all().nth(usize::from(self.object) - 1);
        match self.object {
            0 => Some(Place::Office),
            _ => beside(),
        }
    }

    /// The beginning of the next object, if there is one.
    #[must_use]
    pub fn of_next_object(&self, shards: Shards) -> Option<Self> {
        let next = Self {
            object: self.object.checked_add(1)?,
            after: None,
        };
        next.place(shards).is_some().then_some(next)
    }
}
