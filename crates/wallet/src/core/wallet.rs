//! The wallet: opening it, and how every piece of work is performed.

use core::mem::take;

use base64ct::{Base64, Encoding};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::identifier::Domain;

use crate::core::ask::{self, Answer, Ask};
use crate::core::conversation::Conversing;
use crate::core::deployment::Deployment;
use crate::core::desk::{Desk, SessionChange};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::exclusive::Exclusive;
use crate::core::join;
use crate::core::lock;
use crate::core::party_url::PartyUrls;
use crate::core::ports::{Change, Clock, Network, Ports, Session, Vault};
use crate::core::revocations::Revocations;
use crate::core::state::{State, name};
use crate::sealing::header::Header;
use crate::sealing::stretch::Stretch;
use crate::slices::Beside;

/// The most banks of a deployment, the most coupon offices, and the most settlement servers.
const BANKS_MAX: usize = 16;
/// The most key centres of a deployment.
const CENTRES_MAX: usize = tallystick_protocol::keys::CENTRES_MAX;
/// The longest root certificate in base64.
const ROOT_CHARACTERS_MAX: usize = 8 * 1024;

/// What never changes while the wallet is open.
pub struct Context {
    /// The roots that it trusts. Certificates are verified by those of [`Desk::anchors`], which have the list of
    /// revoked ones; by these alone nobody is, if there is a directory.
    pub roots: TrustAnchors,
    /// Where that list comes from; none: nothing is looked up.
    pub directory: Option<Domain>,
    /// Whose key shares it takes.
    pub key_centres: Vec<Domain>,
    /// Where parties are reached.
    pub urls: PartyUrls,
    /// Where a new holder gets a card.
    pub welcome_url: String,
    /// Who registers holders for accounts at banks.
    pub registration: Option<Domain>,
    /// At which banks.
    pub banks: Vec<Domain>,
    /// Who issues coupons.
    pub coupon_offices: Vec<Domain>,
    /// Where contactless cards are paid with.
    pub settlement_servers: Vec<Settlement>,
    /// By which proxy cards are lent.
    pub home_proxy: Option<Domain>,
}

/// A settlement server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Its front, where holders have accounts.
    pub front: Domain,
    /// Its security server, which has the keys of its cards.
    pub security: Domain,
}

/// A wallet over its ports.
pub struct Wallet<P: Ports> {
    pub(crate) ports: P,
    pub(crate) context: Context,
    pub(crate) stretch: Stretch,
    pub(crate) state: Exclusive<State>,
    /// Only one call at a time moves orders on.
    pub(crate) advancing: Exclusive<()>,
    /// Only one call at a time talks to each card.
    pub(crate) conversing: Conversing,
    /// Only one call at a time follows a procedure with the access card.
    pub(crate) proceeding: Exclusive<()>,
    /// Only one call at a time asks the directory.
    pub(crate) looking_up: Exclusive<()>,
}

/// A piece of work at the [`Desk`].
pub(crate) type Work<'w> = &'w mut dyn FnMut(&mut Desk<'_>) -> Result<(), WalletError>;

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
            context: Context {
                roots: roots(deployment)?,
                directory: optional(deployment.directory.as_deref())?,
                key_centres: key_centres(deployment)?,
                urls: PartyUrls {
                    local_port: deployment.local_port,
                },
                welcome_url: deployment.welcome_url.clone(),
                registration: optional(deployment.registration.as_deref())?,
                banks: domains(&deployment.banks, "banks")?,
                coupon_offices: domains(&deployment.coupon_offices, "coupon offices")?,
                settlement_servers: settlement_servers(deployment)?,
                home_proxy: optional(deployment.home_proxy.as_deref())?,
            },
            stretch,
            state: Exclusive::new(State {
                is_stale: true,
                ..State::default()
            }),
            advancing: Exclusive::new(()),
            conversing: Conversing::default(),
            proceeding: Exclusive::new(()),
            looking_up: Exclusive::new(()),
            ports,
        };
        let session = wallet.ports.session().get().await?;
        let mut is_unlocked = false;
        wallet
            .perform(&mut |desk| {
                is_unlocked = desk.resume(session.as_deref().map(Vec::as_slice))?;
                Ok(())
            })
            .await?;
        if is_unlocked {
            wallet.look_at_card().await?;
        }
        Ok(wallet)
    }

    /// Performs a piece of work: alone, at a fresh state, and with what it changed made durable
    /// before this returns. Changes are stored even if the work ends in an error: a wrong PIN has
    /// cost a try.
    pub(crate) async fn perform(&self, work: Work<'_>) -> Result<(), WalletError> {
        let mut state = self.state.take().await;
        if state.is_stale {
            self.reload(&mut state).await?;
        }
        let mut rng = self.ports.random();
        let mut desk = Desk {
            context: &self.context,
            state: &mut state,
            cards: self.ports.cards(),
            rng: &mut rng,
            now_ms: self.ports.clock().now_ms(),
            changes: Vec::new(),
            session: SessionChange::None,
        };
        desk.lock_in_time();
        desk.tidy()?;
        let outcome = work(&mut desk);
        let Desk {
            changes, session, ..
        } = desk;
        if !changes.is_empty()
            && let Err(error) = self.ports.vault().store(&changes).await
        {
            state.is_stale = true;
            return Err(error.into());
        }
        match session {
            SessionChange::None => {}
            SessionChange::Put(bytes) => self.ports.session().put(&bytes).await?,
            SessionChange::Clear => self.ports.session().clear().await?,
        }
        outcome
    }

    /// Reads the vault again; what was unlocked stays unlocked.
    async fn reload(&self, state: &mut State) -> Result<(), WalletError> {
        let records = self.ports.vault().load().await?;
        let find = |name: &str| records.iter().find(|record| record.name == name);
        let mut fresh = State::default();
        if let Some(record) = find(name::HEADER) {
            fresh.header = Some(Header::from_bytes(&record.bytes)?);
        }
        let (key, is_set_up) = (self.ports.device_key(), fresh.header.is_some());
        fresh.beside = Beside::of(&records, key, is_set_up, &state.beside).await;
        fresh.revocations = Revocations::read_again(&records, take(&mut state.revocations));
        fresh.records = records;
        if let Some(unlocked) = &state.unlocked {
            fresh.unlock(unlocked.key.clone(), unlocked.locks_at_ms)?;
        }
        *state = fresh;
        Ok(())
    }

    /// Asks parties, all at once.
    pub(crate) async fn ask<Q>(&self, asks: Vec<Ask<Q>>) -> Vec<Answer<Q>> {
        join::all(asks.into_iter().map(|ask| async {
            let response = self.ports.network().send(ask.request).await;
            Answer {
                question: ask.question,
                said: ask::meaning(response, ask.accept),
            }
        }))
        .await
    }

    /// Removes everything, as if the wallet had never been. The card and its keys are gone then.
    ///
    /// # Errors
    /// [`ErrorKind::StillUnderWay`] while an order that was sent is not settled and the wallet is
    /// unlocked; [`ErrorKind::StorageFailed`].
    pub async fn erase(&self) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.may_be_erased()).await?;
        let mut state = self.state.take().await;
        let records = self.ports.vault().load().await?.into_iter();
        let changes: Vec<_> = records
            .map(|record| Change::Delete { name: record.name })
            .collect();
        state.unlocked = None;
        state.is_stale = true;
        self.ports.vault().store(&changes).await?;
        self.ports.session().clear().await?;
        Ok(())
    }
}

