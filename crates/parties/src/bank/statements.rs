//! What the bank says about purses: a payload, stored with the decision to say it, and the signature once it is made.

use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::wire::cbor::{decode, encode};

use super::Bank;
use super::banking_system::BankingSystem;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// That a purse is of this bank (SGN1, SGN3). About the purse's number in hexadecimal, and a new key's digest.
pub(super) const CERTIFICATE: &str = "purse-certificate";
/// A purse's first balance (SGN2, SGN4), and its first with a new key. As [`CERTIFICATE`].
pub(super) const FIRST_NOTICE: &str = "first-notice";
/// The offer of a movement (Sa8, Sd5). About the movement's number.
pub(super) const OFFER: &str = "movement-offer";
/// How a movement ended (Sa16, Sd10). About the movement's number.
pub(super) const VERDICT: &str = "movement-verdict";

/// What came of an instruction. About its digest in hexadecimal.
pub(super) const INSTRUCTION: &str = "instruction-answer";

/// Stores the decision to say `message`. Call it in the transaction that decides. Kind and reference together are
/// unique.
///
/// # Errors
/// The database's own, also if the decision was taken before.
pub(super) fn decide<M: KeyedMessage>(
    tables: &dyn Tables,
    kind: &str,
    reference: &str,
    message: &M,
) -> Result<(), Fault> {
    let payload = encode(message);
    if payload.len() > M::LEN_MAX {
        return Err(Fault::internal());
    }
    let sql = "INSERT INTO bank_statements (kind, reference, payload) VALUES (?, ?, ?)";
    tables.run(sql, &[kind.into(), reference.into(), payload.into()])?;
    Ok(())
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The signed message of a stored decision; nothing, if nothing was decided. Whoever asks again, after a crash
    /// too, gets the same bytes.
    ///
    /// # Errors
    /// Those of the key and the database.
    pub(super) async fn said<M: KeyedMessage>(
        &self,
        kind: &str,
        reference: &str,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let key = self.purse_key().await?;
        let office = &self.issuer.office;
        let sql = "SELECT payload, signature FROM bank_statements WHERE kind = ? AND reference = ?";
        let stored: Option<(Vec<u8>, Option<Vec<u8>>)> =
            typed::one(office.tables(), sql, &[kind.into(), reference.into()])?;
        let Some((payload, signature)) = stored else {
            return Ok(None);
        };
        if let Some(signature) = signature {
            return Ok(Some(assemble(&payload, key.algorithm(), &signature)));
        }
        let message: M = decode(&payload)?;
        let signature = self
            .sign_for_purses(&key, &to_be_signed(&message, key.algorithm()))
            .await?;
        // PSS is randomised: of two signatures made at once only the first is ever sent.
        let kept: Option<Vec<u8>> = office.transaction(|tables| {
            typed::one(
                tables,
                "UPDATE bank_statements SET signature = coalesce(signature, ?)
                 WHERE kind = ? AND reference = ? RETURNING signature",
                &[signature.into(), kind.into(), reference.into()],
            )
        })?;
        let kept = kept.ok_or(DatabaseError::RolledBack)?;
        Ok(Some(assemble(&payload, key.algorithm(), &kept)))
    }

    /// Signs something that decides nothing and is not kept.
    ///
    /// # Errors
    /// Those of the key.
    pub(super) async fn say_to_purse<M: KeyedMessage>(
        &self,
        message: &M,
    ) -> Result<Vec<u8>, Fault> {
        let key = self.purse_key().await?;
        let signed = to_be_signed(message, key.algorithm());
        let signature = self.sign_for_purses(&key, &signed).await?;
        Ok(assemble(&encode(message), key.algorithm(), &signature))
    }
}
