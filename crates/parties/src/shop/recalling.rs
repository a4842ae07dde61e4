//! Tells a party that was brought back to an earlier moment what it has signed since about this shop's orders: the shop
//! holds it as evidence.

use tallystick_protocol::checkout::order::{ORDER_LIFETIME_SECONDS, SealedPart};
use tallystick_protocol::checkout::recollection::{
    PAGE_MAX_BYTES, PAGE_ORDERS_MAX, Recollected, Recollection, RecollectionRequest, WORDS_MAX,
};
use tallystick_protocol::trust::certificate::{CLOCK_SKEW_SECONDS, CertificateError};
use tallystick_protocol::trust::statement::{
    Audience, StatementError, Verified, open, unverified_envelope,
};
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::{EVIDENCE_SECONDS, Shop, book};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, BODY_LIMIT, Incoming};
use crate::ports::{DatabaseError, Ports, Siblings as _};
use crate::recollection::marks::Mark;
use crate::store::typed;

/// How long before something was signed about an order it may have been made, in seconds.
const OPEN_SECONDS: u64 = ORDER_LIFETIME_SECONDS + 2 * CLOCK_SKEW_SECONDS;
/// How long an answer is good, in seconds.
const ANSWER_SECONDS: u64 = 600;

/// How an asker's orders are found, and which papers it has signed.
struct Asked {
    /// Which orders are its own, and from when on: its domain, the earliest time, and the mark's time and number follow.
    orders: &'static str,
    /// The kinds of its papers, in the order in which they were signed.
    papers: &'static str,
}

const COURIERS: Asked = Asked {
    orders: "SELECT received_at, order_id, root FROM shop_orders
        WHERE courier = ?1 AND received_at >= ?2 AND (received_at, order_id) > (?3, ?4)
        ORDER BY received_at, order_id LIMIT ?5",
    papers: "SELECT bytes FROM shop_papers
        WHERE order_id = ? AND kind IN ('acceptance', 'refusal', 'tracking') ORDER BY kind",
};

/// What it gave back may be of an order of any age.
const ISSUERS: Asked = Asked {
    orders: "SELECT received_at, order_id, root FROM shop_orders
        WHERE issuer = ?1 AND (received_at, order_id) > (?3, ?4) AND (received_at >= ?2
            OR order_id IN (SELECT order_id FROM shop_refunds WHERE asked_at >= ?2))
        ORDER BY received_at, order_id LIMIT ?5",
    papers: "SELECT bytes FROM shop_papers
        WHERE order_id = ? AND (kind IN ('authorisation', 'clearance', 'refusal', 'settled') OR kind LIKE 'refund-advice-%')
        ORDER BY kind LIKE 'refund-advice-%', length(kind), kind",
};

/// An order that the asker had a part in: when it came, its number, its root.
type Row = (Timestamp, OrderId, Root);

impl<P: Ports> Shop<P> {
    /// `POST /v1/recollections`: the signed question of a courier or an issuer.
    pub(super) async fn recall(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let asked = self.asked_by(body)?;
        asked.require_recipient(&self.office.as_audience())?;
        let envelope = &asked.message.envelope;
        self.office.admit_sender("recollections", &envelope.from)?;
        let mark = Mark::of(&asked.message)?;
        let place = mark.place(self.office.spread()?.shards);
        let place = place.ok_or_else(Fault::not_found)?;
        if place != self.office.place() {
            if self.office.is_shard() {
                return Err(Fault::new(Kind::Starting, "It belongs to another object."));
            }
            return Ok(self
                .office
                .ports
                .siblings()
                .ask(place, request.clone())
                .await?);
        }
        let (orders, next) = self.recalled(&asked, &mark)?;
        let page = Recollection {
            envelope: self.office.envelope(
                Audience::Party(envelope.from.clone()),
                envelope.transaction,
                ANSWER_SECONDS,
            ),
            generation: asked.message.generation,
            orders,
            next,
        };
        Ok(web::cose(self.office.say(&page).await?))
    }

