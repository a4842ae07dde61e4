//! What the card knows between two commands, until its power goes.

use crate::Applet;
use crate::StatusWord;
use crate::applets::settlement::Tap;
use crate::iso::chaining::Chain;
use crate::safe::SafeKey;

/// What is forgotten when the power goes.
#[derive(Default)]
pub(crate) struct Session {
    pub(crate) selected: Option<Applet>,
    /// The key of the safe, while the PIN is verified. It holds for all applets.
    key: Option<SafeKey>,
    /// The PIN was verified and no signature made since.
    pub(crate) may_sign: bool,
    /// The key of locked coupons, once their password was given.
    pub(crate) coupons: Option<SafeKey>,
    /// The channel to a security server. Whatever is not said in it ends it.
    pub(crate) tap: Option<Tap>,
    pub(crate) chain: Chain,
}

impl Session {
    /// The PIN was right and gave the safe's key; or it is verified no longer.
    pub(crate) fn set_verified(&mut self, key: Option<SafeKey>) {
        self.may_sign = key.is_some();
        self.key = key;
    }

    pub(crate) const fn is_verified(&self) -> bool {
        self.key.is_some()
    }

    /// The safe's key, once the PIN was verified.
    pub(crate) fn require_verified(&self) -> Result<&SafeKey, StatusWord> {
        let key = self.key.as_ref();
        key.ok_or(StatusWord::SecurityStatusNotSatisfied)
    }
}
