//! The port between a payer and the money it pays from.

use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Tables};

/// Whose money pays by one instrument, and where in the ledger it stands. The payer does the rest: it sets
/// aside, moves and gives back.
pub trait Funds {
    /// Which instrument.
    fn instrument(&self) -> Instrument;

    /// Whose money a claim names, if it names any. Called in the transaction that reserves, so that nothing
    /// is reserved from what was taken away meanwhile.
    ///
    /// # Errors
    /// Only the database's own.
    fn owner(&self, tables: &dyn Tables, claim: &Claim<'_>)
    -> Result<Option<Owner>, DatabaseError>;

    /// The account in the ledger from which that owner's orders are paid.
    fn account(&self, owner: i64) -> String;
}

/// What an order says of who pays, and how. All of it was opened with the payer's own key.
pub struct Claim<'a> {
    /// The identifier under which the order was made.
    pub holder: &'a HolderId,
    /// The holder's name.
    pub name: &'a str,
    /// The holder's telephone number.
    pub telephone: &'a str,
    /// What the instrument says.
    pub payment: &'a Payment,
    /// What the instrument's own element signed over the order's root, if it signs anything: a purse's payment.
    pub signed_payment: Option<&'a [u8]>,
    /// The order's root.
    pub root: &'a Root,
    /// The shop that is paid.
    pub shop: &'a Domain,
    /// How much.
    pub amount: Money,
    /// The holder's certificate (DER) whose key approved this very order, if one did.
    pub approved_by: Option<&'a [u8]>,
    /// When it is looked at.
    pub now: Timestamp,
}

/// Whose money a claim names.
pub struct Owner {
    /// The owner's number at this payer.
    pub number: i64,
    /// Whether everything about the claim is right. The answer never tells what is not.
    pub is_genuine: bool,
}
