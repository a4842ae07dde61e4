//! What a build is told of the world it is used in.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

/// A settlement server (source document 003): whoever is paid by its cards is paid by its front, and its security server
/// alone has their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SettlementServer {
    /// Domain of the front, at which holders have accounts.
    pub front: String,
    /// Domain of the security server.
    pub security: String,
}

/// What the build says about the world: whom to trust and where to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Deployment {
    /// Root certificates of the CAs, DER in base64.
    pub root_certificates: Vec<String>,
    /// Domains of the key centres.
    pub key_centres: Vec<String>,
    /// Where a new holder gets a card.
    pub welcome_url: String,
    /// The port of parties under `.localhost`; null outside development.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub local_port: Option<u16>,
    /// Domain of the registration authority; null where accounts at banks are not opened.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub registration: Option<String>,
    /// Domains of the banks at which it opens accounts.
    pub banks: Vec<String>,
    /// Domains of the coupon offices: an account of one of them holds coupons, and pays no order as a card does.
    pub coupon_offices: Vec<String>,
    /// The settlement servers, where contactless cards are paid with; absent where there are none.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub settlement_servers: Vec<SettlementServer>,
    /// Domain of the directory, which has the list of revoked certificates; null: revoked ones are not refused.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub directory: Option<String>,
    /// Domain of the home proxy; null or absent where no card is lent.
    #[cfg_attr(feature = "typescript", tsify(optional, type = "string | null"))]
    pub home_proxy: Option<String>,
}
