//! A purse gets a new key (EP 1 221 669, S1 to S9; key options B2, C2 and D2). The old key signs for the new one; it stays
//! the purse's until the new one says that it is in the card ([`super::replacing`]).

use tallystick_protocol::bank::{KeyRenewal, RenewalAnswer};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::certificate::{Certificate, CertificateError};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::RegistrationAuthority;
use super::purse_keys::{self, PurseKey};
use super::state::KeyState;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// How many new keys are under way for one key of a purse: a card that lost one makes another.
pub(super) const RENEWALS_MAX: u32 = 8;

impl<P: Ports> RegistrationAuthority<P> {
    /// `POST /v1/key-renewals`. Who asks again after the bank refused has the bank asked again.
    pub(super) async fn renew_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let claimed = keyed::unverified::<KeyRenewal>(body).map_err(Fault::malformed)?;
        self.require_bank(&claimed.bank)?;
        self.admit_purse_key()?;
        let old = purse_keys::current(office.tables(), &claimed.bank, &claimed.purse)?;
        let old = old.ok_or_else(Fault::not_found)?;
        let old_key = VerifyingKey::from_spki(&old.public_key)?;
        let renewal = keyed::open::<KeyRenewal>(body, &old_key).map_err(Fault::untrusted)?;
        VerifyingKey::from_spki(&renewal.new_public_key)?;
        let key = key_digest(&renewal.new_public_key);
        office.transaction(|tables| {
            let stored = match purse_keys::find(tables, &key)? {
                Some(stored) => self.renew_again(tables, stored, &old, &renewal, body)?,
                None => self.renew_first(tables, &old, &renewal, body)?,
            };
            self.step(tables, &stored)
        })?;
        let done = self.advance(&key).await?;
        let answer = RenewalAnswer {
            permit: done.permit.ok_or_else(Fault::internal)?,
            opening: done.opening,
        };
        Ok(web::cbor(encode(&answer)))
    }

    fn renew_first(
        &self,
        tables: &dyn Tables,
        old: &PurseKey,
        renewal: &KeyRenewal,
        signed: &[u8],
    ) -> Result<PurseKey, Fault> {
        self.require_good(old)?;
        let sql =
            "SELECT count(*) FROM ra_purse_keys WHERE bank = ? AND purse = ? AND replaces = ?";
        let purse = renewal.purse.0.as_slice();
        let values = [(&renewal.bank).into(), purse.into(), old.key.into()];
        if typed::one::<u32>(tables, sql, &values)?.unwrap_or_default() >= RENEWALS_MAX {
            let many = "So many new keys for this purse are under way already.";
            return Err(Fault::new(Kind::OverCap, many));
        }
        let new = PurseKey {
            key: key_digest(&renewal.new_public_key),
            bank: renewal.bank.clone(),
            registration: None,
            holder: old.holder,
            public_key: renewal.new_public_key.clone(),
            asked: signed.to_vec(),
            approval: None,
            replaces: Some(old.key),
            purse: Some(purse.to_vec()),
            state: KeyState::Asking,
            certificate: None,
            permit: None,
            opening: None,
            problem: None,
            received_at: self.office.now(),
        };
        typed::insert(tables, &new)?;
        Ok(new)
    }

    fn renew_again(
        &self,
        tables: &dyn Tables,
        stored: PurseKey,
        old: &PurseKey,
        renewal: &KeyRenewal,
        signed: &[u8],
    ) -> Result<PurseKey, Fault> {
        let is_of_this_purse = stored.replaces == Some(old.key)
            && stored.bank == renewal.bank
            && stored.purse.as_deref() == Some(renewal.purse.0.as_slice());
        let before = keyed::unverified::<KeyRenewal>(&stored.asked).ok();
        match stored.state {
            _ if !is_of_this_purse => Err(is_another_s()),
            KeyState::Refused => {
                self.require_good(old)?;
                purse_keys::move_on(tables, &stored, KeyState::Asking, ("asked", signed.into()))
            }
            _ if before.as_ref() != Some(renewal) => Err(is_another_s()),
            _ => Ok(stored),
        }
    }

    /// Requires that a key is certified still: neither ended nor revoked (T004-10, T004-43).
    fn require_good(&self, key: &PurseKey) -> Result<(), Fault> {
        let certificate = key.certificate.as_ref().ok_or_else(Fault::internal)?;
        let certificate = Certificate::from_der(certificate)?;
        let anchors = &self.office.identity()?.anchors;
        match anchors.verify(&certificate, self.office.now(), Role::Holder) {
            Ok(_) => Ok(()),
            Err(CertificateError::Expired) => {
                let ended = "The certificate of the purse's key has ended. Apply for a purse anew.";
                Err(Fault::new(Kind::Expired, ended))
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn is_another_s() -> Fault {
    Fault::new(Kind::Replayed, "This key was shown before, in other words.")
}
