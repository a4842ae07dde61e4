//! What a bank knows of an account beside what an issuer does.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::bank::Registration;
use zeroize::Zeroizing;

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
    /// The verifier of the holder's password, 32 bytes.
    #[n(1)]
    pub password_verifier: ByteVec,
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
        password_verifier: registration.password_verifier.to_vec().into(),
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
