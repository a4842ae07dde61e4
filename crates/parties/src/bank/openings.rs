//! Opens accounts at a registration authority's request (EP 1 221 669, SZ1 to SZ3).

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::{AccountOffer, CardExpiry, CardRecord, contact};
use tallystick_protocol::bank::{OpeningAnswer, OpeningOutcome, OpeningRequest, Registration};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::trust::statement::{Audience, Verified, open};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Money;

use super::account_number;
use super::banking_system::{BankingSystem, OutsideAccount};
use super::outside::mandates;
use super::{Bank, accounts};
use crate::iso20022::Mandate;
use crate::issuer::accounts::GRANT_SECONDS;
use crate::issuer::card_check::tidy_name;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{Ports, Random, Tables};
use crate::store::once::{Command, FOR_GOOD, before, once};
use crate::store::sealed::Sealed;

/// The name under which an answer is sealed: it holds an account number and a grant.
const SEALED: &str = "opening";
/// The answer to whoever asks again.
pub(super) const SEALED_ANSWERS: Sealed = Sealed {
    only: Some("what = 'open'"),
    name: |_| Ok(SEALED.to_owned()),
    ..Sealed::whole("commands", "answer")
};

/// For how long it is remembered that an account was not opened, in seconds (31 days): longer than a registration
/// authority remembers who asked.
const REFUSAL_SECONDS: u64 = 31 * 86_400;