    /// The question, by somebody of a role that may ask.
    fn asked_by(&self, body: &[u8]) -> Result<Verified<RecollectionRequest>, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let by = |role| open::<RecollectionRequest>(body, &identity.anchors, now, role);
        Ok(match by(Role::Courier) {
            Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => {
                by(Role::Issuer)?
            }
            asked => asked?,
        })
    }

    /// The orders of a page, and where the next begins.
    fn recalled(
        &self,
        asked: &Verified<RecollectionRequest>,
        mark: &Mark,
    ) -> Result<(Vec<Recollected>, Option<Vec<u8>>), Fault> {
        let rows = self.rows_for(asked, mark)?;
        let (mut orders, mut bytes, mut seen) = (Vec::new(), 0, 0);
        for row in &rows {
            let words = self.words_of(asked, &row.1)?;
            let entries = words.len().div_ceil(WORDS_MAX);
            if bytes >= PAGE_MAX_BYTES / 2 || orders.len() + entries > PAGE_ORDERS_MAX {
                break;
            }
            seen += 1;
            let mut part = match words.is_empty() {
                true => None,
                false => self.part_for(asked, row)?,
            };
            let of_part = part.as_ref().map_or(0, |part| part.ciphertext.len());
            bytes += of_part + words.iter().map(Vec::len).sum::<usize>();
            // What was signed first comes with the part.
            for words in words.chunks(WORDS_MAX) {
                orders.push(Recollected {
                    root: row.2,
                    part: part.take(),
                    words: words.iter().cloned().map(Into::into).collect(),
                });
            }
        }
        let is_last = seen == rows.len() && rows.len() < PAGE_ORDERS_MAX;
        let last = rows.get(seen.saturating_sub(1)).filter(|_| !is_last);
        let next = match last {
            Some((received_at, order_id, _)) => Some(Mark {
                object: mark.object,
                after: Some((*received_at, order_id.0)),
            }),
            None => mark.of_next_object(self.office.spread()?.shards),
        };
        Ok((orders, next.map(|mark| mark.write())))
    }

    /// The orders of the asker about which something may have been signed since, the oldest first.
    fn rows_for(
        &self,
        asked: &Verified<RecollectionRequest>,
        mark: &Mark,
    ) -> Result<Vec<Row>, DatabaseError> {
        let question = &asked.message;
        let earliest = question.since.minus_seconds(EVIDENCE_SECONDS);
        let (received_at, order_id) = mark.after.unwrap_or((Timestamp(0), [0; 32]));
        let limit = u32::try_from(PAGE_ORDERS_MAX).unwrap_or(u32::MAX);
        let values = [
            question.envelope.from.as_str().into(),
            earliest.into(),
            received_at.into(),
            order_id.into(),
            limit.into(),
        ];
        typed::all(self.office.tables(), asker(asked).orders, &values)
    }

    /// What the asker has signed about an order, as far as it is kept.
    fn words_of(
        &self,
        asked: &Verified<RecollectionRequest>,
        order_id: &OrderId,
    ) -> Result<Vec<Vec<u8>>, DatabaseError> {
        let sql = asker(asked).papers;
        let papers: Vec<Vec<u8>> = typed::all(self.office.tables(), sql, &[order_id.0.into()])?;
        let from = &asked.message.envelope.from;
        let is_own = |paper: &Vec<u8>| {
            unverified_envelope(paper, BODY_LIMIT).is_ok_and(|envelope| envelope.from == *from)
        };
        Ok(papers.into_iter().filter(is_own).collect())
    }

    /// The asker's part, if it may have forgotten it.
    fn part_for(
        &self,
        asked: &Verified<RecollectionRequest>,
        (received_at, order_id, _): &Row,
    ) -> Result<Option<SealedPart>, Fault> {
        let since = asked.message.since.minus_seconds(OPEN_SECONDS);
        if *received_at < since || book::received(self.office.tables(), order_id)?.is_none() {
            return Ok(None);
        }
        let split = book::split(self.office.tables(), order_id)?;
        Ok(split.part(asked.signer.role).cloned())
    }
}

/// What there is for whoever asks.
fn asker(asked: &Verified<RecollectionRequest>) -> &'static Asked {
    match asked.signer.role {
        Role::Issuer => &ISSUERS,
        _ => &COURIERS,
    }
}
