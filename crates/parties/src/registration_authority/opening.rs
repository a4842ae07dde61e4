//! Tells the bank that a purse's key is certified, and hears what the card gets (EP 1 221 669, SZ5 to SZ8; S3 and S4).

use tallystick_protocol::bank::PurseOpening;
use tallystick_protocol::purse::{CheckpointNotice, PurseCertificate, PurseKind};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::RegistrationAuthority;
use super::purse_keys::{self, PurseKey};
use super::state::KeyState;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};

/// The question whether the bank opens the purse for a key.
pub(super) struct OpeningPurse<'a, P: Ports>(pub(super) &'a RegistrationAuthority<P>);

/// What the bank signed.
pub(super) struct Opened {
    /// The purse's number, 16 bytes.
    purse: Vec<u8>,
    /// What the card gets, encoded.
    opening: Vec<u8>,
}

impl<P: Ports> Exchange<P> for OpeningPurse<'_, P> {
    type Subject = PurseKey;
    type Word = Opened;

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<PurseKey>, Fault> {
        purse_keys::in_state(tables, reference, KeyState::Opening)
    }

    /// Each part is signed for itself, by the key that the CA certified for this bank.
    fn verify(&self, key: &PurseKey, said: Said<'_>) -> Result<Opened, Fault> {
        let office = self.office();
        let mut opening: PurseOpening = decode(said.bytes())?;
        let bank = Certificate::from_der(&opening.bank_certificate)?;
        let anchors = &office.identity()?.anchors;
        let bank = anchors.verify(&bank, office.now(), Role::Bank)?;
        let purse = keyed::open::<PurseCertificate>(&opening.purse_certificate, &bank.public_key);
        let purse = purse.map_err(Fault::untrusted)?;
        let notice = keyed::open::<CheckpointNotice>(&opening.notice, &bank.public_key);
        let notice = notice.map_err(Fault::untrusted)?;
        let is_of_the_bank = bank.domain.as_ref() == Some(&key.bank) && purse.bank == key.bank;
        let is_of_the_key = purse.kind == PurseKind::Account && purse.key == Some(key.key);
        let is_the_purse = key
            .purse
            .as_ref()
            .is_none_or(|number| *number == purse.number.0);
        let is_current = purse.expires_at > office.now();
        let has_amount = notice.checkpoint.purse == purse.number;
        if !(is_of_the_bank && is_of_the_key && is_the_purse && is_current && has_amount) {
            return Err(Fault::untrusted("The bank opened another purse."));
        }
        opening.key_certificate.clone_from(&key.certificate);
        Ok(Opened {
            purse: purse.number.0.to_vec(),
            opening: encode(&opening),
        })
    }

    fn apply(&self, tables: &dyn Tables, key: &PurseKey, word: Opened) -> Result<(), Fault> {
        let opened = ("opening", word.opening.into());
        purse_keys::move_on(tables, key, KeyState::Opened, opened)?;
        if key.replaces.is_none() {
            let sql = "UPDATE ra_purse_keys SET purse = ? WHERE key = ?";
            tables.run(sql, &[word.purse.as_slice().into(), key.key.into()])?;
            purse_keys::put_current(tables, &key.bank, &word.purse, &key.key)?;
        }
        self.office().log("purse-opened", None, "ok");
        Ok(())
    }

    fn not_yet(
        &self,
        tables: &dyn Tables,
        key: &PurseKey,
        problem: Option<Kind>,
    ) -> Result<(), Fault> {
        purse_keys::note(tables, key, problem)
    }

    fn over(&self, _: &dyn Tables, _: &PurseKey) -> Result<(), Fault> {
        Ok(())
    }
}
