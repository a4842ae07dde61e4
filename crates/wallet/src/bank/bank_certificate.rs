//! The certificate of the key with which a bank signs purses. It ends before a purse does; each answer to a report
//! brings the newest, for the wallet and for its card.

use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::time::Timestamp;

use super::record::{OpenedPurse, PurseRecord};
use crate::core::desk::Desk;
use crate::core::error::WalletError;

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
    /// The key by which a word of the purse's bank is verified; nothing, if its certificate has ended: the next report
    /// brings another.
    pub(super) fn word_key(
        &mut self,
        purse: &PurseRecord,
        opened: &OpenedPurse,
    ) -> Result<Option<VerifyingKey>, WalletError> {
        let key = self.bank_key(&purse.bank, &opened.bank_certificate).ok();
        if key.is_none() && !purse.wants_report {
            self.keep_banking(PurseRecord {
                wants_report: true,
                ..purse.clone()
            })?;
        }
        Ok(key)
    }

    /// Whether a purse has to report before its bank's words can be believed.
    pub(super) fn has_ended_bank(&mut self, purse: &str) -> Result<bool, WalletError> {
        let purse = self.purse(purse)?;
        Ok(purse.opened.as_ref().is_some_and(|opened| {
            self.bank_key(&purse.bank, &opened.bank_certificate)
                .is_err()
        }))
    }
}
