//! Backup and restoring: addresses, orders and receipts in one file under a passphrase of its own.
//!
//! No key is in it, and no card number beyond the last four digits that an order keeps: a new device
//! enrols anew, and the issuer then revokes the old one. See `docs/backup.md`.

use minicbor::bytes::ByteVec;
use tallystick_protocol::cbor::{CborError, decode_value, encode_value};
use zeroize::Zeroizing;

use crate::access::check_passphrase;
use crate::addresses::{ADDRESSES_MAX, checked};
use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::order::record::{self, OrderRecord};
use crate::ports::Ports;
use crate::profile::{self, Profile, StoredAddress};
use crate::purchase::receive::ORDERS_MAX;
use crate::sealing::{SealingError, backup};
use crate::view::RestoredView;
use crate::wallet::Wallet;

/// The longest file accepted, in bytes. An order takes a few kilobytes, and none more than 64.
const BYTES_MAX: usize = 16 * 1024 * 1024;

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
        let read = |bytes: &ByteVec| decode_value(bytes, record::BYTES_MAX).map_err(invalid);
        let orders = orders.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut restored = RestoredView {
            addresses: 0,
            orders: 0,
        };
        self.perform(&mut |desk| {
            restored = desk.take_contents(&profile.addresses, &orders)?;
            Ok(())
        })
        .await?;
        Ok(restored)
    }
}

fn invalid(error: CborError) -> WalletError {
    WalletError::caused(ErrorKind::BackupInvalid, &error)
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
            addresses: unlocked.profile.addresses.clone(),
            ..Profile::default()
        };
        let mut contents = vec![encode_value(&profile).into()];
        for order in &unlocked.orders {
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
        Ok(RestoredView {
            addresses: self.take_addresses(addresses)?,
            orders: self.take_orders(orders)?,
        })
    }

    fn take_addresses(&mut self, addresses: &[StoredAddress]) -> Result<usize, WalletError> {
        let mut profile = self.unlocked()?.profile.clone();
        let before = profile.addresses.len();
        for address in addresses {
            let address = checked(&address.view())?;
            let is_known = profile.addresses.iter().any(|kept| kept.id == address.id);
            if !is_known && !address.id.is_empty() && profile.addresses.len() < ADDRESSES_MAX {
                profile.addresses.push(address);
            }
        }
        let added = profile.addresses.len() - before;
        if added > 0 {
            self.keep_profile(profile)?;
        }
        Ok(added)
    }

    fn take_orders(&mut self, orders: &[OrderRecord]) -> Result<usize, WalletError> {
        let mut added = 0;
        for order in orders.iter().filter_map(portable) {
            let is_known = self.order(&order.request_id).is_ok();
            if !is_known && self.unlocked()?.orders.len() < ORDERS_MAX {
                self.keep_order(order)?;
                added += 1;
            }
        }
        Ok(added)
    }
}
