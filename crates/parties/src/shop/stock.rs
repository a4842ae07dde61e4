//! The shelf: what is left, and what orders hold back from it.

use tallystick_protocol::wire::identifier::OrderId;

use super::catalogue::{self, Product};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// Pieces of a product that are neither sold nor reserved.
///
/// # Errors
/// Only the database's own.
pub fn left(tables: &(impl Tables + ?Sized), product: &Product) -> Result<u32, DatabaseError> {
    first(
        tables,
        "SELECT pieces FROM shop_stock WHERE sku = ?",
        &[product.sku.into()],
    )?
    .map_or(Ok(product.opening_stock), |row| row.number(0))
}

/// Holds back everything an order needs, or nothing at all. `Ok(false)`: there is too little of
/// something. Call it in the transaction that stores the order.
///
/// # Errors
/// Only the database's own.
pub fn reserve(
    tables: &dyn Tables,
    order: &OrderId,
    lines: &[(String, u32)],
) -> Result<bool, DatabaseError> {
    let mut wanted = Vec::with_capacity(lines.len());
    for (sku, pieces) in lines {
        let Some(product) = catalogue::product(sku) else {
            return Ok(false);
        };
        match left(tables, product)?.checked_sub(*pieces) {
            Some(rest) => wanted.push((product.sku, *pieces, rest)),
            None => return Ok(false),
        }
    }
    for (sku, pieces, rest) in wanted {
        set(tables, sku, rest)?;
        tables.run(
            "INSERT INTO shop_reserved (order_id, sku, pieces) VALUES (?, ?, ?)",
            &[order.0.into(), sku.into(), pieces.into()],
        )?;
    }
    Ok(true)
}

/// Puts back whatever an order held back. What it holds is forgotten with it, so a second call
/// puts back nothing.
///
/// # Errors
/// Only the database's own.
pub fn put_back(tables: &dyn Tables, order: &OrderId) -> Result<(), DatabaseError> {
    let rows = tables.run(
        "DELETE FROM shop_reserved WHERE order_id = ? RETURNING sku, pieces",
        &[order.0.into()],
    )?;
    for row in rows {
        tables.run(
            "UPDATE shop_stock SET pieces = pieces + ? WHERE sku = ?",
            &[row.number::<u32>(1)?.into(), row.text(0)?.into()],
        )?;
    }
    Ok(())
}

/// Sets the pieces on the shelf, as after a delivery of goods or a count.
///
/// # Errors
/// Only the database's own.
pub fn set(tables: &dyn Tables, sku: &str, pieces: u32) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO shop_stock (sku, pieces) VALUES (?, ?)
         ON CONFLICT (sku) DO UPDATE SET pieces = excluded.pieces",
        &[sku.into(), pieces.into()],
    )?;
    Ok(())
}
