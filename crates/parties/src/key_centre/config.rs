//! What the key centre's operator sets.

use tallystick_protocol::keys::Degrees;
use tallystick_protocol::wire::identifier::Role;

use crate::office::settings::Settings;

/// Settings of a key centre.
#[derive(Clone)]
pub struct Config {
    /// As for every party; `key_centres` lists all centres whose shares are added, this one too.
    pub settings: Settings,
    /// The degrees of new spaces.
    pub degrees: SpaceDegrees,
}

/// Degrees of new spaces, a role each. They are also the caps: **a space stays secret only while at
/// most that many holder identifiers and that many party identifiers are in corrupt hands**, so it
/// gives out no more than that many, and then a new space opens. Larger degrees bear more
/// identifiers and cost longer shares: 32 bytes for each holder in a party's share, and for each
/// party in a holder's.
#[derive(Clone, Copy, Debug)]
pub struct SpaceDegrees {
    /// Spaces of shops.
    pub shop: Degrees,
    /// Spaces of issuers.
    pub issuer: Degrees,
    /// Spaces of couriers.
    pub courier: Degrees,
}

impl SpaceDegrees {
    /// The demo's: 4,096 holders; 64 shops, 16 issuers, 16 couriers a space.
    pub const DEMO: Self = Self {
        shop: Degrees::DEMO_SHOP,
        issuer: Degrees::DEMO_ISSUER,
        courier: Degrees::DEMO_COURIER,
    };

    /// Those of a role with key spaces.
    #[must_use]
    pub fn of(&self, role: Role) -> Option<Degrees> {
        match role {
            Role::Shop => Some(self.shop),
            Role::Issuer => Some(self.issuer),
            Role::Courier => Some(self.courier),
            _ => None,
        }
    }
}
