//! The home applet (source document 000).

pub(crate) mod instruction;
