//! What the pages see of addresses, and of a sheet that is not kept yet.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::place::KeyPlace;

/// What is asked of whoever has the sheet. Nothing that stands on it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SheetView {
    /// Of whose account the code is that is asked for; none for the recovery code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub issuer_name: Option<String>,
    /// The place of the first character that is asked for, counted from 1 and without hyphens.
    pub first: u8,
    /// The place of the second.
    pub second: u8,
    /// Under the PIN of which card it rests.
    pub place: KeyPlace,
}

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
