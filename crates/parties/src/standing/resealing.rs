//! The operator changes the sealing key while the party runs: everything is sealed under the present key from then on, and
//! what is there is sealed anew, piece by piece, by a job of the table of what is due. Each piece is one transaction, with
//! how far it has come; so the power may go at any write. Only a pass over everything that found nothing to do ends it.

use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::key_id::KeyId;
use crate::store::schema;
use crate::store::sealed::{self, Sealed};
use crate::store::typed::{self, typed_row};

/// How many rows are looked at, and how many bytes of sealed values are read, in one piece at most.
const PIECE: (usize, usize) = (256, 1024 * 1024);
/// How long requests have the object to themselves between two pieces, in milliseconds.
const PAUSE_MS: u64 = 250;
/// When what did not open is tried again, in milliseconds: by then the operator may have brought its key back.
const AGAIN_MS: u64 = 60 * 60 * 1000;
/// Before the first row of every table.
const NO_ROW: i64 = -1;

/// Where it is kept how far the party has come.
pub(crate) const TABLE: &str = "CREATE TABLE resealing (
    one INTEGER PRIMARY KEY CHECK (one = 1), key_id BLOB NOT NULL CHECK (length(key_id) = 8),
    place TEXT NOT NULL, after_row INTEGER NOT NULL, changed INTEGER NOT NULL, unopened INTEGER NOT NULL,
    missing BLOB, done_at INTEGER) STRICT";

typed_row! {
    /// How far the party has come.
    struct Progress in "resealing" {
        /// Under which key everything is to be.
        key_id: Vec<u8> = "key_id",
        /// Which column is gone through; empty before the first.
        place: String = "place",
        /// The last of its rows that was looked at.
        after: i64 = "after_row",
        /// How many values were sealed anew in this pass.
        changed: u64 = "changed",
        /// How many did not open in it.
        unopened: u64 = "unopened",
        /// Which key one of them wants.
        missing: Option<Vec<u8>> = "missing",
        /// When a pass found nothing to do any more (seconds since 1970).
        done_at: Option<u64> = "done_at",
    }
}

/// What an operator who changes the key has to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resealing {
    /// How many values are not known to be sealed under the present key: 0 once nothing wants another one.
    pub left: u64,
    /// How many of them open under no key that is here.
    pub unopened: u64,
}

fn read(tables: &(impl Tables + ?Sized)) -> Result<Option<Progress>, DatabaseError> {
    typed::find(tables, "one = 1", &[])
}

fn key_in(bytes: &[u8]) -> Result<KeyId, DatabaseError> {
    let id = bytes.try_into().map_err(|_| DatabaseError::Shape(0))?;
    Ok(KeyId(id))
}

impl Progress {
    fn new(key: KeyId) -> Self {
        Self {
            key_id: key.0.to_vec(),
            place: String::new(),
            after: NO_ROW,
            changed: 0,
            unopened: 0,
            missing: None,
            done_at: None,
        }
    }

    fn store(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        tables.run("DELETE FROM resealing", &[])?;
        tables.run(
            "INSERT INTO resealing (one, key_id, place, after_row, changed, unopened, missing, done_at)
             VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            &[
                (&self.key_id).into(),
                (&self.place).into(),
                self.after.into(),
                self.changed.into(),
                self.unopened.into(),
                self.missing.clone().into(),
                self.done_at.into(),
            ],
        )?;
        Ok(())
    }

    /// The next pass begins before the first column.
    fn begin_again(&mut self) {
        self.place.clear();
        self.after = NO_ROW;
        self.changed = 0;
    }
}

