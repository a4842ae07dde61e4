//! T002-7: every party of an order shows who it is before anything is sent. All must, or nothing goes.

use tallystick_protocol::keys::DerivedKey;
use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::problem::ProblemKind;
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::attention::Elsewhere;
use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Confirmation, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{self, Ask, COSE, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

/// How long parties that do not answer are asked again, in milliseconds.
const PATIENCE_MS: u64 = 60_000;

impl Desk<'_> {
    /// Asks all parties that have not been confirmed.
    pub(super) fn confirmation_asks(
        &mut self,
        order: &OrderRecord,
        asks: &mut Vec<Ask<Question>>,
    ) -> Result<(), WalletError> {
        let renewing = self.attention(&order.request_id);
        if let Some((role, place)) = renewing.and_then(|attention| attention.renewing) {
            return self.renewal_asks(order, role, place, asks);
        }
        let sent_at = self.now();
        let confirmations = order.approval.iter().flat_map(|one| &one.confirmations);
        for confirmation in confirmations.filter(|one| !one.is_done()) {
            let Some((request, _)) = request(confirmation, sent_at) else {
                continue;
            };
            let pair = &confirmation.pair;
            let question = Question::Confirmation {
                order: order.request_id.clone(),
                role: pair.role,
                sent_at,
            };
            let url = self.context.urls.url(&pair.party, "/v1/confirmations");
            asks.push(ask::post(question, url, encode(&request), COSE));
        }
        Ok(())
    }

    pub(super) fn take_confirmation(
        &mut self,
        id: &str,
        role: Role,
        sent_at: Timestamp,
        said: &Said,
    ) -> Result<(), WalletError> {
        let mut order = self.order(id)?;
        if order.state != OrderState::Approved {
            return Ok(());
        }
        let failure = match said {
            Ok(answer) => match self.confirmed_name(&order, role, sent_at, answer) {
                Ok(name) if role == Role::Courier && name != order.party_name(role) => {
                    // The name that the holder was shown is the shop's text.
                    let shown = order.party_name(role);
                    return self.fail_unsent(order, ErrorKind::CourierNotAsShown, &shown);
                }
                Ok(name) => {
                    confirmed(&mut order, role, name, self.now());
                    return self.keep_order(order);
                }
                // There was one when it was asked: it is asked again.
                Err(ErrorKind::RevocationsStale) => return Ok(()),
                Err(failure) => failure,
            },
            Err(CallError::Later(_)) => return Ok(()),
            // It is in another space or epoch than this key's, or has no place left in this key's.
            Err(CallError::Refused(ProblemKind::UnknownSpace | ProblemKind::OverCap)) => {
                if let Some(attention) = self.attention(id) {
                    attention.renewing = Some((role, Elsewhere::Unknown));
                }
                return Ok(());
            }
            Err(CallError::Refused(ProblemKind::WrongClock)) => ErrorKind::ClockWrong,
            Err(CallError::Refused(ProblemKind::Revoked)) => ErrorKind::CardMoved,
            Err(CallError::Refused(ProblemKind::CertificateEnded)) => ErrorKind::CardNotRenewed,
            Err(CallError::Refused(ProblemKind::CardForgotten)) => ErrorKind::CardForgotten,
            Err(CallError::Refused(_)) => ErrorKind::PartyRefused,
            Err(CallError::Strange { .. }) => ErrorKind::PartyUnconfirmed,
        };
        let party = order.party_name(role);
        self.fail_unsent(order, failure, &party)
    }

    /// Certified for its role, signed now, and made with the key that only it shares with us.
    fn confirmed_name(
        &self,
        order: &OrderRecord,
        role: Role,
        sent_at: Timestamp,
        answer: &[u8],
    ) -> Result<String, ErrorKind> {
        let unconfirmed = ErrorKind::PartyUnconfirmed;
        let mut confirmations = order.approval.iter().flat_map(|one| &one.confirmations);
        let confirmation = confirmations.find(|one| one.pair.role == role);
        let (request, key) = confirmation
            .and_then(|one| request(one, sent_at))
            .ok_or(unconfirmed)?;
        let anchors = self.anchors();
        // It was said just now: if it has expired, one of the clocks is wrong.
        let answer = statement::open::<ConfirmationAnswer>(answer, anchors, self.now(), role)
            .map_err(|error| {
                WalletError::refused(&error, ErrorKind::ClockWrong, unconfirmed).kind
            })?;
        match answer.message.verify(&request, &key) {
            Ok(()) => Ok(answer.signer.name),
            Err(_) => Err(unconfirmed),
        }
    }

    /// All confirmed: on to sending. Nobody answers for long: the end.
    pub(super) fn close_confirmations(
        &mut self,
        mut order: OrderRecord,
    ) -> Result<(), WalletError> {
        let now_ms = self.now_ms;
        let confirmations = order.approval.iter().flat_map(|one| &one.confirmations);
        let pending = confirmations.filter(|one| !one.is_done());
        match pending.map(|one| one.pair.role).next() {
            None => {
                order.state = order.state.moved(OrderState::Confirmed)?;
                self.keep_order(order)
            }
            Some(role) => {
                let Some(attention) = self.attention(&order.request_id) else {
                    return Ok(());
                };
                if attention.waited_ms(now_ms) < PATIENCE_MS {
                    return Ok(());
                }
                let absent = attention.absent.take();
                let (kind, about) =
                    absent.unwrap_or_else(|| (ErrorKind::PartyUnreachable, order.party_name(role)));
                self.fail_unsent(order, kind, &about)
            }
        }
    }

    /// Ends an order because of one party, before anything was sent.
    pub(super) fn fail_unsent(
        &mut self,
        mut order: OrderRecord,
        kind: ErrorKind,
        party: &str,
    ) -> Result<(), WalletError> {
        let now = self.now();
        order.end(OrderState::Failed, Event::Failed, Some((kind, party)), now)?;
        order.settled = true;
        self.keep_order(order)
    }
}

/// The request to a party and the key it is made with.
fn request(
    confirmation: &Confirmation,
    sent_at: Timestamp,
) -> Option<(ConfirmationRequest, DerivedKey)> {
    let key = confirmation.key.as_ref()?.0.as_slice();
    let key = DerivedKey::from(<[u8; 32]>::try_from(key).ok()?);
    let pair = confirmation.pair.clone();
    let request = ConfirmationRequest::new(pair, confirmation.nonce, &key, sent_at);
    Some((request, key))
}

fn confirmed(order: &mut OrderRecord, role: Role, name: String, now: Timestamp) {
    let confirmations = order
        .approval
        .iter_mut()
        .flat_map(|one| &mut one.confirmations);
    for confirmation in confirmations.filter(|one| one.pair.role == role) {
        confirmation.key = None;
        confirmation.certified_name = Some(name.clone());
    }
    order.note(Event::confirmed(role), now);
}
