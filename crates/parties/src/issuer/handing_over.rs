//! Moving an account to other keys while the wallet still has the old ones: these sign it away, are
//! revoked at once, and the next ones are enrolled with a grant that the wallet made itself.
//! `renewing.rs` is for whoever has lost the old keys.

use http::StatusCode;
use serde::Serialize;
use tallystick_protocol::account::MoveRequest;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::{Issuer, accounts, homes, revocation};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{Ports, Tables};

/// How long the grant can be used, in seconds (one year): nobody but the wallet has it, and until it is
/// used the holder has no card.
const GRANT_SECONDS: u64 = 365 * 86_400;

#[derive(Serialize)]
struct Moved {
    moved: bool,
}

impl<P: Ports> Issuer<P> {
    /// `POST /v1/moves`: revokes the identity that signed, and lets its account be enrolled once with the
    /// grant. Asked again, because the answer was lost, it does nothing and says so again.
    pub(super) async fn hand_over(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: MoveRequest = decode(web::body_as(request, web::CBOR)?)?;
        let certificate = self.certificate_ever(&request.holder)?;
        let anchors = &self.office.identity()?.anchors;
        // It is on record, so it was good when it was taken: that it has ended takes no account away.
        let at = self.office.now().min(certificate.not_after());
        let owner = anchors.verify(&certificate, at, Role::Holder)?;
        request.verify(&self.office.settings.domain, &owner.public_key)?;
        self.office.admit_holder("moves", &request.holder)?;
        let (account, revoked) = self
            .office
            .transaction(|tables| self.follow(tables, &request))?;
        self.settle(account).await?;
        let outcome = if revoked { "revoked" } else { "before" };
        self.office.log("account-handed-over", None, outcome);
        Ok(web::json(StatusCode::OK, &Moved { moved: true }))
    }

    /// Returns the account, and whether somebody was revoked.
    fn follow(&self, tables: &dyn Tables, request: &MoveRequest) -> Result<(i64, bool), Fault> {
        let now = self.office.now();
        let holder = request.holder.0;
        let grant = request.grant_digest;
        let enrolled = "SELECT account FROM issuer_holders WHERE holder = ?";
        let Some(row) = first(tables, enrolled, &[holder.into()])? else {
            // Revoked already: by this request, or the account has gone elsewhere.
            let followed = "SELECT r.account FROM issuer_revoked_holders r
                JOIN issuer_accounts a ON a.account = r.account
                WHERE r.holder = ? AND a.grant_digest = ?";
            let row = first(tables, followed, &[holder.into(), grant.into()])?;
            let row = row.ok_or_else(|| Fault::new(Kind::Revoked, ""))?;
            return Ok((row.integer(0)?, false));
        };
        let account = row.integer(0)?;
        accounts::require_open(tables, account)?;
        tables.run(
            "UPDATE issuer_accounts SET grant_digest = ?, grant_expires_at = ?, grant_generation = ? WHERE account = ?",
            &[
                grant.into(),
                now.plus_seconds(GRANT_SECONDS).into(),
                self.office.settings.generation.into(),
                account.into(),
            ],
        )?;
        let revoked = revocation::revoke(tables, account, now)?;
        homes::changed(self, tables, account)?;
        Ok((account, revoked))
    }

    /// The certificate that is or was that holder's.
    fn certificate_ever(&self, holder: &HolderId) -> Result<Certificate, Fault> {
        let sql =
            "SELECT certificate FROM issuer_holders WHERE holder = ? AND certificate IS NOT NULL
            UNION SELECT certificate FROM issuer_revoked_holders
            WHERE holder = ? AND certificate IS NOT NULL";
        let row = first(
            self.office.tables(),
            sql,
            &[holder.0.into(), holder.0.into()],
        )?;
        let row =
            row.ok_or_else(|| Fault::new(Kind::Unauthorised, "No account has this identity."))?;
        Ok(Certificate::from_der(row.blob(0)?)?)
    }
}
