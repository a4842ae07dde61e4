//! Enrolment: the issuer certifies the card's key, the key centres hand over the key shares. Each
//! step is stored before the next, so that it goes on wherever it was interrupted.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::account::{EnrolmentAnswer, EnrolmentRequest, EnrolmentTicket};
use tallystick_protocol::keys::SealedShare;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{self, StatementError};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::problem::ProblemKind;

use crate::account::question::Question;
use crate::core::ask::{self, Answer, Ask, CBOR, CallError, JSON, Said};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::{CardAccount, Enrolment};

impl<P: Ports> Wallet<P> {
    /// Enrols every card that is not, from wherever it stands to the end.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], [`ErrorKind::EnrolmentRefused`],
    /// [`ErrorKind::EnrolmentUnreachable`], or a failure of card or storage. What was finished
    /// stays finished; call it again.
    pub async fn enrol(&self) -> Result<(), WalletError> {
        self.know_revocations().await?;
        loop {
            let mut next = None;
            self.perform(&mut |desk| {
                next = desk.next_enrolment_step()?;
                Ok(())
            })
            .await?;
            let Some(ask) = next else {
                return Ok(());
            };
            for Answer { question, said } in self.ask(vec![ask]).await {
                match (&question, &said) {
                    (Question::Share(wanted), Err(error)) if is_over(error) => {
                        self.enter_next_epoch(&wanted.card).await?;
                    }
                    _ => self.take_enrolment(&question, &said).await?,
                }
            }
        }
    }

    /// Puts what was answered into the card, and keeps that it is there.
    pub(crate) async fn take_enrolment(
        &self,
        question: &Question,
        said: &Said,
    ) -> Result<(), WalletError> {
        let progress = None;
        self.run(&mut Enrolling {
            question,
            said,
            progress,
        })
        .await
    }
}

/// An answer on its way into a card.
struct Enrolling<'a> {
    question: &'a Question,
    said: &'a Said,
    progress: Option<Progress>,
}

impl Errand for Enrolling<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        self.progress = desk.enrolment_said(self.question, self.said)?;
        let progress = self.progress.as_ref();
        Ok(progress.map(|progress| progress.account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let (Some(Progress { account, put }), []) = (&self.progress, replies) else {
            return Ok(Vec::new());
        };
        let slot = account.enrolment.slot;
        Ok(match put {
            // A PIV card has a place for this one; the others are kept in the profile alone.
            Put::Certificate(certificate) if slot == 0 => {
                vec![Command::put_certificate(certificate)]
            }
            Put::Certificate(_) => Vec::new(),
            Put::Share(share) => vec![Command::put_share(slot, share)],
        })
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        match self.progress.take() {
            Some(progress) => desk.keep_account(progress.account),
            None => Ok(()),
        }
    }
}

/// How an enrolment goes on.
pub(super) struct Progress {
    /// The account as it will be then.
    pub account: CardAccount,
    /// What goes into the card before.
    pub put: Put,
}

/// What goes into a card.
pub(super) enum Put {
    /// The certificate of its signing key (DER).
    Certificate(Vec<u8>),
    /// A key share, sealed to its enrolment key.
    Share(SealedShare),
}

