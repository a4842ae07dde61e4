//! The root certificate, made at first start.

use tallystick_protocol::trust::certificate::{Lifetime, Serial, UnsignedCertificate};

use super::Ca;
use crate::office::fault::Fault;
use crate::ports::Ports;
use crate::standing::identity::{CERTIFICATE, ROOT};
use crate::store::facts;

/// The root's bytes to be signed, stored before they are signed.
const UNSIGNED_ROOT: &str = "root-to-be-signed";
/// How long the root is valid, in days (ten years).
const ROOT_DAYS: u64 = 3652;

impl<P: Ports> Ca<P> {
    /// Makes key and root unless they are there: the key sealed, the root signed by itself.
    ///
    /// # Errors
    /// Database and signing errors; what was done stays done.
    pub(super) async fn ensure_root(&self) -> Result<(), Fault> {
        let office = &self.office;
        if facts::get(office.tables(), CERTIFICATE)?.is_some() {
            return Ok(());
        }
        let public_key = office.ensure_key().await?;
        let lifetime = Lifetime::days(office.now().minus_seconds(300), ROOT_DAYS);
        let serial = Serial::random(&mut office.rng());
        let fresh =
            UnsignedCertificate::root(&office.settings.name, &public_key, serial, lifetime)?;
        let to_be_signed = office.transaction(|tables| {
            // The first draft stays.
            if let Some(first) = facts::get(tables, UNSIGNED_ROOT)? {
                return Ok::<_, Fault>(first);
            }
            facts::put(tables, UNSIGNED_ROOT, fresh.to_be_signed())?;
            Ok(fresh.to_be_signed().to_vec())
        })?;
        let signature = office.sign_uncertified(&to_be_signed).await?;
        let root = UnsignedCertificate::from_to_be_signed(to_be_signed).finish(&signature)?;
        office.transaction(|tables| {
            if facts::get(tables, CERTIFICATE)?.is_none() {
                facts::put(tables, ROOT, root.as_der())?;
                facts::put(tables, CERTIFICATE, root.as_der())?;
            }
            Ok::<_, Fault>(())
        })?;
        office.log("root-made", None, "ok");
        Ok(())
    }
}
