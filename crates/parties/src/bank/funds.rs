//! Bank accounts as what orders are paid from: number, name, telephone and the holder's signature must all be the
//! account's, which must be neither locked nor over.

use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::instrument::{Instrument, Payment};

use super::account_number;
use crate::issuer::accounts::{self, Account};
use crate::issuer::books;
use crate::issuer::card_check::CardDetails;
use crate::issuer::funds::is_of_one_key;
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
        let Some(account) = accounts::of_holder(tables, claim.holder)? else {
            return Ok(None);
        };
        let is_locked = accounts::is_locked(tables, account.account)?;
        Ok(Some(Owner {
            number: account.account,
            account: books::name_of(account.account),
            is_genuine: is_genuine(claim, &account) & !is_locked,
        }))
    }
}

/// Whether account, person and approval are right. All of it is looked at in any case.
fn is_genuine(claim: &Claim<'_>, account: &Account) -> bool {
    let Payment::BankAccount(named) = claim.payment else {
        return false;
    };
    let is_named = account_number::as_integer(&account.card.number) == Some(named.account);
    is_named & is_approved(claim, account)
}

/// Whether the order is by the account's holder, with the account's key, in the account's time.
pub(super) fn is_approved(claim: &Claim<'_>, account: &Account) -> bool {
    let person = CardDetails {
        number: account.card.number.clone(),
        expiry: account.card.expiry.clone(),
        name: claim.name.to_owned(),
        telephone: claim.telephone.to_owned(),
    };
    let approved = claim
        .approved_by
        .is_some_and(|certificate| is_of_one_key(certificate, &account.certificate));
    let expiry = account.card.expiry.parse::<CardExpiry>();
    let current = expiry.is_ok_and(|expiry| expiry.is_current_at(claim.now));
    person.matches(&account.card) & approved & current
}
