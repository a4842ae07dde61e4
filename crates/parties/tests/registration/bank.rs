//! A bank that answers as a test tells it, and notes what it was asked.

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use http::StatusCode;
use tallystick_parties::Party;
use tallystick_parties::native::Machine;
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::http::{self as web, Answer, COSE, Incoming, body_as};
use tallystick_parties::office::settings::Settings;
use tallystick_parties::post::waking::NoDuties;
use tallystick_parties::store::schema::Migration;
use tallystick_protocol::bank::{
    BankKeyRequest, OpeningAnswer, OpeningOutcome, OpeningRequest, PurseApplication,
    PurseKeysCertified, PurseOpening, RenewalOutcome, RenewalPermit, RenewalRequest,
    RenewedKeyCertified,
};
use tallystick_protocol::purse::{
    Checkpoint, CheckpointNotice, HistoryPolicy, OfflineLimits, PurseCertificate, PurseKind,
    PurseNumber, key_digest,
};
use tallystick_protocol::test_keys::test_key;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{VerifyingKey, verify_pss};
use tallystick_protocol::trust::statement::{Audience, SignedMessage, Verified, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::card::keyed_by;

/// The bank's key for purses.
const SECRET: [u8; 32] = [0x77; 32];
/// The test key with which the one account approves.
pub const ACCOUNT_KEY: usize = 6;
/// The number of the one purse.
pub const PURSE: PurseNumber = PurseNumber([0x42; 16]);

const NO_TABLES: &[Migration] = &[];

pub struct Bank {
    pub office: Office<Machine>,
    pub outcome: Cell<OpeningOutcome>,
    /// How many of its answers are lost on the way from now on.
    pub loses: Cell<u32>,
    /// Refuses everything with this problem, without a signature.
    pub refuses: Cell<Option<Kind>>,
    /// What it was asked, path and body.
    pub heard: RefCell<Vec<(String, Vec<u8>)>>,
    /// What it answers with, in place of its own answer.
    pub forged: RefCell<Option<Vec<u8>>>,
    /// The certificate of its key for purses.
    pub key_certificate: RefCell<Vec<u8>>,
    /// What it decides about renewals, and how often it took the fee.
    pub permits: Cell<RenewalOutcome>,
    pub fees: Cell<u32>,
    pub said: RefCell<BTreeMap<[u8; 32], Vec<u8>>>,
    permitted: RefCell<BTreeMap<[u8; 32], Vec<u8>>>,
}

impl Bank {
    pub fn new(machine: Machine, settings: Settings) -> Self {
        Self {
            office: Office::new(machine, settings, NO_TABLES),
            outcome: Cell::new(OpeningOutcome::Opened),
            loses: Cell::new(0),
            refuses: Cell::new(None),
            heard: RefCell::default(),
            forged: RefCell::default(),
            key_certificate: RefCell::default(),
            permits: Cell::new(RenewalOutcome::Permitted),
            fees: Cell::new(0),
            said: RefCell::default(),
            permitted: RefCell::default(),
        }
    }

    /// How often it was asked at this path.
    pub fn asked(&self, path: &str) -> usize {
        let heard = self.heard.borrow();
        heard.iter().filter(|(at, _)| at == path).count()
    }

    pub fn answer_to(
        &self,
        to: &Domain,
        number: [u8; 32],
        outcome: OpeningOutcome,
    ) -> OpeningAnswer {
        let opened = outcome == OpeningOutcome::Opened;
        OpeningAnswer {
            envelope: self
                .office
                .envelope(Audience::Party(to.clone()), number, 86_400),
            outcome,
            account: opened.then_some(4711),
            expires_at: opened.then_some(Timestamp(1_900_000_000)),
            offer: opened.then(|| b"the offer with a grant".to_vec()),
        }
    }

    async fn open_account(&self, body: &[u8]) -> Result<Answer, Fault> {
        let office = &self.office;
        let identity = office.identity()?;
        let asked = open::<OpeningRequest>(
            body,
            &identity.anchors,
            office.now(),
            Role::RegistrationAuthority,
        )?;
        asked.require_recipient(&office.as_audience())?;
        let number = asked.message.envelope.transaction;
        asked.require_transaction(&asked.message.registration.number)?;
        let before = self.said.borrow().get(&number).cloned();
        let said = match before {
            Some(said) => said,
            None => {
                let to = &asked.message.envelope.from;
                let answer = self.answer_to(to, number, self.outcome.get());
                office.say(&answer).await?
            }
        };
        self.said.borrow_mut().insert(number, said.clone());
        Ok(web::cose(said))
    }

    /// The request that has its key for purses certified.
    pub async fn key_request(&self, token: [u8; 32]) -> Vec<u8> {
        let public_key = VerifyingKey::of_p256(&SECRET).unwrap().to_spki().unwrap();
        let to = Audience::Party(crate::world::domain(crate::world::CA));
        let request = BankKeyRequest {
            envelope: self.office.envelope(to, key_digest(&public_key), 600),
            public_key,
            token,
        };
        self.office.say(&request).await.unwrap()
    }

    /// What a card gets for a purse of this key.
    pub fn opening(&self, public_key: &[u8], number: PurseNumber) -> PurseOpening {
        let purse = PurseCertificate {
            bank: self.office.settings.domain.clone(),
            kind: PurseKind::Account,
            number,
            currency: Currency::Jpy,
            key: Some(key_digest(public_key)),
            issued_at: self.office.now(),
            expires_at: self.office.now().plus_seconds(365 * 86_400),
        };
        let notice = CheckpointNotice {
            checkpoint: Checkpoint {
                purse: number,
                number: 1,
                account_amount: Some(0),
                purse_amount: 0,
                at: self.office.now(),
                through: 0,
                limits: OfflineLimits {
                    payment: 0,
                    total: 0,
                    count: 0,
                    holding: 0,
                },
                policy: HistoryPolicy::UploadFirst,
            },
            forces: false,
        };
        PurseOpening {
            purse_certificate: keyed_by(&SECRET, &purse),
            notice: keyed_by(&SECRET, &notice),
            bank_certificate: self.key_certificate.borrow().clone(),
            key_certificate: None,
        }
    }

    fn asked_by_ra<M: SignedMessage>(&self, body: &[u8]) -> Result<Verified<M>, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let asked = open::<M>(body, &identity.anchors, now, Role::RegistrationAuthority)?;
        asked.require_recipient(&self.office.as_audience())?;
        Ok(asked)
    }

    /// The certified key of a purse (SubjectPublicKeyInfo).
    fn certified(&self, certificate: &[u8]) -> Result<VerifyingKey, Fault> {
        let certificate = Certificate::from_der(certificate)?;
        let identity = self.office.identity()?;
        let owner = identity
            .anchors
            .verify(&certificate, self.office.now(), Role::Holder)?;
        Ok(owner.public_key)
    }

    /// SZ6: the certificate is there, the application signed by its key and approved by the account's.
    fn open_purse(&self, body: &[u8]) -> Result<Answer, Fault> {
        let asked = self.asked_by_ra::<PurseKeysCertified>(body)?.message;
        let key = self.certified(&asked.certificate)?;
        let application = keyed::open::<PurseApplication>(&asked.application, &key);
        let application = application.map_err(Fault::untrusted)?;
        let account = test_key(ACCOUNT_KEY).to_public_key();
        verify_pss(
            &account,
            &application.approval_to_be_signed(),
            &asked.approval,
        )?;
        let opening = self.opening(&application.purse_public_key, PURSE);
        Ok(web::cbor(encode(&opening)))
    }

    /// S1: takes the fee once.
    async fn permit(&self, body: &[u8]) -> Result<Answer, Fault> {
        let asked = self.asked_by_ra::<RenewalRequest>(body)?.message;
        let key = asked.envelope.transaction;
        let before = self.permitted.borrow().get(&key).cloned();
        if let Some(before) = before {
            return Ok(web::cose(before));
        }
        let outcome = self.permits.get();
        let is_permitted = outcome == RenewalOutcome::Permitted;
        let to = Audience::Party(asked.envelope.from);
        let permit = RenewalPermit {
            envelope: self.office.envelope(to, key, 86_400),
            outcome,
            fee: is_permitted.then_some(Money::new(300, Currency::Jpy)),
            expires_at: is_permitted.then_some(Timestamp(1_950_000_000)),
        };
        let said = self.office.say(&permit).await?;
        if is_permitted {
            self.fees.set(self.fees.get() + 1);
            self.permitted.borrow_mut().insert(key, said.clone());
        }
        Ok(web::cose(said))
    }

    /// S4: the new certificate is there.
    fn reopen_purse(&self, body: &[u8]) -> Result<Answer, Fault> {
        let asked = self.asked_by_ra::<RenewedKeyCertified>(body)?.message;
        let key = self.certified(&asked.certificate)?.to_spki()?;
        Ok(web::cbor(encode(&self.opening(&key, PURSE))))
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_common(request).await? {
            return Ok(answer);
        }
        let path = request.uri().path();
        let body = body_as(request, COSE)?;
        self.heard
            .borrow_mut()
            .push((path.to_owned(), body.to_vec()));
        if let Some(kind) = self.refuses.get() {
            return Err(Fault::new(kind, ""));
        }
        let forged = self.forged.borrow().clone();
        if let Some(forged) = forged {
            return Ok(web::cose(forged));
        }
        let answer = match path {
            "/v1/openings" => self.open_account(body).await,
            "/v1/purse-keys" => self.open_purse(body),
            "/v1/purse-renewals" => self.permit(body).await,
            "/v1/renewed-keys" => self.reopen_purse(body),
            _ => Err(Fault::not_found()),
        };
        if self.loses.get() > 0 {
            self.loses.set(self.loses.get() - 1);
            return Ok(web::answer(
                StatusCode::BAD_GATEWAY,
                "text/html",
                b"<h1>502</h1>".to_vec(),
            ));
        }
        answer
    }
}

impl Party for Bank {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.route(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(&NoDuties).await;
    }
}
