//! What all state machines of the parties share: the error of a move that does not exist.

/// A move between two states that the state machine does not have. It names both states,
/// so that a log line says what happened without a debugger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot move from \"{from}\" to \"{to}\"")]
pub struct IllegalMove {
    /// What was to be moved: "an order", "a reservation", "a delivery".
    pub what: &'static str,
    /// The state it is in.
    pub from: &'static str,
    /// The state it was asked to go to.
    pub to: &'static str,
}
