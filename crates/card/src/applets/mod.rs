//! What is selected by its name: the identity applet (PIV), that of keys from names, that of purses, that of coupons, that of
//! a card at home and of whoever is away, and that of a contactless card.

pub mod coupon;
pub mod home;
pub mod identity;
mod issuers;
pub mod keys;
pub mod purse;
pub mod settlement;
