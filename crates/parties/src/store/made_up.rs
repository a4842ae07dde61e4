//! What looks like something stored where there is nothing, the same each time whatever the operator's sealing key is by
//! then: whoever asked before and after a change would else learn what is real by what stayed.

use crate::office::Office;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::secrets;

/// The name under which the key is sealed once the sealing key has begun to change.
const KEY: &str = "made-up-key";

impl<P: Ports> Office<P> {
    /// What looks like a secret of that name where there is none: HMAC-SHA-256 under HMAC(sealing key, context and owner),
    /// the sealing key being the party's first.
    ///
    /// # Errors
    /// The database's own; that the key does not open.
    #[cfg(any(feature = "bank", feature = "home-proxy"))]
    pub(crate) fn made_up(
        &self,
        tables: &(impl Tables + ?Sized),
        name: &str,
    ) -> Result<[u8; 32], DatabaseError> {
        use hmac::Mac as _;
        use zeroize::Zeroizing;

        let kept = secrets::sealed(tables, KEY)?;
        let kept = kept.map(|sealed| self.unseal(KEY, &sealed)).transpose()?;
        let kept = kept.map(|key| <[u8; 32]>::try_from(key.as_slice()).map(Zeroizing::new));
        let kept = kept.transpose().map_err(|_| DatabaseError::Sealed)?;
        let mut made_up =
            crate::store::vault::mac(kept.as_ref().unwrap_or(self.vault.made_up_key()));
        made_up.update(name.as_bytes());
        Ok(made_up.finalize().into_bytes().into())
    }

    /// Keeps the key from now on. Call it in the transaction with which the sealing key begins to change.
    pub(crate) fn keep_made_up_key(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        if secrets::sealed(tables, KEY)?.is_some() {
            return Ok(());
        }
        let sealed = self.seal(KEY, &self.vault.made_up_key()[..])?;
        secrets::put(tables, KEY, &sealed)
    }
}
