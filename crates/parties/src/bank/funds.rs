//! Bank accounts as what orders are paid from: number, name, telephone and the holder's signature must all be the
//! account's, which must be neither locked nor over.

use tallystick_protocol::instrument::{Instrument, Payment};

use super::account_number;
use crate::issuer::accounts::Account;
use crate::issuer::funds::{is_of_holder, owner_of};
use crate::payer::{Claim, Funds, Owner};
use crate::ports::{DatabaseError, Tables};

/// The accounts of a bank.
pub(super) struct BankAccounts;

impl Funds for BankAccounts {
    fn instrument(&self) -> Instrument {
        Instrument::BankAccount
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        owner_of(tables, claim, |account| {
            let Payment::BankAccount(named) = claim.payment else {
                return false;
            };
            let number = account_number::as_integer(&account.card.number);
            (number == Some(named.account)) & is_approved(claim, account)
        })
    }
}

/// Whether the order is by the account's holder, with the account's key, in the account's time.
pub(super) fn is_approved(claim: &Claim<'_>, account: &Account) -> bool {
    let card = &account.card;
    is_of_holder(claim, account, (&card.number, &card.expiry))
}
