//! Trying the whole way home without buying: what a person does before a journey.

use super::enter::EnteredShop;
use super::procedure::{Procedure, require_fit};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::away::homes::id_of;
use crate::home::away::record::AwayRecord;

/// What stands in an order's place among what is under way: no order is called so.
pub const TRIAL: &str = "trial";

impl<P: Ports> Wallet<P> {
    /// Goes the whole way to the card at home, as a purchase does: H1 to H5, and H6 at a shop that a loan names. Then it
    /// ends. Nothing is signed for an order, and no loan counts it. Follow `away_trial` meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchLoan`] if there is no such home; otherwise as [`Wallet::away_approve`] says of proxy, home,
    /// its card and the shop.
    pub async fn away_try(&self, home: &str, first: &str, second: &str) -> Result<(), WalletError> {
        self.know_revocations().await?;
        let away = self.away_home(&id_of(home)?).await?;
        // The access card follows one procedure at a time.
        let _alone = self.proceeding.take().await;
        self.perform(&mut |desk| {
            desk.orders()?.under_way.leave_sessions();
            Ok(())
        })
        .await?;
        let tried = self.go_home(&away, (first, second)).await;
        self.perform(&mut |desk| {
            if desk.state.unlocked.is_some() {
                desk.orders()?.under_way.end(TRIAL);
            }
            Ok(())
        })
        .await?;
        tried
    }

    async fn go_home(
        &self,
        away: &AwayRecord,
        (first, second): (&str, &str),
    ) -> Result<(), WalletError> {
        require_fit(first, second)?;
        let mut loans = away.loans.iter();
        let shop = loans.find_map(|lent| Some((lent, lent.loan.shops.first()?)));
        let mut procedure = Procedure {
            wallet: self,
            away,
            request_id: TRIAL,
            shop: shop.map_or("", |(_, shop)| shop.as_str()),
            records: None,
        };
        procedure.open(first).await?;
        procedure.begin_session().await?;
        let tried = async {
            procedure.release(second).await?;
            let Some((lent, shop)) = shop else {
                return Ok(());
            };
            let certificate = lent.account.account.enrolment.certificate.clone();
            let entered = EnteredShop {
                loan: lent.loan.number,
                shop,
                // Any of its objects agrees on a key.
                form_start: 0,
                certificate: certificate.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?,
            };
            procedure.enter(entered).await.map(drop)
        };
        let tried = tried.await;
        procedure.end().await;
        tried
    }
}
