//! Settlement servers: which there are, how they are reached, and whose word about cards counts.

use tallystick_protocol::trust::statement::{self, SignedMessage, Verified};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::problem::ProblemKind;

use super::record::{FORMAT, SettingsRecord};
use super::view::SettlementRoute;
use crate::core::ask::{self, COSE, CallError};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::{Network, Ports};
use crate::core::wallet::{Settlement, Wallet};

/// Where a security server, and a front that stands before one, makes cards.
pub(super) const CARDS: &str = "/v1/cards";
/// Where a tap begins.
pub(super) const TAPS: &str = "/v1/taps";
/// Where a tap goes on.
pub(super) const ANSWERS: &str = "/v1/taps/answers";

impl<P: Ports> Wallet<P> {
    /// Chooses how cards talk to their security server: by itself, or through the front.
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`] for another word, [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn set_settlement_route(&self, route: &str) -> Result<(), WalletError> {
        let route = SettlementRoute::from_name(route);
        let route = route.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))?;
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            desk.keep_settlement_settings(SettingsRecord {
                format: FORMAT,
                is_through_front: route == SettlementRoute::Front,
            })
        })
        .await
    }

    /// Asks the security server, by the way that the holder has chosen. The path, body and answer are the same on both.
    pub(super) async fn ask_security(
        &self,
        server: &Settlement,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Unsaid> {
        let mut asked = None;
        self.perform(&mut |desk| {
            let by = match desk.settlements()?.settings.is_through_front {
                true => &server.front,
                false => &server.security,
            };
            asked = Some((by.clone(), desk.context.urls.url(by, path)));
            Ok(())
        })
        .await
        .map_err(Unsaid::Failed)?;
        let Some((by, url)) = asked else {
            return Err(Unsaid::Failed(WalletError::new(
                ErrorKind::SettlementUnreachable,
            )));
        };
        let ask::Ask { request, .. } = ask::post((), url, body, ask::CBOR);
        let response = self.ports.network().send(request).await;
        // A card's signed personalisation is a statement; what is said in a tap is not.
        let is_signed = matches!(&response, Ok(response) if response.content_type == COSE);
        let accept = if is_signed { COSE } else { ask::CBOR };
        ask::meaning(response, accept).map_err(|error| Unsaid::Refused(error, by))
    }
}

/// Why the security server said nothing.
pub(super) enum Unsaid {
    /// Whoever was asked did not answer, or with a problem.
    Refused(CallError, Domain),
    /// It was not asked.
    Failed(WalletError),
}

impl Unsaid {
    /// Whether the order is not ready for the card yet.
    pub(super) const fn is_not_yet(&self) -> bool {
        matches!(
            self,
            Self::Refused(
                CallError::Refused(
                    ProblemKind::AwaitingCard | ProblemKind::Conflict | ProblemKind::NotFound
                ),
                _
            )
        )
    }
}

impl From<Unsaid> for WalletError {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::Failed(error) => error,
            Unsaid::Refused(error, by) => refusal(&error, by.as_str()),
        }
    }
}

/// What a failed call means.
pub(super) fn refusal(error: &CallError, by: &str) -> WalletError {
    let kind = match error {
        CallError::Later(_) => ErrorKind::SettlementUnreachable,
        CallError::Refused(problem) => match problem {
            ProblemKind::WrongClock => ErrorKind::ClockWrong,
            ProblemKind::Revoked => ErrorKind::CardMoved,
            ProblemKind::ShortOfMoney => ErrorKind::ChargeDeclined,
            ProblemKind::OverLimit => ErrorKind::ChargeTooMuch,
            ProblemKind::Expired => ErrorKind::ChargeExpired,
            _ => ErrorKind::SettlementRefused,
        },
        CallError::Strange { .. } => ErrorKind::SettlementAnswerInvalid,
    };
    WalletError::caused(kind, error).about(by)
}

/// What was said is not what it should be.
pub(super) fn unfit(why: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::SettlementAnswerInvalid, why)
}

impl Desk<'_> {
    /// The settlement server with that front.
    ///
    /// # Errors
    /// [`ErrorKind::ContactlessElsewhere`].
    pub(super) fn settlement_server(&self, front: &Domain) -> Result<Settlement, WalletError> {
        let mut servers = self.context.settlement_servers.iter();
        let server = servers.find(|server| server.front == *front).cloned();
        server
            .ok_or_else(|| WalletError::new(ErrorKind::ContactlessElsewhere).about(front.as_str()))
    }

    /// A statement of a security server, signed by its key of that role and no other's.
    ///
    /// # Errors
    /// [`ErrorKind::SettlementAnswerInvalid`], [`ErrorKind::ClockWrong`], [`ErrorKind::CertificateRevoked`],
    /// [`ErrorKind::RevocationsStale`].
    pub(super) fn by_security_server<M: SignedMessage>(
        &self,
        server: &Settlement,
        signed: &[u8],
    ) -> Result<Verified<M>, WalletError> {
        self.stated(signed, (&server.security, Role::SecurityServer))
    }

    /// A statement of a front, which is certified as an issuer is.
    ///
    /// # Errors
    /// As [`Desk::by_security_server`].
    pub(super) fn by_front<M: SignedMessage>(
        &self,
        front: &Domain,
        signed: &[u8],
    ) -> Result<Verified<M>, WalletError> {
        self.stated(signed, (front, Role::Issuer))
    }

    /// A statement that `by` has signed in that role.
    pub(super) fn stated<M: SignedMessage>(
        &self,
        signed: &[u8],
        (by, role): (&Domain, Role),
    ) -> Result<Verified<M>, WalletError> {
        let otherwise = ErrorKind::SettlementAnswerInvalid;
        let said = statement::open::<M>(signed, self.anchors(), self.now(), role)
            .and_then(|said| said.require_sender(by).map(|()| said));
        said.map_err(|error| {
            WalletError::refused(&error, ErrorKind::ClockWrong, otherwise).about(by.as_str())
        })
    }
}