impl Desk<'_> {
    fn may_be_erased(&mut self) -> Result<(), WalletError> {
        let Some(unlocked) = &self.state.unlocked else {
            return Ok(());
        };
        if unlocked.slices.is_under_way() {
            return Err(WalletError::new(ErrorKind::StillUnderWay));
        }
        Ok(())
    }

    /// Unlocks from the session, if it still holds the state key and its time is not up. Whether it did.
    fn resume(&mut self, session: Option<&[u8]>) -> Result<bool, WalletError> {
        let (Some(session), Some(_)) = (session, &self.state.header) else {
            return Ok(false);
        };
        let Some((key, locks_at_ms)) = lock::resumed(session, self.now_ms) else {
            self.session = SessionChange::Clear;
            return Ok(false);
        };
        self.state.unlock(key, locks_at_ms)?;
        Ok(true)
    }
}

fn invalid(what: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::DeploymentInvalid, what)
}

fn roots(deployment: &Deployment) -> Result<TrustAnchors, WalletError> {
    let mut roots = Vec::new();
    let limit = tallystick_protocol::trust::certificate::ANCHORS_MAX + 1;
    for text in deployment.root_certificates.iter().take(limit) {
        if text.len() > ROOT_CHARACTERS_MAX {
            return Err(invalid(&"a root certificate is too long"));
        }
        roots.push(Base64::decode_vec(text.trim()).map_err(|error| invalid(&error))?);
    }
    let roots = TrustAnchors::from_der(&roots).map_err(|error| invalid(&error))?;
    Ok(match deployment.directory {
        Some(_) => roots.checking_revocations(),
        None => roots,
    })
}

fn optional(name: Option<&str>) -> Result<Option<Domain>, WalletError> {
    name.map(named).transpose()
}

fn domains(names: &[String], what: &str) -> Result<Vec<Domain>, WalletError> {
    if names.len() > BANKS_MAX {
        return Err(invalid(&format_args!("there are more than sixteen {what}")));
    }
    names.iter().map(|name| named(name)).collect()
}

fn settlement_servers(deployment: &Deployment) -> Result<Vec<Settlement>, WalletError> {
    let servers = &deployment.settlement_servers;
    if servers.len() > BANKS_MAX {
        return Err(invalid(&"there are more than sixteen settlement servers"));
    }
    let named = servers.iter().map(|server| {
        Ok(Settlement {
            front: named(&server.front)?,
            security: named(&server.security)?,
        })
    });
    named.collect()
}

fn named(name: &str) -> Result<Domain, WalletError> {
    Domain::parse(name).map_err(|error| invalid(&error))
}

fn key_centres(deployment: &Deployment) -> Result<Vec<Domain>, WalletError> {
    if !(1..=CENTRES_MAX).contains(&deployment.key_centres.len()) {
        return Err(invalid(&"there must be one to four key centres"));
    }
    let names = deployment.key_centres.iter();
    names.map(|name| named(name)).collect()
}
