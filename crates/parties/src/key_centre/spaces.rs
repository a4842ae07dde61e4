//! Key spaces: one after another, each with the degrees it was opened with.

use tallystick_protocol::keys::{Degrees, KeyContext, Space};
use tallystick_protocol::wire::identifier::Role;

use super::KeyCentre;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Row, Tables};

/// A space that was opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenSpace {
    pub(super) space: Space,
    pub(super) degrees: Degrees,
}

impl<P: Ports> KeyCentre<P> {
    /// The newest space of a role; the first one is opened here.
    pub(super) fn newest_space(&self, tables: &dyn Tables, role: Role) -> Result<OpenSpace, Fault> {
        let row = first(
            tables,
            "SELECT number, holder_degree, party_degree FROM spaces
             WHERE role = ? AND epoch = ? ORDER BY number DESC LIMIT 1",
            &[role.number().into(), self.office.settings.epoch.into()],
        )?;
        match row {
            Some(row) => Ok(opened(role, &row)?),
            None => self.open_space(tables, role, 0),
        }
    }

    /// The space of this number.
    ///
    /// # Errors
    /// [`Kind::UnknownSpace`] if it was never opened.
    pub(super) fn space(
        &self,
        tables: &dyn Tables,
        role: Role,
        number: u32,
    ) -> Result<OpenSpace, Fault> {
        let row = first(
            tables,
            "SELECT number, holder_degree, party_degree FROM spaces
             WHERE role = ? AND epoch = ? AND number = ?",
            &[
                role.number().into(),
                self.office.settings.epoch.into(),
                number.into(),
            ],
        )?;
        let row = row.ok_or_else(|| Fault::new(Kind::UnknownSpace, "It was never opened."))?;
        Ok(opened(role, &row)?)
    }

    /// Opens the space of this number with the degrees set now.
    pub(super) fn open_space(
        &self,
        tables: &dyn Tables,
        role: Role,
        number: u32,
    ) -> Result<OpenSpace, Fault> {
        let degrees = self.degrees.of(role);
        let degrees =
            degrees.ok_or_else(|| Fault::new(Kind::UnknownSpace, "This role has none."))?;
        degrees.check()?;
        tables.run(
            "INSERT INTO spaces (role, epoch, number, holder_degree, party_degree, opened_at)
             VALUES (?, ?, ?, ?, ?, ?)",
            &[
                role.number().into(),
                self.office.settings.epoch.into(),
                number.into(),
                degrees.holder.into(),
                degrees.party.into(),
                self.office.now_ms().into(),
            ],
        )?;
        self.draw_soon(tables)?;
        Ok(OpenSpace {
            space: Space {
                role,
                index: number,
            },
            degrees,
        })
    }

    /// How keys name this space.
    pub(super) fn context(&self, space: Space) -> Result<KeyContext, Fault> {
        let office = &self.office;
        Ok(KeyContext {
            space,
            epoch: office.epoch(),
            centres: office.centres()?,
        })
    }
}

fn opened(role: Role, row: &Row) -> Result<OpenSpace, DatabaseError> {
    let degrees = Degrees {
        holder: row.number(1)?,
        party: row.number(2)?,
    };
    Ok(OpenSpace {
        space: Space {
            role,
            index: row.number(0)?,
        },
        degrees,
    })
}
