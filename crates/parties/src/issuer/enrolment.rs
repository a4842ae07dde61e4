//! Enrols a wallet for an account: its keys are registered, its signing key certified by the CA,
//! and it gets a ticket for its key shares. A grant enrols once; whoever sends the same request
//! again, after a crash on either side, gets the same answer. So does a wallet whose certificate or
//! ticket is about to end or has ended, renewed: the request proves the key as it did before.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::{
    CertificateAnswer, EnrolmentAnswer, EnrolmentRequest, EnrolmentTicket,
    HolderCertificateRequest, ProvenKeys,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::public_key_to_spki;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::accounts::{self, grant_digest};
use super::{Issuer, homes, recalling, revocation, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Network, Ports, Tables};
use crate::standing::registration::RENEWAL_SECONDS;
use crate::store::once::{Command, FOR_GOOD, once};
use crate::store::{rows, typed};

/// How long a ticket can be used, in seconds (one year): a wallet fetches the share of a further
/// key space when it first meets a party in it.
const TICKET_SECONDS: u64 = 365 * 86_400;

/// What is on record of a wallet.
struct Enrolled {
    account: i64,
    at: Timestamp,
    certificate: Option<Vec<u8>>,
}

impl<P: Ports> Issuer<P> {
    /// Since when this object runs in its present epoch.
    fn epoch_began_at(&self) -> Result<Timestamp, DatabaseError> {
        let sql = "SELECT began_at FROM key_epochs WHERE epoch = ?";
        let office = &self.office;
        let began_at = typed::one(office.tables(), sql, &[office.settings.epoch.into()])?;
        Ok(began_at.unwrap_or(Timestamp(0)))
    }

    /// `POST /v1/enrolments`.
    pub(super) async fn enrol(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: EnrolmentRequest = decode(web::body_as(request, web::CBOR)?)?;
        // Looking for the grant is cheaper than verifying, and nobody guesses one.
        self.require_grant(&request)?;
        let keys = request.verify(&self.office.settings.domain)?;
        self.office.admit_holder("enrolments", &keys.holder)?;
        let key = HEXLOWER.encode(&grant_digest(&request.grant));
        let command = Command {
            what: "enrol",
            key: &key,
            // The signature is left out: a wallet that asks again may have signed again.
            digest: &Sha256::digest(request.to_be_signed()).into(),
            // The same request renews the certificate as long as there is the account.
            keep_until: FOR_GOOD,
        };
        self.office.transaction(|tables| {
            once(tables, &command, |tables| {
                self.register(tables, &request, &keys)
            })
        })?;
        let enrolled = self.enrolled(&keys.holder)?;
        let holder_certificate = match &enrolled.certificate {
            Some(certificate) if self.lasts(Certificate::from_der(certificate)?.not_after()) => {
                certificate.clone()
            }
            _ => self.have_certified(&keys, &enrolled).await?,
        };
        self.settle(enrolled.account).await?;
        // What was decided at enrolment names the epoch of then.
        let is_of_this_epoch = self.epoch_began_at()? < enrolled.at;
        let ticket = if is_of_this_epoch && self.lasts(enrolled.at.plus_seconds(TICKET_SECONDS)) {
            let reference = keys.holder.to_string();
            self.office.signed(words::TICKET, &reference).await?
        } else {
            self.office
                .say(&self.ticket(&request, &keys.holder)?)
                .await?
        };
        Ok(web::cbor(encode(&EnrolmentAnswer {
            holder_certificate,
            ticket,
        })))
    }

    fn require_grant(&self, request: &EnrolmentRequest) -> Result<(), Fault> {
        let tables = self.office.tables();
        let sql = "SELECT account FROM issuer_accounts WHERE grant_digest = ?";
        let row = first(tables, sql, &[grant_digest(&request.grant).into()])?;
        accounts::require_open(tables, row.ok_or_else(no_such_grant)?.integer(0)?)
    }

