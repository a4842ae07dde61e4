//! The holder's computer in the world of the parties' own tests.

use tallystick_parties::native::{InProcessNetwork, SetClock};
use tallystick_simulation::device::Place;

use super::world::World;

pub type Device = tallystick_simulation::device::Device<InProcessNetwork>;

impl Place<InProcessNetwork> for World {
    fn clock(&self) -> SetClock {
        self.clock.clone()
    }

    fn network(&self) -> InProcessNetwork {
        self.hub.network("holder")
    }

    /// Another computer each time, even within one world.
    fn seed(&self) -> String {
        format!("device {}", self.hub.received().len())
    }
}
