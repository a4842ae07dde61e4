//! Captures on the courier's acceptance, or where no courier delivers on the shop's word that it handed over, releases on a refusal or when the time is over, and tells
//! whoever knows the root where the money is.

use tallystick_protocol::bank::ProofKind;
use tallystick_protocol::checkout::answers::{
    Acceptance, IssuerAnswer, MoneyState, Refusal, STATEMENT_MAX_BYTES,
};
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::order::ORDER_LIFETIME_SECONDS;
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::trust::certificate::{CLOCK_SKEW_SECONDS, CertificateError};
use tallystick_protocol::trust::statement::{
    Audience, StatementError, Verified, message_type, open,
};
use tallystick_protocol::wire::cbor::Message as _;
use tallystick_protocol::wire::identifier::{Domain, Role, Root};

use super::evidence::Signed;
use super::reservations::{self, Reservation};
use super::state::ReservationState;
use super::{EVIDENCE_SECONDS, FREED, Payer, books, denied, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};
use crate::recollection::heard::{self, Heard};

/// How long it is good that an order is not known, in seconds (five minutes).
const UNKNOWN_SECONDS: u64 = 300;

impl<P: Ports> Payer<'_, P> {
    /// `POST /v1/captures`: the courier's signed acceptance, or of an order without a courier the shop's signed word that it
    /// handed over, by whomever it is brought. The answer is where the money is then, signed, also if it had been released
    /// before.
    /// It is counted nowhere: verifying one costs less than carrying it, and a reservation is settled
    /// once. Whatever limit there was, somebody else could use it up while the release clock runs.
    pub(crate) async fn capture(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let (stored, by) = match message_type(body, 2 * STATEMENT_MAX_BYTES)? {
            HandingOver::TYPE => {
                let stored = self.handed_over(body)?;
                let shop = stored.shop.clone();
                self.note_heard(&shop, &stored.root, "hand-over", body)?;
                (stored, shop)
            }
            _ => self.accepted(body)?,
        };
        if self.terms.is_blocked(&by) {
            // A word that might be anybody's moves no money; the answer says where it is.
            self.log_order("blocked", &stored.root, "not-captured");
            return self.where_the_money_is(&stored.root).await;
        }
        self.settle(&stored.root, ReservationState::Captured, Some(body))?;
        self.where_the_money_is(&stored.root).await
    }

    /// `POST /v1/releases`: the courier's signed refusal, or the refusal of the shop that would be
    /// paid. The answer is where the money is then, signed, also if it had been charged before or
    /// was never set aside.
    pub(crate) async fn release(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let said = self.refusal_in(body)?;
        let (by, root) = (&said.message.envelope.from, &said.message.root);
        if said.signer.role == Role::Shop {
            self.office.require_told_by(by)?;
        }
        self.office.require_undoubted(&root.to_string())?;
        if reservations::find(self.office.tables(), root)?.is_none() {
            self.office.admit_sender("releases", by)?;
            self.note_refusal(&said)?;
            return self.nothing_to_release(&said).await;
        }
        let stored = self.refused_by(&said)?;
        self.note_refusal(&said)?;
        self.settle(&stored.root, ReservationState::Released, Some(body))?;
        self.where_the_money_is(&stored.root).await
    }

    /// The reservation that a courier's signed acceptance is about, and that courier. It counts for no order that names none.
    pub(crate) fn accepted(&self, body: &[u8]) -> Result<(Reservation, Domain), Fault> {
        let identity = self.office.identity()?;
        let said = open::<Acceptance>(body, &identity.anchors, self.office.now(), Role::Courier)?;
        self.office.require_told_by(&said.message.shop)?;
        let stored = self.reservation_of(&said.message.root)?;
        let courier = stored.courier.domain().cloned();
        let courier = courier.ok_or(StatementError::WrongTransaction)?;
        require_about(&said, &stored, &courier)?;
        if said.message.issuer != self.office.settings.domain || said.message.shop != stored.shop {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok((stored, courier))
    }

    /// The reservation that a shop's signed word is about that it handed over what was bought. It counts for no order that
    /// names a courier: the holder's card has signed whose word ends the order.
    fn handed_over(&self, body: &[u8]) -> Result<Reservation, Fault> {
        let identity = self.office.identity()?;
        let said = open::<HandingOver>(body, &identity.anchors, self.office.now(), Role::Shop)?;
        self.office.require_told_by(&said.message.envelope.from)?;
        let stored = self.reservation_of(&said.message.root)?;
        require_about(&said, &stored, &stored.shop)?;
        let is_elsewhere = said.message.issuer != self.office.settings.domain;
        if is_elsewhere || stored.courier.domain().is_some() {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(stored)
    }

    /// The reservation that a signed refusal is about, by its courier or its shop.
    pub(crate) fn refused(&self, body: &[u8]) -> Result<Reservation, Fault> {
        self.refused_by(&self.refusal_in(body)?)
    }

    fn refusal_in(&self, body: &[u8]) -> Result<Verified<Refusal>, Fault> {
        let identity = self.office.identity()?;
        let (anchors, now) = (&identity.anchors, self.office.now());
        let said = match open::<Refusal>(body, anchors, now, Role::Courier) {
            Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => {
                open::<Refusal>(body, anchors, now, Role::Shop)
            }
            said => said,
        };
        Ok(said?)
    }

    fn refused_by(&self, said: &Verified<Refusal>) -> Result<Reservation, Fault> {
        let stored = self.reservation_of(&said.message.root)?;
        let signer = match said.signer.role {
            Role::Shop => Some(&stored.shop),
            _ => stored.courier.domain(),
        };
        let signer = signer.ok_or(StatementError::WrongTransaction)?;
        require_about(said, &stored, signer)?;
        if said.message.by != said.signer.role {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(stored)
    }

    /// Keeps a shop's refusal, so that a shop which forgets it says no other thing.
    fn note_refusal(&self, said: &Verified<Refusal>) -> Result<(), Fault> {
        if said.signer.role != Role::Shop {
            return Ok(());
        }
        let refusal = &said.message;
        self.note_heard(
            &refusal.envelope.from,
            &refusal.root,
            "refusal",
            &said.bytes,
        )
    }

    fn note_heard(
        &self,
        shop: &Domain,
        root: &Root,
        name: &str,
        signed: &[u8],
    ) -> Result<(), Fault> {
        let heard = Heard {
            peer: shop,
            root: &root.0,
            name,
            signed,
        };
        let now = self.office.now();
        Ok(self
            .office
            .transaction(|tables| heard::keep(tables, &heard, now))?)
    }

    /// There is no reservation: whoever refused is told so, and asks no more. What may still be on its
    /// way here expires by itself.
    async fn nothing_to_release(&self, said: &Verified<Refusal>) -> Result<Answer, Fault> {
        let refusal = &said.message;
        let answer = IssuerAnswer {
            envelope: self.office.envelope(
                Audience::Party(refusal.envelope.from.clone()),
                refusal.envelope.transaction,
                EVIDENCE_SECONDS,
            ),
            root: refusal.root,
            money: None,
            refusal: None,
        };
        Ok(web::cose(self.office.say(&answer).await?))
    }

    /// `GET /v1/answers/{root}`.
    pub(crate) async fn show_answer(&self, root: &str) -> Result<Answer, Fault> {
        let root: Root = root.parse().map_err(|_| Fault::not_found())?;
        if reservations::find(self.office.tables(), &root)?.is_none() {
            return self.nothing_known(root).await;
        }
        self.where_the_money_is(&root).await
    }

    /// There is no reservation, at this moment: signed, because said after the order's time it tells
    /// its holder that nothing was charged, and nobody else may say so. It is signed anew each time
    /// and kept nowhere, since the root may be anybody's invention, and may become known. That it was said is noted as long
    /// as a shop may come that was forgotten, and may hold something else.
    async fn nothing_known(&self, root: Root) -> Result<Answer, Fault> {
        let limit = self.office.settings.limits.unknown_orders;
        self.office.admit(&[("answers", limit)])?;
        self.require_not_forgotten(&root)?;
        let answer = IssuerAnswer {
            // The order's number is not known either.
            envelope: self
                .office
                .envelope(Audience::Anyone, root.0, UNKNOWN_SECONDS),
            root,
            money: None,
            refusal: None,
        };
        if self.office.has_strangers()? {
            let now = self.office.now();
            self.office
                .transaction(|tables| denied::note(tables, &root, now))?;
        }
        Ok(web::cose(self.office.say(&answer).await?))
    }

    /// A root does not say when its order was made: as long as one from before this generation may still be charged, nothing
    /// is said of any that is not known.
    fn require_not_forgotten(&self, root: &Root) -> Result<(), Fault> {
        self.office.require_undoubted(&root.to_string())?;
        let longest = ORDER_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS + self.terms.binding_seconds;
        let made_at = self.office.now().minus_seconds(longest);
        if self.office.may_have_forgotten(made_at)? {
            let why = "It may have authorised the order and forgotten it.";
            return Err(Fault::new(Kind::Starting, why));
        }
        Ok(())
    }

    /// Captures or releases by somebody's signed word, or releases because nobody said one in time.
    pub(crate) fn settle(
        &self,
        root: &Root,
        next: ReservationState,
        word: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let now = self.office.now_ms();
        let moved = self.office.transaction(|tables| {
            let moved = reservations::settle(tables, root, next, now)?;
            if moved {
                let charged = next == ReservationState::Captured;
                if let Some(word) = word {
                    let kind = match message_type(word, 2 * STATEMENT_MAX_BYTES)? {
                        HandingOver::TYPE => ProofKind::HandingOver,
                        Acceptance::TYPE => ProofKind::Acceptance,
                        _ => ProofKind::Refusal,
                    };
                    let about = books::settlement_of(root);
                    self.keep(tables, &about, Signed::new(kind, word))?;
                }
                for funds in self.funds {
                    funds.settled(tables, root, charged, self.office.now())?;
                }
            }
            if moved && next == ReservationState::Released {
                self.freed(tables, root)?;
            }
            Ok::<_, Fault>(moved)
        })?;
        if moved {
            self.log_order("settled", root, next.name());
        }
        Ok(())
    }

    /// Has the account looked at on which an order's money became free. Call it in the transaction that freed it.
    pub(crate) fn freed(&self, tables: &dyn Tables, root: &Root) -> Result<(), Fault> {
        if !self.terms.is_spread {
            return Ok(());
        }
        // None if nothing was set aside.
        let Some(account) = books::payer_of(tables, root)? else {
            return Ok(());
        };
        let now_ms = self.office.now_ms();
        let job = NewJob {
            kind: FREED,
            reference: &account,
            peer: None,
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Who signed a statement about an order, as courier or shop.
    ///
    /// # Errors
    /// If nobody did whom this party knows.
    pub(crate) fn signer_of(&self, request: &Incoming) -> Result<Domain, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let (anchors, now) = (&identity.anchors, self.office.now());
        let kind = message_type(body, 2 * STATEMENT_MAX_BYTES)?;
        Ok(match kind {
            Acceptance::TYPE => {
                open::<Acceptance>(body, anchors, now, Role::Courier)?
                    .message
                    .envelope
                    .from
            }
            HandingOver::TYPE => {
                open::<HandingOver>(body, anchors, now, Role::Shop)?
                    .message
                    .envelope
                    .from
            }
            RefundRequest::TYPE => {
                open::<RefundRequest>(body, anchors, now, Role::Shop)?
                    .message
                    .envelope
                    .from
            }
            _ => self.refusal_in(body)?.message.envelope.from,
        })
    }

    /// The reservation of this root, if something can be decided about it: nothing of it is in doubt, and its shop has told
    /// what it holds.
    pub(crate) fn reservation_of(&self, root: &Root) -> Result<Reservation, Fault> {
        self.office.require_undoubted(&root.to_string())?;
        let stored = reservations::find(self.office.tables(), root)?;
        let stored = stored.ok_or_else(Fault::not_found)?;
        self.office.require_told_by(&stored.shop)?;
        Ok(stored)
    }

    /// The signed answer for the present state; asked for again, the same bytes until they
    /// are void.
    async fn where_the_money_is(&self, root: &Root) -> Result<Answer, Fault> {
        let stored = self.reservation_of(root)?;
        let kind = words::answer(stored.state);
        let reference = stored.reference();
        let message = async || self.issuer_answer(&stored).await;
        let answer = self.office.say_once(&kind, &reference, message).await?;
        Ok(web::cose(answer))
    }

    async fn issuer_answer(&self, stored: &Reservation) -> Result<IssuerAnswer, Fault> {
        let (money, refusal) = match stored.state {
            ReservationState::Reserved => (Some(MoneyState::Reserved), None),
            ReservationState::Captured => (Some(MoneyState::Captured), None),
            ReservationState::Released => (Some(MoneyState::Released), None),
            ReservationState::Refused { reason } => {
                let message = async || Ok(self.refusal(stored, reason));
                let reference = stored.reference();
                let said = self.office.say_once(words::REFUSAL, &reference, message);
                (None, Some(said.await?))
            }
        };
        let envelope = self
            .office
            .envelope(Audience::Anyone, stored.order_id.0, EVIDENCE_SECONDS);
        Ok(IssuerAnswer {
            envelope,
            root: stored.root,
            money,
            refusal,
        })
    }
}

/// What was said must be by `signer` and about the stored order.
pub(crate) fn require_about<M: tallystick_protocol::trust::statement::SignedMessage>(
    said: &Verified<M>,
    stored: &Reservation,
    signer: &Domain,
) -> Result<(), Fault> {
    said.require_sender(signer)?;
    said.require_transaction(&stored.order_id.0)?;
    Ok(())
}
