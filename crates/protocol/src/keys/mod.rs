//! Keys from names: holder and party each put the other's identifier into their own key share and
//! obtain the same pairwise key, with no message between them (EP 0 791 901, step O4).
//!
//! A key centre draws a polynomial f(x, y) over GF(2²⁵⁵ − 19) for each space, of degree `a` in the
//! holder's point and `b` in the party's. A holder h receives f(h, ·), a party p receives f(·, p); the
//! raw value f(h, p) becomes a key by HKDF. It stays secret while at most `a` holder identifiers and
//! at most `b` party identifiers of that space are in corrupt hands (see [`degrees`]); beyond that,
//! everybody's keys of that space and epoch are lost at once.

pub mod blom;
pub mod confirmation;
pub mod context;
pub mod conversation;
pub mod degrees;
pub mod derive;
pub(crate) mod encrypt0;
mod error;
pub mod field;
pub mod master;
pub mod point;
mod polynomial;
pub mod proof;
pub mod sealed;
pub mod sealed_share;
pub mod share;

#[cfg(test)]
mod coalition_tests;
#[cfg(test)]
mod tests;

pub use context::{CENTRES_MAX, Centres, Epoch, KeyContext, Space};
pub use degrees::Degrees;
pub use derive::{DerivedKey, PairContext, Purpose, RawKey, Suite};
pub use error::KeyError;
pub use field::Element;
pub use master::MasterRow;
pub use point::{Point, holder_point, party_point};
pub use sealed_share::{SealedShare, ShareLabel, ShareRecipient, open_share, seal_share};
pub use share::{HolderShare, HolderShareBuilder, PartyShare, PartyShareBuilder};
