//! A courier in a column that holds a text in every row, also where no courier delivers.

use tallystick_protocol::wire::identifier::Domain;

use super::typed::Stored;
use crate::ports::{DatabaseError, Row, Value};

/// Who delivers, as it is stored: an empty text if no courier does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCourier(pub Option<Domain>);

impl StoredCourier {
    /// The courier, if one delivers.
    #[must_use]
    pub const fn domain(&self) -> Option<&Domain> {
        self.0.as_ref()
    }
}

impl Stored for StoredCourier {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        if row.text(at)?.is_empty() {
            return Ok(Self(None));
        }
        Domain::read(row, at).map(|courier| Self(Some(courier)))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.domain().map_or("", Domain::as_str).into());
    }
}
