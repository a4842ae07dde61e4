//! The holder's addresses.

use tallystick_protocol::account::contact;
use tallystick_protocol::wire::text::{is_plain, is_plain_lines};

use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::profile::StoredAddress;
use crate::holder::view::Address;

/// The most addresses kept.
pub const ADDRESSES_MAX: usize = 20;
const LABEL_BYTES_MAX: usize = 60;
const NAME_BYTES_MAX: usize = 120;
const LINES_BYTES_MAX: usize = 300;

impl<P: Ports> Wallet<P> {
    /// Saves an address, a new one without `id`; returns its identifier.
    ///
    /// # Errors
    /// [`ErrorKind::AddressInvalid`] names the part at fault; [`ErrorKind::AddressLimit`],
    /// [`ErrorKind::NoSuchAddress`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn save_address(&self, address: &Address) -> Result<String, WalletError> {
        let mut address = checked(address)?;
        self.perform(&mut |desk| desk.save_address(&mut address))
            .await?;
        Ok(address.id)
    }

    /// Removes an address. Orders keep what was sealed for them.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchAddress`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn remove_address(&self, id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.remove_address(id)).await
    }

    /// Makes an address the default: the holder's own, which the first in the list is.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchAddress`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn set_default_address(&self, id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.set_default_address(id)).await
    }
}

impl Desk<'_> {
    fn set_default_address(&mut self, id: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut profile = self.profile()?.clone();
        let place = profile.addresses.iter().position(|kept| kept.id == id);
        let place = place.ok_or_else(|| WalletError::new(ErrorKind::NoSuchAddress))?;
        let address = profile.addresses.remove(place);
        profile.addresses.insert(0, address);
        self.keep_profile(profile)
    }

    fn save_address(&mut self, address: &mut StoredAddress) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut profile = self.profile()?.clone();
        name_apart(&profile.addresses, address);
        let kept = &mut profile.addresses;
        if address.id.is_empty() {
            if kept.len() >= ADDRESSES_MAX {
                return Err(WalletError::new(ErrorKind::AddressLimit));
            }
            address.id = crate::random_id(self.rng);
            kept.push(address.clone());
        } else {
            let place = kept.iter_mut().find(|kept| kept.id == address.id);
            *place.ok_or_else(|| WalletError::new(ErrorKind::NoSuchAddress))? = address.clone();
        }
        self.keep_profile(profile)
    }

    fn remove_address(&mut self, id: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut profile = self.profile()?.clone();
        let before = profile.addresses.len();
        profile.addresses.retain(|address| address.id != id);
        if profile.addresses.len() == before {
            return Err(WalletError::new(ErrorKind::NoSuchAddress));
        }
        self.keep_profile(profile)
    }
}

/// No two addresses have the same name: the later one gets a number.
pub fn name_apart(kept: &[StoredAddress], address: &mut StoredAddress) {
    let is_taken = |label: &str| {
        let mut others = kept.iter().filter(|other| other.id != address.id);
        others.any(|other| other.label == label)
    };
    let mut label = address.label.clone();
    for number in 2..=ADDRESSES_MAX + 1 {
        if !is_taken(&label) {
            break;
        }
        label = [&address.label, " ", &number.to_string()].concat();
    }
    address.label = label;
}

/// Whether both say the same, whatever they are called.
#[must_use]
pub fn is_same_place(one: &StoredAddress, other: &StoredAddress) -> bool {
    let content = |address: &StoredAddress| {
        let StoredAddress {
            name,
            telephone,
            postal_code,
            lines,
            country,
            ..
        } = address.clone();
        (name, telephone, postal_code, lines, country)
    };
    content(one) == content(other)
}

