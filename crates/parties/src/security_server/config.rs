//! What the security server's operator sets beside what every party has.

use tallystick_protocol::settlement::channel::MasterKey;
use tallystick_protocol::wire::identifier::Domain;

use crate::office::settings::Settings;

/// The security server's settings.
#[derive(Clone)]
pub struct SecurityConfig {
    /// Settings that every role has. Key centres and epoch are not used.
    pub settings: Settings,
    /// From which the keys of all cards come, 16 bytes. Chosen once: with another no card is known any more.
    pub master: MasterKey,
    /// The one front that is obeyed.
    pub front: Domain,
}
