//! Which columns of which tables are sealed, and under which name each row is: one list for what every party stores, and one
//! a schema. By it everything is sealed anew when the operator changes the sealing key.

use crate::ports::{DatabaseError, Row, Tables};
use crate::store::key_id::{self, HEAD_LENGTH};
use crate::store::typed;

/// A column whose values are sealed.
pub struct Sealed {
    /// The table. Its rows have a `rowid`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column with the head of the value, where what a value may take leaves no room for it.
    pub head: Option<&'static str>,
    /// Which rows have a sealed value there, as a condition in SQL; `None`: all that have a value.
    pub only: Option<&'static str>,
    /// The columns from which the value's name follows.
    pub named_by: &'static [&'static str],
    /// The value's name, by those columns.
    pub name: fn(&Row) -> Result<String, DatabaseError>,
    /// How what is sealed is found in the value, if it is not the value itself.
    pub within: Option<Within>,
}

/// Seals anew what is sealed within a value: hands each to the function, with what it is called there, and takes what that
/// gives, nothing if it stays as it is. Returns the new value, nothing if all of it stays. The name of [`Sealed::name`]
/// stands before what each is called.
pub type Within = fn(&[u8], &mut Anew<'_>) -> Result<Option<Vec<u8>>, DatabaseError>;

/// Seals anew what is sealed under a name; `None` if it is sealed as it should be.
pub type Anew<'a> = dyn FnMut(&str, &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> + 'a;

/// What every party seals.
pub const COMMON: &[Sealed] = &[
    Sealed {
        named_by: &["name"],
        name: |row| Ok(row.text(0)?.to_owned()),
        ..Sealed::whole("secrets", "sealed")
    },
    crate::standing::shares::SEALED,
];

/// A row of such a column.
pub(crate) struct SealedRow {
    /// Its number in the table.
    pub rowid: i64,
    /// Under which name it is sealed.
    pub name: String,
    /// The value, its head before it.
    pub value: Vec<u8>,
}

/// Rows one after the other.
pub(crate) struct Stretch {
    /// Those that have a sealed value.
    pub rows: Vec<SealedRow>,
    /// How many were looked at.
    pub looked_at: usize,
    /// The number of the last one.
    pub last: i64,
}

impl Sealed {
    /// A column that holds a sealed value in every row that has one. Say besides how it is named.
    #[must_use]
    pub const fn whole(table: &'static str, column: &'static str) -> Self {
        Self {
            table,
            column,
            head: None,
            only: None,
            named_by: &[],
            name: |_| Ok(String::new()),
            within: None,
        }
    }

    /// Where it is, for the table of how far everything was sealed anew.
    pub(crate) fn place(&self) -> String {
        let Self { table, column, .. } = self;
        match self.only {
            None => format!("{table}.{column}"),
            Some(only) => format!("{table}.{column} where {only}"),
        }
    }

    fn condition(&self) -> String {
        let (column, only) = (self.column, self.only.unwrap_or("1"));
        format!("{column} IS NOT NULL AND ({only})")
    }

    /// The rows after this one, as many as both bounds let through, and at least one; `None` if there is none.
    ///
    /// # Errors
    /// Only the database's own, and that of a row without a name.
    pub(crate) fn stretch_after(
        &self,
        tables: &dyn Tables,
        after: i64,
        (rows, bytes): (usize, usize),
    ) -> Result<Option<Stretch>, DatabaseError> {
        let (table, column) = (self.table, self.column);
        // The length of a value is known without reading it.
        let lengths: Vec<(i64, u64)> = typed::all(
            tables,
            &format!(
                "SELECT rowid, coalesce(length({column}), 0) FROM {table} WHERE rowid > ?
                 ORDER BY rowid LIMIT ?"
            ),
            &[after.into(), u32::try_from(rows).unwrap_or(u32::MAX).into()],
        )?;
        let mut taken: u64 = 0;
        let fits = |(_, length): &&(i64, u64)| {
            let is_first = taken == 0;
            taken = taken.saturating_add((*length).max(1));
            is_first || taken <= bytes as u64
        };
        let looked_at = lengths.iter().take_while(fits).count();
        let Some(&(last, _)) = looked_at.checked_sub(1).and_then(|at| lengths.get(at)) else {
            return Ok(None);
        };
        Ok(Some(Stretch {
            rows: self.read(tables, after, last)?,
            looked_at,
            last,
        }))
    }

    fn read(
        &self,
        tables: &dyn Tables,
        after: i64,
        last: i64,
    ) -> Result<Vec<SealedRow>, DatabaseError> {
        let mut columns = vec!["rowid", self.head.unwrap_or("NULL"), self.column];
        columns.extend(self.named_by);
        let (columns, table, condition) = (columns.join(", "), self.table, self.condition());
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE rowid > ? AND rowid <= ? AND {condition} ORDER BY rowid"
        );
        let rows = tables.run(&sql, &[after.into(), last.into()])?;
        rows.into_iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, mut row: Row) -> Result<SealedRow, DatabaseError> {
        let named_by = Row(row.0.split_off(3));
        let head = (!row.is_null(1)).then(|| row.blob(1)).transpose()?;
        Ok(SealedRow {
            rowid: row.integer(0)?,
            name: (self.name)(&named_by)?,
            value: key_id::joined(head, row.blob(2)?),
        })
    }

    /// Puts a value in the place of the one that is there.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn replace(
        &self,
        tables: &dyn Tables,
        rowid: i64,
        value: &[u8],
    ) -> Result<(), DatabaseError> {
        let (table, column) = (self.table, self.column);
        match self.head {
            None => {
                let sql = format!("UPDATE {table} SET {column} = ? WHERE rowid = ?");
                tables.run(&sql, &[value.into(), rowid.into()])?;
            }
            Some(head_column) => {
                let (head, rest) = key_id::parted(value);
                let sql =
                    format!("UPDATE {table} SET {head_column} = ?, {column} = ? WHERE rowid = ?");
                tables.run(&sql, &[head.into(), rest.into(), rowid.into()])?;
            }
        }
        Ok(())
    }

    /// How many values after this row have another head than this one, or none. What is sealed within a value is counted
    /// as if it had none.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn others_after(
        &self,
        tables: &(impl Tables + ?Sized),
        after: i64,
        head: &[u8; HEAD_LENGTH],
    ) -> Result<u64, DatabaseError> {
        let (table, column, condition) = (self.table, self.column, self.condition());
        let begins = match self.head {
            Some(head_column) => head_column.to_owned(),
            None => format!("substr({column}, 1, {HEAD_LENGTH})"),
        };
        let counted: Option<u64> = typed::one(
            tables,
            &format!(
                "SELECT count(*) FROM {table} WHERE rowid > ? AND {condition} AND {begins} IS NOT ?"
            ),
            &[after.into(), head[..].into()],
        )?;
        Ok(counted.unwrap_or(0))
    }
}
