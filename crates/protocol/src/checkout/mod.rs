//! The purchase: the shop's form, who may see what, the order that is split, and what is answered.

pub mod answers;
pub mod cancellation;
pub mod coupons;
mod field;
pub mod form;
pub mod gift;
pub mod handing;
pub mod names;
pub mod order;
pub mod policy;
pub mod recollection;
pub mod refunds;
pub mod seller;
pub mod tax;
pub mod tracking;
