//! What is selected by its name: the identity applet (PIV), that of keys from names, that of purses, that of coupons, and
//! that of a card at home and of whoever is away.

pub mod coupon;
pub mod home;
pub mod identity;
mod issuers;
pub mod keys;
pub mod purse;
