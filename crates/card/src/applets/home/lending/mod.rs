//! The half of the applet that is at home.

mod call;
mod cancel;
mod end;
mod enter;
mod lend;
mod nonce;
mod opening;
mod paying;
mod register;
mod release;
mod released;
mod rules;
mod set_up;
mod sign;
mod stop;
mod stored;
mod terminal;
mod top_up;
mod view;

pub(crate) use cancel::cancel;
pub(crate) use end::end;
pub(crate) use enter::enter;
pub(crate) use lend::lend;
pub(crate) use nonce::answer_access;
pub(crate) use opening::take_opening;
pub(crate) use register::register;
pub(crate) use release::take_release;
pub(crate) use set_up::set_up;
pub(crate) use sign::sign_order;
pub(crate) use stop::{stop, stop_from_away};
pub(crate) use stored::Lending;
pub(crate) use terminal::terminal;
pub(crate) use top_up::top_up;
pub(crate) use view::log;
