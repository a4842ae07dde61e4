//! What the registration authority's operator sets beside what every party has.

use tallystick_protocol::wire::identifier::Domain;

use crate::office::settings::Settings;

/// The registration authority's settings.
#[derive(Clone)]
pub struct RegistrationConfig {
    /// Settings that every role has. Key centres and epoch are not used.
    pub settings: Settings,
    /// The banks at which accounts are opened here.
    pub banks: Vec<Domain>,
}
