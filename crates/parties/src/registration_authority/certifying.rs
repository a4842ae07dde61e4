//! Has a purse's key certified (EP 1 221 669, SZ4 and SZ5; S2 and S3).

use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use super::RegistrationAuthority;
use super::purse_keys::{self, PurseKey};
use super::state::KeyState;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};

/// The question whether the CA certifies a key. Anybody may read it: it names nobody.
pub(super) struct Certifying<'a, P: Ports>(pub(super) &'a RegistrationAuthority<P>);

impl<P: Ports> Exchange<P> for Certifying<'_, P> {
    type Subject = PurseKey;
    /// The certificate (DER).
    type Word = Vec<u8>;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<PurseKey>, Fault> {
        purse_keys::in_state(tables, reference, KeyState::Certifying)
    }

    /// What counts is the root's signature on the certificate.
    fn verify(&self, key: &PurseKey, said: Said<'_>) -> Result<Vec<u8>, Fault> {
        let office = self.office();
        let answer: CertificateAnswer = decode(said.bytes())?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), Role::Holder)?;
        if owner.public_key.to_spki()? != key.public_key || owner.name != key.label() {
            return Err(Fault::untrusted("The CA certified something else."));
        }
        Ok(answer.certificate)
    }

    fn apply(&self, tables: &dyn Tables, key: &PurseKey, word: Vec<u8>) -> Result<(), Fault> {
        let certified = ("certificate", word.into());
        let key = purse_keys::move_on(tables, key, KeyState::Opening, certified)?;
        self.0.step(tables, &key)
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
