//! The card says with the new key that it is in its place (EP 1 221 669, S10). Only then is the new key the purse's, and
//! the old one is revoked (S11).

use http::StatusCode;
use tallystick_protocol::bank::KeyRenewed;
use tallystick_protocol::trust::certificate::revocation::RevocationReason;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;

use super::RegistrationAuthority;
use super::purse_keys::{self, PurseKey};
use super::renewals::RENEWALS_MAX;
use super::state::KeyState;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::typed;

impl<P: Ports> RegistrationAuthority<P> {
    /// `POST /v1/keys-renewed`. The same again changes nothing.
    pub(super) async fn replace_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let said = keyed::unverified::<KeyRenewed>(body).map_err(Fault::malformed)?;
        self.require_bank(&said.bank)?;
        self.admit_purse_key()?;
        let new = new_key_in(office.tables(), &said, body)?;
        office.transaction(|tables| {
            let now = purse_keys::current(tables, &new.bank, &said.purse)?;
            let old = now.ok_or_else(Fault::internal)?;
            if old.key == new.key {
                return Ok::<_, Fault>(());
            }
            if old.key != said.old_key {
                let other = "Another key is the purse's by now.";
                return Err(Fault::new(Kind::Conflict, other));
            }
            purse_keys::put_current(tables, &new.bank, &said.purse.0, &new.key)?;
            let purse = ("purse", said.purse.0.as_slice().into());
            purse_keys::move_on(tables, &old, KeyState::Replaced, purse)?;
            let certificate = old.certificate.ok_or_else(Fault::internal)?;
            office.have_revoked(tables, &certificate, Some(RevocationReason::Superseded))
        })?;
        let mut answer = Answer::new(Vec::new());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        Ok(answer)
    }
}

/// The key that signed it, of those that the bank opened the purse for in place of the old one.
fn new_key_in(
    tables: &(impl Tables + ?Sized),
    said: &KeyRenewed,
    signed: &[u8],
) -> Result<PurseKey, Fault> {
    let opened: Vec<PurseKey> = typed::find_all(
        tables,
        "bank = ? AND purse = ? AND replaces = ? AND state = ? LIMIT ?",
        &[
            (&said.bank).into(),
            said.purse.0.as_slice().into(),
            said.old_key.into(),
            KeyState::Opened.as_str().into(),
            RENEWALS_MAX.into(),
        ],
    )?;
    let signed_by = |key: &PurseKey| {
        VerifyingKey::from_spki(&key.public_key)
            .is_ok_and(|key| keyed::open::<KeyRenewed>(signed, &key).is_ok())
    };
    let none = "No key signed this that was certified for the purse in place of the old one.";
    let found = opened.into_iter().find(signed_by);
    found.ok_or_else(|| Fault::untrusted(none))
}