impl<P: Ports> Office<P> {
    /// Sees whether what is sealed names its key, and whether the key is another one than before. Once in a lifetime of
    /// this object, before anything is sealed.
    pub(crate) fn note_sealing_key(&self) -> Result<(), DatabaseError> {
        let present = self.vault.key_id();
        let known = read(self.tables())?;
        let known_key = known.as_ref().map(|known| key_in(&known.key_id));
        let known_key = known_key.transpose()?;
        // A party that has nothing yet has nobody to go back to who could not open it. A shard does as its office.
        let is_new = known.is_none() && !self.is_shard() && self.has_no_secrets()?;
        if known.is_none() && !is_new && !self.vault.is_changing() {
            return Ok(());
        }
        self.vault.name_keys();
        if let Some(key) = known_key.filter(|key| !self.vault.has(*key)) {
            self.missing_key.set(Some(key));
            return Ok(());
        }
        match known {
            Some(known) if known_key == Some(present) => match known.done_at {
                Some(_) => Ok(()),
                None => self.go_on_resealing(self.tables()),
            },
            _ => self.transaction(|tables| self.begin_resealing(tables, is_new)),
        }
    }

    fn has_no_secrets(&self) -> Result<bool, DatabaseError> {
        Ok(first(self.tables(), "SELECT 1 FROM secrets LIMIT 1", &[])?.is_none())
    }

    /// At a shard that is new: names keys if its office does.
    pub(crate) fn name_keys_like(
        &self,
        tables: &dyn Tables,
        office: &[u8],
    ) -> Result<(), DatabaseError> {
        let names = crate::store::key_id::named_in(office).is_some();
        if names && read(tables)?.is_none() {
            self.vault.name_keys();
            self.begin_resealing(tables, true)?;
        }
        Ok(())
    }

    /// From now on everything is to be under the present key.
    fn begin_resealing(&self, tables: &dyn Tables, is_new: bool) -> Result<(), DatabaseError> {
        // The release before would read what names its key as damaged.
        schema::leave_behind(tables, "common")?;
        let mut progress = Progress::new(self.vault.key_id());
        if is_new {
            progress.done_at = Some(self.now().0);
            return progress.store(tables);
        }
        progress.store(tables)?;
        self.keep_made_up_key(tables)?;
        self.go_on_resealing(tables)
    }

    fn go_on_resealing(&self, tables: &(impl Tables + ?Sized)) -> Result<(), DatabaseError> {
        let now_ms = self.now_ms();
        let job = NewJob {
            kind: due::RESEALING,
            reference: "",
            peer: None,
            at_ms: now_ms,
        };
        due::put(tables, &job, now_ms)
    }

    /// Seals anew the next piece of what is there.
    ///
    /// # Errors
    /// Only the database's own. What does not open is counted and left as it is.
    pub(crate) fn reseal_some(&self) -> Result<Next, Fault> {
        let now_ms = self.now_ms();
        let next = self.transaction(|tables| {
            let Some(mut progress) = read(tables)? else {
                return Ok::<_, DatabaseError>(Next::Done);
            };
            let is_present = key_in(&progress.key_id)? == self.vault.key_id();
            if progress.done_at.is_some() || !is_present {
                return Ok(Next::Done);
            }
            let next = self.go_through(tables, &mut progress)?;
            progress.store(tables)?;
            Ok(next)
        })?;
        if next == Next::Done {
            self.log("resealed", None, "ok");
        }
        Ok(match next {
            Next::Later => Next::At(now_ms.saturating_add(AGAIN_MS)),
            Next::At(_) => Next::At(now_ms.saturating_add(PAUSE_MS)),
            Next::Done => Next::Done,
        })
    }

    /// One piece. [`Next::At`]: there is more; [`Next::Later`]: what is left does not open.
    fn go_through(
        &self,
        tables: &dyn Tables,
        progress: &mut Progress,
    ) -> Result<Next, DatabaseError> {
        if progress.place.is_empty() {
            progress.unopened = 0;
            progress.missing = None;
        }
        let (mut rows, mut bytes) = PIECE;
        for column in self.columns_from(&progress.place) {
            if column.place() != progress.place {
                progress.place = column.place();
                progress.after = NO_ROW;
            }
            loop {
                if rows == 0 || bytes == 0 {
                    return Ok(Next::At(0));
                }
                let stretch = column.stretch_after(tables, progress.after, (rows, bytes))?;
                let Some(stretch) = stretch else { break };
                for row in stretch.rows {
                    bytes = bytes.saturating_sub(row.value.len());
                    self.reseal_row(tables, column, &row, progress)?;
                }
                rows = rows.saturating_sub(stretch.looked_at);
                progress.after = stretch.last;
            }
        }
        let found_some = progress.changed > 0;
        progress.begin_again();
        if found_some {
            return Ok(Next::At(0));
        }
        if progress.unopened > 0 {
            return Ok(Next::Later);
        }
        progress.done_at = Some(self.now().0);
        Ok(Next::Done)
    }

