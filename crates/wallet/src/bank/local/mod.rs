//! Payments from purse to purse without the bank (EP 1 221 669, Sb1 to Sb12): three texts that go from one wallet to the
//! other in whatever way, shown as codes or copied. No network is needed for any of it. The cards decide; the wallets show
//! and carry, and keep each text until it is not needed any more, so that it can be shown again.

mod answering;
mod asking;
mod card;
pub mod errors;
mod looking;
mod paying;
pub mod record;
mod settling;
pub mod shown;
pub mod text;
pub mod view;
