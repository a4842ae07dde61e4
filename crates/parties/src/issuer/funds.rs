//! Card accounts as what orders are paid from: name, telephone, card number, expiry and the holder's
//! signature must all be the account's (EP 0 791 901, step O9).

use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::trust::certificate::Certificate;

use super::accounts::{self, Account};
use super::books;
use super::card_check::CardDetails;
use crate::payer::{Claim, Funds, Owner};
use crate::ports::{DatabaseError, Tables};

/// The card accounts of an issuer.
pub(crate) struct CardAccounts;

impl Funds for CardAccounts {
    fn instrument(&self) -> Instrument {
        Instrument::CardAccount
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        owner_of(tables, claim, |account| {
            let Payment::CardAccount(card) = claim.payment else {
                return false;
            };
            is_of_holder(claim, account, (&card.number, &card.expiry))
        })
    }
}

/// The account of the holder who claims, if there is one; genuine if it is neither locked nor closed and `is_right`.
pub(crate) fn owner_of(
    tables: &dyn Tables,
    claim: &Claim<'_>,
    is_right: impl FnOnce(&Account) -> bool,
) -> Result<Option<Owner>, DatabaseError> {
    let Some(account) = accounts::of_holder(tables, claim.holder)? else {
        return Ok(None);
    };
    let is_barred = accounts::bars(tables, account.account)?.is_any();
    Ok(Some(Owner {
        number: account.account,
        account: books::name_of(account.account),
        is_genuine: is_right(&account) & !is_barred,
    }))
}

/// Whether number and expiry, person and approval are the account's, in its time. All of these are looked at in any
/// case: the answer does not tell which one failed.
pub(crate) fn is_of_holder(
    claim: &Claim<'_>,
    account: &Account,
    (number, expiry): (&str, &str),
) -> bool {
    let claimed = CardDetails {
        number: number.to_owned(),
        expiry: expiry.to_owned(),
        name: claim.name.to_owned(),
        telephone: claim.telephone.to_owned(),
    };
    let current = account
        .card
        .expiry
        .parse::<CardExpiry>()
        .is_ok_and(|expiry| expiry.is_current_at(claim.now));
    let approved = claim
        .approved_by
        .is_some_and(|certificate| is_of_one_key(certificate, &account.certificate));
    claimed.matches(&account.card) & approved & current
}

/// Whether both certify one key: the holder's certificate may have been renewed since.
pub(crate) fn is_of_one_key(one: &[u8], other: &[u8]) -> bool {
    let key = |der| Certificate::from_der(der).map(|one| one.public_key().clone());
    matches!((key(one), key(other)), (Ok(one), Ok(other)) if one == other)
}
