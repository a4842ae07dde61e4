//! What somebody is in an order.

use core::{fmt, str::FromStr};

use super::IdentifierError;

crate::named_enum! {
    /// What somebody is in an order, or around it. Travels as its number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[repr(u8)]
    pub enum Role {
        /// The card holder, through the wallet.
        Holder = 0 => "holder",
        /// Sells, and relays the other parts.
        Shop = 1 => "shop",
        /// Manages the holder's card account.
        Issuer = 2 => "issuer",
        /// Carries the parcel.
        Courier = 3 => "courier",
        /// Issues key shares.
        KeyCentre = 4 => "key-centre",
        /// Certifies the service parties.
        Ca = 5 => "ca",
        /// Publishes certificates and the list of revoked ones (EP 1 221 669: DS).
        Directory = 6 => "directory",
        /// Takes in who wants an account at a bank (EP 1 221 669: RA).
        RegistrationAuthority = 7 => "registration-authority",
        /// Issues electronic value (EP 1 221 669: EBS). In an order a bank sits where an issuer sits, and is
        /// certified as one; this is the role of the key with which it signs purses.
        Bank = 8 => "bank",
        /// The banking system outside, where money comes from and goes to (EP 1 221 669: BS).
        BankingSystem = 9 => "banking-system",
        /// Stands between those who are away and the card that they left at home (source document 000).
        HomeProxy = 10 => "home-proxy",
        /// Sells against electronic value, by a machine that may be offline (EP 1 221 669: VM and VS).
        Vending = 11 => "vending",
        /// Issues coupons and keeps whose they are (source document 001: CMS). In an order it sits where an issuer sits, and
        /// is certified as one; this is the role of the key with which it signs coupons.
        CouponOffice = 12 => "coupon-office",
        /// Has the keys of contactless cards, and alone decides what one pays (source document 003: the security server).
        SecurityServer = 13 => "security-server",
    }
}

impl Role {
    /// The role's number in messages and in certificates.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether holders have pairwise keys with parties of this role.
    #[must_use]
    pub const fn has_pairwise_keys(self) -> bool {
        matches!(self, Self::Shop | Self::Issuer | Self::Courier)
    }
}

impl TryFrom<u8> for Role {
    type Error = IdentifierError;

    fn try_from(number: u8) -> Result<Self, IdentifierError> {
        let role = Self::ALL.get(usize::from(number));
        role.copied().ok_or(IdentifierError::Role)
    }
}

impl FromStr for Role {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let role = Self::ALL.into_iter().find(|role| role.as_str() == text);
        role.ok_or(IdentifierError::Role)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<C> minicbor::Encode<C> for Role {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(self.number())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Role {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::try_from(d.u8()?).map_err(minicbor::decode::Error::message)
    }
}

impl<C> minicbor::CborLen<C> for Role {
    fn cbor_len(&self, _: &mut C) -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_number_and_by_name() {
        for role in Role::ALL {
            assert_eq!(Role::try_from(role.number()), Ok(role));
            assert_eq!(role.as_str().parse(), Ok(role));
            let bytes = minicbor::to_vec(role).unwrap();
            assert_eq!(minicbor::decode::<Role>(&bytes).unwrap(), role);
        }
        assert!(Role::try_from(14).is_err());
        assert!("mint".parse::<Role>().is_err());
        assert!(minicbor::decode::<Role>(&[14]).is_err());
    }
}
