//! The order: one purchase, split so that each party reads its own part and can prove that the
//! part belongs to the whole (EP 0 791 901, steps O2 to O6; the binding follows SET's dual signature).
//!
//! The fields of an order are a fixed list. Each becomes a salted leaf, the root is the hash over
//! all leaves and the order's header. Each part discloses the leaves its reader may know, carries
//! the hashes of all others, and is sealed with the root as associated data.

mod again;
mod approval;
mod fields;
mod header;
mod leaf;
mod opened;
mod padding;
mod part;
mod proof;
mod split;

pub use again::OrderAgain;
pub use approval::{HolderApproval, UnsignedApproval, VerifiedApproval};
pub use fields::{
    Destination, FieldError, HolderDetails, ItemLine, ItemNumberLine, OrderFields, VALUE_MAX_BYTES,
    amount_of, goods_match, item_numbers_of, items_of, text_of,
};
pub use header::OrderHeader;
pub use leaf::{Leaf, SALT_BYTES};
pub use opened::{Disclosed, OpenedPart};
pub use padding::{SIZE_CLASSES, size_class};
pub use part::{CIPHERTEXT_MAX_BYTES, PartError, SealedPart};
pub use proof::OrderProof;
pub use split::{PartKey, PreparedOrder, SplitError, SplitOrder};

/// How long an order may be under way before it expires, in seconds.
pub const ORDER_LIFETIME_SECONDS: u64 = 15 * 60;
