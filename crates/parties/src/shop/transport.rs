//! The document's own way of agreeing on a key: a secret that is sent under an RSA key of the shop (RSAES-OAEP). The key
//! is one for this alone, which signs nothing; the shop signs it into each session.

use tallystick_protocol::home::agreement::{Finish, Profile};
use zeroize::Zeroizing;

use super::Shop;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Signing};
use crate::store::{facts, secrets};

/// The name under which the key (PKCS#8 DER) is sealed.
const KEY: &str = "session-transport-key";
/// Its public half (SubjectPublicKeyInfo DER).
const PUBLIC_KEY: &str = "session-transport-public-key";

impl<P: Ports> Shop<P> {
    /// The public key, made when it is asked for first.
    pub(super) async fn transport_key(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.office;
        if let Some(public_key) = facts::get(office.tables(), PUBLIC_KEY)? {
            return Ok(public_key);
        }
        let pair = office.ports.signing().generate().await?;
        let sealed = office.seal(KEY, &pair.pkcs8)?;
        office.transaction(|tables| {
            // Somebody else may have made one during the await: the first stays.
            if let Some(public_key) = facts::get(tables, PUBLIC_KEY)? {
                return Ok(public_key);
            }
            secrets::put(tables, KEY, &sealed)?;
            facts::put(tables, PUBLIC_KEY, &pair.spki)?;
            Ok(pair.spki)
        })
    }

    /// The secret that was sent, in the profile in which one is. Why it does not open is not told.
    pub(super) async fn transported(
        &self,
        profile: Profile,
        finish: &Finish,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, Fault> {
        if profile != Profile::KeyTransport {
            return Ok(None);
        }
        let unreadable = || {
            Fault::new(
                Kind::BadSignature,
                "The secret that was sent does not open.",
            )
        };
        let sent = finish.transported.as_ref().ok_or_else(unreadable)?;
        let key = secrets::get(&self.office, KEY)?.ok_or_else(Fault::internal)?;
        let opened = self.office.ports.signing().open(&key, sent).await;
        let opened = opened.map_err(|_| unreadable())?;
        let secret = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| unreadable())?;
        Ok(Some(Zeroizing::new(secret)))
    }
}
