//! The wallet: opening it, and what every call has in common.

use base64ct::{Base64, Encoding};
use tallystick_protocol::certificate::TrustAnchors;
use tallystick_protocol::identifier::Domain;
use tallystick_protocol::time::Timestamp;

use crate::error::{ErrorKind, WalletError};
use crate::exclusive::{Exclusive, Guard};
use crate::onboarding::offer;
use crate::party_url::PartyUrls;
use crate::ports::{Clock, Ports, Session, Vault};
use crate::purchase::advance::Pace;
use crate::sealing::header::Header;
use crate::sealing::stretch::Stretch;
use crate::state::{State, name};
use crate::view::Deployment;

/// The most key centres of a deployment.
const CENTRES_MAX: usize = tallystick_protocol::keys::MAX_CENTRES;
/// The longest root certificate in base64.
const ROOT_CHARACTERS_MAX: usize = 8 * 1024;

/// A wallet over its ports.
pub struct Wallet<P: Ports> {
    pub(crate) ports: P,
    pub(crate) anchors: TrustAnchors,
    pub(crate) key_centres: Vec<Domain>,
    pub(crate) urls: PartyUrls,
    pub(crate) welcome_url: String,
    pub(crate) stretch: Stretch,
    pub(crate) state: Exclusive<State>,
    pub(crate) pace: Exclusive<Pace>,
}

impl<P: Ports> Wallet<P> {
    /// Opens the wallet that the vault holds, or an empty one. If the session still has the state
    /// key, the wallet is unlocked.
    ///
    /// # Errors
    /// [`ErrorKind::DeploymentInvalid`], or if what is stored cannot be read.
    pub async fn open(ports: P, deployment: &Deployment) -> Result<Self, WalletError> {
        Self::open_with(ports, deployment, Stretch::STANDARD).await
    }

    /// As [`Wallet::open`], with another cost of guessing for new passphrases.
    ///
    /// # Errors
    /// As [`Wallet::open`].
    pub async fn open_with(
        ports: P,
        deployment: &Deployment,
        stretch: Stretch,
    ) -> Result<Self, WalletError> {
        let wallet = Self {
            anchors: anchors(deployment)?,
            key_centres: key_centres(deployment)?,
            urls: PartyUrls {
                local_port: deployment.local_port,
            },
            welcome_url: deployment.welcome_url.clone(),
            stretch,
            state: Exclusive::new(State::default()),
            pace: Exclusive::new(Pace::default()),
            ports,
        };
        wallet.load().await?;
        Ok(wallet)
    }

    async fn load(&self) -> Result<(), WalletError> {
        let mut state = self.state.take().await;
        state.offer = offer::load(&self.ports).await?;
        if let Some(bytes) = self.ports.vault().load(name::HEADER).await? {
            state.header = Some(Header::from_bytes(&bytes)?);
            self.resume_session(&mut state).await?;
        }
        Ok(())
    }

    /// The time in seconds.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.ports.clock().now_ms() / 1000)
    }

    /// Takes the state, for a call that is not the holder's own doing. Locks if the time is up.
    pub(crate) async fn enter(&self) -> Result<Guard<'_, State>, WalletError> {
        let mut state = self.state.take().await;
        let now_ms = self.ports.clock().now_ms();
        if matches!(&state.unlocked, Some(unlocked) if unlocked.locks_at_ms <= now_ms) {
            state.unlocked = None;
            self.ports.session().clear().await?;
        }
        Ok(state)
    }

    /// Removes everything, as if the wallet had never been. The card and its keys are gone then.
    ///
    /// # Errors
    /// [`ErrorKind::OrderState`] while an order that was sent is not settled and the wallet is
    /// unlocked; [`ErrorKind::StorageFailed`].
    pub async fn erase(&self) -> Result<(), WalletError> {
        let mut state = self.enter().await?;
        if let Some(unlocked) = &state.unlocked {
            let under_way = unlocked.orders.values().find(|order| !order.settled);
            if let Some(order) = under_way.filter(|order| order.state.was_sent()) {
                return Err(WalletError::new(ErrorKind::OrderState).about(order.state.name()));
            }
        }
        let names = self.ports.vault().names("").await?;
        let changes: Vec<_> = names
            .into_iter()
            .map(|name| crate::ports::Change::Delete { name })
            .collect();
        self.ports.vault().store(&changes).await?;
        *state = State::default();
        self.ports.session().clear().await?;
        Ok(())
    }
}

fn invalid(what: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::DeploymentInvalid, what)
}

fn anchors(deployment: &Deployment) -> Result<TrustAnchors, WalletError> {
    let decode = |text: &String| {
        if text.len() > ROOT_CHARACTERS_MAX {
            return Err(invalid(&"a root certificate is too long"));
        }
        Base64::decode_vec(text.trim()).map_err(|error| invalid(&error))
    };
    let roots = deployment
        .root_certificates
        .iter()
        .take(tallystick_protocol::certificate::MAX_ANCHORS + 1)
        .map(decode)
        .collect::<Result<Vec<_>, _>>()?;
    TrustAnchors::from_der(&roots).map_err(|error| invalid(&error))
}

fn key_centres(deployment: &Deployment) -> Result<Vec<Domain>, WalletError> {
    if !(1..=CENTRES_MAX).contains(&deployment.key_centres.len()) {
        return Err(invalid(&format_args!(
            "between 1 and {CENTRES_MAX} key centres are possible"
        )));
    }
    deployment
        .key_centres
        .iter()
        .map(|name| Domain::parse(name).map_err(|error| invalid(&error)))
        .collect()
}
