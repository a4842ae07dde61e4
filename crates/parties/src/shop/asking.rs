//! Asks the issuer (EP 0 791 901, steps O8 and O9): first who it is, then whether it pays.

use tallystick_protocol::answers::{
    Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance, Refusal, RefusalReason,
};
use tallystick_protocol::cbor::decode;
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::introduction::IntroductionRequest;
use tallystick_protocol::statement::{Audience, StatementError, open};

use super::book::{self, Evidence, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, letters};
use crate::common::fault::Fault;
use crate::common::http::{self as web, Answer};
use crate::common::outbox::{self, Content, Letter, NewLetter, Verdict};
use crate::ports::{Ports, Tables};

/// What the issuer said, verified.
enum IssuerWord {
    /// Both statements, as signed bytes.
    Yes {
        authorisation: Vec<u8>,
        clearance: Vec<u8>,
    },
    /// Its signed refusal.
    No {
        reason: RefusalReason,
        refusal: Vec<u8>,
    },
    /// Authentic, but for another amount.
    OtherAmount,
}

impl<P: Ports> Shop<P> {
    /// The issuer said who it is, or did not: only a confirmed issuer is sent its part (T002-7).
    pub(super) fn issuer_introduced(
        &self,
        letter: &Letter,
        answer: &Answer,
    ) -> Result<Verdict, Fault> {
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        if order.state != OrderState::Received {
            return Ok(Verdict::Done);
        }
        if !self.is_introduced(answer, order.issuer_nonce, &order, Role::Issuer)? {
            return self.stop(letter, &order, RefusalReason::Unreachable);
        }
        let request = self.authorisation_request(&order)?;
        self.office.transaction(|tables| {
            book::move_to(tables, &order.order_id, OrderState::Asking)?;
            self.office
                .decide(tables, letters::AUTHORISE, &letter.reference, &request)?;
            self.post_statement(
                tables,
                &order,
                letters::AUTHORISE,
                &order.issuer,
                "/v1/authorisations",
                order.expires_at,
            )?;
            outbox::settle(tables, &letter.kind, &letter.reference)?;
            Ok::<_, Fault>(Verdict::Done)
        })
    }

    /// Verifies an introduction of one of the order's parties.
    pub(super) fn is_introduced(
        &self,
        answer: &Answer,
        nonce: [u8; 32],
        order: &Order,
        role: Role,
    ) -> Result<bool, Fault> {
        let question = IntroductionRequest {
            nonce,
            from: self.office.settings.domain.clone(),
        };
        let domain = if role == Role::Issuer {
            &order.issuer
        } else {
            &order.courier
        };
        let identity = self.office.identity()?;
        let Ok(signed) = web::answer_as(answer, web::COSE) else {
            return Ok(false);
        };
        Ok(question
            .verify(signed, &identity.anchors, self.office.now(), domain, role)
            .is_ok())
    }

