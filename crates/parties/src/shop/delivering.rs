//! Asks the courier (EP 0 791 901, steps O10 and O11): first who it is, then to deliver.

use http::Method;
use tallystick_protocol::answers::{
    Acceptance, CourierAnswer, DeliveryRequest, Refusal, RefusalReason, STATEMENT_MAX_BYTES,
    TRACKING_MAX_BYTES,
};
use tallystick_protocol::cbor::{Message, decode, encode};
use tallystick_protocol::identifier::Role;
use tallystick_protocol::introduction::IntroductionRequest;
use tallystick_protocol::statement::{Audience, StatementError, message_type, open};

use super::book::{self, Evidence, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, letters};
use crate::common::correspondence::{is_last_word, is_problem};
use crate::common::fault::{Fault, Kind};
use crate::common::http::{self as web, Answer};
use crate::common::outbox::{self, Content, Letter, NewLetter, Verdict};
use crate::ports::{Network, Ports, Tables};

/// Where an issuer is told that nothing will be delivered.
pub(super) const RELEASES: &str = "/v1/releases";

/// What the courier said, verified.
enum CourierWord {
    Yes {
        tracking: String,
        signed: Vec<u8>,
    },
    No {
        reason: RefusalReason,
        signed: Vec<u8>,
    },
}

