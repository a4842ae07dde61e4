//! The rows of generations, of peers that are asked, and of orders that stay in doubt.

use tallystick_protocol::wire::identifier::{Domain, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The state of a peer that is asked.
pub const ASKED: &str = "asked";
/// The state of a peer that has told everything.
pub const TOLD: &str = "told";
/// The state of a peer for which nobody waits; nothing is decided for it until it has told.
pub const LEFT_OUT: &str = "left-out";

/// The newest generation that this memory has seen.
///
/// # Errors
/// Only the database's own.
pub fn newest(tables: &(impl Tables + ?Sized)) -> Result<Option<u32>, DatabaseError> {
    typed::one(tables, "SELECT max(number) FROM generations", &[]).map(Option::flatten)
}

/// Until when something is remembered: when the newest statement was decided. What was decided between that and the moment
/// to which the memory was brought back would be in it.
///
/// # Errors
/// Only the database's own.
pub fn remembered_until(tables: &(impl Tables + ?Sized)) -> Result<Timestamp, DatabaseError> {
    let sql = "SELECT coalesce(max(made_at_ms), 0) / 1000 FROM statements";
    let seconds: Option<u64> = typed::one(tables, sql, &[])?;
    Ok(Timestamp(seconds.unwrap_or(0)))
}

/// A generation begins in which something may be forgotten from that time on.
///
/// # Errors
/// Only the database's own.
pub fn begin(
    tables: &dyn Tables,
    generation: u32,
    since: Timestamp,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO generations (number, began_at_ms, since) VALUES (?, ?, ?)";
    tables.run(sql, &[generation.into(), now_ms.into(), since.into()])?;
    Ok(())
}

/// Since when this is the generation; of one that is not known, the end of time.
///
/// # Errors
/// Only the database's own.
pub fn began(tables: &(impl Tables + ?Sized), generation: u32) -> Result<Timestamp, DatabaseError> {
    let sql = "SELECT began_at_ms / 1000 FROM generations WHERE number = ?";
    let seconds: Option<u64> = typed::one(tables, sql, &[generation.into()])?;
    Ok(Timestamp(seconds.unwrap_or(1 << 52)))
}

/// From when on something may be forgotten in it.
///
/// # Errors
/// Only the database's own.
pub fn since(tables: &(impl Tables + ?Sized), generation: u32) -> Result<Timestamp, DatabaseError> {
    let sql = "SELECT since FROM generations WHERE number = ?";
    let seconds: Option<u64> = typed::one(tables, sql, &[generation.into()])?;
    Ok(Timestamp(seconds.unwrap_or(0)))
}

/// Whether all peers have told in it, or are left out.
///
/// # Errors
/// Only the database's own.
pub fn is_caught_up(
    tables: &(impl Tables + ?Sized),
    generation: u32,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM generations WHERE number = ? AND caught_up_at_ms IS NOT NULL";
    Ok(first(tables, sql, &[generation.into()])?.is_some())
}

/// All have.
///
/// # Errors
/// Only the database's own.
pub fn note_caught_up(
    tables: &dyn Tables,
    generation: u32,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let sql =
        "UPDATE generations SET caught_up_at_ms = coalesce(caught_up_at_ms, ?) WHERE number = ?";
    tables.run(sql, &[now_ms.into(), generation.into()])?;
    Ok(())
}

/// The state of a peer, if it is asked in this generation.
///
/// # Errors
/// Only the database's own.
pub fn state_of(
    tables: &(impl Tables + ?Sized),
    generation: u32,
    peer: &Domain,
) -> Result<Option<String>, DatabaseError> {
    let sql = "SELECT state FROM generation_peers WHERE generation = ? AND peer = ?";
    typed::one(tables, sql, &[generation.into(), peer.as_str().into()])
}

/// Begins to ask a peer in its role, unless it is asked already.
///
/// # Errors
/// Only the database's own.
pub fn ask(
    tables: &dyn Tables,
    generation: u32,
    (role, peer): (Role, &Domain),
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO generation_peers (generation, peer, state, role) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING";
    let values = [
        generation.into(),
        peer.as_str().into(),
        ASKED.into(),
        role.as_str().into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

/// In which role a peer is asked.
///
/// # Errors
/// Only the database's own.
pub fn role_of(
    tables: &(impl Tables + ?Sized),
    generation: u32,
    peer: &Domain,
) -> Result<Role, DatabaseError> {
    let sql = "SELECT role FROM generation_peers WHERE generation = ? AND peer = ?";
    let role: Option<Option<String>> =
        typed::one(tables, sql, &[generation.into(), peer.as_str().into()])?;
    match role.flatten() {
        None => Ok(Role::Shop),
        Some(name) => name.parse().map_err(|_| DatabaseError::Shape(0)),
    }
}

/// Moves a peer to a state.
///
/// # Errors
/// Only the database's own.
pub fn set_state(
    tables: &dyn Tables,
    generation: u32,
    peer: &Domain,
    state: &str,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE generation_peers SET state = ? WHERE generation = ? AND peer = ?";
    tables.run(
        sql,
        &[state.into(), generation.into(), peer.as_str().into()],
    )?;
    Ok(())
}

/// Where the next page of a peer begins.
///
/// # Errors
/// Only the database's own.
pub fn mark(
    tables: &(impl Tables + ?Sized),
    generation: u32,
    peer: &Domain,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT mark FROM generation_peers WHERE generation = ? AND peer = ?";
    typed::one(tables, sql, &[generation.into(), peer.as_str().into()]).map(Option::flatten)
}

/// Keeps where the next page of a peer begins.
///
/// # Errors
/// Only the database's own.
pub fn set_mark(
    tables: &dyn Tables,
    generation: u32,
    peer: &Domain,
    mark: &[u8],
) -> Result<(), DatabaseError> {
    let sql = "UPDATE generation_peers SET mark = ? WHERE generation = ? AND peer = ?";
    tables.run(sql, &[mark.into(), generation.into(), peer.as_str().into()])?;
    Ok(())
}

/// Peers in one of the states in which they have not told.
///
/// # Errors
/// Only the database's own.
pub fn not_told(
    tables: &(impl Tables + ?Sized),
    generation: u32,
    state: &str,
) -> Result<Vec<String>, DatabaseError> {
    let sql = "SELECT peer FROM generation_peers WHERE generation = ? AND state = ? ORDER BY peer";
    typed::all(tables, sql, &[generation.into(), state.into()])
}

/// An order is in doubt, and why, in a sentence. The first reason stays.
///
/// # Errors
/// Only the database's own.
pub fn doubt(
    tables: &dyn Tables,
    root: &Root,
    peer: &Domain,
    why: &str,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO generation_doubts (root, peer, why, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    tables.run(
        sql,
        &[
            root.to_string().into(),
            peer.as_str().into(),
            why.into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}

/// An order is in doubt no longer.
///
/// # Errors
/// Only the database's own.
pub fn undoubt(tables: &dyn Tables, root: &Root) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM generation_doubts WHERE root = ?";
    tables.run(sql, &[root.to_string().into()])?;
    Ok(())
}

/// What this peer holds of an order was taken over after all, in a later generation: it is in doubt no more.
///
/// # Errors
/// Only the database's own.
pub fn settle_doubt(
    tables: &(impl Tables + ?Sized),
    root: &Root,
    peer: &Domain,
) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM generation_doubts WHERE root = ? AND peer = ?";
    tables.run(sql, &[root.to_string().into(), peer.as_str().into()])?;
    Ok(())
}

/// Whether the order of this root is in doubt.
///
/// # Errors
/// Only the database's own.
pub fn is_doubted(tables: &(impl Tables + ?Sized), root: &str) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM generation_doubts WHERE root = ?";
    Ok(first(tables, sql, &[root.into()])?.is_some())
}

/// How many orders are in doubt.
///
/// # Errors
/// Only the database's own.
pub fn count_doubts(tables: &(impl Tables + ?Sized)) -> Result<u64, DatabaseError> {
    let counted: Option<u64> = typed::one(tables, "SELECT count(*) FROM generation_doubts", &[])?;
    Ok(counted.unwrap_or(0))
}

/// Orders in doubt, the newest first: since when (in milliseconds since 1970), root, peer, why.
///
/// # Errors
/// Only the database's own.
pub fn doubts(
    tables: &(impl Tables + ?Sized),
    limit: u32,
) -> Result<Vec<(u64, String, String, String)>, DatabaseError> {
    let sql =
        "SELECT at_ms, root, peer, why FROM generation_doubts ORDER BY at_ms DESC, root LIMIT ?";
    typed::all(tables, sql, &[limit.into()])
}
