//! What issuers and key centres are asked for an account.

use tallystick_protocol::wire::identifier::{Domain, Role};

/// What is asked, and for which card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The issuer, to let that card take the place of the one that handed its account over.
    Handover(String),
    /// The issuer, to certify the key of that card.
    Certificate(String),
    /// A key centre, for a share.
    Share(ShareWanted),
}

/// A share that is wanted of a key centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareWanted {
    /// The card that it is for.
    pub card: String,
    /// The role of the space.
    pub role: Role,
    /// The space's number, unless any will do.
    pub index: Option<u32>,
    /// The centre.
    pub centre: Domain,
}
