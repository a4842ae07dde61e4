//! An order as the wallet keeps it.

pub mod coupon_part;
pub mod event;
pub mod matrix;
pub mod money;
pub mod parcel;
pub mod record;
pub mod state;
pub mod strand;
