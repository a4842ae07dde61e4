//! Having an account opened (EP 1 221 669, SZ1 to SZ3): the registration is stored before it is sent, and is sent
//! until the bank's signed word is there.

use tallystick_protocol::account::AccountOffer;
use tallystick_protocol::bank::{
    OpeningAnswer, OpeningOutcome, Registration, RegistrationAnswer, password_salt,
};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::problem::ProblemKind;

use super::form::{self, Wanted};
use super::question::Question;
use super::record::{FORMAT, OpenedAccount, OpeningRecord};
use super::refusal::{as_good_as_none, unheard};
use crate::bank::view::RegistrationForm;
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// The most accounts that are on their way at once.
const OPENINGS_MAX: usize = 8;

impl<P: Ports> Wallet<P> {
    /// Registers for an account at a bank, and asks for it once. Returns the name by which the account on its way
    /// goes on: [`Wallet::continue_opening`], then [`Wallet::open_account`]. Takes about half a second on purpose:
    /// the password is stretched, and neither stored nor sent.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchBank`], [`ErrorKind::RegistrationInvalid`] names what is at fault,
    /// [`ErrorKind::WeakPassphrase`] for the password, [`ErrorKind::OpeningLimit`], [`ErrorKind::Locked`], or a
    /// failure of the storage. What authority and bank say stands in the view: what is stored is asked again.
    pub async fn register(
        &self,
        form: &RegistrationForm,
        password: &str,
    ) -> Result<String, WalletError> {
        let wanted = form::checked(form, password, &self.context)?;
        let mut number = [0; 32];
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            number = crate::random_32(desk.rng);
            desk.require_room_to_open()
        })
        .await?;
        let salt = password_salt(&wanted.bank, &number);
        let verifier = self.stretch.derive(password.as_bytes(), &salt);
        let verifier =
            verifier.map_err(|error| WalletError::caused(ErrorKind::CallInvalid, &error))?;
        let registration = wanted.with(number, *verifier);
        let mut id = String::new();
        self.perform(&mut |desk| {
            id = desk.keep_registration(&wanted, &registration)?;
            Ok(())
        })
        .await?;
        self.ask_banks(&mut |desk| desk.opening_asks(Some(&id)))
            .await?;
        Ok(id)
    }

    /// Asks again for an account that is on its way.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOpening`]; [`ErrorKind::RegistrationUnreachable`] if nobody answered; the reason for which
    /// the bank refused: [`ErrorKind::OutsideAccountUnknown`], [`ErrorKind::OutsideNameDiffers`],
    /// [`ErrorKind::NotSolvent`], [`ErrorKind::BankOtherCurrency`], [`ErrorKind::RegistrationRefused`];
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn continue_opening(&self, id: &str) -> Result<(), WalletError> {
        self.ask_banks(&mut |desk| desk.opening_asks(Some(id)))
            .await?;
        self.perform(&mut |desk| {
            let opening = desk.opening(id)?;
            let about = opening.bank_name.as_deref();
            let about = about.unwrap_or(opening.bank.as_str());
            match (opening.failure, &opening.opened) {
                (Some(kind), _) => Err(WalletError::new(kind).about(about)),
                (None, Some(_)) => Ok(()),
                (None, None) => {
                    Err(WalletError::new(ErrorKind::RegistrationUnreachable).about(about))
                }
            }
        })
        .await
    }

    /// Forgets an account that is on its way. If the bank has opened it, it stays open there until it expires.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOpening`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn forget_opening(&self, id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            let opening = desk.opening(id)?;
            desk.drop_banking(&opening)
        })
        .await
    }
}

