//! What the CA made goes to the directory (EP 1 221 669, SZ5): every certificate, and every list of revoked ones,
//! by a letter each that the directory answers with a signed receipt.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::RegistrationReceipt;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::certificate::revocation::RevocationList;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::{Ca, revoking};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::store::typed;

/// The kind of a certificate's letter; its reference is SHA-256 of the certificate in hexadecimal.
const CERTIFICATE: &str = "certificate";
/// The kind of a list's letter; its reference is SHA-256 of the list in hexadecimal.
const LIST: &str = "revocation-list";
/// The kind of the job that registers what was made before there was a directory.
pub(super) const CATALOGUING: &str = "cataloguing";
/// How many certificates that job takes at once.
const AT_ONCE: u32 = 64;

impl<P: Ports> Ca<P> {
    /// Registers a certificate, if there is a directory. In the transaction that keeps it.
    pub(super) fn register_certificate(
        &self,
        tables: &dyn Tables,
        id: i64,
        certificate: &[u8],
    ) -> Result<(), Fault> {
        let content = Content::Certificate(certificate.to_vec());
        let until = Certificate::from_der(certificate)?.not_after();
        let digest = Sha256::digest(certificate);
        if self.register(
            tables,
            (CERTIFICATE, "/v1/entries"),
            &digest,
            content,
            until,
        )? {
            let sql = "UPDATE certificates SET is_registered = 1 WHERE id = ?";
            tables.run(sql, &[id.into()])?;
        }
        Ok(())
    }

    /// Tells the directory of a certificate before anybody is given it: whoever asked is about to have it looked for
    /// there (SZ6). If the directory does not answer, the letter goes on by itself.
    pub(super) async fn register_now(&self, certificate: &[u8]) {
        let digest = HEXLOWER.encode(&Sha256::digest(certificate));
        let letter = due::letter_reference(CERTIFICATE, &digest);
        if let Err(fault) = self.office.try_now(self, due::LETTER, &letter).await {
            self.office.log_cause(None, &fault);
        }
    }

    /// Registers a list, if there is a directory, in place of those that it has not answered yet.
    pub(super) fn register_list(
        &self,
        tables: &dyn Tables,
        list: &RevocationList,
    ) -> Result<(), Fault> {
        let earlier = "SELECT reference FROM outbox WHERE kind = ?";
        for reference in typed::all::<String>(tables, earlier, &[LIST.into()])? {
            outbox::settle(tables, LIST, &reference)?;
        }
        let content = Content::RevocationList(list.as_der().to_vec());
        let digest = Sha256::digest(list.as_der());
        let to = (LIST, "/v1/crl");
        if self.register(tables, to, &digest, content, list.next_update())? {
            let sql = "UPDATE revocation_lists SET is_registered = 1 WHERE number = ?";
            tables.run(sql, &[list.number().into()])?;
        }
        Ok(())
    }

    fn register(
        &self,
        tables: &dyn Tables,
        (kind, path): (&str, &str),
        digest: &[u8],
        content: Content,
        until: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let Some(directory) = &self.office.settings.directory else {
            return Ok(false);
        };
        let letter = NewLetter {
            kind,
            reference: &HEXLOWER.encode(digest),
            to: directory,
            path,
            content,
            give_up_at_ms: until.0.saturating_mul(1000),
        };
        outbox::post(tables, &letter, self.office.now_ms())?;
        Ok(true)
    }

    /// Puts on the clock what was left to do by release 0.1.0, or while there was no directory.
    pub(super) fn catalogue_soon(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        let now_ms = self.office.now_ms();
        let job = NewJob {
            kind: CATALOGUING,
            reference: "",
            peer: None,
            at_ms: now_ms,
        };
        due::put_once(tables, &job, now_ms)
    }

    /// The job: notes the serial numbers of certificates that were made before there was a column for them, and
    /// registers those that were made before there was a directory.
    pub(super) fn catalogue(&self) -> Result<Next, Fault> {
        let office = &self.office;
        let registers = office.settings.directory.is_some();
        let taken = office.transaction(|tables| {
            if registers {
                self.register_newest_list(tables)?;
            }
            let rows: Vec<(i64, bool, bool, Vec<u8>)> = typed::all(
                tables,
                "SELECT id, serial IS NULL, is_registered, certificate FROM certificates
                 WHERE certificate IS NOT NULL AND not_after > ?
                   AND (serial IS NULL OR (is_registered = 0 AND ?)) ORDER BY id LIMIT ?",
                &[office.now().into(), registers.into(), AT_ONCE.into()],
            )?;
            for (id, lacks_serial, is_registered, certificate) in &rows {
                if *lacks_serial {
                    revoking::keep_serial(tables, *id, certificate)?;
                }
                if registers && !is_registered {
                    self.register_certificate(tables, *id, certificate)?;
                }
            }
            Ok::<_, Fault>(rows.len())
        })?;
        Ok(if taken == 0 {
            Next::Done
        } else {
            // Not in this wake: requests are answered in between.
            Next::At(office.now_ms().saturating_add(1))
        })
    }

    fn register_newest_list(&self, tables: &dyn Tables) -> Result<(), Fault> {
        let sql = "SELECT list FROM revocation_lists
            WHERE list IS NOT NULL AND is_registered = 0 ORDER BY number DESC LIMIT 1";
        let Some(list) = typed::one::<Vec<u8>>(tables, sql, &[])? else {
            return Ok(());
        };
        let roots = self.office.roots()?.ok_or_else(Fault::internal)?;
        self.register_list(tables, &roots.verify_list_ever(&list)?)
    }

    /// Sends a letter to the directory.
    pub(super) async fn send(&self, job: &Job) -> Result<Next, Fault> {
        match self.office.letter_of(job)? {
            Some(letter) => Registering(&self.office).ask(&letter, job).await,
            None => Ok(Next::Done),
        }
    }
}

/// One certificate or list, until the directory has it.
struct Registering<'a, P: Ports>(&'a Office<P>);

impl<P: Ports> Exchange<P> for Registering<'_, P> {
    /// SHA-256 of what is registered.
    type Subject = [u8; 32];
    type Word = ();

    fn office(&self) -> &Office<P> {
        self.0
    }

    fn load(&self, _: &dyn Tables, reference: &str) -> Result<Option<[u8; 32]>, Fault> {
        let digest = HEXLOWER.decode(reference.as_bytes());
        Ok(digest.ok().and_then(|digest| digest.try_into().ok()))
    }

    fn verify(&self, digest: &[u8; 32], said: Said<'_>) -> Result<(), Fault> {
        let directory = self.0.settings.directory.as_ref();
        let directory = directory.ok_or_else(Fault::not_found)?;
        let bytes = said.bytes();
        self.0
            .statement_in::<RegistrationReceipt>(bytes, Role::Directory, directory, digest)?;
        Ok(())
    }

    fn apply(&self, _: &dyn Tables, _: &[u8; 32], (): ()) -> Result<(), Fault> {
        Ok(())
    }

    fn over(&self, _: &dyn Tables, _: &[u8; 32]) -> Result<(), Fault> {
        Ok(())
    }
}
