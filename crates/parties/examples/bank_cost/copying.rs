//! Copies of a row that differ in what has to be their own.

use tallystick_parties::ports::{DatabaseError, Tables};

/// What tells copies apart, by the column that has it; everything else is the original's.
pub type Own = [(&'static str, &'static str)];

/// The columns of a table, and the values of a copy: those of the original `s`, and in their place the copy's own.
pub fn columns_and_values(
    tables: &dyn Tables,
    table: &str,
    own: &Own,
) -> Result<(String, String), DatabaseError> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    let columns = tables.run(&sql, &[])?;
    let columns: Vec<&str> = columns
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<_, _>>()?;
    let values = columns.iter().map(|name| {
        let other = own.iter().find(|(column, _)| column == name);
        other.map_or_else(|| format!("s.{name}"), |(_, value)| (*value).to_owned())
    });
    let values: Vec<String> = values.collect();
    Ok((columns.join(", "), values.join(", ")))
}
