//! What a purse at home signs for an order that is paid with it.

use tallystick_protocol::purse::{PurseNumber, PursePayment};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::Root;

use crate::checkout::seal::Purchase;
use crate::core::error::{ErrorKind, WalletError};

/// The purse that pays, if one is lent.
pub(super) fn lent_purse(purchase: &Purchase) -> Option<PurseNumber> {
    let lent = purchase.lent()?.account.purse;
    lent.map(|purse| purse.number)
}

/// That a purse pays if one is lent, and exactly this order. Its signature is its bank's to verify.
pub(super) fn require_payment(
    purchase: &Purchase,
    root: Root,
    payment: Option<&[u8]>,
) -> Result<(), WalletError> {
    let is_right = match (lent_purse(purchase), payment) {
        (None, None) => true,
        (Some(purse), Some(payment)) => {
            let said = keyed::unverified::<PursePayment>(payment);
            said.is_ok_and(|said| {
                (said.purse, said.root, said.amount) == (purse, root, purchase.rest())
                    && said.bank == purchase.card.issuer
                    && said.shop == purchase.form().envelope.from
            })
        }
        _ => false,
    };
    match is_right {
        true => Ok(()),
        false => Err(WalletError::new(ErrorKind::HomeAnswerInvalid)),
    }
}
