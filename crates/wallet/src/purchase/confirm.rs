//! T002-7: every party shows who it is before anything is sent. All three must, or nothing goes.

use tallystick_protocol::cbor::encode;
use tallystick_protocol::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::identifier::Role;
use tallystick_protocol::keys::DerivedKey;
use tallystick_protocol::problem::ProblemKind;
use tallystick_protocol::statement;

use super::advance::Progress;
use crate::call::{self, CBOR, COSE, CallError};
use crate::error::{ErrorKind, WalletError};
use crate::join;
use crate::order::event::Event;
use crate::order::record::{Confirmation, Failure, OrderRecord};
use crate::ports::Ports;
use crate::view::OrderState;
use crate::wallet::Wallet;

/// How long parties that do not answer are asked again, in milliseconds.
const PATIENCE_MS: u64 = 60_000;

/// What asking a party gave.
enum Outcome {
    /// It is who it claims to be; its certified name.
    Confirmed(String),
    /// It may answer later.
    Later,
    /// It has no key of that space.
    UnknownSpace,
    /// It is not, or does not want to take part.
    Failed(ErrorKind),
}

impl<P: Ports> Wallet<P> {
    /// Asks all parties that have not been confirmed, at once.
    pub(super) async fn confirm_parties(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        let Some(approval) = &order.approval else {
            return Ok(Progress::Settled);
        };
        let pending = approval.confirmations.iter().filter(|one| !one.is_done());
        let asked = pending.map(|one| async move { (one.pair.role, self.confirm(one).await) });
        let outcomes = join::all(asked).await;
        let unknown = outcomes
            .iter()
            .find(|(_, outcome)| matches!(outcome, Outcome::UnknownSpace));
        let failed = outcomes
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        if let (Some((role, _)), false) = (unknown, failed) {
            return self.renew_keys(order, *role).await;
        }
        self.change(order, |order, now| take_up(order, outcomes, waited_ms, now))
            .await
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Outcome {
        let key = confirmation.key.as_ref();
        let key = key.and_then(|key| <[u8; 32]>::try_from(key.0.as_slice()).ok());
        let Some(key) = key.map(DerivedKey::from) else {
            return Outcome::Failed(ErrorKind::PartyUnconfirmed);
        };
        let pair = &confirmation.pair;
        let request = ConfirmationRequest::new(pair.clone(), confirmation.nonce, &key, self.now());
        let url = self.urls.url(&pair.party, "/v1/confirmations");
        match call::post(&self.ports, url, CBOR, encode(&request), COSE).await {
            Ok(answer) => self.confirmed_name(&answer, &request, &key).map_or(
                Outcome::Failed(ErrorKind::PartyUnconfirmed),
                Outcome::Confirmed,
            ),
            Err(CallError::Later(_)) => Outcome::Later,
            Err(error) => match error.refusal() {
                Some(ProblemKind::UnknownSpace) => Outcome::UnknownSpace,
                Some(_) => Outcome::Failed(ErrorKind::PartyRefused),
                None => Outcome::Failed(ErrorKind::PartyUnconfirmed),
            },
        }
    }

    /// Certified for its role, signed now, and made with the key that only it shares with us.
    fn confirmed_name(
        &self,
        answer: &[u8],
        request: &ConfirmationRequest,
        key: &DerivedKey,
    ) -> Option<String> {
        let role = request.pair.role;
        let answer =
            statement::open::<ConfirmationAnswer>(answer, &self.anchors, self.now(), role).ok()?;
        answer.message.verify(request, key).ok()?;
        Some(answer.signer.name)
    }
}

fn take_up(
    order: &mut OrderRecord,
    outcomes: Vec<(Role, Outcome)>,
    waited_ms: u64,
    now: u64,
) -> Result<Progress, WalletError> {
    let mut failure: Option<(Role, ErrorKind)> = None;
    let mut silent = None;
    for (role, outcome) in outcomes {
        match outcome {
            Outcome::Confirmed(name) => confirmed(order, role, name, now),
            Outcome::Failed(kind) => failure = failure.or(Some((role, kind))),
            Outcome::Later | Outcome::UnknownSpace => silent = Some(role),
        }
    }
    let out_of_patience = silent.filter(|_| waited_ms >= PATIENCE_MS);
    let failure = failure.or(out_of_patience.map(|role| (role, ErrorKind::PartyUnreachable)));
    if let Some((role, kind)) = failure {
        let about = order.party_name(role);
        let failure = Failure { kind, about };
        order.end(OrderState::Failed, Event::Failed, failure, now)?;
        order.settled = true;
        return Ok(Progress::Settled);
    }
    if silent.is_some() {
        return Ok(Progress::Waiting);
    }
    order.state = order.state.moved(OrderState::Confirmed)?;
    order.updated_at = now;
    Ok(Progress::Moved)
}

fn confirmed(order: &mut OrderRecord, role: Role, name: String, now: u64) {
    let Some(approval) = &mut order.approval else {
        return;
    };
    let pending = approval
        .confirmations
        .iter_mut()
        .find(|one| one.pair.role == role && !one.is_done());
    if let Some(confirmation) = pending {
        confirmation.key = None;
        confirmation.certified_name = Some(name);
        order.note(Event::confirmed(role), now);
    }
}
