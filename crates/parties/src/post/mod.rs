//! What goes out and what comes back: letters to other parties, their answers, and everything that must happen
//! later.

pub(crate) mod bell;
pub mod due;
pub mod exchange;
pub mod outbox;
pub mod sibling_letters;
pub(crate) mod traffic;
pub mod waking;