impl Desk<'_> {
    /// A copy of an account on its way.
    pub(super) fn opening(&mut self, id: &str) -> Result<OpeningRecord, WalletError> {
        let opening = self.banking()?.openings().find(|opening| opening.id == id);
        let opening = opening.cloned();
        opening.ok_or_else(|| WalletError::new(ErrorKind::NoSuchOpening))
    }

    fn require_room_to_open(&mut self) -> Result<(), WalletError> {
        if self.banking()?.openings().count() < OPENINGS_MAX {
            Ok(())
        } else {
            Err(WalletError::new(ErrorKind::OpeningLimit))
        }
    }

    fn keep_registration(
        &mut self,
        wanted: &Wanted,
        registration: &Registration,
    ) -> Result<String, WalletError> {
        self.require_room_to_open()?;
        let id = crate::random_id(self.rng);
        self.keep_banking(OpeningRecord {
            format: FORMAT,
            id: id.clone(),
            bank: wanted.bank.clone(),
            number: registration.number,
            request: encode(registration),
            currency: wanted.currency,
            created_at: self.now(),
            opened: None,
            failure: None,
            bank_name: None,
        })?;
        Ok(id)
    }

    /// Asks for every account that the bank has not decided about, or for one of them whether it is due or not.
    pub(super) fn opening_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let now = self.now();
        let Some(authority) = self.context.registration.clone() else {
            return Ok(Vec::new());
        };
        let url = self.context.urls.url(&authority, "/v1/registrations");
        let openings = self.banking()?.openings().filter(|opening| {
            let is_meant = only.is_none_or(|id| opening.id == id);
            // An offer that was not taken in time is handed out anew.
            let is_open = |opened: &OpenedAccount| opened.offer.envelope.expires_at > now;
            is_meant && opening.failure.is_none() && !opening.opened.as_ref().is_some_and(is_open)
        });
        Ok(openings
            .map(|opening| {
                let question = Question::Registration(opening.id.clone());
                ask::post(question, url.clone(), opening.request.clone(), CBOR)
            })
            .collect())
    }

    /// Takes up what the registration authority answered. Returns whether anything came of it.
    pub(super) fn take_registration(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let Ok(mut opening) = self.opening(id) else {
            return Ok(false);
        };
        match said {
            Ok(answer) => match self.opened(&opening, answer) {
                Ok((name, outcome)) => {
                    opening.bank_name = Some(name);
                    match outcome {
                        Ok(opened) => opening.opened = Some(opened),
                        Err(kind) => opening.failure = Some(kind),
                    }
                }
                Err(error) => return as_good_as_none(error),
            },
            Err(CallError::Refused(ProblemKind::WrongClock)) => {
                opening.failure = Some(ErrorKind::ClockWrong);
            }
            Err(CallError::Refused(_)) => {
                opening.failure = Some(ErrorKind::RegistrationRefused);
            }
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        self.keep_banking(opening)?;
        Ok(true)
    }

    /// What the bank signed about that registration, and its certified name.
    fn opened(
        &self,
        opening: &OpeningRecord,
        answer: &[u8],
    ) -> Result<(String, Result<OpenedAccount, ErrorKind>), WalletError> {
        let unfit =
            |what: &dyn core::fmt::Display| WalletError::caused(ErrorKind::BankAnswerInvalid, what);
        let answer: RegistrationAnswer = decode(answer).map_err(|error| unfit(&error))?;
        let (anchors, now) = (self.anchors(), self.now());
        let said = statement::open::<OpeningAnswer>(&answer.answer, anchors, now, Role::Issuer)
            .and_then(|said| said.require_sender(&opening.bank).map(|()| said))
            .and_then(|said| said.require_transaction(&opening.number).map(|()| said))
            .map_err(|error| unheard(&error, &opening.bank))?;
        let (name, said) = (said.signer.name, said.message);
        let refused = match said.outcome {
            OpeningOutcome::Opened => {
                let missing = || unfit(&"the bank opened an account and does not say which");
                let opened = OpenedAccount {
                    account: said.account.ok_or_else(missing)?,
                    expires_at: said.expires_at.ok_or_else(missing)?,
                    offer: self
                        .offered(&opening.bank, &said.offer.ok_or_else(missing)?)
                        .ok_or_else(|| unfit(&"the bank's offer is none for an account of its"))?,
                };
                return Ok((name, Ok(opened)));
            }
            OpeningOutcome::UnknownAccount => ErrorKind::OutsideAccountUnknown,
            OpeningOutcome::NameDiffers => ErrorKind::OutsideNameDiffers,
            OpeningOutcome::NotSolvent => ErrorKind::NotSolvent,
            OpeningOutcome::OtherCurrency => ErrorKind::BankOtherCurrency,
            _ => ErrorKind::RegistrationRefused,
        };
        Ok((name, Err(refused)))
    }

    fn offered(&self, bank: &Domain, offer: &[u8]) -> Option<AccountOffer> {
        let (anchors, now) = (self.anchors(), self.now());
        let offer = statement::open::<AccountOffer>(offer, anchors, now, Role::Issuer).ok()?;
        offer.require_sender(bank).ok()?;
        let is_account = offer.message.instrument == Some(Instrument::BankAccount);
        is_account.then_some(offer.message)
    }
}
