//! What is selected by its name: the identity applet (PIV), that of keys from names, and that of purses.

pub mod identity;
pub mod keys;
pub mod purse;
