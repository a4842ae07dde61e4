//! The half of the applet that is away: the terminal's keys, and all keys of one procedure. It wants no PIN; without the
//! two passwords it opens nothing.

mod agree;
mod answer;
mod ask;
mod keys;
mod opening;
mod request;
mod shop;
mod stored;

pub(crate) use agree::{confirm, finish, hello};
pub(crate) use answer::take_answer;
pub(crate) use ask::ask;
pub(crate) use keys::access_keys;
pub(crate) use opening::opening;
pub(crate) use request::request;
pub(crate) use shop::{from_shop, to_shop};
pub(crate) use stored::Access;
