//! Decides and answers authorisation requests: the amount reserved and two single-use statements,
//! or a refusal. The root makes it happen once (EP 0 791 901, step O9).

use tallystick_protocol::checkout::answers::{
    Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance, Refusal, RefusalReason,
};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, Root};

use super::judging::Judged;
use super::reservations::{self, Reservation};
use super::state::ReservationState;
use super::{EVIDENCE_SECONDS, Payer, words};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::recollection::heard::{self, Heard};
use crate::store::courier::StoredCourier;

impl<P: Ports> Payer<'_, P> {
    /// `POST /v1/authorisations`.
    pub(crate) async fn authorise(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.authorise_once(request, async |_| Ok(())).await
    }

    /// As [`Payer::authorise`], once `ready` says that it can be decided: what it fails with is answered, and nothing is
    /// decided yet. What was decided before is not asked about again.
    pub(crate) async fn authorise_once(
        &self,
        request: &Incoming,
        ready: impl AsyncFnOnce(&Judged) -> Result<(), Fault>,
    ) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let verify = async || {
            let judged = self.judge(body).await?;
            ready(&judged).await?;
            Ok(judged)
        };
        let store = |tables: &dyn Tables, judged: &_| self.store(tables, judged);
        let root = self
            .office
            .once_an_order("authorise", body, EVIDENCE_SECONDS, verify, store)
            .await?;
        self.answer_request(&root).await
    }

    /// Phase two: the reservation with its statements, or the refusal. Returns the root.
    fn store(&self, tables: &dyn Tables, judged: &Judged) -> Result<Root, Fault> {
        let request = &judged.request.message;
        let root = request.part.root;
        self.keeper.require_here(&request.part.pair.holder)?;
        reservations::require_new(tables, &request.part)?;
        let heard = Heard {
            peer: &judged.part.header.shop,
            root: &root.0,
            name: "authorise",
            signed: &judged.request.bytes,
        };
        heard::keep(tables, &heard, self.office.now())?;
        let verdict = self.verdict(tables, judged)?;
        let number = verdict.owner.as_ref().map(|owner| owner.number);
        if let (Ok(()), Some(owner)) = (verdict.granted, &verdict.owner) {
            self.provide(tables, judged)?;
            let reserved = self.reservation(judged, number, ReservationState::Reserved);
            if reservations::reserve(tables, &reserved, &owner.account, self.office.now_ms())? {
                self.decided(tables, judged, true)?;
                self.keep_order(tables, judged)?;
                let ask_at_ms = self.ask_at_ms(&reserved);
                reservations::watch(tables, &reserved, ask_at_ms, self.office.now_ms())?;
                self.log_order("authorised", &request.part.root, "reserved");
                self.decide_yes(tables, judged, request)?;
                return Ok(root);
            }
        }
        let reason = verdict.granted.err().unwrap_or(RefusalReason::Declined);
        let refused = ReservationState::Refused { reason };
        let refused = self.reservation(judged, number, refused);
        reservations::insert(tables, &refused)?;
        self.decided(tables, judged, false)?;
        self.log_order("authorisation-refused", &request.part.root, reason.as_str());
        let refusal = self.refusal(&refused, reason);
        self.office
            .decide(tables, words::REFUSAL, &refused.reference(), &refusal)?;
        Ok(root)
    }

    /// The payer's refusal of an order.
    pub(crate) fn refusal(&self, refused: &Reservation, reason: RefusalReason) -> Refusal {
        Refusal {
            envelope: self.office.envelope(
                Audience::Party(refused.shop.clone()),
                refused.order_id.0,
                EVIDENCE_SECONDS,
            ),
            root: refused.root,
            by: self.office.settings.role,
            reason,
            handle: None,
        }
    }

    fn reservation(
        &self,
        judged: &Judged,
        owner: Option<i64>,
        state: ReservationState,
    ) -> Reservation {
        let request = &judged.request.message;
        let header = &judged.part.header;
        Reservation {
            root: request.part.root,
            order_id: header.order_id,
            part: Some(request.part.clone()),
            owner,
            shop: header.shop.clone(),
            courier: StoredCourier(header.courier.clone()),
            money: request.amount,
            received_at: self.office.now(),
            // What is refused for living too long is stored all the same, as a time that fits.
            expires_at: header
                .expires_at
                .min(self.office.now().plus_seconds(EVIDENCE_SECONDS)),
            state,
        }
    }

    /// Two statements over the same root: with the amount for the shop, without it for the courier, if one delivers.
    fn decide_yes(
        &self,
        tables: &dyn Tables,
        judged: &Judged,
        request: &AuthorisationRequest,
    ) -> Result<(), Fault> {
        let header = &judged.part.header;
        let envelope = Envelope {
            from: self.office.settings.domain.clone(),
            to: Audience::Party(header.shop.clone()),
            transaction: header.order_id.0,
            sent_at: self.office.now(),
            expires_at: header.expires_at,
        };
        let authorisation = Authorisation {
            envelope,
            root: request.part.root,
            payee: header.shop.clone(),
            amount: request.amount,
            handle: self.office.handle_of(&request.part.root),
        };
        let reference = request.part.root.to_string();
        self.office
            .decide(tables, words::AUTHORISATION, &reference, &authorisation)?;
        let Some(courier) = &header.courier else {
            return Ok(());
        };
        let clearance = self.clearance(&authorisation, courier);
        self.office
            .decide(tables, words::CLEARANCE, &reference, &clearance)
    }

    /// What goes with an authorisation to the courier who delivers.
    pub(super) fn clearance(&self, authorisation: &Authorisation, courier: &Domain) -> Clearance {
        let envelope = Envelope {
            to: Audience::Party(courier.clone()),
            ..authorisation.envelope.clone()
        };
        let until = envelope.expires_at.plus_seconds(self.terms.binding_seconds);
        Clearance {
            envelope,
            root: authorisation.root,
            payee: authorisation.payee.clone(),
            courier: courier.clone(),
            binds_until: Some(until),
            handle: authorisation.handle,
        }
    }

    /// Phase three: the stored decision, signed once.
    async fn answer_request(&self, root: &Root) -> Result<Answer, Fault> {
        let stored = self.reservation_of(root)?;
        let reference = stored.reference();
        if let ReservationState::Refused { .. } = stored.state {
            return Ok(web::cose(
                self.office.signed(words::REFUSAL, &reference).await?,
            ));
        }
        let clearance = match stored.courier.domain() {
            Some(_) => Some(self.office.signed(words::CLEARANCE, &reference).await?),
            None => None,
        };
        let answer = AuthorisationAnswer {
            authorisation: self.office.signed(words::AUTHORISATION, &reference).await?,
            clearance,
        };
        Ok(web::cbor(encode(&answer)))
    }

    pub(crate) fn log_order(&self, event: &str, root: &Root, outcome: &str) {
        self.office.log(event, Some(&correlation(&root.0)), outcome);
    }
}
