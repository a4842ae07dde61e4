//! What becomes of a reservation whose order's time is over. Nobody may have brought the courier's word
//! by then, so the issuer asks for it. What the courier accepted in time is charged; what it did not
//! is the holder's again. Until it answers, the amount stays set aside, for as long as an acceptance
//! binds.

use http::Method;
use tallystick_protocol::checkout::answers::{Acceptance, Inquiry, STATEMENT_MAX_BYTES};
use tallystick_protocol::trust::statement::{Audience, message_type};
use tallystick_protocol::wire::cbor::Message;
use tallystick_protocol::wire::identifier::{Domain, Root};

use super::Payer;
use super::reservations::{self, Reservation};
use super::state::ReservationState;
use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::office::log::correlation;
use crate::ports::{Network, Ports};
use crate::post::due::Next;

/// How long a question is good, in seconds.
const QUESTION_SECONDS: u64 = 600;

impl<P: Ports> Payer<'_, P> {
    /// Ends a reservation that nobody captured or released, or finds out that it has to wait.
    pub(crate) async fn end_overdue(&self, reference: &str) -> Result<Next, Fault> {
        let root: Root = reference.parse().map_err(|_| Fault::internal())?;
        let stored = reservations::find(self.office.tables(), &root)?;
        let Some(stored) = stored.filter(|stored| stored.state == ReservationState::Reserved)
        else {
            return Ok(Next::Done);
        };
        let now_ms = self.office.now_ms();
        if now_ms < self.ask_at_ms(&stored) {
            return Ok(Next::At(self.ask_at_ms(&stored)));
        }
        self.office.require_undoubted(reference)?;
        self.office.require_told_by(&stored.shop)?;
        let Some(courier) = stored.courier.domain() else {
            self.settle(&root, ReservationState::Released, None)?;
            return Ok(Next::Done);
        };
        match self.ask_courier(&stored, courier).await {
            Ok((next, word)) => self.settle(&root, next, Some(&word))?,
            Err(fault) if self.is_bound(&stored, now_ms) => return Err(fault),
            Err(_) => self.settle(&root, ReservationState::Released, None)?,
        }
        Ok(Next::Done)
    }

    /// When the courier is asked about a reservation, in milliseconds since 1970. Without a courier nobody is: what the shop
    /// handed over in time it shows by itself, for as long as an acceptance would bind, and what it did not it releases.
    pub(crate) fn ask_at_ms(&self, stored: &Reservation) -> u64 {
        let grace = match stored.courier.domain() {
            Some(_) => self.terms.inquiry_grace_seconds,
            None => self.terms.binding_seconds,
        };
        stored.expires_at.plus_seconds(grace).milliseconds()
    }

    /// Whether an acceptance that was made in time would still be charged.
    fn is_bound(&self, stored: &Reservation, now_ms: u64) -> bool {
        let until = stored.expires_at.plus_seconds(self.terms.binding_seconds);
        now_ms < until.milliseconds()
    }

    /// What the courier signed about the order, and what follows. No status, and no problem, is its word.
    async fn ask_courier(
        &self,
        stored: &Reservation,
        courier: &Domain,
    ) -> Result<(ReservationState, Vec<u8>), Fault> {
        let inquiry = Inquiry {
            envelope: self.office.envelope(
                Audience::Party(courier.clone()),
                stored.order_id.0,
                QUESTION_SECONDS,
            ),
            root: stored.root,
            expired_at: stored.expires_at,
        };
        let mut request = web::request_to(
            courier.as_str(),
            Method::POST,
            "/v1/inquiries",
            Some(web::COSE),
            self.office.say(&inquiry).await?,
        )?;
        web::correlate(&mut request, Some(&correlation(&stored.root.0)));
        let answer = self.office.ports.network().send(request).await?;
        let word = web::answer_as(&answer, web::COSE).and_then(|word| {
            let next = self.word_of(stored, word)?;
            Ok((next, word.to_vec()))
        });
        word.map_err(|fault| {
            let outcome = format!("courier-said-{}", fault.kind.as_str());
            self.log_order("inquiry", &stored.root, &outcome);
            Fault::new(
                Kind::Starting,
                "The courier has not said anything that counts.",
            )
        })
    }

    fn word_of(&self, stored: &Reservation, word: &[u8]) -> Result<ReservationState, Fault> {
        let courier = stored.courier.domain();
        if courier.is_some_and(|courier| self.terms.is_blocked(courier)) {
            return Err(Fault::untrusted("The courier is blocked."));
        }
        let (about, next) = if message_type(word, 2 * STATEMENT_MAX_BYTES)? == Acceptance::TYPE {
            (self.accepted(word)?.0, ReservationState::Captured)
        } else {
            (self.refused(word)?, ReservationState::Released)
        };
        if about.root != stored.root {
            return Err(Fault::untrusted("It speaks of another order."));
        }
        Ok(next)
    }
}
