//! What the pages see of addresses.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

/// Where parcels go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Address {
    /// Names the address in calls; given by the wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub id: Option<String>,
    /// What the holder calls it, such as "Home". Seen by nobody else.
    pub label: String,
    /// Who receives.
    pub name: String,
    /// The receiver's telephone number.
    pub telephone: String,
    /// Postal code.
    pub postal_code: String,
    /// Street, house and place; lines separated by line feeds.
    pub lines: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
}
