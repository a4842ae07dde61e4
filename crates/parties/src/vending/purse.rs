//! The machine's purse: its wallet, opened, and what opens it.

use std::rc::Rc;

use data_encoding::{BASE64, HEXLOWER};
use tallystick_wallet::core::deployment::Deployment;
use tallystick_wallet::view::{Phase, PurseStep, PurseView, WalletView};
use tallystick_wallet::{Wallet, WalletError};
use zeroize::Zeroizing;

use super::Vending;
use super::ports::{PursePorts, STRETCH};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Random as _};
use crate::store::secrets;

/// Under which name the passphrase of the wallet rests, sealed.
const PASSPHRASE: &str = "vending-passphrase";
/// Under which name the card's PIN rests, sealed.
const PIN: &str = "vending-pin";
/// How many digits the PIN has: the most that a card takes.
const PIN_DIGITS: usize = 8;

/// A wallet of a machine's purse.
pub(super) type PurseWallet<P> = Wallet<PursePorts<P>>;

/// What opens the wallet, and what the card wants to see.
pub(super) struct Secrets {
    pub passphrase: Zeroizing<String>,
    pub pin: Zeroizing<String>,
}

impl<P: Ports + 'static> Vending<P> {
    /// The wallet, unlocked if it is set up.
    ///
    /// # Errors
    /// [`Kind::Starting`] before the party has its roots; [`Kind::Internal`] if what is stored does not open.
    pub(super) async fn wallet(&self) -> Result<Rc<PurseWallet<P>>, Fault> {
        let known = self.wallet.borrow().clone();
        let wallet = match known {
            Some(wallet) => wallet,
            None => {
                let ports = PursePorts::new(self.office.clone());
                let opened = Wallet::open_with(ports, &self.deployment()?, STRETCH).await;
                let opened = Rc::new(opened.map_err(broken)?);
                self.wallet.borrow_mut().get_or_insert(opened).clone()
            }
        };
        if wallet.view().await.map_err(broken)?.phase == Phase::Locked {
            let secrets = self.secrets()?;
            wallet.unlock(&secrets.passphrase).await.map_err(broken)?;
        }
        Ok(wallet)
    }

    /// What passphrase and PIN are; drawn if there are none.
    pub(super) fn secrets(&self) -> Result<Secrets, DatabaseError> {
        let mut digits = [0; PIN_DIGITS];
        self.office.ports.random().fill(&mut digits);
        // Of ten digits some come up a little more often; a card gives few tries.
        let pin = digits.iter().map(|byte| char::from(b'0' + byte % 10));
        let pin = Zeroizing::new(pin.collect::<String>());
        let mut bytes = Zeroizing::new([0; 32]);
        self.office.ports.random().fill(bytes.as_mut_slice());
        let passphrase = Zeroizing::new(HEXLOWER.encode(bytes.as_slice()));
        Ok(Secrets {
            passphrase: self.kept(PASSPHRASE, &passphrase)?,
            pin: self.kept(PIN, &pin)?,
        })
    }

    /// The secret of that name: the one that is there, or this one from now on.
    fn kept(&self, name: &str, drawn: &str) -> Result<Zeroizing<String>, DatabaseError> {
        if let Some(known) = secrets::get(&self.office, name)? {
            let known = core::str::from_utf8(&known).map_err(|_| DatabaseError::Sealed)?;
            return Ok(Zeroizing::new(known.to_owned()));
        }
        let sealed = self.office.seal(name, drawn.as_bytes())?;
        self.office
            .transaction(|tables| secrets::put(tables, name, &sealed))?;
        Ok(Zeroizing::new(drawn.to_owned()))
    }

    fn deployment(&self) -> Result<Deployment, Fault> {
        let settings = &self.office.settings;
        let identity = self.office.identity()?;
        let roots = identity.anchors.roots().iter();
        Ok(Deployment {
            root_certificates: roots.map(|root| BASE64.encode(root.as_der())).collect(),
            key_centres: settings
                .key_centres
                .iter()
                .map(ToString::to_string)
                .collect(),
            welcome_url: format!("https://{}/", settings.domain),
            local_port: None,
            registration: Some(self.config.registration.to_string()),
            banks: vec![self.config.bank.to_string()],
            coupon_offices: Vec::new(),
            settlement_servers: Vec::new(),
            directory: settings.directory.as_ref().map(ToString::to_string),
            home_proxy: None,
        })
    }

    /// The purse, if it is open.
    ///
    /// # Errors
    /// [`Kind::Starting`] of a machine without one.
    pub(super) fn open_purse(view: &WalletView) -> Result<&PurseView, Fault> {
        let mut purses = view.purses.iter();
        let open = purses.find(|purse| purse.step == PurseStep::Ready);
        open.ok_or_else(|| Fault::new(Kind::Starting, "The machine has no purse yet."))
    }
}

/// The wallet's own trouble: nothing that whoever stands before the machine could mend.
pub(super) fn broken(error: WalletError) -> Fault {
    let mut fault = Fault::internal();
    fault.cause = "vending-purse";
    error.kind.name().clone_into(&mut fault.said);
    fault
}
