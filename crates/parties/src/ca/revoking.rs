//! What is revoked: by an operator's command, or at the signed request of whoever had a key certified
//! (EP 1 221 669, S11). A certificate is revoked once, for good.

use http::StatusCode;
use tallystick_protocol::account::RevocationRequest;
use tallystick_protocol::trust::certificate::revocation::{LIST_ENTRIES_MAX, RevocationReason};
use tallystick_protocol::trust::certificate::{Certificate, CertificateError};
use tallystick_protocol::trust::statement::{StatementError, Verified, open};
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::issuing::{Application, key_hash};
use super::{Ca, listing};
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::store::typed;

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    CommandShape {
        name: "revoke-certificate",
        arguments: &[Argument {
            name: "certificate",
            kind: ArgumentKind::Certificate,
        }],
    },
    CommandShape {
        name: "revoke-party",
        arguments: &[Argument {
            name: "party",
            kind: ArgumentKind::Party,
        }],
    },
];

/// Who has certificates revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The CA's operator: the key is certified for nobody again.
    Operator,
    /// Whoever had them certified: for itself it is not certified again. Others need not show that they have a key to
    /// have it certified for a holder of theirs, so that they must not be able to take it from its owner.
    Asker,
}

impl<P: Ports> Ca<P> {
    /// `POST /v1/revocations`: revokes the certificates of a key that the sender had certified, for itself or for
    /// a holder. The answer is the newest list of revoked certificates, with them on it.
    pub(super) async fn revoke_at_request(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let asked = self.verified(web::body_as(request, web::COSE)?)?;
        let envelope = &asked.message.envelope;
        office.admit_sender("revocations", &envelope.from)?;
        let revoked = office.transaction(|tables| {
            let which = "key_hash = ? AND ((role = ? AND asker = ?) OR asker = ?)";
            let own = format!("{}|{}", asked.signer.role.as_str(), envelope.from);
            let values = [
                envelope.transaction.into(),
                Role::Holder.number().into(),
                envelope.from.as_str().into(),
                own.into(),
            ];
            self.revoke(tables, (which, &values), asked.message.reason, By::Asker)
        })?;
        self.log_revoked(revoked);
        let list = self.ensure_list().await?;
        Ok(web::answer(StatusCode::OK, web::REVOCATION_LIST, list))
    }

    /// The request, by a service party of whatever role.
    fn verified(&self, body: &[u8]) -> Result<Verified<RevocationRequest>, Fault> {
        let identity = self.office.identity()?;
        for role in Role::ALL {
            match open::<RevocationRequest>(body, &identity.anchors, self.office.now(), role) {
                Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => {}
                Err(error) => return Err(error.into()),
                Ok(asked) => {
                    asked.require_recipient(&self.office.as_audience())?;
                    return Ok(asked);
                }
            }
        }
        Err(CertificateError::Profile("its role is unknown").into())
    }

    /// Does one of [`COMMANDS`].
    pub(super) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let revoked = match command {
            "revoke-certificate" => {
                let serial = told.certificate()?;
                self.revoke(tables, ("serial = ?", &[serial.into()]), None, By::Operator)?
            }
            "revoke-party" => self.revoke_party(tables, &told.party()?)?,
            _ => return Err(Fault::not_found()),
        };
        self.log_revoked(revoked);
        Ok(())
    }

    /// All certificates of a party, in whatever role.
    fn revoke_party(&self, tables: &dyn Tables, party: &Domain) -> Result<u64, Fault> {
        let askers = Role::ALL.map(|role| format!("{}|{party}", role.as_str()));
        let places = vec!["?"; askers.len()].join(", ");
        let which = format!("asker IN ({places})");
        let reason = Some(RevocationReason::PrivilegeWithdrawn);
        let askers = askers.map(Into::into);
        self.revoke(tables, (&which, &askers), reason, By::Operator)
    }

    fn log_revoked(&self, revoked: u64) {
        let outcome = if revoked > 0 { "ok" } else { "before" };
        self.office.log("revoked", None, outcome);
    }

    /// Revokes the certificates of which `which` holds, and has a list signed that names them. How many were
    /// not revoked before.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there are none; [`Kind::OverCap`] if a list cannot name them all.
    fn revoke(
        &self,
        tables: &dyn Tables,
        (which, values): (&str, &[Value]),
        reason: Option<RevocationReason>,
        by: By,
    ) -> Result<u64, Fault> {
        type Found = (i64, bool, Option<Vec<u8>>, Vec<u8>);
        let sql = format!(
            "SELECT id, revoked_at IS NOT NULL, serial, coalesce(certificate, x'') FROM certificates WHERE {which}"
        );
        let found: Vec<Found> = typed::all(tables, &sql, values)?;
        if found.is_empty() {
            return Err(Fault::not_found());
        }
        let now = self.office.now();
        let mut revoked = 0;
        for (id, is_revoked, serial, certificate) in found {
            if is_revoked {
                continue;
            }
            if serial.is_none() {
                keep_serial(tables, id, &certificate)?;
            }
            tables.run(
                "UPDATE certificates SET revoked_at = ?, reason = ?, bars_key = ? WHERE id = ?",
                &[
                    now.into(),
                    reason.map(RevocationReason::as_str).into(),
                    (by == By::Operator).into(),
                    id.into(),
                ],
            )?;
            revoked += 1;
        }
        if listing::listed(tables, now)?.len() > LIST_ENTRIES_MAX {
            let many = "The list of revoked certificates is full.";
            return Err(Fault::new(Kind::OverCap, many));
        }
        if revoked > 0 {
            self.list_soon(tables)?;
        }
        Ok(revoked)
    }
}

/// Whether a certificate of this key was revoked by the operator, or for whoever applies for one now: it is not
/// certified again.
pub(super) fn is_key_revoked(
    tables: &dyn Tables,
    application: &Application<'_>,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM certificates WHERE key_hash = ? AND revoked_at IS NOT NULL
        AND (bars_key = 1 OR (role = ? AND asker = ?))";
    let values = [
        key_hash(application.public_key).into(),
        application.role.number().into(),
        application.asker.into(),
    ];
    Ok(typed::one::<i64>(tables, sql, &values)?.is_some())
}

/// Notes the serial number of a certificate that release 0.1.0 made, which had no column for it. A draft that
/// was never signed has none.
pub(super) fn keep_serial(
    tables: &dyn Tables,
    id: i64,
    certificate: &[u8],
) -> Result<(), DatabaseError> {
    if let Ok(certificate) = Certificate::from_der(certificate) {
        tables.run(
            "UPDATE certificates SET serial = ? WHERE id = ?",
            &[certificate.serial().into(), id.into()],
        )?;
    }
    Ok(())
}
