//! What a party keeps, and how: tables and their steps, facts, sealed secrets, commands with their answers, and
//! for how long.

pub mod courier;
pub mod facts;
pub mod handles;
pub mod key_id;
mod made_up;
pub mod once;
pub mod retention;
pub mod rows;
pub mod schema;
pub mod sealed;
pub mod secrets;
pub mod typed;
pub mod vault;
