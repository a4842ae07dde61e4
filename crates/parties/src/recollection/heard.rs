//! What peers signed that they must not say differently another time. It is kept for as long as it is good, and given back,
//! byte for byte, to a peer that was brought back to an earlier moment and asks.

use tallystick_protocol::checkout::recollection::{
    PAGE_MAX_BYTES, PAGE_ORDERS_MAX, Recollected, Recollection, RecollectionRequest,
};
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::trust::statement::{Audience, Verified, open};
use tallystick_protocol::wire::identifier::{Domain, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::marks::Mark;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Siblings as _, Tables};
use crate::store::typed;

/// The table, for a step of the schema that every party has. `name` says which statement of that peer about that root it is,
/// `root` is the order's, or the number by which a coupon office knows an order.
pub const TABLE: [&str; 2] = [
    "CREATE TABLE heard_words (
        number INTEGER PRIMARY KEY AUTOINCREMENT, peer TEXT NOT NULL, root BLOB NOT NULL, name TEXT NOT NULL,
        signed BLOB NOT NULL, at INTEGER NOT NULL, UNIQUE (peer, root, name)) STRICT",
    "CREATE INDEX heard_words_by_time ON heard_words (peer, at, number)",
];
/// How long an answer is good, in seconds.
const ANSWER_SECONDS: u64 = 600;

/// A statement that a peer signed.
pub struct Heard<'a> {
    /// Who signed it.
    pub peer: &'a Domain,
    /// What it is about, 32 bytes.
    pub root: &'a [u8; 32],
    /// Which of that peer's statements about that root it is.
    pub name: &'a str,
    /// As it was signed.
    pub signed: &'a [u8],
}

/// Keeps a statement. Of one name the first stays. In the transaction that decides what follows from it.
///
/// # Errors
/// Only the database's own.
pub fn keep(
    tables: &(impl Tables + ?Sized),
    heard: &Heard<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO heard_words (peer, root, name, signed, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (peer, root, name) DO NOTHING";
    let values = [
        heard.peer.as_str().into(),
        heard.root.into(),
        heard.name.into(),
        heard.signed.into(),
        now.into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

/// A row: its number, when it was heard, root and statement.
type Row = (u64, Timestamp, Root, Vec<u8>);

impl<P: Ports> Office<P> {
    /// `POST /v1/recollections`: the signed question of a peer in the role of `asker`, answered from what was heard of it. A
    /// party with shards is asked object by object.
    ///
    /// # Errors
    /// Whatever is wrong with the question, by its signature, its sender or where it begins.
    pub async fn recall(&self, request: &Incoming, asker: Role) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.identity()?;
        let asked = open::<RecollectionRequest>(body, &identity.anchors, self.now(), asker)?;
        asked.require_recipient(&self.as_audience())?;
        let envelope = &asked.message.envelope;
        self.admit_sender("recollections", &envelope.from)?;
        let mark = Mark::of(&asked.message)?;
        let shards = self.spread()?.shards;
        let place = mark.place(shards).ok_or_else(Fault::not_found)?;
        if place != self.place() {
            if self.is_shard() {
                return Err(Fault::new(Kind::Starting, "It belongs to another object."));
            }
            return Ok(self.ports.siblings().ask(place, request.clone()).await?);
        }
        let (orders, last) = page_of(&self.rows_for(&asked, &mark)?);
        let next = match last {
            Some(after) => Some(Mark {
                object: mark.object,
                after: Some(after),
            }),
            None => mark.of_next_object(shards),
        };
        let page = Recollection {
            envelope: self.envelope(
                Audience::Party(envelope.from.clone()),
                envelope.transaction,
                ANSWER_SECONDS,
            ),
            generation: asked.message.generation,
            orders,
            next: next.map(|mark| mark.write()),
        };
        Ok(web::cose(self.say(&page).await?))
    }

    /// What was heard of the asker since the time that it asks about, the oldest first.
    fn rows_for(
        &self,
        asked: &Verified<RecollectionRequest>,
        mark: &Mark,
    ) -> Result<Vec<Row>, DatabaseError> {
        let since = asked.message.since.minus_seconds(CLOCK_SKEW_SECONDS);
        let (at, number) = match &mark.after {
            Some((at, name)) => (*at, number_in(name)),
            None => (since, 0),
        };
        let sql = "SELECT number, at, root, signed FROM heard_words
            WHERE peer = ? AND (at, number) > (?, ?) ORDER BY at, number LIMIT ?";
        let values = [
            asked.message.envelope.from.as_str().into(),
            at.into(),
            number.into(),
            u32::try_from(PAGE_ORDERS_MAX).unwrap_or(u32::MAX).into(),
        ];
        typed::all(self.tables(), sql, &values)
    }
}

/// A page of these rows, and after which of them the next begins; none if these are the last.
fn page_of(rows: &[Row]) -> (Vec<Recollected>, Option<(Timestamp, [u8; 32])>) {
    let (mut orders, mut bytes) = (Vec::new(), 0);
    for (_, _, root, signed) in rows {
        if bytes >= PAGE_MAX_BYTES / 2 {
            break;
        }
        bytes += signed.len();
        orders.push(Recollected {
            root: *root,
            part: None,
            words: vec![signed.clone().into()],
        });
    }
    let is_last = orders.len() == rows.len() && rows.len() < PAGE_ORDERS_MAX;
    let last = rows.get(orders.len().saturating_sub(1));
    let last = last.filter(|_| !is_last);
    (orders, last.map(|(number, at, ..)| (*at, name_of(*number))))
}

/// A row's number as a mark names it, 32 bytes.
fn name_of(number: u64) -> [u8; 32] {
    let mut name = [0; 32];
    name[24..].copy_from_slice(&number.to_be_bytes());
    name
}

/// The number in such a name; of any other, which no page ended with, some number.
fn number_in(name: &[u8; 32]) -> u64 {
    name[24..]
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
