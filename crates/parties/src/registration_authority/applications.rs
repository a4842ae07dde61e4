//! Applications for a purse (EP 1 221 669, SZ4 to SZ9): the card shows that it has the key, which is certified; the
//! bank, which alone knows the account's key, judges the approval and opens the purse.

use tallystick_protocol::bank::{PurseApplication, PurseApplicationRequest};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::decode;

use super::purse_keys::{self, PurseKey};
use super::state::KeyState;
use super::{KEYS_MAX, RegistrationAuthority, registrations};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::typed;

impl<P: Ports> RegistrationAuthority<P> {
    /// `POST /v1/purse-applications`.
    pub(super) async fn apply_for_purse(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let asked: PurseApplicationRequest = decode(web::body_as(request, web::CBOR)?)?;
        let claimed = keyed::unverified::<PurseApplication>(&asked.application);
        let claimed = claimed.map_err(Fault::malformed)?;
        self.require_bank(&claimed.bank)?;
        registrations::require_opened(office.tables(), &asked.registration, &claimed.bank)?;
        self.admit_purse_key()?;
        let public_key = VerifyingKey::from_spki(&claimed.purse_public_key)?;
        let application = keyed::open::<PurseApplication>(&asked.application, &public_key);
        let application = application.map_err(Fault::untrusted)?;
        let key = key_digest(&application.purse_public_key);
        office.transaction(|tables| {
            let stored = match purse_keys::find(tables, &key)? {
                Some(stored) => self.again(tables, stored, &asked, &application)?,
                None => self.first(tables, key, &asked, application)?,
            };
            self.step(tables, &stored)
        })?;
        let done = self.advance(&key).await?;
        Ok(web::cbor(done.opening.ok_or_else(Fault::internal)?))
    }

    /// Counts a request that has a key certified or made, for whoever asks.
    pub(super) fn admit_purse_key(&self) -> Result<(), Fault> {
        let limit = self.office.settings.limits.purse_keys;
        self.office.admit(&[("purse-keys", limit)])
    }

    fn first(
        &self,
        tables: &dyn Tables,
        key: [u8; 32],
        asked: &PurseApplicationRequest,
        application: PurseApplication,
    ) -> Result<PurseKey, Fault> {
        require_few(tables, &asked.registration)?;
        let new = PurseKey {
            key,
            bank: application.bank.clone(),
            registration: Some(asked.registration),
            holder: application.holder,
            public_key: application.purse_public_key.clone(),
            asked: asked.application.clone(),
            approval: Some(asked.approval.clone()),
            replaces: None,
            purse: None,
            state: KeyState::Certifying,
            certificate: None,
            permit: None,
            opening: None,
            problem: None,
            received_at: self.office.now(),
        };
        typed::insert(tables, &new)?;
        Ok(new)
    }

    /// The same application again. Its signatures may be new ones; those that come after the bank refused the
    /// ones before take their place.
    fn again(
        &self,
        tables: &dyn Tables,
        mut stored: PurseKey,
        asked: &PurseApplicationRequest,
        application: &PurseApplication,
    ) -> Result<PurseKey, Fault> {
        let before = keyed::unverified::<PurseApplication>(&stored.asked);
        if stored.replaces.is_some() || before.ok().as_ref() != Some(application) {
            let other = "This key was applied with before, in other words.";
            return Err(Fault::new(Kind::Replayed, other));
        }
        if stored.state != KeyState::Opened && !purse_keys::is_under_way(tables, &stored)? {
            stored.asked.clone_from(&asked.application);
            stored.approval = Some(asked.approval.clone());
            tables.run(
                "UPDATE ra_purse_keys SET asked = ?, approval = ? WHERE key = ?",
                &[
                    (&asked.application).into(),
                    (&asked.approval).into(),
                    stored.key.into(),
                ],
            )?;
        }
        Ok(stored)
    }
}

/// Requires that not too many keys wait for a purse that was applied for by this registration.
fn require_few(tables: &dyn Tables, registration: &[u8; 32]) -> Result<(), Fault> {
    let sql = "SELECT count(*) FROM ra_purse_keys
        WHERE registration = ? AND state NOT IN ('opened', 'replaced')";
    let waiting = typed::one::<u32>(tables, sql, &[registration.into()])?;
    if waiting.unwrap_or_default() < KEYS_MAX {
        return Ok(());
    }
    let many = "So many keys wait already to be opened a purse for by this registration.";
    Err(Fault::new(Kind::OverCap, many))
}
