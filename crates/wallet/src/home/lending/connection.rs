//! The connection of the home browser, and what the proxy is told besides.

use tallystick_protocol::home::calls::HomeConnect;
use tallystick_protocol::wire::cbor::encode;

use super::record::HomeRecord;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::proxy::{Asked, path_of};
use crate::home::view::HomeConnection;

impl<P: Ports> Wallet<P> {
    /// Where the home browser connects, and what it says first; nothing while nothing is lent, the wallet is
    /// locked, or the proxy hosts the card itself.
    /// What the proxy has not heard of yet, it is told before.
    ///
    /// # Errors
    /// A failure of the storage.
    pub async fn home_connection(&self) -> Result<Option<HomeConnection>, WalletError> {
        // What was signed while the browser died is told, too, whether or not something is still lent.
        self.tell_decisions_now_or_later().await?;
        let mut own = None;
        self.perform(&mut |desk| {
            let now = desk.now();
            let unlocked = desk.state.unlocked.as_ref();
            let home = unlocked.and_then(|unlocked| unlocked.slices.homes.own.as_ref());
            own = home.filter(|home| home.is_on(now)).cloned();
            Ok(())
        })
        .await?;
        let Some(own) = own else {
            return Ok(None);
        };
        self.tell_proxy_now_or_later().await?;
        if own.place == KeyPlace::Hosted {
            return Ok(None);
        }
        let path = path_of(&own.home(), "/connection");
        let url = self.context.urls.url(&own.proxy, &path);
        let first = HomeConnect {
            home: own.home(),
            token: own.token,
        };
        Ok(Some(HomeConnection {
            // https becomes wss, and http ws (RFC 6455 §3).
            url: url.replacen("http", "ws", 1),
            first: encode(&first),
        }))
    }

    /// Tells the proxy what it has not heard of yet.
    ///
    /// # Errors
    /// [`ErrorKind::HomeProxyUnreachable`], [`ErrorKind::HomeProxyRefused`]; it is told later then.
    pub(super) async fn tell_proxy(&self) -> Result<(), WalletError> {
        let Some(own) = self.own_home().await? else {
            return Ok(());
        };
        let asked = Asked {
            proxy: &own.proxy,
            shop: "",
        };
        if let Some(registration) = own.unregistered.clone() {
            let body = registration.clone();
            self.tell(&asked, "/v1/homes", body).await?;
            self.heard(&mut |own| {
                let newest = own.unregistered.as_ref() == Some(&registration);
                own.unregistered = own.unregistered.take().filter(|_| !newest);
            })
            .await?;
        }
        for terminal in &own.unlisted {
            let mut list = None;
            self.perform(&mut |desk| {
                list = Some(desk.own_home()?.list_for(*terminal, desk.now()));
                Ok(())
            })
            .await?;
            let Some(list) = list else {
                continue;
            };
            self.tell(&asked, "/v1/homes/lent", encode(&list)).await?;
            self.heard(&mut |own| own.unlisted.retain(|one| one != terminal))
                .await?;
        }
        Ok(())
    }

    /// As [`Wallet::tell_proxy`]; what it does not hear now, it is told later.
    pub(super) async fn tell_proxy_now_or_later(&self) -> Result<(), WalletError> {
        match self.tell_proxy().await {
            Err(error) if error.kind == ErrorKind::StorageFailed => Err(error),
            _ => Ok(()),
        }
    }

    async fn own_home(&self) -> Result<Option<HomeRecord>, WalletError> {
        let mut own = None;
        self.perform(&mut |desk| {
            own = desk.homes()?.own.clone();
            Ok(())
        })
        .await?;
        Ok(own)
    }

    async fn heard(&self, change: &mut dyn FnMut(&mut HomeRecord)) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            let mut own = desk.own_home()?;
            change(&mut own);
            desk.keep_own_home(own)
        })
        .await
    }
}
