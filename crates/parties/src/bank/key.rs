//! The key with which the bank signs purses (EP 1 221 669, Fig 3: sigKey), certified in the role of a bank.

use std::rc::Rc;

use tallystick_protocol::bank::BankKeyRequest;
use tallystick_protocol::trust::signature::{Algorithm, Es256Key};
use tallystick_protocol::trust::statement::Envelope;
use tallystick_protocol::wire::identifier::Role;
use zeroize::Zeroizing;

use super::Bank;
use super::banking_system::BankingSystem;
use super::config::{BankConfig, PurseKeyKind};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Signing};
use crate::standing::key_beside::{self, Kind, Names, Pair, Ready};
use crate::store::secrets;

/// The name under which a private key on P-256 is sealed, 32 bytes.
const SECRET: &str = "purse-key-p256";
/// The name under which a private RSA key is sealed (PKCS#8 DER).
const RSA_SECRET: &str = "purse-key-rsa";
/// Where a shard asks the office for the key.
pub(super) const PATH: &str = "/siblings/purse-key";

/// What the operator set about the key.
pub(super) struct OfPurses {
    kind: PurseKeyKind,
    token: [u8; 32],
}

impl OfPurses {
    pub(super) const fn of(config: &BankConfig) -> Self {
        Self {
            kind: config.purse_key,
            token: config.purse_key_token,
        }
    }
}

/// The key, ready to sign.
pub(super) type PurseKey<P> = Ready<Signer<P>>;

/// What signs.
pub(super) enum Signer<P: Ports> {
    P256(Es256Key),
    Rsa(<P::Signing as Signing>::Key),
}

impl<P: Ports> Kind<P> for OfPurses {
    type Signer = Signer<P>;
    type Request = BankKeyRequest;

    const NAMES: Names = Names {
        secrets: &[SECRET, RSA_SECRET],
        public: "purse-key",
        certificate: "purse-key-certificate",
        role: Role::Bank,
        at_authority: "/v1/bank-keys",
        at_office: PATH,
        logged: "purse-key-certified",
    };

    async fn draw(&self, office: &Office<P>) -> Result<Pair, Fault> {
        Ok(match self.kind {
            PurseKeyKind::P256 => {
                let (secret, public) = key_beside::draw_p256(office);
                Pair {
                    name: SECRET,
                    secret: Zeroizing::new(secret.to_vec()),
                    public: public.to_spki()?,
                }
            }
            PurseKeyKind::Rsa => {
                let pair = office.ports.signing().generate().await?;
                Pair {
                    name: RSA_SECRET,
                    secret: pair.pkcs8,
                    public: pair.spki,
                }
            }
        })
    }

    async fn open(&self, office: &Office<P>) -> Result<Signer<P>, Fault> {
        if let Some(key) = key_beside::p256(office, SECRET)? {
            return Ok(Signer::P256(key));
        }
        let pkcs8 = secrets::get(office, RSA_SECRET)?.ok_or_else(Fault::internal)?;
        Ok(Signer::Rsa(office.ports.signing().import(&pkcs8).await?))
    }

    fn request(&self, envelope: Envelope, public_key: Vec<u8>) -> BankKeyRequest {
        BankKeyRequest {
            envelope,
            public_key,
            token: self.token,
        }
    }
}

impl<P: Ports> PurseKey<P> {
    pub(super) fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The key, made and certified if it is not yet.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the authority does not answer.
    pub(super) async fn purse_key(&self) -> Result<Rc<PurseKey<P>>, Fault> {
        self.key.ready(&self.issuer.office).await
    }

    /// Signs `bytes` with the key.
    pub(super) async fn sign_for_purses(
        &self,
        key: &PurseKey<P>,
        bytes: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        match &key.signer {
            Signer::P256(key) => Ok(key.sign(bytes)?.to_vec()),
            Signer::Rsa(rsa) => Ok(self.issuer.office.ports.signing().sign(rsa, bytes).await?),
        }
    }
}
