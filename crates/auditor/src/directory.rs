//! Whose keys sign for which account and which purse, as those whom the auditor trusts certified it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use tallystick_protocol::bank::{
    BookPurse, KeyRenewal, Proof, ProofKind, PurseApplication, PurseKeysCertified,
};
use tallystick_protocol::purse::{PurseCertificate, PurseKind, PurseNumber, key_digest};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use crate::export::{Export, Object};
use crate::finding::Finding;
use crate::said::Wrong;
use crate::trust::Trust;

/// A purse whose keys were verified.
pub(crate) struct KnownPurse {
    /// Its keys: the first, and those that came after it.
    pub keys: Vec<VerifyingKey>,
    /// The account of the ledger that it belongs to; none of a prepaid card.
    pub account: Option<String>,
}

/// Who signs for what.
#[derive(Default)]
pub(crate) struct Directory {
    /// The keys with which the bank signs purses.
    pub bank: Vec<VerifyingKey>,
    /// The purses.
    pub purses: BTreeMap<PurseNumber, KnownPurse>,
    by_number: BTreeMap<u64, String>,
    by_certificate: BTreeMap<Vec<u8>, String>,
}

impl Directory {
    /// Reads and verifies who signs for what.
    pub(crate) fn of(export: &Export, trust: &Trust, findings: &mut Vec<Finding>) -> Self {
        let mut directory = Self::default();
        for (name, object) in &export.objects {
            directory.add_holders(name, object, findings);
            directory.add_bank_keys(name, object, trust, findings);
        }
        for (name, object) in &export.objects {
            for purse in &object.purses {
                if let Err((message, wrong)) = directory.add_purse(object, purse, trust) {
                    findings.push(wrong.finding(name, message, &about(purse)));
                }
            }
        }
        directory
    }

    /// The account of the ledger of this number.
    pub(crate) fn account(&self, number: u64) -> Option<&str> {
        self.by_number.get(&number).map(String::as_str)
    }

    /// The account of the ledger for which a certificate (DER) signs.
    pub(crate) fn account_of_certificate(&self, certificate: &[u8]) -> Option<&str> {
        self.by_certificate.get(certificate).map(String::as_str)
    }

    /// The keys that signed for an account of the ledger at that time.
    pub(crate) fn keys_of(&self, account: &str, trust: &Trust, at: Timestamp) -> Vec<VerifyingKey> {
        let all = self.by_certificate.iter();
        let own = all.filter(|(_, ledger)| *ledger == account);
        let parties =
            own.filter_map(|(der, _)| trust.anchors.certified(der, at, Role::Holder).ok());
        parties.map(|party| party.public_key).collect()
    }

    fn add_holders(&mut self, name: &str, object: &Object, findings: &mut Vec<Finding>) {
        for holder in &object.holders {
            let mut claim = |known: Option<String>| {
                if known.is_some_and(|known| known != holder.ledger) {
                    findings.push(Finding::Ambiguous {
                        object: name.to_owned(),
                        account: holder.ledger.clone(),
                    });
                }
            };
            claim(self.by_number.insert(holder.number, holder.ledger.clone()));
            for certificate in &holder.certificates {
                let ledger = holder.ledger.clone();
                claim(self.by_certificate.insert(certificate.to_vec(), ledger));
            }
        }
    }

    fn add_bank_keys(
        &mut self,
        name: &str,
        object: &Object,
        trust: &Trust,
        findings: &mut Vec<Finding>,
    ) {
        for der in &object.bank_certificates {
            let now = Timestamp(object.at_ms / 1000);
            match trust.anchors.certified(der, now, Role::Bank) {
                Ok(party) if self.bank.contains(&party.public_key) => {}
                Ok(party) => self.bank.push(party.public_key),
                Err(error) => {
                    let wrong = Wrong::Untrusted(error.to_string());
                    findings.push(wrong.finding(name, "certificate of the bank", "purses"));
                }
            }
        }
    }

    fn add_purse(
        &mut self,
        object: &Object,
        purse: &BookPurse,
        trust: &Trust,
    ) -> Result<(), (&'static str, Wrong)> {
        let certificate = self
            .of_bank::<PurseCertificate>(&purse.certificate)
            .map_err(|wrong| ("purse-certificate", wrong))?;
        if certificate.number != purse.number || certificate.kind != purse.kind {
            let other = Wrong::Untrusted("It is of another purse.".into());
            return Err(("purse-certificate", other));
        }
        let mut known = KnownPurse {
            keys: Vec::new(),
            account: purse.account.clone(),
        };
        for proof in object.proofs.get(&about(purse)).into_iter().flatten() {
            let key = self.key_in(proof, &known, trust);
            known
                .keys
                .push(key.map_err(|wrong| (proof.kind.as_str(), wrong))?);
        }
        let is_named = |key: &VerifyingKey| {
            let spki = key.to_spki().ok();
            spki.map(|spki| key_digest(&spki)) == certificate.key
        };
        let is_known = match purse.kind {
            PurseKind::Prepaid => certificate.key.is_none(),
            _ => known.keys.iter().any(is_named),
        };
        if !is_known {
            let unknown = Wrong::Untrusted("Nobody certified the purse's key.".into());
            return Err(("purse-certificate", unknown));
        }
        self.purses.insert(purse.number, known);
        Ok(())
    }