    /// Phase two: spends the grant on these keys. Returns the holder's identifier.
    fn register(
        &self,
        tables: &dyn Tables,
        request: &EnrolmentRequest,
        keys: &ProvenKeys,
    ) -> Result<Vec<u8>, Fault> {
        let row = first(
            tables,
            "SELECT a.account, a.grant_expires_at, h.holder IS NOT NULL
             FROM issuer_accounts a LEFT JOIN issuer_holders h ON h.account = a.account
             WHERE a.grant_digest = ?",
            &[grant_digest(&request.grant).into()],
        )?
        .ok_or_else(no_such_grant)?;
        if row.integer(2)? != 0 {
            let used = "The grant was used by another wallet.";
            return Err(Fault::new(Kind::Replayed, used));
        }
        let generation = self.office.settings.generation;
        if recalling::is_of_before(tables, generation, &grant_digest(&request.grant))? {
            return Err(recalling::may_be_used());
        }
        if row.number::<u64>(1)? <= self.office.now().0 {
            return Err(Fault::new(
                Kind::Expired,
                "The grant has expired. Open another account.",
            ));
        }
        let known = "SELECT account FROM issuer_holders WHERE holder = ?";
        let known = first(tables, known, &[keys.holder.0.into()])?.is_some();
        if known || revocation::is_revoked(tables, &keys.holder)? {
            return Err(Fault::new(
                Kind::Replayed,
                "This identifier has an account already.",
            ));
        }
        let account = row.integer(0)?;
        tables.run(
            "INSERT INTO issuer_holders (holder, account, enrolled_at) VALUES (?, ?, ?)",
            &[
                keys.holder.0.into(),
                account.into(),
                self.office.now().0.into(),
            ],
        )?;
        let ticket = self.ticket(request, &keys.holder)?;
        let reference = keys.holder.to_string();
        self.office
            .decide(tables, words::TICKET, &reference, &ticket)?;
        Ok(keys.holder.0.to_vec())
    }

    fn ticket(
        &self,
        request: &EnrolmentRequest,
        holder: &HolderId,
    ) -> Result<EnrolmentTicket, Fault> {
        Ok(EnrolmentTicket {
            envelope: self
                .office
                .envelope(Audience::Anyone, holder.0, TICKET_SECONDS),
            enrolment_public_key: request.enrolment_public_key,
            epoch: self.office.epoch(),
            centres: self.office.centres()?,
        })
    }

    fn enrolled(&self, holder: &HolderId) -> Result<Enrolled, Fault> {
        let sql = "SELECT account, enrolled_at, certificate FROM issuer_holders WHERE holder = ?";
        let row =
            first(self.office.tables(), sql, &[holder.0.into()])?.ok_or_else(Fault::not_found)?;
        Ok(Enrolled {
            account: row.integer(0)?,
            at: Timestamp(row.number(1)?),
            certificate: rows::optional_blob(&row, 2)?,
        })
    }

    /// Whether what ends then need not be renewed yet.
    fn lasts(&self, ends_at: Timestamp) -> bool {
        ends_at > self.office.now().plus_seconds(RENEWAL_SECONDS)
    }

    /// Asks the CA and keeps the certificate that comes back for these keys. The CA gives the same one
    /// again until it is about to end, so asking twice does no harm.
    async fn have_certified(&self, keys: &ProvenKeys, before: &Enrolled) -> Result<Vec<u8>, Fault> {
        let account = before.account;
        let ca = Audience::Party(self.office.settings.ca.clone());
        let asked = HolderCertificateRequest {
            envelope: self.office.envelope(ca, keys.holder.0, EVIDENCE_SECONDS),
            signing_public_key: public_key_to_spki(&keys.signing_public_key)?,
            label: format!("Account {account}"),
        };
        let request = web::request_to(
            self.office.settings.ca.as_str(),
            http::Method::POST,
            "/v1/holder-certificates",
            Some(web::COSE),
            self.office.say(&asked).await?,
        )?;
        let answer = self.office.ports.network().send(request).await?;
        let answer: CertificateAnswer = decode(web::answer_as(&answer, web::CBOR)?)?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let identity = self.office.identity()?;
        let owner = identity
            .anchors
            .verify(&certificate, self.office.now(), Role::Holder)?;
        if owner.public_key.as_rsa() != Some(&keys.signing_public_key) {
            return Err(Fault::untrusted("The CA certified another key."));
        }
        self.office.settle_spread(self)?;
        self.office.transaction(|tables| {
            let sql =
                "UPDATE issuer_holders SET certificate = ? WHERE holder = ? RETURNING account";
            let values = [answer.certificate.clone().into(), keys.holder.0.into()];
            first(tables, sql, &values)?.ok_or_else(Fault::internal)?;
            let is_first = before.certificate.is_none();
            homes::enrolled(self, tables, account, &keys.holder, is_first)
        })?;
        self.office.log("enrolled", None, "ok");
        Ok(answer.certificate)
    }
}

fn no_such_grant() -> Fault {
    Fault::new(Kind::Unauthorised, "There is no such grant.")
}
