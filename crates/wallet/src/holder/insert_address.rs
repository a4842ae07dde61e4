//! Adding an address under a name that its page chose: a page that cannot know whether it was heard
//! says it again, and an address that was removed comes back as the one it was.

use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::addresses::{ADDRESSES_MAX, checked, name_apart};
use crate::holder::profile::StoredAddress;
use crate::holder::view::Address;

/// An identifier is this many hexadecimal digits, as the wallet's own are.
const ID_CHARACTERS: usize = 32;

impl<P: Ports> Wallet<P> {
    /// Adds an address with its `id` at a place in the list, or at its end; the first is the default.
    /// Adding it twice is adding it once: what is there stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::AddressInvalid`] names the part at fault; [`ErrorKind::CallInvalid`] for an `id` of
    /// another shape, [`ErrorKind::AddressLimit`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn insert_address(
        &self,
        address: &Address,
        place: Option<usize>,
    ) -> Result<String, WalletError> {
        let address = checked(address)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if address.id.len() != ID_CHARACTERS || !address.id.bytes().all(hex) {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        self.perform(&mut |desk| desk.insert_address(&address, place))
            .await?;
        Ok(address.id)
    }
}

impl Desk<'_> {
    fn insert_address(
        &mut self,
        address: &StoredAddress,
        place: Option<usize>,
    ) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut profile = self.profile()?.clone();
        let mut address = address.clone();
        name_apart(&profile.addresses, &mut address);
        let kept = &mut profile.addresses;
        if kept.iter().any(|one| one.id == address.id) {
            return Ok(());
        }
        if kept.len() >= ADDRESSES_MAX {
            return Err(WalletError::new(ErrorKind::AddressLimit));
        }
        kept.insert(place.unwrap_or(kept.len()).min(kept.len()), address);
        self.keep_profile(profile)
    }
}
