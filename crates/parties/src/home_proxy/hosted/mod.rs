//! Cards that the proxy hosts, for holders without a reader: each is reached as a card in a reader is, by APDUs, and signs
//! while no browser at home is on.
//!
//! It is the same card as the wallet's software card, and as hostile to whoever asks it. Its state rests sealed in the
//! proxy's tables, and is stored before an answer leaves. What is selected and verified in it is in memory alone: after a
//! restart it has no power. Who runs the proxy has the card: what that means, `docs/home-proxy.md` says.

mod calls;
mod keeping;
mod power;
mod stored;

use subtle::ConstantTimeEq;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::hosted::{HostedCard, HostedCommand, HostedPower};
use tallystick_protocol::wire::cbor::{decode, encode};

pub(super) use self::power::Powers;
use self::stored::Name;
pub(super) use self::stored::SEALED;
use super::HomeProxy;
use super::homes::{body_of, done};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming, cbor};
use crate::ports::{Ports, Random};

impl<P: Ports> HomeProxy<P> {
    /// `POST /v1/hosted-cards`: a card from the factory, for whoever drew this token. The same again is the same card.
    pub(super) fn host_card(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        if self.hosted_max == 0 {
            return Err(Fault::not_found());
        }
        let name = decode::<HostedCard>(body_of(request)?)?.name();
        office.admit(&[("hosted-cards", office.settings.limits.hosted_cards)])?;
        let made = self.make_card(&name)?;
        if made {
            office.log("hosted-card", None, "made");
        }
        Ok(done())
    }

    /// `POST /v1/hosted-cards/{name}/power`: nothing is selected, no PIN is verified.
    pub(super) fn power_card(&self, request: &Incoming, name: &str) -> Result<Answer, Fault> {
        let card = decode::<HostedCard>(body_of(request)?)?;
        let name = self.admitted(&card, name)?;
        let card = self.stored_card(&name)?;
        let mut power = [0; 16];
        self.office.ports.random().fill(&mut power);
        self.powers.plug(name, power, card, self.office.now_ms())?;
        Ok(cbor(encode(&HostedPower { power })))
    }

    /// `POST /v1/hosted-cards/{name}/commands`: one command APDU, and what the card answers. What it changed in the card
    /// is stored before that leaves.
    pub(super) fn command_card(&self, request: &Incoming, name: &str) -> Result<Answer, Fault> {
        let command: HostedCommand = decode(body_of(request)?)?;
        let name = self.admitted(&command.card(), name)?;
        let response = self.transmit(&name, &command)?;
        Ok(cbor(encode(&response)))
    }

    /// `POST /v1/hosted-cards/{name}/removal`: deletes the card and everything in it. Once more changes nothing.
    pub(super) fn remove_card(&self, request: &Incoming, name: &str) -> Result<Answer, Fault> {
        let card = decode::<HostedCard>(body_of(request)?)?;
        let name = named(&card, name)?;
        self.powers.unplug(&name);
        self.delete_card(&name)?;
        self.office.log("hosted-card", None, "removed");
        Ok(done())
    }

    /// The card's name, for whoever has its token; each may ask so often.
    fn admitted(&self, card: &HostedCard, name: &str) -> Result<Name, Fault> {
        let name = named(card, name)?;
        let office = &self.office;
        if !self.is_stored(&name)? {
            return Err(HomeRefusal::Unknown.into());
        }
        let bucket = format!("hosted|{}", stored::shown(&name));
        office.admit(&[(&bucket, office.settings.limits.hosted)])?;
        Ok(name)
    }
}

/// The name in the path, which the token must give.
fn named(card: &HostedCard, path: &str) -> Result<Name, Fault> {
    let name = card.name();
    let is_this: bool = stored::shown(&name)
        .as_bytes()
        .ct_eq(path.as_bytes())
        .into();
    if is_this {
        Ok(name)
    } else {
        Err(Fault::new(Kind::Unauthorised, "This is not its token."))
    }
}
