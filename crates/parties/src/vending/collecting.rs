//! The server uploads the machine's log to the bank (V10 to V12), and has what was earned brought onto the
//! dealer's account. While the bank is not reached, the machine sells on until its card's history is full, which is one
//! report (F3: 32 entries).

use tallystick_wallet::view::{MoveChoice, WalletView};
use tallystick_wallet::{ErrorKind, WalletError};

use super::Vending;
use super::log::{self, UPLOADED};
use super::purse::{PurseWallet, Secrets, broken};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that uploads.
pub(super) const COLLECT: &str = "vending-collect";
/// How soon it is tried again while the bank is not reached, in milliseconds (a minute), if that is sooner.
const TRY_AGAIN_MS: u64 = 60_000;

/// Puts the next upload on the clock.
pub(super) fn put(tables: &dyn Tables, at_ms: u64) -> Result<(), Fault> {
    let job = NewJob {
        kind: COLLECT,
        reference: "",
        peer: None,
        at_ms,
    };
    Ok(due::put(tables, &job, at_ms)?)
}

impl<P: Ports + 'static> Vending<P> {
    /// Uploads what is new.
    pub(super) async fn collect(&self) -> Result<Next, Fault> {
        let wallet = self.wallet().await?;
        let secrets = self.secrets()?;
        // What is sold while the report is on its way is the next one's.
        let through = log::newest_sale(self.office.tables())?;
        let uploaded = self.upload(&wallet, &secrets).await?;
        let outcome = uploaded
            .as_ref()
            .map_or_else(|kind| kind.name(), |()| UPLOADED);
        let now = self.office.now();
        self.office
            .transaction(|tables| log::uploaded(tables, through, outcome, now))?;
        self.office.log("vending-upload", None, outcome);
        let pause_ms = self.config.collect_seconds.saturating_mul(1_000);
        let pause_ms = match uploaded {
            Ok(()) => pause_ms,
            Err(_) => pause_ms.min(TRY_AGAIN_MS),
        };
        Ok(Next::At(self.office.now_ms().saturating_add(pause_ms)))
    }

    /// V10, V11: the history goes up, the bank books it; then the purse is emptied onto the account.
    async fn upload(
        &self,
        wallet: &PurseWallet<P>,
        secrets: &Secrets,
    ) -> Result<Result<(), ErrorKind>, Fault> {
        // Once an hour, whatever the pause; what cannot be had counts until its time is over.
        wallet.renew_revocations().await.map_err(broken)?;
        let view = wallet.view().await.map_err(broken)?;
        let purse = Self::open_purse(&view)?;
        let reported = wallet.report_purse(&purse.id, &secrets.pin).await;
        if let Err(error) = reported {
            return Ok(Err(error.kind));
        }
        let view = wallet.view().await.map_err(broken)?;
        Ok(self
            .bring_in(wallet, &view, secrets)
            .await
            .map_err(|error| error.kind))
    }

    /// What the bank has booked into the purse goes onto the dealer's account.
    async fn bring_in(
        &self,
        wallet: &PurseWallet<P>,
        view: &WalletView,
        secrets: &Secrets,
    ) -> Result<(), WalletError> {
        let Some(purse) = view.purses.iter().find(|purse| purse.amount_minor > 0) else {
            return Ok(());
        };
        let mut accounts = view.accounts.iter();
        let Some(account) = accounts.find(|account| account.id == purse.account_id) else {
            return Ok(());
        };
        let choice = MoveChoice {
            purse_id: purse.id.clone(),
            from: purse.end.clone(),
            to: account.end.clone(),
        };
        let moved = wallet.move_value(&choice, purse.amount_minor, &secrets.pin);
        moved.await.map(|_| ())
    }
}
