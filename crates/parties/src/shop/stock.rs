//! The shelf: what is left, and what orders hold back from it. Both are done once however often they are asked for:
//! an order holds back what it holds, and once it has put that back it holds back nothing more.

use std::collections::BTreeMap;

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use tallystick_protocol::wire::identifier::{OrderId, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::catalogue;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// So many pieces of something.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pieces {
    /// The product's stock-keeping unit.
    #[n(0)]
    pub sku: String,
    /// How many.
    #[n(1)]
    pub pieces: u32,
}

/// What an order is to hold back, or to put back.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Goods {
    /// The order's number, 32 bytes.
    #[n(0)]
    order: ByteArray<32>,
    /// Its root, 32 bytes: by it another order of the same number is told apart.
    #[n(1)]
    root: ByteArray<32>,
    /// What.
    #[n(2)]
    pub lines: Vec<Pieces>,
}

impl Goods {
    /// The goods of an order.
    #[must_use]
    pub fn new(order: &OrderId, root: &Root, lines: Vec<Pieces>) -> Self {
        Self {
            order: order.0.into(),
            root: root.0.into(),
            lines,
        }
    }
}

/// What is on the shelf, by product; what nobody counts is not in it.
#[derive(Clone, Debug, Default)]
pub struct Shelf(BTreeMap<String, u32>);

impl Shelf {
    /// As these say.
    #[must_use]
    pub fn of(pieces: Vec<Pieces>) -> Self {
        let pieces = pieces.into_iter();
        Self(pieces.map(|Pieces { sku, pieces }| (sku, pieces)).collect())
    }

    /// Pieces of a product that are neither sold nor reserved; none if nobody counts them.
    #[must_use]
    pub fn left(&self, sku: &str) -> Option<u32> {
        self.0.get(sku).copied()
    }
}

/// What is on the shelf here.
///
/// # Errors
/// Only the database's own.
pub fn shelf(tables: &(impl Tables + ?Sized)) -> Result<Vec<Pieces>, DatabaseError> {
    let rows = tables.run("SELECT sku, pieces FROM shop_stock ORDER BY sku", &[])?;
    rows.iter().map(pieces_of).collect()
}

fn pieces_of(row: &crate::ports::Row) -> Result<Pieces, DatabaseError> {
    Ok(Pieces {
        sku: row.text(0)?.to_owned(),
        pieces: row.number(1)?,
    })
}

fn left(tables: &dyn Tables, sku: &str) -> Result<Option<u32>, DatabaseError> {
    let sql = "SELECT pieces FROM shop_stock WHERE sku = ?";
    let row = first(tables, sql, &[sku.into()])?;
    row.map(|row| row.number(0)).transpose()
}

/// Holds back everything an order needs, or nothing at all. `Ok(false)`: there is too little of something, it is sold no
/// more, or the order has put its goods back before. Of what nobody counts nothing is held back. Call it in the
/// transaction that decides.
///
/// # Errors
/// Only the database's own.
pub fn reserve(tables: &dyn Tables, goods: &Goods) -> Result<bool, DatabaseError> {
    if has_put_back(tables, goods)? {
        return Ok(false);
    }
    let held = "SELECT root FROM shop_reserved WHERE order_id = ? LIMIT 1";
    if let Some(row) = first(tables, held, &[(&*goods.order).into()])? {
        return Ok(!row.is_null(0) && row.blob(0)? == goods.root.as_slice());
    }
    let mut wanted = Vec::with_capacity(goods.lines.len());
    for line in &goods.lines {
        if !catalogue::has(tables, &line.sku)? {
            return Ok(false);
        }
        let Some(left) = left(tables, &line.sku)? else {
            continue;
        };
        match left.checked_sub(line.pieces) {
            Some(rest) => wanted.push((line.sku.as_str(), line.pieces, rest)),
            None => return Ok(false),
        }
    }
    for (sku, pieces, rest) in wanted {
        set(tables, sku, rest)?;
        tables.run(
            "INSERT INTO shop_reserved (order_id, root, sku, pieces) VALUES (?, ?, ?, ?)",
            &[
                (&*goods.order).into(),
                (&*goods.root).into(),
                sku.into(),
                pieces.into(),
            ],
        )?;
    }
    Ok(true)
}

/// Puts back whatever an order holds back here, and the lines of `goods`, which it held back elsewhere; the second
/// time nothing. Whatever comes late of the order holds back nothing any more: that is remembered for
/// [`super::schema::PUT_BACK_DAYS`].
///
/// # Errors
/// Only the database's own.
pub fn put_back(tables: &dyn Tables, goods: &Goods, now: Timestamp) -> Result<(), DatabaseError> {
    if has_put_back(tables, goods)? {
        return Ok(());
    }
    tables.run(
        "INSERT INTO shop_put_back (root, at) VALUES (?, ?)",
        &[(&*goods.root).into(), now.into()],
    )?;
    let mut lines = taken(tables, goods)?;
    lines.extend(goods.lines.iter().cloned());
    for line in lines {
        if let Some(left) = left(tables, &line.sku)? {
            set(tables, &line.sku, left.saturating_add(line.pieces))?;
        }
    }
    Ok(())
}

/// What an order holds back here.
///
/// # Errors
/// Only the database's own.
pub fn held(tables: &dyn Tables, order: &OrderId) -> Result<Vec<Pieces>, DatabaseError> {
    let sql = "SELECT sku, pieces FROM shop_reserved WHERE order_id = ? ORDER BY sku";
    let rows = tables.run(sql, &[order.0.into()])?;
    rows.iter().map(pieces_of).collect()
}

/// Takes away what an order holds back here. What release 0.1.0 reserved has no root.
///
/// # Errors
/// Only the database's own.
pub fn taken(tables: &dyn Tables, goods: &Goods) -> Result<Vec<Pieces>, DatabaseError> {
    let rows = tables.run(
        "DELETE FROM shop_reserved WHERE order_id = ? AND (root = ? OR root IS NULL) RETURNING sku, pieces",
        &[(&*goods.order).into(), (&*goods.root).into()],
    )?;
    rows.iter().map(pieces_of).collect()
}

fn has_put_back(tables: &dyn Tables, goods: &Goods) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_put_back WHERE root = ?";
    Ok(first(tables, sql, &[(&*goods.root).into()])?.is_some())
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

/// Counts the pieces of a product no more.
///
/// # Errors
/// Only the database's own.
pub fn count_no_more(tables: &dyn Tables, sku: &str) -> Result<(), DatabaseError> {
    tables.run("DELETE FROM shop_stock WHERE sku = ?", &[sku.into()])?;
    Ok(())
}
