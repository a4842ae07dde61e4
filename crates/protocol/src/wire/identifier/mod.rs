//! Names on the wire: who takes part, and which order is meant.

mod bytes32;
mod domain;
mod handle;
mod holder;
mod home;
mod mail_address;
mod order;
mod role;
mod transaction;

pub use domain::{DOMAIN_BYTES_MAX, Domain};
pub use handle::Handle;
pub use holder::HolderId;
pub use home::{HomeId, TerminalId};
pub use mail_address::{MAIL_ADDRESS_BYTES_MAX, MailAddress};
pub use order::{OrderId, Root};
pub use role::Role;
pub use transaction::TransactionId;

/// Why a text or a byte string is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Not `<52 lower-case base32 characters>@tallystick`.
    #[error("this is not a wallet address of the form …@tallystick")]
    HolderAddress,
    /// Not a lower-case host name of letters, digits and hyphens.
    #[error("this is not a domain name in lower-case letters, digits and hyphens")]
    Domain,
    /// Not one of the roles this version knows.
    #[error("this role is unknown")]
    Role,
    /// Not 64 lower-case hexadecimal digits, or not 32 bytes.
    #[error("an identifier of 32 bytes was expected")]
    Length,
    /// Not 16 bytes.
    #[error("a handle of 16 bytes was expected")]
    HandleLength,
    /// Not a name at a domain.
    #[error("this is not an e-mail address")]
    MailAddress,
    /// Not 16 bytes, or not 32 lower-case hexadecimal digits.
    #[error("the number of a purse was expected")]
    PurseNumber,
    /// Not 16 bytes, or not 32 lower-case hexadecimal digits.
    #[error("the number of a coupon was expected")]
    CouponNumber,
}