    /// The sealed columns from this one on; all of them, if there is none of that name.
    fn columns_from(&self, place: &str) -> Vec<&'static Sealed> {
        let of_role = self.sealed.iter().copied().flatten();
        let mut columns: Vec<_> = sealed::COMMON.iter().chain(of_role).collect();
        let at = columns.iter().position(|column| column.place() == place);
        columns.drain(..at.unwrap_or(0));
        columns
    }

    fn reseal_row(
        &self,
        tables: &dyn Tables,
        column: &Sealed,
        row: &sealed::SealedRow,
        progress: &mut Progress,
    ) -> Result<(), DatabaseError> {
        let anew = match column.within {
            None => self.sealed_anew(&row.name, &row.value),
            Some(within) => within(&row.value, &mut |called, sealed| {
                self.sealed_anew(&format!("{}{called}", row.name), sealed)
            }),
        };
        match anew {
            Ok(None) => Ok(()),
            Ok(Some(value)) => {
                progress.changed = progress.changed.saturating_add(1);
                column.replace(tables, row.rowid, &value)
            }
            Err(DatabaseError::Sealed) => {
                progress.unopened = progress.unopened.saturating_add(1);
                Ok(())
            }
            Err(DatabaseError::KeyMissing(id)) => {
                progress.unopened = progress.unopened.saturating_add(1);
                progress.missing = Some(id.0.to_vec());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// A value as it is sealed now; `None` if it is.
    fn sealed_anew(&self, name: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        if self.vault.is_present(sealed) {
            return Ok(None);
        }
        let plain = self.unseal(name, sealed)?;
        self.seal(name, &plain).map(Some)
    }

    /// A value that another object of this party sealed, as this object seals.
    ///
    /// # Errors
    /// [`DatabaseError::KeyMissing`] or [`DatabaseError::Sealed`] if it does not open here.
    pub(crate) fn as_sealed_here(
        &self,
        name: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, DatabaseError> {
        Ok(self
            .sealed_anew(name, sealed)?
            .unwrap_or_else(|| sealed.to_vec()))
    }

    /// How far the party has come. It counts what is ahead; so ask while an operator waits for it, and not at each request.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn resealing(&self) -> Result<Resealing, DatabaseError> {
        let Some(progress) = read(self.tables())? else {
            return Ok(Resealing::default());
        };
        let is_present = key_in(&progress.key_id)? == self.vault.key_id();
        if is_present && progress.done_at.is_some() {
            return Ok(Resealing::default());
        }
        let head = self.vault.key_id().head();
        let mut left = progress.unopened;
        for column in self.columns_from(&progress.place) {
            let is_under_way = column.place() == progress.place;
            let after = if is_under_way { progress.after } else { NO_ROW };
            left = left.saturating_add(column.others_after(self.tables(), after, &head)?);
        }
        Ok(Resealing {
            // While a pass is still to come, that nothing is left is not known.
            left: left.max(1),
            unopened: progress.unopened,
        })
    }

    /// How many values were found that open under no key that is here, and which key one of them names; `None`: none was.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn unopened(&self) -> Result<Option<(u64, Option<KeyId>)>, DatabaseError> {
        let progress = read(self.tables())?.filter(|progress| progress.unopened > 0);
        let Some(progress) = progress else {
            return Ok(None);
        };
        let missing = progress.missing.as_deref().map(key_in).transpose()?;
        Ok(Some((progress.unopened, missing)))
    }

    /// Whether something may still want the key of before.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn wants_key_before(&self) -> Result<bool, DatabaseError> {
        let present = self.vault.key_id();
        let progress = read(self.tables())?;
        Ok(progress.is_some_and(|progress| {
            progress.done_at.is_none() || progress.key_id != present.0.to_vec()
        }))
    }
}
