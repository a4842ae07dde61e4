//! Which certificates count no more: the newest list that the wallet has seen, and where it comes from (RFC 5280 §5;
//! EP 1 221 669 keeps it at its directory, DS).
//!
//! The list is part of the roots that the wallet trusts ([`Desk::anchors`]), so whatever verifies a certificate looks
//! at it. It is fetched by the clock, whole, and from the one directory that the deployment names, so that the
//! directory learns that there is a wallet, and not what its holder does. Only where there is none, or a void one,
//! somebody waits for it. It rests in clear: it is the same for everybody, and a locked wallet looks at it too.
//! A deployment that names no directory looks nothing up, as a party without one.

use std::cell::OnceCell;

use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::certificate::revocation::{RevocationError, RevocationList};

use crate::core::ask::{self, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::{Ports, Record};
use crate::core::state::name::REVOCATIONS;
use crate::core::wallet::Wallet;

/// Where a directory gives out the newest list.
const LIST_PATH: &str = "/v1/crl";
/// Media type of a list of revoked certificates (RFC 5280 §4.2.1.13, RFC 2585 §4).
const LIST: &str = "application/pkix-crl";
/// How often the list is asked for, in milliseconds: once an hour, as parties do.
const ASK_AGAIN_MS: u64 = 3_600_000;
/// How soon again if none came, in milliseconds (ten minutes).
const TRY_AGAIN_MS: u64 = 600_000;

/// What is known of revoked certificates.
#[derive(Default)]
pub struct Revocations {
    /// The newest list (DER), as the vault has it.
    stored: Option<Vec<u8>>,
    /// The roots with that list, once somebody has asked for them: nothing is verified when the wallet starts.
    anchors: OnceCell<TrustAnchors>,
    /// Why no newer list came when the directory was asked last.
    trouble: Option<WalletError>,
}

impl Revocations {
    /// As the vault has it. `before` is what was in memory.
    #[must_use]
    pub fn read_again(records: &[Record], before: Self) -> Self {
        let mut records = records.iter();
        let stored = records.find(|record| record.name == REVOCATIONS);
        let stored = stored.map(|record| record.bytes.clone());
        if stored == before.stored {
            return before;
        }
        Self {
            stored,
            ..Self::default()
        }
    }

    /// A list that these roots did not sign is none.
    fn anchors(&self, roots: &TrustAnchors) -> &TrustAnchors {
        self.anchors.get_or_init(|| {
            let stored = self.stored.as_deref();
            let list = stored.and_then(|der| roots.verify_list_ever(der).ok());
            with_list(roots, list)
        })
    }
}

fn with_list(roots: &TrustAnchors, list: Option<RevocationList>) -> TrustAnchors {
    let mut anchors = roots.clone();
    if let Some(list) = list {
        // The first of its root, which verified it: there is nothing that it could be older than.
        let _is_newer = anchors.take_list(list);
    }
    anchors
}

impl<P: Ports> Wallet<P> {
    /// Asks the directory for the newest list of revoked certificates. What cannot be had or is not to be believed
    /// changes nothing: the one before counts until its time is over. Returns the milliseconds until the next time;
    /// nothing while there is no wallet yet, or if the deployment names no directory.
    ///
    /// # Errors
    /// A failure of the storage.
    pub async fn renew_revocations(&self) -> Result<Option<u64>, WalletError> {
        let mut is_set_up = false;
        self.perform(&mut |desk| {
            is_set_up = desk.state.header.is_some();
            Ok(())
        })
        .await?;
        if self.context.directory.is_none() || !is_set_up {
            return Ok(None);
        }
        let _alone = self.looking_up.take().await;
        let is_there = self.fetch_list().await?;
        Ok(Some(if is_there { ASK_AGAIN_MS } else { TRY_AGAIN_MS }))
    }

    /// As [`Wallet::look_up_revocations`], and requires that there is one then.
    ///
    /// # Errors
    /// [`ErrorKind::RevocationsStale`] if none is to be had, [`ErrorKind::ClockWrong`], or a failure of the storage.
    pub(crate) async fn know_revocations(&self) -> Result<(), WalletError> {
        self.look_up_revocations().await?;
        self.perform(&mut |desk| desk.require_list()).await
    }

    /// Waits for a list if there is none that is valid; with one it waits for nothing.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn look_up_revocations(&self) -> Result<(), WalletError> {
        if self.has_list().await? {
            return Ok(());
        }
        // Whoever else waits for it finds it there.
        let _alone = self.looking_up.take().await;
        if !self.has_list().await? {
            self.fetch_list().await?;
        }
        Ok(())
    }

    async fn has_list(&self) -> Result<bool, WalletError> {
        let mut has_list = false;
        self.perform(&mut |desk| {
            has_list = desk.require_list().is_ok();
            Ok(())
        })
        .await?;
        Ok(has_list)
    }

    /// Whether the directory gave a list that is to be believed.
    async fn fetch_list(&self) -> Result<bool, WalletError> {
        let Some(directory) = &self.context.directory else {
            return Ok(false);
        };
        let url = self.context.urls.url(directory, LIST_PATH);
        let answers = self.ask(vec![ask::get((), url, LIST)]).await;
        let mut is_there = false;
        self.perform(&mut |desk| {
            for answer in &answers {
                let taken = desk.take_list(&answer.said);
                is_there = taken.is_ok();
                desk.state.revocations.trouble = taken.err();
            }
            Ok(())
        })
        .await?;
        Ok(is_there)
    }
}

impl Desk<'_> {
    /// Whom the wallet trusts: the roots, with the newest list of what they revoked.
    pub fn anchors(&self) -> &TrustAnchors {
        self.state.revocations.anchors(&self.context.roots)
    }

    /// That certificates can be verified at all, as far as revocations go.
    ///
    /// # Errors
    /// [`ErrorKind::RevocationsStale`] without a valid list, [`ErrorKind::ClockWrong`] if there is one from the future.
    pub fn require_list(&self) -> Result<(), WalletError> {
        self.anchors().require_lists(self.now()).map_err(|error| {
            let trouble = self.state.revocations.trouble.clone();
            trouble.unwrap_or_else(|| WalletError::caused(ErrorKind::RevocationsStale, &error))
        })
    }

    /// Takes a list in the place of the one before, if it is newer.
    fn take_list(&mut self, said: &Said) -> Result<(), WalletError> {
        let none = |why: &dyn core::fmt::Display| {
            let none = WalletError::caused(ErrorKind::RevocationsStale, why);
            let directory = self.context.directory.as_ref();
            none.about(directory.map_or("", |directory| directory.as_str()))
        };
        let list = said.as_ref().map_err(|error| none(error))?;
        let mut anchors = self.anchors().clone();
        let is_newer = anchors
            .verify_list(list, self.now())
            .and_then(|list| anchors.take_list(list))
            .map_err(|error| match error {
                RevocationError::NotYetValid => WalletError::caused(ErrorKind::ClockWrong, &error),
                _ => none(&error),
            })?;
        if is_newer {
            self.put(REVOCATIONS, list.clone());
            self.state.revocations = Revocations {
                stored: Some(list.clone()),
                anchors: OnceCell::from(anchors),
                trouble: None,
            };
        }
        Ok(())
    }
}
