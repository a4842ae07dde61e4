//! The end of an order whose card has not paid, or whose card paid too late: the security server is told, and what was paid
//! goes back.

use tallystick_protocol::checkout::answers::Refusal;
use tallystick_protocol::trust::statement::{open, unverified};
use tallystick_protocol::wire::identifier::{Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::settlements::{self, Decision, Settlement, Stage};
use super::{SettlementServer, funds, words};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Incoming};
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::post::outbox::{self, Content, NewLetter};

/// The kind of the job that ends a settlement with its order's time; its reference is the order's root.
pub(super) const EXPIRY: &str = "settlement-expiry";

/// Puts the end of a settlement on the clock.
pub(super) fn watch(
    tables: &dyn Tables,
    row: &Settlement,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let job = NewJob {
        kind: EXPIRY,
        reference: &row.reference(),
        peer: None,
        at_ms: row.expires_at.milliseconds(),
    };
    due::put(tables, &job, now_ms)
}

/// Decides that nothing comes of an order, unless something was decided before: the security server is told, so that no card
/// is told to pay it any more; if one has paid, it gets that back.
pub(super) fn end(tables: &dyn Tables, root: &Root, now: Timestamp) -> Result<(), Fault> {
    if !settlements::decide(tables, root, Decision::Refused)? {
        return Ok(());
    }
    let row = settlements::find(tables, root)?.ok_or_else(Fault::internal)?;
    due::cancel(tables, EXPIRY, &row.reference())?;
    match row.stage {
        Stage::Settled => funds::give_back(tables, &row, now),
        Stage::Refused => Ok(()),
        _ => tell_server(tables, &row, now),
    }
}

fn tell_server(tables: &dyn Tables, row: &Settlement, now: Timestamp) -> Result<(), Fault> {
    for letter in [words::ORDER, words::PROPOSAL, words::BILL] {
        outbox::settle(tables, letter, &row.reference())?;
    }
    let letter = NewLetter {
        kind: words::END,
        reference: &row.reference(),
        to: &row.server,
        path: "/v1/settlement-ends",
        content: Content::Statement(words::END.to_owned()),
        give_up_at_ms: now.plus_seconds(EVIDENCE_SECONDS).milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now.milliseconds())?)
}

impl<P: Ports> SettlementServer<P> {
    /// Ends a settlement whose order's time is over and about which nothing was decided.
    pub(super) fn expire(&self, reference: &str) -> Result<Next, Fault> {
        let office = self.office();
        let root: Root = reference.parse().map_err(|_| Fault::internal())?;
        office.transaction(|tables| {
            let Some(row) = settlements::find(tables, &root)? else {
                return Ok(Next::Done);
            };
            if office.now() < row.expires_at {
                return Ok(Next::At(row.expires_at.milliseconds()));
            }
            end(tables, &root, office.now())?;
            Ok(Next::Done)
        })
    }

    /// A shop's signed refusal ends the settlement of its order: nothing is taken from a card that nobody waits for. What is
    /// set aside already is the payer's.
    pub(super) fn end_by_refusal(&self, request: &Incoming) -> Result<(), Fault> {
        let body = web::body_as(request, web::COSE)?;
        let office = self.office();
        let Ok(said) = unverified::<Refusal>(body) else {
            return Ok(());
        };
        let row = settlements::find(office.tables(), &said.root)?;
        let Some(row) = row.filter(|row| row.decision.is_none()) else {
            return Ok(());
        };
        let anchors = &office.identity()?.anchors;
        // What is wrong with it, the payer says.
        let Ok(said) = open::<Refusal>(body, anchors, office.now(), Role::Shop) else {
            return Ok(());
        };
        let is_its_shop = said.require_sender(&row.shop).is_ok()
            && said.require_transaction(&row.order_id.0).is_ok()
            && said.message.by == Role::Shop;
        if !is_its_shop {
            return Ok(());
        }
        office.transaction(|tables| end(tables, &row.root, office.now()))
    }
}
