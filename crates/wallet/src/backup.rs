//! Backup and restoring: addresses, orders and receipts in one file under a passphrase of its own.
//!
//! No key is in it, and no card number beyond the last four digits that an order keeps: a new device
//! enrols anew, and the issuer then revokes the old one. See `docs/backup.md`.

use minicbor::bytes::ByteVec;
use serde::Serialize;
use tallystick_protocol::checkout::form::origin_host;
use tallystick_protocol::checkout::tracking::ParcelStep;
use tallystick_protocol::wire::cbor::{CborError, decode_value, encode_value};
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;
#[cfg(feature = "typescript")]
use tsify::Tsify;
use zeroize::Zeroizing;

use crate::checkout::order::record::{self, OrderRecord};
use crate::checkout::receive::ORDERS_MAX;
use crate::core::access::check_passphrase;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::addresses::{ADDRESSES_MAX, checked, is_same_place, name_apart};
use crate::holder::profile::{self, Profile, StoredAddress};
use crate::sealing::{SealingError, backup};

/// The longest file accepted, in bytes. An order takes a few kilobytes, and none more than 64.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// The latest moment that any page can show, in seconds: JavaScript counts exactly up to here.
const LATEST: Timestamp = Timestamp(1 << 53);
/// The longest text of a restored order that is shown, in bytes.
const TEXT_BYTES_MAX: usize = 400;

/// What a restored backup added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct RestoredView {
    /// Addresses that the wallet did not have.
    pub addresses: usize,
    /// Orders that the wallet did not have.
    pub orders: usize,
    /// What the backup holds and no wallet would have stored; it was left out.
    pub skipped: usize,
}

/// What a backup holds: records as the wallet stores them. First the profile, of which only the
/// addresses count and are written, then the orders that were sent or have ended, without any key.
type Contents = Vec<ByteVec>;

impl<P: Ports> Wallet<P> {
    /// Everything of the holder's that another device can go on with, sealed.
    ///
    /// # Errors
    /// [`ErrorKind::WeakPassphrase`], [`ErrorKind::Locked`].
    pub async fn backup(&self, passphrase: &str) -> Result<Vec<u8>, WalletError> {
        check_passphrase(passphrase)?;
        let mut contents = Zeroizing::new(Vec::new());
        self.perform(&mut |desk| {
            contents = Zeroizing::new(encode_value(&desk.contents()?));
            Ok(())
        })
        .await?;
        let rng = &mut self.ports.random();
        Ok(backup::seal(
            self.stretch,
            passphrase.as_bytes(),
            &contents,
            rng,
        )?)
    }

    /// Adds what the backup holds and this wallet does not. What is here stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::BackupInvalid`], [`ErrorKind::BackupNewer`], [`ErrorKind::BackupClosed`],
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn restore(
        &self,
        file: &[u8],
        passphrase: &str,
    ) -> Result<RestoredView, WalletError> {
        if file.len() > BYTES_MAX {
            return Err(WalletError::new(ErrorKind::BackupInvalid));
        }
        let bytes = backup::open(file, passphrase.as_bytes()).map_err(|error| {
            let kind = match error {
                SealingError::DoesNotOpen => ErrorKind::BackupClosed,
                SealingError::NewerFormat(_) => ErrorKind::BackupNewer,
                _ => ErrorKind::BackupInvalid,
            };
            WalletError::caused(kind, &error)
        })?;
        let contents: Contents = decode_value(&bytes, BYTES_MAX).map_err(invalid)?;
        let (profile, orders) = contents
            .split_first()
            .ok_or_else(|| WalletError::new(ErrorKind::BackupInvalid))?;
        let profile: Profile = decode_value(profile, profile::BYTES_MAX).map_err(invalid)?;
        // Whoever made the file: each order is judged by itself, and a bad one keeps no other out.
        let read = |bytes: &ByteVec| decode_value(bytes, record::BYTES_MAX).ok();
        let sound: Vec<_> = orders.iter().filter_map(read).filter(is_sound).collect();
        let skipped = orders.len() - sound.len();
        let orders = sound;
        let mut restored = RestoredView {
            addresses: 0,
            orders: 0,
            skipped: 0,
        };
        self.perform(&mut |desk| {
            restored = desk.take_contents(&profile.addresses, &orders)?;
            restored.skipped += skipped;
            Ok(())
        })
        .await?;
        Ok(restored)
    }
}