impl<P: Ports> Shop<P> {
    /// Asks the courier who it is, once the issuer has authorised.
    pub(super) fn introduce_courier(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<(), Fault> {
        let question = IntroductionRequest {
            nonce: order.courier_nonce,
            from: self.office.settings.domain.clone(),
        };
        let letter = NewLetter {
            kind: letters::INTRODUCE_COURIER,
            reference: &order.reference(),
            to: &order.courier,
            path: "/v1/introductions",
            content: Content::Bytes(encode(&question)),
            give_up_at: order.expires_at * 1000,
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    /// The courier said who it is, or did not: only a confirmed courier is sent its part (T002-7).
    pub(super) fn courier_introduced(
        &self,
        letter: &Letter,
        answer: &Answer,
    ) -> Result<Verdict, Fault> {
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        if order.state != OrderState::Authorised {
            return Ok(Verdict::Done);
        }
        if !self.is_introduced(answer, order.courier_nonce, &order, Role::Courier)? {
            return self.stop(letter, &order, RefusalReason::Unreachable);
        }
        let request = self.delivery_request(&order)?;
        // Only the courier can end what it was asked: it is asked until it answers.
        let give_up_at = order.expires_at + EVIDENCE_SECONDS;
        self.office.transaction(|tables| {
            book::move_to(tables, &order.order_id, OrderState::Delivering)?;
            self.office
                .decide(tables, letters::DELIVER, &letter.reference, &request)?;
            self.post_statement(
                tables,
                &order,
                letters::DELIVER,
                &order.courier,
                "/v1/deliveries",
                give_up_at,
            )?;
            outbox::settle(tables, &letter.kind, &letter.reference)?;
            Ok::<_, Fault>(Verdict::Done)
        })
    }

    fn delivery_request(&self, order: &Order) -> Result<DeliveryRequest, Fault> {
        let split = order.split().map_err(|_| Fault::internal())?;
        Ok(DeliveryRequest {
            envelope: self.office.envelope(
                Audience::Party(order.courier.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            part: split
                .part(Role::Courier)
                .ok_or_else(Fault::internal)?
                .clone(),
            clearance: order.clearance.clone().ok_or_else(Fault::internal)?,
            parcels: 1,
        })
    }

    /// The courier answered.
    ///
    /// A problem is not signed: it may be by somebody in between, after an acceptance whose answer
    /// was lost. So the courier is asked what it decided, and the order stops only if it knows nothing.
    pub(super) async fn courier_answered(
        &self,
        letter: &Letter,
        answer: &Answer,
    ) -> Result<Verdict, Fault> {
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        if order.state != OrderState::Delivering {
            return Ok(Verdict::Done);
        }
        if answer.status().is_success() {
            let word = self.courier_word(&order, web::answer_as(answer, web::COSE)?)?;
            return self.courier_decided(letter, &order, word);
        }
        let decided = self.ask_what_the_courier_decided(letter).await?;
        if is_problem(&decided, Kind::NotFound) {
            let reason = if is_problem(answer, Kind::Expired) {
                RefusalReason::Expired
            } else {
                RefusalReason::BadPart
            };
            return self.stop(letter, &order, reason);
        }
        let said: CourierAnswer = decode(web::answer_as(&decided, web::CBOR)?)?;
        let word = self.courier_word(&order, &said.statement)?;
        self.courier_decided(letter, &order, word)
    }

    async fn ask_what_the_courier_decided(&self, letter: &Letter) -> Result<Answer, Fault> {
        let path = format!("/v1/answers/{}", letter.reference);
        let courier = letter.to.as_str();
        let mut question = web::request_to(courier, Method::GET, &path, None, Vec::new())?;
        web::correlate(&mut question, letter.reference.get(..16));
        Ok(self.office.ports.network().send(question).await?)
    }

    /// The courier was asked for as long as its word would be worth something: the order ends.
    pub(super) fn courier_never_answered(&self, letter: &Letter) -> Result<(), Fault> {
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        if order.state == OrderState::Delivering {
            self.stop(letter, &order, RefusalReason::Unreachable)?;
        }
        Ok(())
    }

    fn courier_decided(
        &self,
        letter: &Letter,
        order: &Order,
        word: CourierWord,
    ) -> Result<Verdict, Fault> {
        self.office.transaction(|tables| {
            let (path, signed) = match word {
                CourierWord::Yes { tracking, signed } => {
                    book::move_to(tables, &order.order_id, OrderState::Accepted)?;
                    book::keep(tables, &order.order_id, Evidence::Acceptance, &signed)?;
                    book::keep_tracking(tables, &order.order_id, &tracking)?;
                    ("/v1/captures", signed)
                }
                CourierWord::No { reason, signed } => {
                    let refused = OrderState::Refused {
                        by: Role::Courier,
                        reason,
                    };
                    book::move_to(tables, &order.order_id, refused)?;
                    book::keep(tables, &order.order_id, Evidence::Refusal, &signed)?;
                    (RELEASES, signed)
                }
            };
            self.relay(tables, order, path, signed)?;
            outbox::settle(tables, &letter.kind, &letter.reference)?;
            Ok(Verdict::Done)
        })
    }

    fn courier_word(&self, order: &Order, body: &[u8]) -> Result<CourierWord, Fault> {
        let identity = self.office.identity()?;
        let (anchors, now) = (&identity.anchors, self.office.now());
        let elsewhere = || Fault::from(StatementError::WrongTransaction);
        if message_type(body, 2 * STATEMENT_MAX_BYTES)? == Acceptance::TYPE {
            let said = open::<Acceptance>(body, anchors, now, Role::Courier)?;
            said.require_sender(&order.courier)?;
            said.require_transaction(&order.order_id.0)?;
            let yes = said.message;
            let agrees = yes.root == order.root
                && yes.shop == self.office.settings.domain
                && yes.issuer == order.issuer
                && yes.tracking.len() <= TRACKING_MAX_BYTES;
            return if agrees {
                Ok(CourierWord::Yes {
                    tracking: yes.tracking,
                    signed: said.bytes,
                })
            } else {
                Err(elsewhere())
            };
        }
        let said = open::<Refusal>(body, anchors, now, Role::Courier)?;
        said.require_sender(&order.courier)?;
        said.require_transaction(&order.order_id.0)?;
        if said.message.root != order.root || said.message.by != Role::Courier {
            return Err(elsewhere());
        }
        Ok(CourierWord::No {
            reason: said.message.reason,
            signed: said.bytes,
        })
    }

    /// Shows the issuer what the courier signed. The courier does so too; the issuer acts once.
    fn relay(
        &self,
        tables: &dyn Tables,
        order: &Order,
        path: &str,
        signed: Vec<u8>,
    ) -> Result<(), Fault> {
        let letter = NewLetter {
            kind: letters::RELAY,
            reference: &order.reference(),
            to: &order.issuer,
            path,
            content: Content::Relayed(signed),
            give_up_at: (self.office.now().0 + EVIDENCE_SECONDS) * 1000,
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    /// The issuer heard of the courier's answer. If the acceptance came after the reservation had
    /// been released, there is no payment, and the shop does not deliver.
    pub(super) fn relay_answered(
        &self,
        letter: &Letter,
        answer: &Answer,
    ) -> Result<Verdict, Fault> {
        if !is_last_word(answer) && !is_nothing_to_release(letter, answer) {
            return Ok(Verdict::Again);
        }
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        let too_late = is_problem(answer, Kind::Conflict);
        if order.state == OrderState::Accepted && too_late {
            let refused = OrderState::Refused {
                by: Role::Shop,
                reason: RefusalReason::Expired,
            };
            return self.office.transaction(|tables| {
                book::move_to(tables, &order.order_id, refused)?;
                self.refuse(tables, &order, RefusalReason::Expired)?;
                outbox::settle(tables, &letter.kind, &letter.reference)?;
                Ok(Verdict::Done)
            });
        }
        Ok(Verdict::Done)
    }

    /// The issuer heard that the shop will not deliver. If it has charged the holder before, the
    /// courier accepted all the same: the operator has to look at it.
    pub(super) fn release_answered(&self, letter: &Letter, answer: &Answer) -> Verdict {
        if is_problem(answer, Kind::Conflict) {
            let order = letter.reference.get(..16);
            self.office.log("released-after-charge", order, "conflict");
        }
        if is_last_word(answer) || is_nothing_to_release(letter, answer) {
            Verdict::Done
        } else {
            Verdict::Again
        }
    }
}

/// The issuer has no reservation for this order. What may still be on its way to it expires there.
fn is_nothing_to_release(letter: &Letter, answer: &Answer) -> bool {
    letter.path == RELEASES && is_problem(answer, Kind::NotFound)
}
