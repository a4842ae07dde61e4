//! The certificate of the key with which a bank signs purses. It ends before a purse does; each answer to a report
//! brings the newest, for the wallet and for its card.

use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::time::Timestamp;

use super::record::{OpenedPurse, PurseRecord};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

impl PurseRecord {
    /// Takes over a verified certificate that lasts longer than the one it has; the card hears of it before whatever
    /// else waits for it.
    pub(super) fn renew_bank(&mut self, certificate: &[u8]) {
        let Some(opened) = &mut self.opened else {
            return;
        };
        if ends_at(certificate) <= ends_at(&opened.bank_certificate) {
            return;
        }
        opened.bank_certificate = certificate.to_vec();
        self.undelivered.insert(0, certificate.to_vec().into());
    }
}

fn ends_at(certificate: &[u8]) -> Option<Timestamp> {
    let certificate = Certificate::from_der(certificate);
    certificate.ok().map(|certificate| certificate.not_after())
}

impl Desk<'_> {
    /// The key by which a word of the purse's bank is verified; nothing, if its certificate has ended or was revoked:
    /// the next report brings another.
    pub(super) fn word_key(
        &mut self,
        purse: &PurseRecord,
        opened: &OpenedPurse,
    ) -> Result<Option<VerifyingKey>, WalletError> {
        let key = self.bank_key(&purse.bank, &opened.bank_certificate);
        if matches!(&key, Err(error) if error.kind == ErrorKind::RevocationsStale) {
            // Nothing follows from that: it is asked again.
            return Ok(None);
        }
        if key.is_err() {
            self.want_report(purse)?;
        }
        Ok(key.ok())
    }

    fn want_report(&mut self, purse: &PurseRecord) -> Result<(), WalletError> {
        if purse.wants_report {
            return Ok(());
        }
        self.keep_banking(PurseRecord {
            wants_report: true,
            ..purse.clone()
        })
    }

    /// Whether a purse has to report before its bank's words can be believed, because the certificate of the bank's
    /// key has ended.
    pub(super) fn has_ended_bank(&mut self, purse: &str) -> Result<bool, WalletError> {
        let purse = self.purse(purse)?;
        Ok(purse.opened.as_ref().is_some_and(|opened| {
            self.bank_key(&purse.bank, &opened.bank_certificate)
                .is_err()
        }))
    }

    /// As [`Desk::require_bank`], of a purse's bank: before value moves. Only a report, which its holder asks for, can
    /// bring another certificate; the purse wants one then.
    ///
    /// # Errors
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`], [`ErrorKind::NoSuchPurse`].
    pub(crate) fn require_bank_of(&mut self, purse: &str) -> Result<(), WalletError> {
        let purse = self.purse(purse)?;
        let Some(opened) = &purse.opened else {
            return Ok(());
        };
        let required = self.require_bank(&purse.bank, &opened.bank_certificate);
        if matches!(&required, Err(error) if error.kind == ErrorKind::CertificateRevoked) {
            self.want_report(&purse)?;
        }
        required
    }

    /// That the certificate of a bank's key was not revoked: before anything is signed or sealed for that bank.
    ///
    /// # Errors
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`].
    pub(super) fn require_bank(
        &self,
        bank: &Domain,
        certificate: &[u8],
    ) -> Result<(), WalletError> {
        match self.bank_key(bank, certificate) {
            Err(error) if error.kind.is_about_revocations() => Err(error),
            _ => Ok(()),
        }
    }
}
