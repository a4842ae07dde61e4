//! What a bank knows of an account beside what an issuer does.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::bank::Registration;
use zeroize::Zeroizing;

use super::page::password_digest as password_digest_of;
use crate::iso20022::Mandate;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{Ports, Tables};
use crate::store::sealed::Sealed;

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
    /// The name under which it is the holder's there.
    #[n(3)]
    pub outside_name: String,
    /// By which mandate money is collected from it.
    #[n(4)]
    pub mandate: String,
    /// The day on which that was given, as ISO 8601 writes it.
    #[n(5)]
    pub mandate_signed_on: String,
}

/// The name under which the details of an account are sealed.
fn sealed_name(account: i64) -> String {
    format!("bank-account|{account}")
}

/// What the registrations said.
pub(super) const SEALED: Sealed = Sealed {
    named_by: &["account"],
    name: |row| Ok(sealed_name(row.integer(0)?)),
    ..Sealed::whole("bank_accounts", "details")
};

/// Keeps what the registration says of a new account.
///
/// # Errors
/// Those of the database.
pub(super) fn keep_registration<P: Ports>(
    office: &Office<P>,
    tables: &dyn Tables,
    account: i64,
    registration: &Registration,
    mandate: &Mandate,
) -> Result<(), Fault> {
    let details = Details {
        address: registration.address.clone(),
        password_digest: password_digest_of(&registration.password_verifier)
            .to_vec()
            .into(),
        outside_account: registration.outside_account.clone(),
        outside_name: registration.name.clone(),
        mandate: mandate.id.to_string(),
        mandate_signed_on: mandate.signed_on.to_string(),
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

/// What the registration said of an account. At the office alone.
///
/// # Errors
/// [`Kind::NotFound`] if it was opened here by no registration; those of the database.
pub(super) fn details<P: Ports>(office: &Office<P>, account: i64) -> Result<Details, Fault> {
    let sql = "SELECT details FROM bank_accounts WHERE account = ?";
    let row = first(office.tables(), sql, &[account.into()])?;
    let row = row.ok_or_else(|| Fault::new(Kind::NotFound, "There is no such account."))?;
    let plain = office.unseal(&sealed_name(account), row.blob(0)?)?;
    minicbor::decode(&plain).map_err(|_| Fault::internal())
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
