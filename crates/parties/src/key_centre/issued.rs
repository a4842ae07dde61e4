//! Who has a share of which space. Each identifier counts once, however often it asks.

use tallystick_protocol::keys::KeyError;
use tallystick_protocol::wire::identifier::Role;

use super::KeyCentre;
use super::spaces::OpenSpace;
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::store::typed;

/// On which side of the polynomial somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Holder,
    Party,
}

impl Side {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Party => "party",
        }
    }

    fn admit(self, space: &OpenSpace, already_issued: u64) -> Result<(), KeyError> {
        match self {
            Self::Holder => space.degrees.admit_holder(already_issued),
            Self::Party => space.degrees.admit_party(already_issued),
        }
    }
}

impl<P: Ports> KeyCentre<P> {
    /// Decides which space an identifier gets its share of, and counts it, in one transaction.
    ///
    /// With a number: that space, if it has room or the identifier has its share already; the one
    /// after the newest is opened if the newest is full, because of several centres one may be
    /// ahead. Without: the newest space the identifier is in, else the newest space, else, if that
    /// is full, a new one.
    ///
    /// # Errors
    /// [`crate::office::fault::Kind::UnknownSpace`], or `OverCap` for a space that is full.
    pub(super) fn assign(
        &self,
        role: Role,
        side: Side,
        identifier: &str,
        number: Option<u32>,
    ) -> Result<OpenSpace, Fault> {
        self.office.transaction(|tables| {
            if let Some(number) = number {
                let newest = self.newest_space(tables, role)?;
                let space = if number == newest.space.index + 1 && self.is_full(tables, &newest)? {
                    self.open_space(tables, role, number)?
                } else {
                    self.space(tables, role, number)?
                };
                self.enter(tables, &space, side, identifier)??;
                return Ok(space);
            }
            if let Some(number) = self.newest_with(tables, role, side, identifier)? {
                return self.space(tables, role, number);
            }
            let newest = self.newest_space(tables, role)?;
            if self.enter(tables, &newest, side, identifier)?.is_ok() {
                return Ok(newest);
            }
            let next = self.open_space(tables, role, newest.space.index + 1)?;
            self.enter(tables, &next, side, identifier)??;
            Ok(next)
        })
    }

    /// Counts an identifier in a space unless it is in already. The inner error: no room.
    fn enter(
        &self,
        tables: &dyn Tables,
        space: &OpenSpace,
        side: Side,
        identifier: &str,
    ) -> Result<Result<(), KeyError>, DatabaseError> {
        let present = [&self.place(space, side)[..], &[identifier.into()]].concat();
        let is_in = first(
            tables,
            "SELECT 1 FROM issued
             WHERE role = ? AND epoch = ? AND number = ? AND kind = ? AND identifier = ?",
            &present,
        )?;
        if is_in.is_some() {
            return Ok(Ok(()));
        }
        let counted = self.count(tables, space, side)?;
        if let Err(full) = side.admit(space, counted) {
            return Ok(Err(full));
        }
        tables.run(
            "INSERT INTO issued (role, epoch, number, kind, identifier, issued_at)
             VALUES (?, ?, ?, ?, ?, ?)",
            &[&present[..], &[self.office.now_ms().into()]].concat(),
        )?;
        Ok(Ok(()))
    }

    fn count(
        &self,
        tables: &dyn Tables,
        space: &OpenSpace,
        side: Side,
    ) -> Result<u64, DatabaseError> {
        let count = typed::one(
            tables,
            "SELECT count(*) FROM issued WHERE role = ? AND epoch = ? AND number = ? AND kind = ?",
            &self.place(space, side),
        )?;
        Ok(count.unwrap_or(0))
    }

    /// Whether a space admits no further holder or no further party.
    fn is_full(&self, tables: &dyn Tables, space: &OpenSpace) -> Result<bool, DatabaseError> {
        for side in [Side::Holder, Side::Party] {
            if side.admit(space, self.count(tables, space, side)?).is_err() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn place(&self, space: &OpenSpace, side: Side) -> [Value; 4] {
        [
            space.space.role.number().into(),
            self.office.settings.epoch.into(),
            space.space.index.into(),
            side.as_str().into(),
        ]
    }

    fn newest_with(
        &self,
        tables: &dyn Tables,
        role: Role,
        side: Side,
        identifier: &str,
    ) -> Result<Option<u32>, DatabaseError> {
        typed::one(
            tables,
            "SELECT number FROM issued WHERE role = ? AND epoch = ? AND kind = ? AND identifier = ?
             ORDER BY number DESC LIMIT 1",
            &[
                role.number().into(),
                self.office.settings.epoch.into(),
                side.as_str().into(),
                identifier.into(),
            ],
        )
    }
}
