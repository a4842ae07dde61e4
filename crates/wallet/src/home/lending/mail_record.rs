//! What is kept of the address that decisions are mailed to, and up to which of them the proxy has said that it knows.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::decisions::{
    DECISIONS_MAX, HomeDecisions, HomeMailAddress, TERMINAL_NAME_BYTES_MAX, ToldDecision,
};
use tallystick_protocol::wire::identifier::{HomeId, MailAddress};

use super::record::{HomeRecord, UseRecord};
use crate::home::view::HomeMailView;

/// The format that this release writes.
const FORMAT: u8 = 1;

/// Where decisions of a home are mailed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MailRecord {
    /// [`FORMAT`].
    #[n(0)]
    format: u8,
    /// Of which home.
    #[n(1)]
    home: HomeId,
    /// The address that was confirmed.
    #[n(2)]
    pub address: Option<MailAddress>,
    /// The address that a code was mailed to.
    #[n(3)]
    pub asked: Option<MailAddress>,
    /// The number of the newest decision that the proxy knows, or does not have to.
    #[n(4)]
    pub told: u32,
    /// Whether the proxy has still to forget the address.
    #[n(5)]
    pub is_to_forget: bool,
}

/// Something that the proxy has not heard yet.
pub enum Untold {
    /// The address is gone.
    Forget(HomeMailAddress),
    /// What the card decided.
    Decisions(HomeDecisions),
}

impl MailRecord {
    /// What is kept of mail of this home; nothing is mailed at first.
    #[must_use]
    pub fn of(kept: Option<&Self>, own: &HomeRecord) -> Self {
        let kept = kept.filter(|kept| kept.home == own.home());
        kept.cloned().unwrap_or(Self {
            format: FORMAT,
            home: own.home(),
            address: None,
            asked: None,
            told: 0,
            is_to_forget: false,
        })
    }

    /// What is said of an address.
    #[must_use]
    pub fn saying(
        own: &HomeRecord,
        address: Option<MailAddress>,
        code: Option<String>,
    ) -> HomeMailAddress {
        HomeMailAddress {
            home: own.home(),
            token: own.token,
            address,
            code,
        }
    }

    /// The address is confirmed. What was decided while there was none is not told.
    pub fn confirm(&mut self, address: &MailAddress, own: &HomeRecord) {
        if self.address.is_none() {
            self.told = own.uses.last().map_or(0, |one| one.number);
        }
        self.address = Some(address.clone());
        self.asked = None;
        self.is_to_forget = false;
    }

    /// What the proxy is told next.
    #[must_use]
    pub fn untold(&self, own: &HomeRecord) -> Option<Untold> {
        if self.is_to_forget {
            return Some(Untold::Forget(Self::saying(own, None, None)));
        }
        self.address.as_ref()?;
        let new = own.uses.iter().filter(|one| one.number > self.told);
        let decisions: Vec<_> = new.take(DECISIONS_MAX).map(told).collect();
        (!decisions.is_empty()).then(|| {
            Untold::Decisions(HomeDecisions {
                home: own.home(),
                token: own.token,
                decisions,
            })
        })
    }

    /// For the pages.
    #[must_use]
    pub fn view(&self, own: &HomeRecord) -> HomeMailView {
        let text = |address: &MailAddress| address.as_str().to_owned();
        HomeMailView {
            address: self.address.as_ref().map(text),
            asked: self.asked.as_ref().map(text),
            is_waiting: self.untold(own).is_some(),
        }
    }
}

fn told(one: &UseRecord) -> ToldDecision {
    let name = &one.terminal_name;
    let end = name.floor_char_boundary(TERMINAL_NAME_BYTES_MAX.min(name.len()));
    ToldDecision {
        number: one.number,
        terminal_name: name.get(..end).unwrap_or_default().to_owned(),
        shop: one.shop.clone(),
        amount: one.amount,
        at: one.at,
    }
}
