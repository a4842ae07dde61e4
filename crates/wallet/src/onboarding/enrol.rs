//! Enrolment: the issuer certifies the card's key, the key centres hand over the key shares. Each
//! step is persisted before the next, so that it goes on wherever it was interrupted.

use tallystick_protocol::cbor::decode;
use tallystick_protocol::certificate::Certificate;
use tallystick_protocol::enrolment::{EnrolmentAnswer, EnrolmentRequest, EnrolmentTicket};
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::signature::public_key_to_spki;
use tallystick_protocol::statement::{self, Verified};

use crate::call::{self, CBOR, CallError};
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::CardAccount;
use crate::secure_element;
use crate::state::{Batch, name};
use crate::wallet::Wallet;

/// What is to be done next.
enum Step {
    Certificate { issuer: Domain, request: Vec<u8> },
    Share { role: Role, centre: Domain },
    Done,
}

impl<P: Ports> Wallet<P> {
    /// Enrols the card, from wherever it stands to the end.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], [`ErrorKind::EnrolmentRefused`],
    /// [`ErrorKind::EnrolmentUnreachable`], or a failure of card or storage. What was finished
    /// stays finished; call it again.
    pub async fn enrol(&self) -> Result<(), WalletError> {
        loop {
            match self.next_enrolment_step().await? {
                Step::Certificate { issuer, request } => {
                    self.fetch_certificate(issuer, request).await?
                }
                Step::Share { role, centre } => self.fetch_share(role, &centre, None).await?,
                Step::Done => return Ok(()),
            }
        }
    }

    async fn next_enrolment_step(&self) -> Result<Step, WalletError> {
        let mut state = self.enter().await?;
        self.keep_unlocked(&mut state).await?;
        let unlocked = state.unlocked()?;
        let card = the_card(&unlocked.profile.cards)?;
        if card.enrolment.certificate.is_none() {
            return Ok(Step::Certificate {
                issuer: card.issuer.clone(),
                request: card.enrolment.request.clone(),
            });
        }
        Ok(card
            .enrolment
            .missing_share()
            .map_or(Step::Done, |(role, centre)| Step::Share { role, centre }))
    }

    async fn fetch_certificate(&self, issuer: Domain, request: Vec<u8>) -> Result<(), WalletError> {
        let url = self.urls.url(&issuer, "/v1/enrolments");
        let answer = call::post(&self.ports, url, CBOR, request, CBOR)
            .await
            .map_err(|error| refused(&error, &issuer))?;
        let unfit = |error: &dyn core::fmt::Display| {
            WalletError::caused(ErrorKind::EnrolmentRefused, error).about(issuer.as_str())
        };
        let answer: EnrolmentAnswer = decode(&answer).map_err(|error| unfit(&error))?;

        let mut state = self.enter().await?;
        let unlocked = state.unlocked()?;
        let mut profile = unlocked.profile.clone();
        let card = the_card_mut(&mut profile.cards)?;
        if card.enrolment.certificate.is_some() {
            return Ok(());
        }
        self.check_certificate(card, &answer)
            .map_err(|error| unfit(&error))?;
        let ticket = self
            .check_ticket(card, &answer)
            .map_err(|error| unfit(&error))?;
        let mut element = secure_element::load(&self.ports, &unlocked.key).await?;
        element.put_certificate(&answer.holder_certificate, &mut self.ports.random())?;
        card.enrolment.certificate = Some(answer.holder_certificate);
        card.enrolment.ticket = Some(answer.ticket);
        card.enrolment.epoch = Some(ticket.message.epoch);
        card.enrolment.centres = Some(ticket.message.centres);
        Batch::new(&self.ports, &unlocked.key)
            .sealed(name::CARD, &element.state())?
            .profile(&profile)?
            .store()
            .await?;
        unlocked.profile = profile;
        Ok(())
    }

    /// The certificate must be for the key that the card made.
    fn check_certificate(
        &self,
        card: &CardAccount,
        answer: &EnrolmentAnswer,
    ) -> Result<(), String> {
        let certificate =
            Certificate::from_der(&answer.holder_certificate).map_err(|error| error.to_string())?;
        let certified = self
            .anchors
            .verify(&certificate, self.now(), Role::Holder)
            .map_err(|error| error.to_string())?;
        let certified =
            public_key_to_spki(&certified.public_key).map_err(|error| error.to_string())?;
        let request: EnrolmentRequest =
            decode(&card.enrolment.request).map_err(|error| error.to_string())?;
        if certified == request.signing_public_key {
            Ok(())
        } else {
            Err("the certificate is for another key".to_owned())
        }
    }

    /// The ticket must be for this card's identifier, and name the centres that this build trusts.
    fn check_ticket(
        &self,
        card: &CardAccount,
        answer: &EnrolmentAnswer,
    ) -> Result<Verified<EnrolmentTicket>, String> {
        let ticket = statement::open::<EnrolmentTicket>(
            &answer.ticket,
            &self.anchors,
            self.now(),
            Role::Issuer,
        )
        .map_err(|error| error.to_string())?;
        ticket
            .require_sender(&card.issuer)
            .map_err(|error| error.to_string())?;
        if ticket.message.enrolment_public_key != card.enrolment.enrolment_public_key {
            return Err("the ticket is for another wallet".to_owned());
        }
        let named = ticket.message.centres.as_slice();
        let trusted = named.len() == self.key_centres.len()
            && self.key_centres.iter().all(|centre| named.contains(centre));
        if !trusted {
            return Err("the ticket names other key centres than this wallet trusts".to_owned());
        }
        Ok(ticket)
    }
}

/// The card of this wallet; this release keeps one.
pub(super) fn the_card(cards: &[CardAccount]) -> Result<&CardAccount, WalletError> {
    cards
        .first()
        .ok_or_else(|| WalletError::new(ErrorKind::NoSuchCard))
}

/// As [`the_card`], to be changed.
pub(super) fn the_card_mut(cards: &mut [CardAccount]) -> Result<&mut CardAccount, WalletError> {
    cards
        .first_mut()
        .ok_or_else(|| WalletError::new(ErrorKind::NoSuchCard))
}

/// What a failed call means for an enrolment.
pub(super) fn refused(error: &CallError, party: &Domain) -> WalletError {
    let kind = match error {
        CallError::Later(_) => ErrorKind::EnrolmentUnreachable,
        _ => ErrorKind::EnrolmentRefused,
    };
    WalletError::caused(kind, error).about(party.as_str())
}
