//! Sessions of holders at the bank's page: a random token for half an hour, of which only a hash is kept.

use http::header;
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::time::Timestamp;

use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// The length of a token in bytes.
pub(super) const TOKEN_BYTES: usize = 32;
/// How long a session lasts, in seconds.
const SESSION_SECONDS: u64 = 30 * 60;

/// A session that is shown and not over.
pub(super) struct Session {
    digest: [u8; 32],
    /// Whose.
    pub account: i64,
    /// Until when.
    pub until: Timestamp,
}

/// Stores a session. Returns until when it lasts.
pub(super) fn open(
    tables: &dyn Tables,
    token: &[u8; TOKEN_BYTES],
    account: i64,
    now: Timestamp,
) -> Result<Timestamp, Fault> {
    tables.run("DELETE FROM bank_sessions WHERE until <= ?", &[now.into()])?;
    let until = now.plus_seconds(SESSION_SECONDS);
    let digest: [u8; 32] = Sha256::digest(token).into();
    tables.run(
        "INSERT INTO bank_sessions (token_digest, account, until) VALUES (?, ?, ?)",
        &[digest.into(), account.into(), until.into()],
    )?;
    Ok(until)
}

/// The digest of the token that a request shows.
fn shown(request: &Incoming) -> Option<[u8; 32]> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let token = value.as_bytes().strip_prefix(b"Bearer ")?;
    let token = data_encoding::HEXLOWER.decode(token).ok()?;
    (token.len() == TOKEN_BYTES).then(|| Sha256::digest(&token).into())
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The session whose token a request shows. It is found by a hash, so that comparing tells nothing.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`] without one; [`Kind::RateLimited`].
    pub(super) fn require_session(&self, request: &Incoming) -> Result<Session, Fault> {
        let over = || Fault::new(Kind::Unauthorised, "The session is over.");
        let digest = shown(request).ok_or_else(over)?;
        let office = &self.issuer.office;
        let sql = "SELECT account, until FROM bank_sessions WHERE token_digest = ?";
        let found: Option<(i64, Timestamp)> = typed::one(office.tables(), sql, &[digest.into()])?;
        let (account, until) = found
            .filter(|(_, until)| *until > office.now())
            .ok_or_else(over)?;
        let bucket = format!("page|{account}");
        office.admit(&[(&bucket, office.settings.limits.holder)])?;
        Ok(Session {
            digest,
            account,
            until,
        })
    }

    /// `POST /v1/holder-sessions/own/end`.
    pub(in crate::bank) fn end_session(&self, request: &Incoming) -> Result<Answer, Fault> {
        let session = self.require_session(request)?;
        let sql = "DELETE FROM bank_sessions WHERE token_digest = ?";
        let values = [session.digest.into()];
        self.issuer
            .office
            .transaction(|tables| tables.run(sql, &values))?;
        Ok(web::json(
            http::StatusCode::OK,
            &serde_json::json!({ "ended": true }),
        ))
    }
}