pub fn checked(address: &Address) -> Result<StoredAddress, WalletError> {
    let text = |value: &str, what: &str, limit: usize, needed: bool, lines: bool| {
        let value = value.trim().replace('\r', "");
        let plain = match value.as_str() {
            "" => !needed,
            value if lines => is_plain_lines(value),
            value => is_plain(value),
        };
        if value.len() > limit || !plain {
            return Err(WalletError::new(ErrorKind::AddressInvalid).about(what));
        }
        Ok(value)
    };
    let wrong = |what: &str| WalletError::new(ErrorKind::AddressInvalid).about(what);
    let telephone = contact::telephone(&address.telephone).ok_or_else(|| wrong("telephone"))?;
    let postal_code =
        contact::postal_code(&address.postal_code).ok_or_else(|| wrong("postal code"))?;
    let country = address.country.trim().to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(WalletError::new(ErrorKind::AddressInvalid).about("country"));
    }
    let name = text(&address.name, "name", NAME_BYTES_MAX, true, false)?;
    let label = text(&address.label, "label", LABEL_BYTES_MAX, false, false)?;
    Ok(StoredAddress {
        id: address.id.clone().unwrap_or_default(),
        label: if label.is_empty() {
            name.clone()
        } else {
            label
        },
        name,
        telephone,
        postal_code,
        lines: text(&address.lines, "address", LINES_BYTES_MAX, true, true)?,
        country,
    })
}

impl StoredAddress {
    /// For the pages.
    #[must_use]
    pub fn view(&self) -> Address {
        Address {
            id: Some(self.id.clone()),
            label: self.label.clone(),
            name: self.name.clone(),
            telephone: self.telephone.clone(),
            postal_code: self.postal_code.clone(),
            lines: self.lines.clone(),
            country: self.country.clone(),
        }
    }

    /// How it is called, and its first line.
    #[must_use]
    pub fn in_short(&self) -> String {
        let line = self.lines.lines().next().unwrap_or_default();
        [&self.label, ": ", line].concat()
    }

    /// As it stands on a label: lines, postal code and country.
    #[must_use]
    pub fn on_label(&self) -> String {
        let mut text = self.lines.clone();
        for part in [&self.postal_code, &self.country] {
            if !part.is_empty() {
                text.push('\n');
                text.push_str(part);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address {
            id: None,
            label: String::new(),
            name: " Hana Mori ".to_owned(),
            telephone: "+81 3-0000-0000".to_owned(),
            postal_code: "101-0051".to_owned(),
            lines: "Jimbocho 1-2-3\r\nChiyoda, Tokyo".to_owned(),
            country: "jp".to_owned(),
        }
    }

    #[test]
    fn an_address_is_tidied() {
        let checked = checked(&address()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(checked.name, "Hana Mori");
        assert_eq!(checked.label, "Hana Mori");
        assert_eq!(checked.country, "JP");
        assert_eq!(
            checked.on_label(),
            "Jimbocho 1-2-3\nChiyoda, Tokyo\n101-0051\nJP"
        );
    }

    #[test]
    fn a_telephone_and_a_postal_code_are_taken_as_they_are_typed_in_japan() {
        let typed = Address {
            telephone: "０９０－１２３４－５６７８".to_owned(),
            postal_code: "１６４−０００１".to_owned(),
            ..address()
        };
        let checked = checked(&typed).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(checked.telephone, "090-1234-5678");
        assert_eq!(checked.postal_code, "164-0001");
    }

    #[test]
    fn what_no_courier_could_use_is_refused_by_name() {
        let wrong = |change: fn(&mut Address)| {
            let mut address = address();
            change(&mut address);
            checked(&address).err().map(|error| error.about.clone())
        };
        assert_eq!(wrong(|a| a.name.clear()).as_deref(), Some("name"));
        assert_eq!(
            wrong(|a| a.lines = "x".repeat(301)).as_deref(),
            Some("address")
        );
        assert_eq!(wrong(|a| a.lines.push('\u{0}')).as_deref(), Some("address"));
        assert_eq!(
            wrong(|a| a.telephone = "call me".into()).as_deref(),
            Some("telephone")
        );
        assert_eq!(
            wrong(|a| a.telephone = "+-".into()).as_deref(),
            Some("telephone")
        );
        assert_eq!(
            wrong(|a| a.postal_code = "東京".into()).as_deref(),
            Some("postal code")
        );
        assert_eq!(
            wrong(|a| a.name = "\u{3000}\u{2800}".into()).as_deref(),
            Some("name")
        );
        assert_eq!(
            wrong(|a| a.country = "Japan".into()).as_deref(),
            Some("country")
        );
    }
}
