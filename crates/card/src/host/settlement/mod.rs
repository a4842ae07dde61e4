//! The settlement applet's commands in clear, and what comes back. What a security server says to it in the channel only
//! passes through here: [`tallystick_protocol::settlement::channel`].

mod commands;
mod replies;
mod views;

pub use commands::{forget, personalise, prepare, show};
pub use replies::{prepared, view};
pub use views::{SettlementView, ShownCard};