    fn authorisation_request(&self, order: &Order) -> Result<AuthorisationRequest, Fault> {
        let split = order.split().map_err(|_| Fault::internal())?;
        let part = split
            .part(Role::Issuer)
            .ok_or_else(Fault::internal)?
            .clone();
        Ok(AuthorisationRequest {
            envelope: self.office.envelope(
                Audience::Party(order.issuer.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            amount: order.amount,
            part,
        })
    }

    /// The issuer answered.
    pub(super) fn issuer_answered(
        &self,
        letter: &Letter,
        answer: &Answer,
    ) -> Result<Verdict, Fault> {
        let order = book::by_reference(self.office.tables(), &letter.reference)?;
        if order.state != OrderState::Asking {
            return Ok(Verdict::Done);
        }
        if answer.status().is_client_error() {
            return self.stop(letter, &order, RefusalReason::BadPart);
        }
        match self.issuer_word(&order, answer)? {
            IssuerWord::Yes {
                authorisation,
                clearance,
            } => self.office.transaction(|tables| {
                book::move_to(tables, &order.order_id, OrderState::Authorised)?;
                book::keep(
                    tables,
                    &order.order_id,
                    Evidence::Authorisation,
                    &authorisation,
                )?;
                book::keep(tables, &order.order_id, Evidence::Clearance, &clearance)?;
                self.introduce_courier(tables, &order)?;
                outbox::settle(tables, &letter.kind, &letter.reference)?;
                Ok(Verdict::Done)
            }),
            IssuerWord::No { reason, refusal } => self.office.transaction(|tables| {
                let refused = OrderState::Refused {
                    by: Role::Issuer,
                    reason,
                };
                book::move_to(tables, &order.order_id, refused)?;
                book::keep(tables, &order.order_id, Evidence::Refusal, &refusal)?;
                outbox::settle(tables, &letter.kind, &letter.reference)?;
                Ok(Verdict::Done)
            }),
            IssuerWord::OtherAmount => self.stop(letter, &order, RefusalReason::AmountMismatch),
        }
    }

    fn issuer_word(&self, order: &Order, answer: &Answer) -> Result<IssuerWord, Fault> {
        if let Ok(body) = web::answer_as(answer, web::CBOR) {
            let answer: AuthorisationAnswer = decode(body)?;
            return self.issuer_yes(order, answer);
        }
        let body = web::answer_as(answer, web::COSE)?;
        let identity = self.office.identity()?;
        let refusal = open::<Refusal>(body, &identity.anchors, self.office.now(), Role::Issuer)?;
        refusal.require_sender(&order.issuer)?;
        refusal.require_transaction(&order.order_id.0)?;
        if refusal.message.root != order.root || refusal.message.by != Role::Issuer {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(IssuerWord::No {
            reason: refusal.message.reason,
            refusal: refusal.bytes,
        })
    }

    /// Both statements must be by this issuer, about this root, for this shop and this courier.
    fn issuer_yes(&self, order: &Order, answer: AuthorisationAnswer) -> Result<IssuerWord, Fault> {
        let identity = self.office.identity()?;
        let (anchors, now) = (&identity.anchors, self.office.now());
        let own = &self.office.settings.domain;
        let authorisation =
            open::<Authorisation>(&answer.authorisation, anchors, now, Role::Issuer)?;
        authorisation.require_sender(&order.issuer)?;
        authorisation.require_recipient(&self.office.as_audience())?;
        authorisation.require_transaction(&order.order_id.0)?;
        let clearance = open::<Clearance>(&answer.clearance, anchors, now, Role::Issuer)?;
        clearance.require_sender(&order.issuer)?;
        clearance.require_transaction(&order.order_id.0)?;
        let (yes, clear) = (&authorisation.message, &clearance.message);
        let agree = yes.root == order.root
            && yes.payee == *own
            && clear.root == order.root
            && clear.payee == *own
            && clear.courier == order.courier;
        if !agree {
            return Err(StatementError::WrongTransaction.into());
        }
        if yes.amount != order.amount {
            return Ok(IssuerWord::OtherAmount);
        }
        Ok(IssuerWord::Yes {
            authorisation: answer.authorisation,
            clearance: answer.clearance,
        })
    }

    /// Refuses an order that cannot go on. Whatever the issuer may have reserved is given back.
    pub(super) fn stop(
        &self,
        letter: &Letter,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<Verdict, Fault> {
        self.office.transaction(|tables| {
            book::move_to(
                tables,
                &order.order_id,
                OrderState::Refused {
                    by: Role::Shop,
                    reason,
                },
            )?;
            self.refuse(tables, order, reason)?;
            if order.state != OrderState::Received {
                self.ask_for_release(tables, order)?;
            }
            outbox::settle(tables, &letter.kind, &letter.reference)?;
            Ok(Verdict::Done)
        })
    }

    /// Posts the shop's refusal to the issuer, so that nothing stays reserved until it expires.
    pub(super) fn ask_for_release(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        let letter = NewLetter {
            kind: letters::RELEASE,
            reference: &order.reference(),
            to: &order.issuer,
            path: super::delivering::RELEASES,
            content: Content::Statement(letters::REFUSAL.to_owned()),
            give_up_at: (self.office.now().0 + EVIDENCE_SECONDS) * 1000,
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    /// Posts a statement of the shop under its own kind. `give_up_at` in seconds since 1970.
    pub(super) fn post_statement(
        &self,
        tables: &dyn Tables,
        order: &Order,
        kind: &str,
        to: &Domain,
        path: &str,
        give_up_at: u64,
    ) -> Result<(), Fault> {
        let letter = NewLetter {
            kind,
            reference: &order.reference(),
            to,
            path,
            content: Content::Statement(kind.to_owned()),
            give_up_at: give_up_at * 1000,
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }
}
