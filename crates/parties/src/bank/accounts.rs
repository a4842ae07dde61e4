//! What a bank knows of an account beside what an issuer does.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::bank::Registration;
use zeroize::Zeroizing;

use super::page::password_digest as password_digest_of;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

/// What was said in the registration and stands in no card record. Rests sealed.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct Details {
    /// The holder's address.
    #[n(0)]
    pub address: String,
    /// SHA-256 of the verifier of the holder's password, 32 bytes.
    #[n(1)]
    pub password_digest: ByteVec,
    /// The account outside (IBAN).
    #[n(2)]
    pub outside_account: String,
}

/// The name under which the details of an account are sealed.
fn sealed_name(account: i64) -> String {
    format!("bank-account|{account}")
}

/// Keeps what the registration says of a new account.
///
/// # Errors
/// Those of the database.
pub(super) fn keep_registration<P: Ports>(
    office: &Office<P>,
    tables: &dyn Tables,
    account: i64,
    registration: &Registration,
) -> Result<(), Fault> {
    let details = Details {
        address: registration.address.clone(),
        password_digest: password_digest_of(&registration.password_verifier)
            .to_vec()
            .into(),
        outside_account: registration.outside_account.clone(),
    };
    let plain = minicbor::to_vec(&details).map_err(|_| Fault::internal())?;
    let plain = Zeroizing::new(plain);
    let sealed = office.seal(&sealed_name(account), &plain)?;
    tables.run(
        "INSERT INTO bank_accounts (account, registration, details) VALUES (?, ?, ?)",
        &[account.into(), registration.number.into(), sealed.into()],
    )?;
    Ok(())
}

/// What is kept of the password of an account whose sealed details these are.
///
/// # Errors
/// A fault here if they do not open.
pub(super) fn password_digest<P: Ports>(
    office: &Office<P>,
    account: i64,
    sealed: &[u8],
) -> Result<[u8; 32], Fault> {
    let plain = office.unseal(&sealed_name(account), sealed)?;
    let details: Details = minicbor::decode(&plain).map_err(|_| Fault::internal())?;
    let digest = details.password_digest.as_slice().try_into();
    digest.map_err(|_| Fault::internal())
}
