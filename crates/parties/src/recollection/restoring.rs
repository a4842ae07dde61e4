//! The operator's commands: to bring the memory back to an earlier moment, and not to wait for a peer.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::time::Timestamp;

use super::rows;
use crate::console::commands::{Argument, ArgumentKind, CommandShape};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};

/// The memory becomes what it was at a moment. The platform does that once the command is answered
/// ([`Party::goes_back_to`](crate::Party::goes_back_to)).
pub const RESTORE: CommandShape = CommandShape {
    name: "restore",
    arguments: &[Argument {
        name: "moment",
        kind: ArgumentKind::Moment,
    }],
};
/// A peer that does not tell is waited for no longer; nothing is decided for it until it has.
pub const LEAVE_OUT: CommandShape = CommandShape {
    name: "leave-out",
    arguments: &[Argument {
        name: "party",
        kind: ArgumentKind::Party,
    }],
};

/// How far back a memory can be brought, in seconds: Cloudflare keeps 30 days.
const REACH_SECONDS: u64 = 30 * 86_400;

impl<P: Ports> Office<P> {
    /// The commands of a role that can come by what it has signed.
    #[must_use]
    pub fn restoring_commands(&self) -> &'static [CommandShape] {
        match self.knows_how_to_recollect() {
            true => &[RESTORE, LEAVE_OUT],
            false => &[],
        }
    }

    /// Has the memory brought back to this moment. The generation must have begun after it: then the memory that is
    /// brought back has not seen it, and whatever starts over it is frozen.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the party would not start frozen, or the moment is none that can be gone back to.
    pub(crate) fn restore(&self, tables: &dyn Tables, moment: Timestamp) -> Result<(), Fault> {
        let refused = |why: &str| Err(Fault::new(Kind::Conflict, why));
        let now = self.now();
        if !self.settings.shards.is_none() {
            return refused("A party with shards cannot be brought back yet.");
        }
        if moment >= now || now.seconds_since(moment) > REACH_SECONDS {
            return refused("The moment is not one of the last 30 days.");
        }
        if rows::began(tables, self.settings.generation)? <= moment {
            return refused(
                "The present generation had begun by then. Raise GENERATION and deploy first: so the party starts \
                 frozen.",
            );
        }
        self.goes_back_to.set(Some(moment));
        Ok(())
    }

    /// Waits for this peer no longer.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if nobody waits for it.
    pub(crate) fn leave_out(&self, tables: &dyn Tables, peer: &Domain) -> Result<(), Fault> {
        let generation = self.settings.generation;
        let state = rows::state_of(tables, generation, peer)?;
        if state.as_deref() != Some(rows::ASKED) {
            return Err(Fault::new(Kind::NotFound, "Nobody waits for this party."));
        }
        Ok(rows::set_state(tables, generation, peer, rows::LEFT_OUT)?)
    }

    /// The moment to which the platform has to bring the memory back now, if an operator has said so; said once.
    #[must_use]
    pub fn take_moment(&self) -> Option<Timestamp> {
        self.goes_back_to.take()
    }
}
