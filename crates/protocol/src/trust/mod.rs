//! Who says something, and how that is known: signatures, certificates, statements, introductions.

pub mod certificate;
pub mod command;
pub mod holder;
pub mod introduction;
pub mod keyed;
pub mod signature;
pub mod statement;
