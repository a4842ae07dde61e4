//! Renewal: certificate and ticket of a card end after about a year, and the issuer renews both for the
//! same keys. The request that enrolled the card is sent once more: it proves the keys as it did then, so
//! no PIN is needed, and it works as well when the certificate has ended already.

use tallystick_protocol::account::EnrolmentAnswer;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use super::enrol::{refused, unfit};
use crate::core::ask::{self, Answer, Ask, CBOR, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::card_account::{CardAccount, Enrolment};

/// How long before its end a card is renewed, in seconds (30 days).
const RENEWAL_SECONDS: u64 = 30 * 86_400;
/// How long nobody is asked again, in milliseconds (six hours).
const PAUSE_MS: u64 = 6 * 3_600_000;

/// The issuer is asked to renew the certificate and the ticket of that card.
struct Renewal(String);

/// When issuers are asked.
#[derive(Default)]
pub struct Renewing {
    /// Before when no issuer is asked to renew a card, in milliseconds.
    due_ms: u64,
}

impl Enrolment {
    /// When the certificate of the signing key ends.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnrolled`] without one, [`ErrorKind::StorageDamaged`].
    pub fn certificate_ends_at(&self) -> Result<Timestamp, WalletError> {
        let der = self.certificate.as_deref();
        let der = der.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?;
        let certificate = Certificate::from_der(der);
        certificate
            .map(|certificate| certificate.not_after())
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))
    }

    /// Whether the issuer should be asked to renew certificate or ticket.
    fn wants_renewal(&self, now: Timestamp) -> bool {
        let soon = now.plus_seconds(RENEWAL_SECONDS);
        let certificate = self.certificate_ends_at().ok();
        let ticket = self.ticket_ends_at;
        certificate
            .is_some_and(|ends_at| ends_at <= soon || ticket.is_none_or(|ends_at| ends_at <= soon))
    }
}

impl CardAccount {
    /// When the card can pay no longer, in seconds, if that is within thirty days: it should have been
    /// renewed by now.
    #[must_use]
    pub fn ends_soon_at(&self, now: Timestamp) -> Option<u64> {
        let ends_at = self.enrolment.certificate_ends_at().ok()?;
        (ends_at <= now.plus_seconds(RENEWAL_SECONDS)).then(|| ends_at.seconds())
    }
}

impl<P: Ports> Wallet<P> {
    /// Has issuers renew what ends within thirty days. What they do not renew is tried again later, and
    /// the view says of a card when it ends.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn renew_cards(&self) -> Result<(), WalletError> {
        self.renew(&mut |desk| desk.renewals()).await
    }

    /// As [`Self::renew_cards`], at once, for a card that has ended and is to pay.
    pub(crate) async fn renew_before_paying(&self, card: &str) -> Result<(), WalletError> {
        self.renew(&mut |desk| desk.renewal_of(card)).await
    }

    async fn renew(
        &self,
        due: &mut dyn FnMut(&mut Desk<'_>) -> Vec<Ask<Renewal>>,
    ) -> Result<(), WalletError> {
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = due(desk);
            Ok(())
        })
        .await?;
        if asks.is_empty() {
            return Ok(());
        }
        let answers = self.ask(asks).await;
        self.perform(&mut |desk| desk.take_renewals(&answers)).await
    }
}

impl Desk<'_> {
    fn renewals(&mut self) -> Vec<Ask<Renewal>> {
        let (now, now_ms) = (self.now(), self.now_ms);
        if self.require_list().is_err() {
            // What would be answered could not be believed.
            return Vec::new();
        }
        let Some(unlocked) = &mut self.state.unlocked else {
            return Vec::new();
        };
        if unlocked.slices.renewing.due_ms > now_ms {
            return Vec::new();
        }
        let cards = unlocked.slices.profile.cards.iter();
        let due: Vec<_> = cards
            .filter(|card| card.handover.is_none() && card.enrolment.wants_renewal(now))
            .cloned()
            .collect();
        if !due.is_empty() {
            unlocked.slices.renewing.due_ms = now_ms.saturating_add(PAUSE_MS);
        }
        due.iter().map(|card| self.renewal_ask(card)).collect()
    }

    fn renewal_of(&mut self, id: &str) -> Vec<Ask<Renewal>> {
        let now = self.now();
        let Some(unlocked) = &mut self.state.unlocked else {
            return Vec::new();
        };
        let card = unlocked.slices.profile.card(id).ok().cloned();
        let has_ended = |card: &CardAccount| {
            let ends_at = card.enrolment.certificate_ends_at();
            card.handover.is_none() && ends_at.is_ok_and(|ends_at| ends_at <= now)
        };
        let card = card.filter(has_ended);
        card.iter().map(|card| self.renewal_ask(card)).collect()
    }

    fn renewal_ask(&self, card: &CardAccount) -> Ask<Renewal> {
        let url = self.context.urls.url(&card.issuer, "/v1/enrolments");
        let request = card.enrolment.request.clone();
        ask::post(Renewal(card.id.clone()), url, request, CBOR)
    }

    /// Takes what was renewed. What was not stays as it is.
    fn take_renewals(&mut self, answers: &[Answer<Renewal>]) -> Result<(), WalletError> {
        for Answer { question, said } in answers {
            let Renewal(id) = question;
            if self.state.unlocked.is_none() {
                // Locked meanwhile. The issuer can be asked again.
                return Ok(());
            }
            // Nobody else is kept from the own card by one issuer that answers nonsense.
            if let Ok(account) = self.renewed(id, said) {
                self.keep_account(account)?;
            }
        }
        Ok(())
    }

    fn renewed(&mut self, id: &str, said: &Said) -> Result<CardAccount, WalletError> {
        let mut account = self.profile()?.card(id)?.clone();
        let answer = said
            .as_ref()
            .map_err(|error| refused(error, account.issuer.as_str()))?;
        let answer: EnrolmentAnswer = decode(answer).map_err(|error| unfit(&error))?;
        self.check_certificate(&account.enrolment, &answer)?;
        let ticket = self.checked_ticket(&account, &answer)?;
        let enrolment = &mut account.enrolment;
        let is_same = enrolment.epoch == Some(ticket.epoch)
            && enrolment.centres.as_ref() == Some(&ticket.centres);
        enrolment.certificate = Some(answer.holder_certificate);
        if !is_same {
            // The ticket goes with the shares: both come when the new epoch is entered ([`super::epoch`]).
            return Ok(account);
        }
        enrolment.ticket = Some(answer.ticket);
        enrolment.ticket_ends_at = Some(ticket.envelope.expires_at);
        Ok(account)
    }
}
