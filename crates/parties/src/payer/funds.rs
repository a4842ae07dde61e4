//! The port between a payer and the money it pays from.

use std::rc::Rc;

use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::refunds::Refund;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};
use crate::standing::identity::Identity;

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

    /// Sees to it that a claim which is granted can be paid, where the rules of the instrument say so. In the transaction
    /// that then sets its amount aside.
    ///
    /// # Errors
    /// A fault here: nothing is decided then.
    fn provide(&self, _: &dyn Tables, _: &Claim<'_>) -> Result<(), Fault> {
        Ok(())
    }

    /// What was decided about a claim: its amount is set aside, or the order is refused for good. In the transaction
    /// that decides.
    ///
    /// # Errors
    /// A fault here: nothing is decided then.
    fn decided(&self, _: &dyn Tables, _: &Claim<'_>, _granted: bool) -> Result<(), Fault> {
        Ok(())
    }

    /// What was set aside for the order of this root is charged, or is free again. In the transaction that settles
    /// it, of whichever instrument it is.
    ///
    /// # Errors
    /// A fault here: nothing is settled then.
    fn settled(&self, _: &dyn Tables, _: &Root, _charged: bool, _: Timestamp) -> Result<(), Fault> {
        Ok(())
    }

    /// This refund of an order was given back to the account that paid. In the transaction that gives it back, of
    /// whichever instrument it is.
    ///
    /// # Errors
    /// A fault here: nothing is given back then.
    fn refunded(&self, _: &dyn Tables, _: &Refund) -> Result<(), Fault> {
        Ok(())
    }
}

/// What an order says of who pays, and how. All of it was opened with the payer's own key.
pub struct Claim<'a> {
    /// Who is to pay: this party.
    pub payer: &'a Domain,
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
    /// Whom the payer trusts, and what was revoked; none while it has no certificate.
    pub identity: Option<Rc<Identity>>,
    /// When the shop asked, as it signed.
    pub asked_at: Timestamp,
    /// When it is looked at.
    pub now: Timestamp,
}

/// Whose money a claim names.
pub struct Owner {
    /// The owner's number at this payer.
    pub number: i64,
    /// The account in the ledger from which that owner's orders are paid.
    pub account: String,
    /// Whether everything about the claim is right. The answer never tells what is not.
    pub is_genuine: bool,
}
