//! A party whose memory is brought back to an earlier moment, and how it comes by what it has signed since.
//!
//! The *generation* says which life of the memory this is. It is a setting, and so outside of what is brought back:
//! whoever means to go back raises it first. A memory that has not seen the present generation may have forgotten
//! something, whoever brought it back and by what: the party is *frozen*. It decides nothing and sends nothing but the
//! question what it has signed, to everybody with whom it had to do. What a peer holds of it, it takes over as what it
//! said. Once all have told, it goes on.

pub mod asking;
pub mod heard;
pub mod marks;
pub mod restoring;
pub mod rows;
pub(crate) mod showing;

use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::readiness::Reason;
use crate::ports::{DatabaseError, Ports};
use crate::post::due::{self, NewJob};
use crate::store::schema;

/// How far back before the last thing that is remembered a party asks, in seconds (an hour): clocks were set back, too.
const OVERLAP_SECONDS: u64 = 3_600;
/// For how long after a memory was brought back somebody may come who was forgotten altogether, in seconds (30 days):
/// nothing that was signed before is good for longer.
const STRANGERS_SECONDS: u64 = 30 * 86_400;
/// How many names a reason for not being ready has at most.
const NAMED_MAX: usize = 5;

/// How much a party can rely on what it remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Nothing is missing.
    #[default]
    Whole,
    /// It asks its peers what is missing.
    Asking,
    /// The setting is lower than a generation that this memory has seen.
    Past,
    /// Its role, or a party of several objects, does not know yet how to ask.
    Unable,
}

/// Whether a role can come by what it has signed. What is not named here stays frozen in any generation but the first.
#[must_use]
pub fn can_recollect(role: Role) -> bool {
    matches!(role, Role::Courier | Role::Shop | Role::Issuer)
}

impl<P: Ports> Office<P> {
    /// Notes which generation this is, once in a lifetime of this object, and whether its memory has seen it.
    pub(crate) fn note_generation(&self) -> Result<(), DatabaseError> {
        let own = self.settings.generation;
        let newest = rows::newest(self.tables())?;
        let knows_how = self.knows_how_to_recollect() && self.settings.shards.is_none();
        let memory = if newest.is_some_and(|newest| newest > own) {
            Memory::Past
        } else if own > 1 && !knows_how {
            Memory::Unable
        } else {
            self.transaction(|tables| {
                let now_ms = self.now_ms();
                if newest != Some(own) {
                    let since = match own {
                        1 => self.now(),
                        _ => rows::remembered_until(tables)?.minus_seconds(OVERLAP_SECONDS),
                    };
                    rows::begin(tables, own, since, now_ms)?;
                    if own == 1 {
                        rows::note_caught_up(tables, own, now_ms)?;
                    } else {
                        // The release before knows no generations: it would decide at once.
                        schema::leave_behind(tables, "common")?;
                    }
                }
                if rows::is_caught_up(tables, own)? {
                    return Ok::<_, DatabaseError>(Memory::Whole);
                }
                let job = NewJob {
                    kind: asking::CATCH_UP,
                    reference: "",
                    peer: None,
                    at_ms: now_ms,
                };
                due::put_once(tables, &job, now_ms)?;
                Ok(Memory::Asking)
            })?
        };
        self.memory.set(memory);
        Ok(())
    }

    /// Whether what this party is can come by what it has signed. Nobody would tell it what else it keeps.
    pub(crate) fn knows_how_to_recollect(&self) -> bool {
        can_recollect(self.settings.called) && !self.is_more_than_its_role()
    }

