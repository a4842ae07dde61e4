//! What `npm run bench` measures of the wallet, step by step, built with the wallet's own profile.

mod card_host;
mod cast;
mod envelope;
mod order;
mod sealing;

pub use card_host::CardHost;
pub use order::CompleteOrder;
pub use sealing::{NamesSealing, ReadySealing};

/// The wallet's random source: the browser's own, asked for each value.
type Random = rand_core::UnwrapErr<getrandom::SysRng>;

const fn random() -> Random {
    rand_core::UnwrapErr(getrandom::SysRng)
}
