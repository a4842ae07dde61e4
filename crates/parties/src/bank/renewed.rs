//! Opens a purse for its new key once that is certified (EP 1 221 669, S3 and S4): the bank takes the fee, the account goes
//! on, and the card gets a purse certificate of the new key. The old key speaks for the purse until the new one does.

use data_encoding::HEXLOWER;
use tallystick_protocol::bank::{PurseOpening, RenewedKeyCertified};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::Bank;
use super::banking_system::BankingSystem;
use super::fees;
use super::purse_opening::Certified;
use super::purses;
use super::renewals;
use super::speaking::{self, Renewal, RenewalState};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::ports::{Ports, Tables};

/// Whose purse it is about, which the renewal names in clear.
pub(super) fn purse_of(asked: &Asked<'_>) -> Option<Key> {
    let said = unverified::<RenewedKeyCertified>(asked.body).ok()?;
    renewals::key_of(&said.renewal)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/renewed-keys`. Asked again about the same key, it says the same.
    pub(super) async fn open_renewed(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let said =
            self.said_by_authority::<RenewedKeyCertified>(request, "renewed-keys", |said| {
                &said.envelope.from
            })?;
        let renewal = self.claimed_renewal(&said.message.renewal)?;
        let key = key_digest(&renewal.new_public_key);
        said.require_transaction(&key)?;
        let permitted = speaking::find(office.tables(), &key)?;
        let not_permitted = || Fault::new(Kind::Conflict, "The bank did not permit this key.");
        let permitted = permitted.ok_or_else(not_permitted)?;
        // What was permitted was verified then; another one of the same key was not.
        if keyed::unverified(&permitted.signed).ok().as_ref() != Some(&renewal) {
            let other = "This key was permitted in other words.";
            return Err(Fault::new(Kind::Replayed, other));
        }
        let certificate = Certificate::from_der(&said.message.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), Role::Holder)?;
        if owner.public_key.to_spki()? != permitted.public_key {
            return Err(Fault::untrusted("The certificate is of another key."));
        }
        self.require_in_directory(&certificate).await?;
        self.purse_key().await?;
        office.transaction(|tables| self.certify_once(tables, &key, &certificate))?;
        office.log("purse-renewed", None, "ok");
        Ok(web::cbor(encode(&self.renewed_opening(&key).await?)))
    }

    /// Opens the purse for the key unless it was. Another certificate of the key changes nothing then.
    fn certify_once(
        &self,
        tables: &dyn Tables,
        key: &[u8; 32],
        certificate: &Certificate,
    ) -> Result<(), Fault> {
        let renewal = speaking::find(tables, key)?.ok_or_else(Fault::internal)?;
        if matches!(
            renewal.state,
            RenewalState::Certified | RenewalState::InCard
        ) {
            return Ok(());
        }
        let purse = purses::require(tables, &renewal.purse)?;
        purse.require_open()?;
        speaking::certify(tables, &renewal, certificate)?;
        if let Some(charge) = fees::find(tables, &purse.number, &renewal.replaces)? {
            self.take_fee(tables, charge)?;
        }
        let account = purse.account.ok_or_else(Fault::internal)?;
        let until = renewal.account_expiry.parse();
        self.continue_account(tables, account, until.map_err(|_| Fault::internal())?)?;
        let certified = Certified {
            key: Some(renewal.key),
            expires_at: certificate.not_after(),
        };
        self.say_opened(tables, &purse, &certified, &reference_of(&renewal))
    }

    async fn renewed_opening(&self, key: &[u8; 32]) -> Result<PurseOpening, Fault> {
        let renewal = speaking::find(self.issuer.office.tables(), key)?;
        let renewal = renewal.ok_or_else(Fault::internal)?;
        let reference = reference_of(&renewal);
        self.opening(&reference, renewal.certificate).await
    }
}

/// The reference of what is said of a purse with this new key.
fn reference_of(renewal: &Renewal) -> String {
    format!("{} {}", renewal.purse, HEXLOWER.encode(&renewal.key))
}
