//! What the bank signed of a new purse (EP 1 221 669, SZ7 to SZ9): verified, then written into the card.

use tallystick_card::host::purse::OpeningGiven;
use tallystick_protocol::bank::PurseOpening;
use tallystick_protocol::purse::{CheckpointNotice, PurseCertificate, PurseKind, key_digest};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::problem::ProblemKind;

use super::card;
use super::question::Question;
use super::record::{OpenedPurse, PurseRecord};
use super::refusal::as_good_as_none;
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::Command;

fn unfit(what: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::BankAnswerInvalid, what)
}

impl Desk<'_> {
    /// A copy of a purse.
    pub(super) fn purse(&mut self, id: &str) -> Result<PurseRecord, WalletError> {
        self.banking()?.purse(id).cloned()
    }

    /// Asks for the purse, once its account is enrolled.
    pub(super) fn application_ask(
        &mut self,
        purse: &PurseRecord,
    ) -> Result<Option<Ask<Question>>, WalletError> {
        let Some(authority) = self.context.registration.clone() else {
            return Ok(None);
        };
        let account = self.profile()?.card(&purse.account);
        let is_enrolled = account.is_ok_and(|account| account.enrolment.is_done());
        if !is_enrolled
            || purse.opening.is_some()
            || purse.opened.is_some()
            || purse.failure.is_some()
        {
            return Ok(None);
        }
        let url = self.context.urls.url(&authority, "/v1/purse-applications");
        let question = Question::Application(purse.id.clone());
        Ok(Some(ask::post(
            question,
            url,
            purse.application.clone(),
            CBOR,
        )))
    }

    /// Takes up what authority and bank made of the application. Returns whether anything came of it.
    pub(super) fn take_purse_opening(
        &mut self,
        id: &str,
        said: &Said,
    ) -> Result<bool, WalletError> {
        let Ok(mut purse) = self.purse(id) else {
            return Ok(false);
        };
        match said {
            Ok(answer) => match self.opened_purse(&purse, answer) {
                Ok(opened) => {
                    purse.opening = Some(answer.clone());
                    purse.opened = Some(opened);
                }
                Err(error) => return as_good_as_none(error),
            },
            Err(CallError::Refused(ProblemKind::WrongClock)) => {
                purse.failure = Some(ErrorKind::ClockWrong);
            }
            Err(CallError::Refused(_)) => purse.failure = Some(ErrorKind::PurseRefused),
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        self.keep_banking(purse)?;
        Ok(true)
    }

    fn opened_purse(&self, purse: &PurseRecord, answer: &[u8]) -> Result<OpenedPurse, WalletError> {
        let opening: PurseOpening = decode(answer).map_err(|error| unfit(&error))?;
        self.opened_as(purse, &opening)
    }

    /// The purse, if everything that the bank signed is of that bank and for that key.
    pub(super) fn opened_as(
        &self,
        purse: &PurseRecord,
        opening: &PurseOpening,
    ) -> Result<OpenedPurse, WalletError> {
        let bank_key = self.bank_key(&purse.bank, &opening.bank_certificate)?;
        let certificate: PurseCertificate =
            keyed::open(&opening.purse_certificate, &bank_key).map_err(|error| unfit(&error))?;
        let notice: CheckpointNotice =
            keyed::open(&opening.notice, &bank_key).map_err(|error| unfit(&error))?;
        let is_its_own = certificate.bank == purse.bank
            && certificate.kind == PurseKind::Account
            && certificate.key == Some(key_digest(&purse.public_key))
            && notice.checkpoint.purse == certificate.number;
        if !is_its_own {
            return Err(unfit(&"the purse is for another key or of another bank"));
        }
        let key_ends_at = match &opening.key_certificate {
            None => certificate.expires_at,
            Some(der) => Certificate::from_der(der)
                .map_err(|error| unfit(&error))?
                .not_after()
                .min(certificate.expires_at),
        };
        Ok(OpenedPurse {
            number: certificate.number,
            currency: certificate.currency,
            key_ends_at,
            bank_certificate: opening.bank_certificate.clone(),
        })
    }

    /// The key with which that bank signs purses, if it is certified.
    ///
    /// # Errors
    /// [`ErrorKind::BankAnswerInvalid`], [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`].
    pub(super) fn bank_key(
        &self,
        bank: &Domain,
        certificate: &[u8],
    ) -> Result<VerifyingKey, WalletError> {
        let (anchors, now) = (self.anchors(), self.now());
        let certified = anchors
            .certified(certificate, now, Role::Bank)
            .map_err(|error| {
                WalletError::uncertified(&error, ErrorKind::BankAnswerInvalid).about(bank.as_str())
            })?;
        if certified.domain.as_ref() == Some(bank) {
            Ok(certified.public_key)
        } else {
            Err(unfit(&"the purse's key is certified for another bank"))
        }
    }

    /// Puts the purse into the card.
    pub(super) fn writing(&self, purse: &PurseRecord) -> Result<Vec<Command>, WalletError> {
        let Some(opening) = purse.opening.as_deref().filter(|_| !purse.is_written) else {
            return Ok(Vec::new());
        };
        let opening: PurseOpening = decode(opening)
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
        let given = OpeningGiven {
            certificate: opening.purse_certificate,
            notice: Some(opening.notice),
            at: self.now(),
        };
        Ok(card::open(purse.place, &opening.bank_certificate, &given).into())
    }
}