impl Desk<'_> {
    fn next_enrolment_step(&mut self) -> Result<Option<Ask<Question>>, WalletError> {
        self.stay_unlocked();
        // The newest first: one whose issuer has gone away must not keep the others out.
        let mut cards = self.profile()?.cards.iter().rev();
        let Some(card) = cards.find(|card| !card.enrolment.is_done()).cloned() else {
            return Ok(None);
        };
        if let Some(handover) = card.handover {
            let url = self.context.urls.url(&card.issuer, "/v1/moves");
            let question = Question::Handover(card.id);
            return Ok(Some(ask::post(question, url, handover, JSON)));
        }
        if card.enrolment.certificate.is_none() {
            let url = self.context.urls.url(&card.issuer, "/v1/enrolments");
            let request = card.enrolment.request.clone();
            let question = Question::Certificate(card.id);
            return Ok(Some(ask::post(question, url, request, CBOR)));
        }
        match card.enrolment.missing_share() {
            Some((role, centre)) => {
                let ask = self.share_ask(&card, role, &centre, None)?;
                Ok(Some(ask.map(Question::Share)))
            }
            None => Ok(None),
        }
    }

    fn enrolment_said(
        &mut self,
        question: &Question,
        said: &Said,
    ) -> Result<Option<Progress>, WalletError> {
        match question {
            Question::Handover(card) => self.handover_said(card, said),
            Question::Certificate(card) => self.certificate_said(card, said),
            Question::Share(wanted) => self.share_said(wanted, said),
        }
    }

    /// The old identity is revoked: the new one can be enrolled. No card is needed for that.
    fn handover_said(&mut self, card: &str, said: &Said) -> Result<Option<Progress>, WalletError> {
        let mut account = self.profile()?.card(card)?.clone();
        said.as_ref()
            .map_err(|error| refused(error, account.issuer.as_str()))?;
        account.handover = None;
        self.keep_account(account)?;
        Ok(None)
    }

    /// Replaces a card account that is still there.
    pub(super) fn keep_account(&mut self, account: CardAccount) -> Result<(), WalletError> {
        let mut profile = self.profile()?.clone();
        let place = profile.card_mut(&account.id)?;
        *place = account;
        self.keep_profile(profile)
    }

    fn certificate_said(
        &mut self,
        card: &str,
        said: &Said,
    ) -> Result<Option<Progress>, WalletError> {
        let mut account = self.profile()?.card(card)?.clone();
        if account.enrolment.certificate.is_some() {
            return Ok(None);
        }
        let answer = said
            .as_ref()
            .map_err(|error| refused(error, account.issuer.as_str()))?;
        let answer: EnrolmentAnswer = decode(answer).map_err(|error| unfit(&error))?;
        let ticket = self
            .check_certificate(&account.enrolment, &answer)
            .and_then(|()| self.checked_ticket(&account, &answer))
            .map_err(|error| error.about(account.issuer.as_str()))?;
        let put = Put::Certificate(answer.holder_certificate.clone());
        account.enrolment.certificate = Some(answer.holder_certificate);
        account.enrolment.ticket = Some(answer.ticket);
        account.enrolment.ticket_ends_at = Some(ticket.envelope.expires_at);
        account.enrolment.epoch = Some(ticket.epoch);
        account.enrolment.centres = Some(ticket.centres);
        Ok(Some(Progress { account, put }))
    }

    /// The certificate must be for the key that the card made.
    pub(super) fn check_certificate(
        &self,
        enrolment: &Enrolment,
        answer: &EnrolmentAnswer,
    ) -> Result<(), WalletError> {
        let certified = Certificate::from_der(&answer.holder_certificate)
            .and_then(|certificate| {
                self.anchors()
                    .verify(&certificate, self.now(), Role::Holder)
            })
            .map_err(|error| unheard(&error.into()))?;
        let certified = certified
            .public_key
            .to_spki()
            .map_err(|error| unfit(&error))?;
        let request: EnrolmentRequest =
            decode(&enrolment.request).map_err(|error| unfit(&error))?;
        if certified == request.signing_public_key {
            Ok(())
        } else {
            Err(unfit(&"the certificate is for another key"))
        }
    }

    /// The ticket must be for this card's identifier, and name the centres that this build trusts.
    pub(super) fn checked_ticket(
        &self,
        account: &CardAccount,
        answer: &EnrolmentAnswer,
    ) -> Result<EnrolmentTicket, WalletError> {
        let (anchors, key_centres) = (self.anchors(), &self.context.key_centres);
        let ticket =
            statement::open::<EnrolmentTicket>(&answer.ticket, anchors, self.now(), Role::Issuer)
                .and_then(|ticket| ticket.require_sender(&account.issuer).map(|()| ticket))
                .map_err(|error| unheard(&error))?;
        let ticket = ticket.message;
        if ticket.enrolment_public_key != account.enrolment.enrolment_public_key {
            return Err(unfit(&"the ticket is for another wallet"));
        }
        let named = ticket.centres.as_slice();
        let trusted = named.len() == key_centres.len()
            && key_centres.iter().all(|centre| named.contains(centre));
        if !trusted {
            return Err(unfit(
                &"the ticket names other key centres than this wallet trusts",
            ));
        }
        Ok(ticket)
    }
}

/// Whether a key centre has no keys any more such as the ticket names: it has drawn others since the issuer signed it.
const fn is_over(error: &CallError) -> bool {
    matches!(error, CallError::Refused(ProblemKind::UnknownSpace))
}

/// What a failed call means for an enrolment.
pub(super) fn refused(error: &CallError, party: &str) -> WalletError {
    let kind = match error {
        CallError::Later(_) => ErrorKind::EnrolmentUnreachable,
        CallError::Refused(ProblemKind::WrongClock) => ErrorKind::ClockWrong,
        _ => ErrorKind::EnrolmentRefused,
    };
    WalletError::caused(kind, error).about(party)
}

/// An answer to an enrolment that is not what was asked for.
pub(super) fn unfit(what: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::EnrolmentRefused, what)
}

/// A statement in an enrolment that was refused. It was said just now: if it has expired, one of the
/// clocks is wrong.
pub(super) fn unheard(error: &StatementError) -> WalletError {
    WalletError::refused(error, ErrorKind::ClockWrong, ErrorKind::EnrolmentRefused)
}
