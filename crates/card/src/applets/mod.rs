//! What is selected by its name: the identity applet (PIV) and that of keys from names.

pub mod identity;
pub mod keys;
