//! Opens the purse of an account once its key is certified (EP 1 221 669, SZ6 and SZ7).

use data_encoding::HEXLOWER;
use http::Method;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::KeyCertificates;
use tallystick_protocol::bank::{ProofKind, PurseApplication, PurseKeysCertified, PurseOpening};
use tallystick_protocol::purse::{
    CheckpointNotice, PurseCertificate, PurseKind, PurseNumber, key_digest,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::{Verified, unverified};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::account_number;
use super::banking_system::BankingSystem;
use super::checkpoints::{self, Change};
use super::conversation::keyed_fault;
use super::ends;
use super::prepaid::START;
use super::purses::{self, Purse};
use super::statements;
use crate::issuer::accounts;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::payer::Keeper as _;
use crate::payer::evidence::{self, Signed};
use crate::ports::database::first;
use crate::ports::{Network, Ports, Random, Tables};
use crate::store::once::{Command, FOR_GOOD, once};

/// The most purses of one account.
const PURSES_MAX: u64 = 16;

/// Whose purse is applied for, whom the application names in clear.
pub(super) fn holder_of(asked: &Asked<'_>) -> Option<Key> {
    let said = unverified::<PurseKeysCertified>(asked.body).ok()?;
    let application: PurseApplication = keyed::unverified(&said.application).ok()?;
    Some(application.holder.0.into())
}

/// What a purse's certificate says of its key.
pub(super) struct Certified {
    /// The key's digest; none of a prepaid card.
    pub key: Option<[u8; 32]>,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// An application that is genuine, with the certificate of its key.
struct Applied {
    application: PurseApplication,
    certificate: Certificate,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/purse-keys`. Asked again about the same key, it says the same.
    pub(super) async fn open_purse_for(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let said = self.said_by_authority::<PurseKeysCertified>(request, "purse-keys", |said| {
            &said.envelope.from
        })?;
        let applied = self.applied(&said.message)?;
        said.require_transaction(&key_digest(&applied.application.purse_public_key))?;
        self.require_in_directory(&applied.certificate).await?;
        self.purse_key().await?;
        let number = office.transaction(|tables| self.opened_once(tables, &applied, &said))?;
        office.log("purse-opened", None, "ok");
        let certificate = applied.certificate.as_der().to_vec();
        let opening = self.opening(&number.to_string(), Some(certificate)).await?;
        Ok(web::cbor(encode(&opening)))
    }

    /// Verifies what the holder applied for: the purse's own signature, the account's approval, the certificate.
    fn applied(&self, said: &PurseKeysCertified) -> Result<Applied, Fault> {
        let office = &self.issuer.office;
        let claimed: PurseApplication =
            keyed::unverified(&said.application).map_err(keyed_fault)?;
        let key = VerifyingKey::from_spki(&claimed.purse_public_key)?;
        let application: PurseApplication =
            keyed::open(&said.application, &key).map_err(keyed_fault)?;
        if application.bank != office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "It names another bank."));
        }
        let certificate = Certificate::from_der(&said.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), Role::Holder)?;
        if owner.public_key != key {
            return Err(Fault::untrusted("The certificate is of another key."));
        }
        let account = accounts::of_holder(office.tables(), &application.holder)?;
        let account = account.filter(|account| {
            account_number::as_integer(&account.card.number) == Some(application.account)
        });
        let nobody = || {
            Fault::new(
                Kind::Unauthorised,
                "No wallet is enrolled for this account.",
            )
        };
        let enrolled = Certificate::from_der(&account.ok_or_else(nobody)?.certificate)?;
        let approved = application.approval_to_be_signed();
        enrolled.public_key().verify(&approved, &said.approval)?;
        Ok(Applied {
            application,
            certificate,
        })
    }

    /// The bank finds the certificate in the directory (SZ6), or opens nothing (T004-43).
    pub(super) async fn require_in_directory(
        &self,
        certificate: &Certificate,
    ) -> Result<(), Fault> {
        let Some(directory) = &self.config.directory else {
            return Ok(());
        };
        let name = HEXLOWER.encode(&key_digest(&certificate.public_key().to_spki()?));
        let path = format!("/v1/certificates/{name}");
        let request = web::request_to(directory.as_str(), Method::GET, &path, None, Vec::new())?;
        let answer = self.issuer.office.ports.network().send(request).await?;
        let missing = || Fault::new(Kind::NotInDirectory, "");
        match answer.status().as_u16() {
            200 => {}
            404 => return Err(missing()),
            _ => return Err(Fault::new(Kind::Unreachable, "The directory does not say.")),
        }
        // It is believed in nothing but that it has this certificate, which we verified ourselves.
        let unclear = |_| Fault::new(Kind::Unreachable, "The directory's answer is not readable.");
        let found: KeyCertificates = decode(answer.body()).map_err(unclear)?;
        let mut found = found.certificates.iter();
        let has_it = found.any(|one| one.as_slice() == certificate.as_der());
        has_it.then_some(()).ok_or_else(missing)
    }

    /// Opens the purse unless it was opened. Returns its number.
    fn opened_once(
        &self,
        tables: &dyn Tables,
        applied: &Applied,
        said: &Verified<PurseKeysCertified>,
    ) -> Result<PurseNumber, Fault> {
        let key = HEXLOWER.encode(&key_digest(&applied.application.purse_public_key));
        let command = Command {
            what: "purse",
            key: &key,
            digest: &Sha256::digest(encode(&applied.application)).into(),
            keep_until: FOR_GOOD,
        };
        let number = once(tables, &command, |tables| {
            let purse = self.new_purse(tables, applied, &said.message.certificate)?;
            self.open_purse(tables, &purse)?;
            let about = purses::ledger_name(&purse.number);
            let keys = Signed::new(ProofKind::PurseKeys, &said.bytes);
            evidence::keep(tables, &about, keys, purse.opened_at)?;
            Ok(purse.number.0.to_vec())
        })?;
        PurseNumber::try_from(number.as_slice()).map_err(|_| Fault::internal())
    }

    fn new_purse(
        &self,
        tables: &dyn Tables,
        applied: &Applied,
        certificate: &[u8],
    ) -> Result<Purse, Fault> {
        let office = &self.issuer.office;
        let application = &applied.application;
        let now = office.now();
        self.issuer.require_here(&application.holder)?;
        let own = ends::own_account(tables, &application.holder, now)?;
        let counted = "SELECT count(*) FROM bank_purses WHERE account = ?";
        let counted = first(tables, counted, &[own.account.into()])?.ok_or_else(Fault::internal)?;
        if counted.number::<u64>(0)? >= PURSES_MAX {
            return Err(Fault::new(
                Kind::OverCap,
                "An account has at most 16 purses.",
            ));
        }
        let currency = accounts::limit(tables, own.account)?.ok_or_else(Fault::internal)?;
        Ok(Purse {
            number: self.draw_number(),
            kind: PurseKind::Account,
            account: Some(own.account),
            holder: Some(application.holder),
            currency: currency.currency,
            public_key: Some(application.purse_public_key.clone()),
            key_certificate: Some(certificate.to_vec()),
            opened_at: now,
            expires_at: applied.certificate.not_after(),
            checkpoint: 0,
            known: START,
            seen: START,
            seen_checkpoint: 0,
            seen_at: Timestamp(0),
            reported: 0,
            limits: self.config.limits,
            policy: self.config.policy,
            blocked_at: None,
            closed_at: None,
        })
    }

    /// A new number, by which this object is found.
    pub(super) fn draw_number(&self) -> PurseNumber {
        let office = &self.issuer.office;
        let mut number = [0; 16];
        office.ports.random().fill(&mut number);
        if let Ok(spread) = office.spread() {
            number[0] = spread.shards.start_at(office.place(), number[0]);
        }
        PurseNumber(number)
    }

    /// Stores a new purse, and decides what is said of it. Call it in a transaction.
    pub(super) fn open_purse(&self, tables: &dyn Tables, purse: &Purse) -> Result<(), Fault> {
        purses::open(tables, purse)?;
        let certified = Certified {
            key: purse.public_key.as_deref().map(key_digest),
            expires_at: purse.expires_at,
        };
        self.say_opened(tables, purse, &certified, &purse.reference())
    }

    /// Decides what is said of a purse with this key, under this reference: that it is of this bank, and what it holds.
    /// Call it in a transaction.
    pub(super) fn say_opened(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        certified: &Certified,
        reference: &str,
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        let certificate = PurseCertificate {
            bank: self.issuer.office.settings.domain.clone(),
            kind: purse.kind,
            number: purse.number,
            currency: purse.currency,
            key: certified.key,
            issued_at: now,
            expires_at: certified.expires_at,
        };
        statements::decide(tables, statements::CERTIFICATE, reference, &certificate)?;
        let notice = CheckpointNotice {
            checkpoint: checkpoints::next(tables, &purse.number, Change::default(), now)?,
            forces: false,
        };
        statements::decide(tables, statements::FIRST_NOTICE, reference, &notice)
    }

    /// Everything that a card needs to have the purse of which was decided under this reference.
    pub(super) async fn opening(
        &self,
        reference: &str,
        key_certificate: Option<Vec<u8>>,
    ) -> Result<PurseOpening, Fault> {
        let certificate = self
            .said::<PurseCertificate>(statements::CERTIFICATE, reference)
            .await?;
        let notice = self
            .said::<CheckpointNotice>(statements::FIRST_NOTICE, reference)
            .await?;
        Ok(PurseOpening {
            purse_certificate: certificate.ok_or_else(Fault::internal)?,
            notice: notice.ok_or_else(Fault::internal)?,
            bank_certificate: self.purse_key().await?.certificate.clone(),
            key_certificate,
        })
    }
}
