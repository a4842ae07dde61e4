//! Has the CA revoke what this party had certified, for itself or for a holder (EP 1 221 669, S11): a letter that
//! every party can send, until the CA's list of revoked certificates proves that it was done.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::RevocationRequest;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::certificate::revocation::RevocationReason;
use tallystick_protocol::trust::statement::Audience;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, Next};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::standing::statements;

/// The kind of the letter and of what is signed for it; the reference is the certificate's serial number in
/// hexadecimal.
const KIND: &str = "revocation-request";
/// For how long the CA is asked, in seconds (30 days).
const ASKED_SECONDS: u64 = 30 * 86_400;

impl<P: Ports> Office<P> {
    /// Has all certificates of the key of this one (DER) revoked, which this party had certified. Call it in the
    /// transaction that decides so; the same again is once.
    ///
    /// # Errors
    /// [`Kind::Starting`](crate::office::fault::Kind::Starting) without a certificate of its own; a certificate
    /// that cannot be read; the database's own.
    pub fn have_revoked(
        &self,
        tables: &dyn Tables,
        certificate: &[u8],
        reason: Option<RevocationReason>,
    ) -> Result<(), Fault> {
        let certificate = Certificate::from_der(certificate)?;
        let reference = HEXLOWER.encode(certificate.serial());
        if statements::find(tables, KIND, &reference)?.is_some() {
            return Ok(());
        }
        let ca = &self.settings.ca;
        let key = Sha256::digest(certificate.public_key().to_spki()?);
        let envelope = self.envelope(Audience::Party(ca.clone()), key.into(), ASKED_SECONDS);
        let give_up_at_ms = envelope.expires_at.0.saturating_mul(1000);
        self.decide(
            tables,
            KIND,
            &reference,
            &RevocationRequest { envelope, reason },
        )?;
        let letter = NewLetter {
            kind: KIND,
            reference: &reference,
            to: ca,
            path: "/v1/revocations",
            content: Content::Statement(KIND.to_owned()),
            give_up_at_ms,
        };
        Ok(outbox::post(tables, &letter, self.now_ms())?)
    }

    /// Sends such a letter; `None` if the job is about something else.
    pub(crate) async fn send_revocation(&self, job: &Job) -> Option<Result<Next, Fault>> {
        let is_ours = job.kind == due::LETTER
            && job.reference.split_once('/').map(|(kind, _)| kind) == Some(KIND);
        if !is_ours {
            return None;
        }
        Some(match self.letter_of(job) {
            Ok(Some(letter)) => Revoking(self).ask(&letter, job).await,
            Ok(None) => Ok(Next::Done),
            Err(fault) => Err(fault),
        })
    }
}

/// One request, until the CA's list says that it was followed.
struct Revoking<'a, P: Ports>(&'a Office<P>);

impl<P: Ports> Exchange<P> for Revoking<'_, P> {
    /// The certificate's serial number.
    type Subject = Vec<u8>;
    type Word = ();

    fn office(&self) -> &Office<P> {
        self.0
    }

    fn load(&self, _: &dyn Tables, reference: &str) -> Result<Option<Vec<u8>>, Fault> {
        Ok(HEXLOWER.decode(reference.as_bytes()).ok())
    }

    /// The root signs no statements, but its list is its word.
    fn verify(&self, serial: &Vec<u8>, said: Said<'_>) -> Result<(), Fault> {
        let roots = self.0.roots()?.ok_or_else(Fault::internal)?;
        let list = roots.verify_list(said.bytes(), self.0.now())?;
        list.find(serial)
            .map(|_| ())
            .ok_or_else(|| Fault::untrusted("The list does not name the certificate."))
    }

    fn apply(&self, _: &dyn Tables, _: &Vec<u8>, (): ()) -> Result<(), Fault> {
        self.0.log("revoked", None, "ok");
        Ok(())
    }

    fn over(&self, _: &dyn Tables, _: &Vec<u8>) -> Result<(), Fault> {
        self.0.log("revoked", None, "given-up");
        Ok(())
    }
}
