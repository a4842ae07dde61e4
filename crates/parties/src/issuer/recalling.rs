//! What this issuer forgot, as its shops tell it: whose account paid, and who had that account then. An order that it
//! authorised shows by its card number from which account, and by its approval whose wallet had it, even if the wallet was
//! enrolled in the time that was forgotten.

use tallystick_protocol::checkout::recollection::Recollected;
use tallystick_protocol::instrument::Payment;
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::{Issuer, accounts, books, card_check, revocation};
use crate::office::fault::{Fault, Kind};
use crate::payer::{Forgotten, Owner};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::recollection::asking::Recollect;
use crate::store::typed;

impl<P: Ports> Recollect for Issuer<P> {
    fn peers(&self, tables: &dyn Tables) -> Result<Vec<(Role, Domain)>, DatabaseError> {
        let sql = "SELECT DISTINCT shop FROM issuer_reservations ORDER BY shop";
        let shops: Vec<Domain> = typed::all(tables, sql, &[])?;
        Ok(shops.into_iter().map(|shop| (Role::Shop, shop)).collect())
    }

    async fn take_over(&self, shop: &Domain, order: &Recollected) -> Result<(), Fault> {
        let owner_then = |tables: &dyn Tables, order: &Forgotten| self.owner_then(tables, order);
        self.payer()?.recall(shop, order, owner_then).await
    }
}

impl<P: Ports> Issuer<P> {
    /// Whose account paid an order that this issuer has authorised, whatever has become of the account since.
    fn owner_then(&self, tables: &dyn Tables, order: &Forgotten) -> Result<Option<Owner>, Fault> {
        let Some(Payment::CardAccount(card)) = &order.payment else {
            return Ok(None);
        };
        let number = card_check::without_spaces(&card.number);
        let sql = "SELECT account FROM issuer_accounts WHERE card_number = ?";
        let Some(account) = typed::one::<i64>(tables, sql, &[number.into()])? else {
            return Ok(None);
        };
        self.follow_enrolment(tables, account, order)?;
        Ok(Some(Owner {
            number: account,
            account: books::name_of(account),
            is_genuine: true,
        }))
    }

    /// Whoever was authorised to pay from an account had it then. A wallet that is not known was enrolled since, and the one
    /// before it is revoked.
    fn follow_enrolment(
        &self,
        tables: &dyn Tables,
        account: i64,
        order: &Forgotten,
    ) -> Result<(), Fault> {
        let holder = order.part.header.holder;
        if let Some(known) = accounts::ever_of(tables, &holder)? {
            return match known == account {
                true => Ok(()),
                false => Err(other_account()),
            };
        }
        let certificate = order.approved_by.as_deref().ok_or_else(other_account)?;
        let now = self.office.now();
        let sql = "SELECT enrolled_at FROM issuer_holders WHERE account = ?";
        let current: Option<Timestamp> = typed::one(tables, sql, &[account.into()])?;
        if current.is_some_and(|enrolled_at| enrolled_at >= order.decided_at) {
            let sql =
                "INSERT INTO issuer_revoked_holders (holder, account, certificate, revoked_at)
                VALUES (?, ?, ?, ?)";
            let values = [
                holder.0.into(),
                account.into(),
                certificate.into(),
                now.into(),
            ];
            tables.run(sql, &values)?;
            return Ok(());
        }
        revocation::revoke(tables, account, now)?;
        let sql = "INSERT INTO issuer_holders (holder, account, certificate, enrolled_at) VALUES (?, ?, ?, ?)";
        let values = [
            holder.0.into(),
            account.into(),
            certificate.into(),
            order.decided_at.into(),
        ];
        tables.run(sql, &values)?;
        self.office.log("recollected", None, "enrolment");
        Ok(())
    }

    /// Whether a holder of whom nothing is known may have been enrolled here and forgotten.
    pub(super) fn may_have_enrolled(&self, holder: &HolderId) -> Result<bool, DatabaseError> {
        if self.office.settings.generation == 1 {
            return Ok(false);
        }
        Ok(accounts::ever_of(self.office.tables(), holder)?.is_none())
    }
}

/// What is said of a grant that a wallet may have used before it was forgotten.
pub(super) fn may_be_used() -> Fault {
    let why = "This card was offered before its issuer was brought back to an earlier moment, and may have been added since. \
               Move it here with its account code.";
    Fault::new(Kind::Expired, why)
}

fn other_account() -> Fault {
    let why = "Whose wallet had the account that paid does not follow from the order.";
    Fault::new(Kind::Conflict, why)
}

/// Whether a grant was made in another generation than this.
///
/// # Errors
/// Only the database's own.
pub(super) fn is_of_before(
    tables: &(impl Tables + ?Sized),
    generation: u32,
    digest: &[u8; 32],
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM issuer_accounts WHERE grant_digest = ? AND grant_generation <> ?";
    let values = [digest.into(), generation.into()];
    Ok(first(tables, sql, &values)?.is_some())
}