/// An account that is about to be stored.
struct Opened {
    offer: AccountOffer,
    answer: OpeningAnswer,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/openings`. Asked again about the same registration, it says the same.
    pub(super) async fn open_account(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let body = web::body_as(request, web::COSE)?;
        let asked = self.opening_request(body)?;
        let registration = &asked.message.registration;
        let key = HEXLOWER.encode(&registration.number);
        let command = Command {
            what: "open",
            key: &key,
            digest: &Sha256::digest(encode(registration)).into(),
            keep_until: FOR_GOOD,
        };
        let sealed = match before(office.tables(), &command)? {
            Some(sealed) => sealed,
            None => self.decide_opening(&asked, &command).await?,
        };
        let answer: OpeningAnswer = decode(&office.unseal(SEALED, &sealed)?)?;
        Ok(web::cose(office.say(&answer).await?))
    }

    /// The request, if it is a registration authority's and complete.
    fn opening_request(&self, body: &[u8]) -> Result<Verified<OpeningRequest>, Fault> {
        let office = &self.issuer.office;
        let identity = office.identity()?;
        let role = Role::RegistrationAuthority;
        let asked = open::<OpeningRequest>(body, &identity.anchors, office.now(), role)?;
        asked.require_recipient(&office.as_audience())?;
        let registration = &asked.message.registration;
        asked.require_transaction(&registration.number)?;
        self.require_authority(&asked.message.envelope.from)?;
        office.admit_sender("openings", &asked.message.envelope.from)?;
        if registration.bank != office.settings.domain {
            let other = "The registration is for another bank.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        registration.check().map_err(Fault::malformed)?;
        Ok(asked)
    }

    /// Requires that the bank listens to this registration authority.
    pub(super) fn require_authority(&self, authority: &Domain) -> Result<(), Fault> {
        let known = &self.config.registration_authorities;
        if known.is_empty() || known.contains(authority) {
            return Ok(());
        }
        let stranger = "The bank does not work with this registration authority.";
        Err(Fault::new(Kind::Unauthorised, stranger))
    }

    /// Asks the bank outside (SZ2) and decides. Returns the answer as it is sealed.
    async fn decide_opening(
        &self,
        asked: &Verified<OpeningRequest>,
        command: &Command<'_>,
    ) -> Result<Vec<u8>, Fault> {
        let (office, registration) = (&self.issuer.office, &asked.message.registration);
        let (account, answer) = match self.leave_to_collect(registration).await? {
            Err(outcome) => (None, self.opening_answer(asked, outcome)),
            Ok(mandate) => {
                let opened = self.new_account(asked).await?;
                (Some((opened.offer, mandate)), opened.answer)
            }
        };
        let outcome = answer.outcome.as_str();
        let keep_until = match account {
            Some(_) => FOR_GOOD,
            None => office.now().plus_seconds(REFUSAL_SECONDS),
        };
        let command = Command {
            keep_until,
            ..*command
        };
        let sealed = office.transaction(|tables| {
            once(tables, &command, |tables| {
                if let Some((offer, mandate)) = &account {
                    self.store_account(tables, registration, offer, mandate)?;
                }
                Ok(office.seal(SEALED, &encode(&answer))?)
            })
        })?;
        office.log("account-asked-for", None, outcome);
        Ok(sealed)
    }

    /// What speaks against an account.
    async fn refusal_of(&self, asked: &Registration) -> Result<Option<OpeningOutcome>, Fault> {
        if !self.config.currencies.contains(&asked.currency) {
            return Ok(Some(OpeningOutcome::OtherCurrency));
        }
        let outside = OutsideAccount {
            name: &asked.name,
            iban: &asked.outside_account,
            currency: asked.currency,
        };
        let ports = &self.issuer.office.ports;
        Ok(self.outside.check(ports, &outside).await?.refusal())
    }

    /// The mandate that the registration gives, lodged with the bank outside, unless something speaks against the
    /// account.
    async fn leave_to_collect(
        &self,
        asked: &Registration,
    ) -> Result<Result<Mandate, OpeningOutcome>, Fault> {
        if let Some(outcome) = self.refusal_of(asked).await? {
            return Ok(Err(outcome));
        }
        let office = &self.issuer.office;
        let mandate = mandates::of_registration(asked, office.now())?;
        let account = mandates::holding(&asked.name, &asked.outside_account)?;
        let lodged = self
            .outside
            .lodge(&office.ports, &account, &mandate)
            .await?;
        Ok(lodged.refusal().map_or(Ok(mandate), Err))
    }

    fn opening_answer(
        &self,
        asked: &Verified<OpeningRequest>,
        outcome: OpeningOutcome,
    ) -> OpeningAnswer {
        let message = &asked.message;
        let to = Audience::Party(message.envelope.from.clone());
        let number = message.registration.number;
        OpeningAnswer {
            envelope: self.issuer.office.envelope(to, number, EVIDENCE_SECONDS),
            outcome,
            account: None,
            expires_at: None,
            offer: None,
        }
    }

    /// A new account with the offer by which a wallet enrols for it.
    async fn new_account(&self, asked: &Verified<OpeningRequest>) -> Result<Opened, Fault> {
        let office = &self.issuer.office;
        let (mut grant, mut number) = ([0; 32], [0; 32]);
        office.ports.random().fill(&mut grant);
        office.ports.random().fill(&mut number);
        let card = self.account_record(&asked.message.registration)?;
        let offer = AccountOffer {
            envelope: office.envelope(Audience::Holder, number, GRANT_SECONDS),
            card,
            limit: None,
            grant,
            instrument: Some(Instrument::BankAccount),
        };
        let mut answer = self.opening_answer(asked, OpeningOutcome::Opened);
        answer.account = account_number::as_integer(offer.card.number.as_str());
        answer.expires_at = account_number::end_of(offer.card.expiry);
        answer.offer = Some(office.say(&offer).await?);
        Ok(Opened { offer, answer })
    }

    fn account_record(&self, registration: &Registration) -> Result<CardRecord, Fault> {
        let office = &self.issuer.office;
        let number = account_number::draw(&mut office.rng()).map_err(|_| Fault::internal())?;
        let expiry = CardExpiry::years_after(office.now(), self.config.account_years)
            .map_err(|_| Fault::internal())?;
        let telephone = contact::telephone(&registration.telephone)
            .ok_or_else(|| Fault::malformed("A telephone number has between 6 and 15 digits."))?;
        let telephone = contact::dialled(&telephone);
        CardRecord::new(number, expiry, &tidy_name(&registration.name), &telephone)
            .map_err(Fault::malformed)
    }

    /// Stores what of an account an issuer stores, and what a bank knows beside.
    fn store_account(
        &self,
        tables: &dyn Tables,
        registration: &Registration,
        offer: &AccountOffer,
        mandate: &Mandate,
    ) -> Result<(), Fault> {
        let nothing = Money::zero(registration.currency);
        let issuer = &self.issuer;
        let account = issuer.store_account(tables, &offer.card, &offer.grant, nothing)?;
        self.watch_statement(tables, registration.currency)?;
        accounts::keep_registration(&issuer.office, tables, account, registration, mandate)
    }
}
