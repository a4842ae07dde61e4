//! What is selected by its name: the identity applet (PIV), that of keys from names, that of purses, and that of a card
//! at home and of whoever is away.

pub mod home;
pub mod identity;
mod issuers;
pub mod keys;
pub mod purse;