    /// A message that the bank's key for purses signed.
    pub(crate) fn of_bank<M: keyed::KeyedMessage>(&self, bytes: &[u8]) -> Result<M, Wrong> {
        of_one(bytes, &self.bank)
    }

    /// The key that a proof says is a purse's: as a registration authority had it certified, or as the key before it
    /// asked for and the certification authority certified.
    fn key_in(
        &self,
        proof: &Proof,
        known: &KnownPurse,
        trust: &Trust,
    ) -> Result<VerifyingKey, Wrong> {
        let role = Role::RegistrationAuthority;
        let (anchors, at) = (&trust.anchors, proof.at);
        match proof.kind {
            ProofKind::PurseKeys => {
                let said = open::<PurseKeysCertified>(&proof.signed, anchors, at, role)?.message;
                let claimed: PurseApplication = keyed::unverified(&said.application)?;
                let key = key_of(&claimed.purse_public_key)?;
                let application: PurseApplication = keyed::open(&said.application, &key)?;
                let account = self.account(application.account);
                if account.is_none() || account != known.account.as_deref() {
                    let other = "The purse was applied for by another account.";
                    return Err(Wrong::Untrusted(other.into()));
                }
                let approved = (&application, &said.approval[..]);
                self.require_approved(approved, known, trust, at)?;
                require_certified(&said.certificate, &key, trust, at)?;
                Ok(key)
            }
            ProofKind::RenewedKey => {
                let renewal: KeyRenewal = of_one(&proof.signed, &known.keys)?;
                let key = key_of(&renewal.new_public_key)?;
                let certificate = proof.key.as_ref().map_or(&[][..], |key| key);
                // The holder asked before the key was certified.
                let from = Certificate::from_der(certificate).map(|one| one.not_before());
                let from = from.map_err(|error| Wrong::Unreadable(error.to_string()))?;
                require_certified(certificate, &key, trust, from)?;
                Ok(key)
            }
            _ => Err(Wrong::Untrusted("It certifies no key.".into())),
        }
    }

    /// The account's own key approved the application.
    fn require_approved(
        &self,
        (application, approval): (&PurseApplication, &[u8]),
        known: &KnownPurse,
        trust: &Trust,
        at: Timestamp,
    ) -> Result<(), Wrong> {
        let signed = application.approval_to_be_signed();
        let account = known.account.as_deref().unwrap_or_default();
        let keys = self.keys_of(account, trust, at);
        let is_by = |key: &VerifyingKey| key.verify(&signed, approval).is_ok();
        if keys.iter().any(is_by) {
            return Ok(());
        }
        Err(Wrong::BadSignature)
    }
}

/// A message that one of these keys signed.
pub(crate) fn of_one<M: keyed::KeyedMessage>(
    bytes: &[u8],
    keys: &[VerifyingKey],
) -> Result<M, Wrong> {
    let mut wrong = Wrong::BadSignature;
    for key in keys {
        match keyed::open(bytes, key) {
            Ok(message) => return Ok(message),
            Err(error) => wrong = error.into(),
        }
    }
    // Read by no key, it says why by itself.
    keyed::unverified::<M>(bytes)?;
    Err(match wrong {
        Wrong::Unreadable(_) => Wrong::BadSignature,
        wrong => wrong,
    })
}

fn key_of(spki: &[u8]) -> Result<VerifyingKey, Wrong> {
    VerifyingKey::from_spki(spki).map_err(|error| Wrong::Unreadable(error.to_string()))
}

fn require_certified(
    der: &[u8],
    key: &VerifyingKey,
    trust: &Trust,
    at: Timestamp,
) -> Result<(), Wrong> {
    let untrusted = |error: &dyn ToString| Wrong::Untrusted(error.to_string());
    let owner = trust.anchors.certified(der, at, Role::Holder);
    let owner = owner.map_err(|error| untrusted(&error))?;
    if owner.public_key == *key {
        return Ok(());
    }
    Err(untrusted(&"The certificate is of another key."))
}

/// What proofs of a purse's keys are about.
fn about(purse: &BookPurse) -> String {
    format!("purse {}", HEXLOWER.encode(&purse.number.0))
}