    /// Whether it decides nothing.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.memory.get() != Memory::Whole
    }

    /// Requires that what is asked at this path decides nothing, while it is frozen.
    ///
    /// # Errors
    /// [`Kind::Starting`] otherwise, with why.
    pub(crate) fn require_memory(&self, path: &str) -> Result<(), Fault> {
        if !self.is_frozen() || decides_nothing(path) {
            return Ok(());
        }
        let why = "It does not know yet what it has signed, and decides nothing. Ask again later.";
        Err(Fault::new(Kind::Starting, why))
    }

    /// Requires that a shop has told what it holds. Whoever was forgotten altogether is asked now.
    ///
    /// # Errors
    /// [`Kind::Starting`] until it has told.
    pub fn require_told_by(&self, shop: &Domain) -> Result<(), Fault> {
        self.require_told_by_as(Role::Shop, shop)
    }

    /// As [`Office::require_told_by`], of a peer in another role.
    ///
    /// # Errors
    /// As there.
    pub fn require_told_by_as(&self, role: Role, peer: &Domain) -> Result<(), Fault> {
        let generation = self.settings.generation;
        if generation == 1 || !self.has_strangers()? {
            return Ok(());
        }
        match rows::state_of(self.tables(), generation, peer)?.as_deref() {
            Some(rows::TOLD) => return Ok(()),
            Some(_) => {}
            None => {
                let now_ms = self.now_ms();
                self.transaction(|tables| asking::begin(tables, generation, (role, peer), now_ms))?;
            }
        }
        let why = "What was signed for you is being asked for. Ask again in a moment.";
        Err(Fault::new(Kind::Starting, why))
    }

    /// Requires that a peer that is asked has told what it holds, or that nothing can have been forgotten of it. Nobody is
    /// asked here, so that it can be called in a transaction.
    ///
    /// # Errors
    /// [`Kind::Starting`] until it has told.
    pub fn require_has_told(&self, peer: &Domain) -> Result<(), Fault> {
        let generation = self.settings.generation;
        if generation == 1 || !self.has_strangers()? {
            return Ok(());
        }
        match rows::state_of(self.tables(), generation, peer)?.as_deref() {
            Some(rows::TOLD) => Ok(()),
            _ => Err(Fault::new(
                Kind::Starting,
                "What was signed for it is still being asked for.",
            )),
        }
    }

    /// Whether somebody may come who was forgotten altogether.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn has_strangers(&self) -> Result<bool, DatabaseError> {
        let generation = self.settings.generation;
        let began = rows::began(self.tables(), generation)?;
        Ok(generation > 1 && self.now() < began.plus_seconds(STRANGERS_SECONDS))
    }

    /// Whether this party may have decided about something that was open at that time, and has forgotten it.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn may_have_forgotten(&self, open_at: Timestamp) -> Result<bool, DatabaseError> {
        let generation = self.settings.generation;
        Ok(generation > 1 && open_at < rows::began(self.tables(), generation)?)
    }

    /// Requires that nothing is in doubt about the order of this root.
    ///
    /// # Errors
    /// [`Kind::Starting`] if what was signed about it could not be taken over: it waits for the operator.
    pub fn require_undoubted(&self, root: &str) -> Result<(), Fault> {
        if self.settings.generation == 1 || !rows::is_doubted(self.tables(), root)? {
            return Ok(());
        }
        let why =
            "What was signed about this order could not be taken over. Its operator has to look.";
        Err(Fault::new(Kind::Starting, why))
    }

    /// Why it is frozen, or what stays in doubt.
    pub(crate) fn memory_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let generation = self.settings.generation;
        Ok(match self.memory.get() {
            Memory::Whole if generation == 1 => Vec::new(),
            Memory::Whole => self.doubts_reasons()?,
            Memory::Past => vec![Reason::new(
                "generation-past",
                format!(
                    "GENERATION is {generation}, and its memory has seen a later one: set it as it was."
                ),
            )],
            Memory::Unable => vec![Reason::new(
                "generation-unknown",
                "This role, or a party with shards, cannot ask what it has signed. It decides nothing until GENERATION \
                 is 1 again.",
            )],
            Memory::Asking => vec![Reason::new(
                "recollecting",
                format!(
                    "In generation {generation} it asks its peers what it has signed, and decides nothing until all have \
                     told. {}",
                    self.still_asked()?
                ),
            )],
        })
    }

    fn still_asked(&self) -> Result<String, Fault> {
        let peers = rows::not_told(self.tables(), self.settings.generation, rows::ASKED)?;
        let named: Vec<_> = peers.iter().take(NAMED_MAX).map(String::as_str).collect();
        Ok(match peers.len() {
            0 => "It begins to.".to_owned(),
            count => format!("{count} have not yet, such as {}.", named.join(", ")),
        })
    }

    fn doubts_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let left_out = rows::not_told(self.tables(), self.settings.generation, rows::LEFT_OUT)?;
        let doubts = rows::count_doubts(self.tables())?;
        let mut reasons = Vec::new();
        if doubts > 0 {
            reasons.push(Reason::new(
                "recollection-doubts",
                format!(
                    "What was signed about {doubts} orders could not be taken over; nothing is decided about them. The \
                     console names them."
                ),
            ));
        }
        if !left_out.is_empty() {
            reasons.push(Reason::new(
                "recollection-left-out",
                format!(
                    "{} peers were left out; nothing is decided for them.",
                    left_out.len()
                ),
            ));
        }
        Ok(reasons)
    }
}

/// Whether what is answered at this path decides nothing, so that it goes on while a party is frozen.
fn decides_nothing(path: &str) -> bool {
    const PATHS: [&str; 5] = [
        "/health",
        "/v1/ready",
        "/v1/identity",
        "/v1/introductions",
        "/v1/metrics",
    ];
    PATHS.contains(&path) || path == "/v1/console" || path.starts_with("/v1/console/")
}