fn invalid(error: CborError) -> WalletError {
    WalletError::caused(ErrorKind::BackupInvalid, &error)
}

/// Whether it is an order that a wallet could have stored: what is shown of it has limits, and what is
/// counted with counts right.
fn is_sound(order: &OrderRecord) -> bool {
    let approval = order.approval.as_ref();
    let mut times = vec![order.created_at, order.updated_at, order.expires_at()];
    times.push(order.form.envelope.expires_at);
    times.extend(order.history.iter().map(|entry| entry.at));
    let moves = order.parcel.as_ref().map(|parcel| &parcel.moves);
    times.extend(moves.into_iter().flatten().map(|one| one.at));
    let mut texts = vec![
        &order.request_id,
        &order.origin,
        &order.shop_name,
        &order.certified_by,
    ];
    texts.extend(order.tracking.iter());
    texts.extend(order.failure.iter().map(|failure| &failure.about));
    texts.extend(
        approval
            .into_iter()
            .flat_map(|one| [&one.issuer_name, &one.card_last4, &one.address_label]),
    );
    order.format == record::FORMAT
        && times.iter().all(|at| *at <= LATEST)
        && texts
            .iter()
            .all(|text| text.len() <= TEXT_BYTES_MAX && is_plain(text))
        && order.history.len() <= record::HISTORY_MAX
        && moves.is_none_or(|moves| (1..=ParcelStep::ALL.len()).contains(&moves.len()))
        && origin_host(&order.origin) == Some(order.form.envelope.from.as_str())
        && order.form.validate().is_ok()
}

/// The order as another device may go on with it: asking how it stands needs no key. An order that
/// nobody was sent stays behind.
fn portable(order: &OrderRecord) -> Option<OrderRecord> {
    let mut order = order.clone();
    order.forget_keys();
    (order.state.was_sent() || order.state.is_final()).then_some(order)
}

impl Desk<'_> {
    fn contents(&mut self) -> Result<Contents, WalletError> {
        self.stay_unlocked();
        let unlocked = self.unlocked()?;
        let profile = Profile {
            addresses: unlocked.slices.profile.addresses.clone(),
            ..Profile::default()
        };
        let mut contents = vec![encode_value(&profile).into()];
        for order in unlocked.slices.orders.iter() {
            contents.extend(portable(&order.record).map(|order| encode_value(&order).into()));
        }
        Ok(contents)
    }

    fn take_contents(
        &mut self,
        addresses: &[StoredAddress],
        orders: &[OrderRecord],
    ) -> Result<RestoredView, WalletError> {
        self.stay_unlocked();
        let (addresses, skipped) = self.take_addresses(addresses)?;
        Ok(RestoredView {
            addresses,
            orders: self.take_orders(orders)?,
            skipped,
        })
    }

    /// How many were added, and how many are none.
    fn take_addresses(
        &mut self,
        addresses: &[StoredAddress],
    ) -> Result<(usize, usize), WalletError> {
        let mut profile = self.profile()?.clone();
        let (before, mut skipped) = (profile.addresses.len(), 0);
        for address in addresses {
            let address = checked(&address.view());
            let Some(mut address) = address.ok().filter(|one| !one.id.is_empty()) else {
                skipped += 1;
                continue;
            };
            let mut kept = profile.addresses.iter();
            let is_known = kept.any(|kept| kept.id == address.id || is_same_place(kept, &address));
            if !is_known && profile.addresses.len() < ADDRESSES_MAX {
                name_apart(&profile.addresses, &mut address);
                profile.addresses.push(address);
            }
        }
        let added = profile.addresses.len() - before;
        if added > 0 {
            self.keep_profile(profile)?;
        }
        Ok((added, skipped))
    }

    fn take_orders(&mut self, orders: &[OrderRecord]) -> Result<usize, WalletError> {
        let mut added = 0;
        for order in orders.iter().filter_map(portable) {
            let is_known = self.order(&order.request_id).is_ok();
            if !is_known && self.orders()?.count() < ORDERS_MAX {
                self.keep_order(order)?;
                added += 1;
            }
        }
        Ok(added)
    }
}
