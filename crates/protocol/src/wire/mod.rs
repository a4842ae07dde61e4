//! What messages are made of, and their one encoding.

pub mod cbor;
pub mod identifier;
pub mod money;
pub mod named;
pub mod number;
pub mod problem;
pub mod registry;
pub mod text;
pub mod time;
