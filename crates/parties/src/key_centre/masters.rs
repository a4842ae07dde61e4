//! Masters: drawn row by row, each row sealed, and opened once as long as there is room.

use tallystick_protocol::keys::MasterRow;
use tallystick_protocol::wire::identifier::Role;

use super::spaces::OpenSpace;
use super::{KeyCentre, OPENED_ROWS_ROOM, ROLES};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::store::sealed::Sealed;
use crate::store::{key_id, typed};

/// Rows of masters. The table bounds what is beside the head.
pub(super) const SEALED: Sealed = Sealed {
    head: Some("head"),
    named_by: &["role", "epoch", "number", "j"],
    name: |row| {
        let role = Role::try_from(row.number::<u8>(0)?).map_err(|_| DatabaseError::Shape(0))?;
        let place = (row.number(1)?, row.number(2)?);
        Ok(row_name(role, place, row.number(3)?))
    },
    ..Sealed::whole("master_rows", "sealed")
};

/// How many rows are drawn in one transaction (about 2 MiB in the demo).
const ROWS_AT_ONCE: usize = 16;

impl<P: Ports> KeyCentre<P> {
    /// Draws the next rows of a space's master that are missing; `false`: none was missing.
    pub(super) fn draw_rows(&self, space: &OpenSpace) -> Result<bool, Fault> {
        let drawn = self.rows_drawn(self.office.tables(), space)?;
        let end = space.degrees.rows().min(drawn + ROWS_AT_ONCE);
        if drawn >= end {
            return Ok(false);
        }
        let mut rows = Vec::with_capacity(end - drawn);
        for j in drawn..end {
            let row = MasterRow::generate(&mut self.office.rng(), space.degrees)?;
            rows.push((
                j,
                self.office
                    .seal(&self.row_name(space, j), &row.to_bytes())?,
            ));
        }
        self.office.transaction(|tables| {
            for (j, sealed) in rows {
                let [role, epoch, number] = self.key_of(space);
                let (head, rest) = key_id::parted(&sealed);
                // A row that is there is never replaced: shares were made from it.
                tables.run(
                    "INSERT INTO master_rows (role, epoch, number, j, head, sealed) VALUES (?, ?, ?, ?, ?, ?)
                     ON CONFLICT DO NOTHING",
                    &[role, epoch, number, count(j), head.into(), rest.into()],
                )?;
            }
            Ok::<_, Fault>(())
        })?;
        Ok(true)
    }

    /// Whether the newest space of some role lacks rows.
    pub(super) fn has_rows_to_draw(&self) -> Result<bool, Fault> {
        let office = &self.office;
        for role in ROLES {
            let newest: Option<Option<u32>> = typed::one(
                office.tables(),
                "SELECT max(number) FROM spaces WHERE role = ? AND epoch = ?",
                &[role.number().into(), office.settings.epoch.into()],
            )?;
            let Some(number) = newest.flatten() else {
                return Ok(true);
            };
            let space = self.space(office.tables(), role, number)?;
            if self.rows_drawn(office.tables(), &space)? < space.degrees.rows() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Hands every row of a space's master to `use_row`, drawing those that are missing.
    pub(super) fn for_each_row(
        &self,
        space: &OpenSpace,
        mut use_row: impl FnMut(usize, &MasterRow) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if let Some(rows) = self.opened.get(&space.space) {
            return rows
                .iter()
                .enumerate()
                .try_for_each(|(j, row)| use_row(j, row));
        }
        while self.draw_rows(space)? {}
        let rows = 0..space.degrees.rows();
        let bytes = space.degrees.rows() * space.degrees.party_share_bytes();
        if bytes > OPENED_ROWS_ROOM {
            // One row in memory at a time.
            return rows
                .into_iter()
                .try_for_each(|j| use_row(j, &self.row(space, j)?));
        }
        let rows = rows
            .map(|j| self.row(space, j))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = self.opened.keep(space.space, rows, bytes);
        rows.iter()
            .enumerate()
            .try_for_each(|(j, row)| use_row(j, row))
    }

    fn row(&self, space: &OpenSpace, j: usize) -> Result<MasterRow, Fault> {
        let [role, epoch, number] = self.key_of(space);
        let stored: Option<(Option<Vec<u8>>, Vec<u8>)> = typed::one(
            self.office.tables(),
            "SELECT head, sealed FROM master_rows WHERE role = ? AND epoch = ? AND number = ? AND j = ?",
            &[role, epoch, number, count(j)],
        )?;
        let (head, rest) = stored.ok_or_else(Fault::internal)?;
        let sealed = key_id::joined(head.as_deref(), &rest);
        let name = self.row_name(space, j);
        let bytes = self.office.unseal(&name, &sealed)?;
        MasterRow::from_bytes(&bytes).map_err(|_| Fault::internal())
    }

    fn rows_drawn(
        &self,
        tables: &(impl Tables + ?Sized),
        space: &OpenSpace,
    ) -> Result<usize, DatabaseError> {
        let count: Option<u64> = typed::one(
            tables,
            "SELECT count(*) FROM master_rows WHERE role = ? AND epoch = ? AND number = ?",
            &self.key_of(space),
        )?;
        Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(usize::MAX))
    }

    fn key_of(&self, space: &OpenSpace) -> [Value; 3] {
        let role = space.space.role.number();
        [
            role.into(),
            self.office.settings.epoch.into(),
            space.space.index.into(),
        ]
    }

    fn row_name(&self, space: &OpenSpace, j: usize) -> String {
        let place = (self.office.settings.epoch, space.space.index);
        row_name(space.space.role, place, j)
    }
}

/// The name under which row `j` of a master is sealed.
fn row_name(role: Role, (epoch, number): (u32, u32), j: usize) -> String {
    format!("master|{}|{epoch}|{number}|{j}", role.as_str())
}

fn count(j: usize) -> Value {
    u32::try_from(j).unwrap_or(u32::MAX).into()
}
