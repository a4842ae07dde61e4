//! Asks the issuer whether it pays (EP 0 791 901, steps O8 and O9).

use tallystick_protocol::checkout::answers::{
    Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance, Refusal, RefusalReason,
};
use tallystick_protocol::trust::statement::{Audience, StatementError};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use super::book::{self, Evidence, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, billing, delivering, letters};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};

/// The question whether the issuer pays.
pub(super) struct Asking<'a, P: Ports>(pub(super) &'a Shop<P>);

/// What the issuer said, verified.
pub(super) enum IssuerWord {
    /// Its statements, as signed bytes: the clearance if a courier delivers.
    Yes {
        authorisation: Vec<u8>,
        clearance: Option<Vec<u8>>,
    },
    /// Its signed refusal.
    No {
        reason: RefusalReason,
        refusal: Vec<u8>,
    },
    /// Authentic, but for another amount.
    OtherAmount,
}

/// Posts the question for a new order. It becomes useless when the order expires.
pub(super) fn ask_issuer(tables: &dyn Tables, order: &Order, now_ms: u64) -> Result<(), Fault> {
    let letter = NewLetter {
        kind: letters::AUTHORISE,
        reference: &order.reference(),
        to: &order.issuer,
        path: "/v1/authorisations",
        content: Content::Statement(letters::AUTHORISE.to_owned()),
        give_up_at_ms: order.expires_at.milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now_ms)?)
}

impl<P: Ports> Exchange<P> for Asking<'_, P> {
    type Subject = Order;
    type Word = IssuerWord;

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Order>, Fault> {
        let order = book::by_reference(tables, reference)?;
        let asks = matches!(order.state, OrderState::Received | OrderState::Asking);
        Ok(asks.then_some(order))
    }

    fn prepare(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        if order.state != OrderState::Received {
            return Ok(());
        }
        let request = self.request(tables, order)?;
        self.0.move_to(tables, order, OrderState::Asking)?;
        self.0
            .office
            .decide(tables, letters::AUTHORISE, &order.reference(), &request)
    }

    fn verify(&self, order: &Order, said: Said<'_>) -> Result<IssuerWord, Fault> {
        if let Ok(answer) = decode::<AuthorisationAnswer>(said.bytes()) {
            return self.yes(order, answer);
        }
        let refusal = self.0.office.statement_in::<Refusal>(
            said.bytes(),
            Role::Issuer,
            &order.issuer,
            &order.order_id.0,
        )?;
        if refusal.message.root != order.root || refusal.message.by != Role::Issuer {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(IssuerWord::No {
            reason: refusal.message.reason,
            refusal: refusal.bytes,
        })
    }

    fn apply(&self, tables: &dyn Tables, order: &Order, word: IssuerWord) -> Result<(), Fault> {
        let id = &order.order_id;
        match word {
            IssuerWord::Yes {
                authorisation,
                clearance,
            } => {
                self.0.move_to(tables, order, OrderState::Authorised)?;
                book::keep(tables, id, Evidence::Authorisation, &authorisation)?;
                let Some(clearance) = clearance else {
                    return self.0.hand_over_if_ready(tables, order);
                };
                book::keep(tables, id, Evidence::Clearance, &clearance)?;
                delivering::ask_courier(
                    tables,
                    order,
                    order.expires_at.plus_seconds(delivering::PATIENCE_SECONDS),
                    self.0.office.now_ms(),
                )
            }
            IssuerWord::No { reason, refusal } => {
                let by = Role::Issuer;
                let refused = OrderState::Refused { by, reason };
                self.0.move_to(tables, order, refused)?;
                Ok(book::keep(tables, id, Evidence::Refusal, &refusal)?)
            }
            IssuerWord::OtherAmount => self.0.stop(tables, order, RefusalReason::AmountMismatch),
        }
    }

    /// The order expires by itself.
    fn over(&self, _: &dyn Tables, _: &Order) -> Result<(), Fault> {
        Ok(())
    }
}

impl<P: Ports> Asking<'_, P> {
    fn request(&self, tables: &dyn Tables, order: &Order) -> Result<AuthorisationRequest, Fault> {
        let split = book::split(tables, &order.order_id)?;
        let part = split
            .part(Role::Issuer)
            .ok_or_else(Fault::internal)?
            .clone();
        Ok(AuthorisationRequest {
            envelope: self.0.office.envelope(
                Audience::Party(order.issuer.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            amount: order.rest(),
            part,
            settlement: billing::request_of(tables, order)?,
        })
    }

    /// The statements must be by this issuer, about this root, for this shop and this courier; without a courier there is one.
    fn yes(&self, order: &Order, answer: AuthorisationAnswer) -> Result<IssuerWord, Fault> {
        let office = &self.0.office;
        let own = &office.settings.domain;
        let (issuer, id) = (&order.issuer, &order.order_id.0);
        let authorisation = office.statement_in::<Authorisation>(
            &answer.authorisation,
            Role::Issuer,
            issuer,
            id,
        )?;
        authorisation.require_recipient(&office.as_audience())?;
        let clearance = answer.clearance.as_deref();
        let clearance = clearance
            .map(|signed| office.statement_in::<Clearance>(signed, Role::Issuer, issuer, id));
        let is_clear = match (clearance.transpose()?, order.courier.domain()) {
            (Some(clear), Some(courier)) => {
                let clear = clear.message;
                clear.root == order.root && clear.payee == *own && clear.courier == *courier
            }
            (None, None) => true,
            _ => false,
        };
        let yes = &authorisation.message;
        if !is_clear || yes.root != order.root || yes.payee != *own {
            return Err(StatementError::WrongTransaction.into());
        }
        if yes.amount != order.rest() {
            return Ok(IssuerWord::OtherAmount);
        }
        Ok(IssuerWord::Yes {
            authorisation: answer.authorisation,
            clearance: answer.clearance,
        })
    }
}
