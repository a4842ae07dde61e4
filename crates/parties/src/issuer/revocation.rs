//! Holder identifiers that count no more, because their account was moved to another device.
//!
//! The issuer alone checks holders' certificates, so its own list takes the place of a CRL.

use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::time::Timestamp;

use super::Issuer;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::rows;

/// Revokes whoever is enrolled for the account. Says whether somebody was.
pub(super) fn revoke(
    tables: &dyn Tables,
    account: i64,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let revoked = tables.run(
        "INSERT INTO issuer_revoked_holders (holder, account, certificate, revoked_at)
         SELECT holder, account, certificate, ? FROM issuer_holders WHERE account = ?
         RETURNING holder",
        &[now.into(), account.into()],
    )?;
    tables.run(
        "DELETE FROM issuer_holders WHERE account = ?",
        &[account.into()],
    )?;
    Ok(!revoked.is_empty())
}

/// Whether the identifier is revoked.
pub(super) fn is_revoked(
    tables: &(impl Tables + ?Sized),
    holder: &HolderId,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM issuer_revoked_holders WHERE holder = ?";
    Ok(first(tables, sql, &[holder.0.into()])?.is_some())
}

impl<P: Ports> Issuer<P> {
    /// Refuses the confirmation of a revoked identifier, of one that may have been enrolled and forgotten, and of one whose
    /// certificate has ended and was not renewed, each with a reason of its own. Only who has proved
    /// to be that holder is told, and before anything was sent to anybody.
    pub(crate) fn require_current(&self, holder: &HolderId) -> Result<(), Fault> {
        if is_revoked(self.office.tables(), holder)? {
            self.office.log("confirmation-refused", None, "revoked");
            return Err(Fault::new(Kind::Revoked, ""));
        }
        let sql = "SELECT certificate FROM issuer_holders WHERE holder = ?";
        let row = first(self.office.tables(), sql, &[holder.0.into()])?;
        let certificate = row.map(|row| rows::optional_blob(&row, 0)).transpose()?;
        if certificate.is_none() && self.may_have_enrolled(holder)? {
            self.office.log("confirmation-refused", None, "forgotten");
            return Err(Fault::new(Kind::CardForgotten, ""));
        }
        if let Some(certificate) = certificate.flatten()
            && Certificate::from_der(&certificate)?.not_after() <= self.office.now()
        {
            self.office
                .log("confirmation-refused", None, "certificate-ended");
            return Err(Fault::new(Kind::CertificateEnded, ""));
        }
        Ok(())
    }
}
