//! What a card at home keeps.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::{HomeRefusal, PublicKeys, TERMINALS_MAX};
use tallystick_protocol::trust::signature::PUBLIC_KEY_LEN_MAX;
use tallystick_protocol::wire::identifier::{Root, TerminalId};
use tallystick_protocol::wire::time::Timestamp;

use super::released::{RELEASES_MAX, Released};
use crate::StatusWord;
use crate::applets::home::key_pair::KeyPair;
use crate::applets::home::refused;
use crate::applets::identity::rsa_key;
use crate::door::Door;
use crate::host::home::lending::{
    DECISIONS_MAX, Decision, LOAN_BYTES_MAX, LOANS_MAX, LoanView, NAME_BYTES_MAX,
};
use crate::state::State;

/// How many orders are answered with the same again.
pub(super) const REMEMBERED_MAX: usize = 8;
/// More than a loan takes beside itself, in bytes: what is left of it, and the purse that pays.
const LOAN_ROOM: usize = 384;

/// Everything of a card at home.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Lending {
    #[n(0)]
    pub(super) keys: KeyPair,
    /// Behind the first password: the gate.
    #[n(1)]
    pub(super) first: Door,
    /// Behind gate and second password: the safe's private half.
    #[n(2)]
    pub(super) second: Door,
    /// In the order in which they were enrolled.
    #[n(3)]
    pub(super) terminals: Vec<Terminal>,
    /// Oldest first.
    #[n(4)]
    pub(super) loans: Vec<LoanView>,
    /// The number of the newest loan that there ever was.
    #[n(5)]
    pub(super) newest_loan: u32,
    /// How many registrations were signed.
    #[n(6)]
    pub(super) registration: u32,
    /// The newest orders that were signed, oldest first.
    #[n(7)]
    pub(super) decisions: Vec<Decision>,
    /// How many orders were signed.
    #[n(8)]
    pub(super) decided: u32,
    /// What was answered to the newest of them, oldest first.
    #[n(9)]
    pub(super) remembered: Vec<Remembered>,
    /// Oldest first.
    #[n(10)]
    pub(super) releases: Vec<Released>,
}

/// A terminal that was enrolled.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Terminal {
    #[n(0)]
    pub(super) keys: PublicKeys,
    #[n(1)]
    pub(super) name: String,
    /// What the first password has to be sealed with next.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) nonce: Option<[u8; 32]>,
    /// What the second password has to be sealed with next, after the right first one.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) opened: Option<[u8; 32]>,
    /// When it said the last stop that counted: none that was said before counts any more.
    #[n(4)]
    pub(super) stopped_at: Option<Timestamp>,
}

/// What was answered to an order: the same again is answered with the same. Its keys are not in it; they are derived
/// anew.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Remembered {
    #[n(0)]
    pub(super) root: Root,
    #[n(1)]
    pub(super) loan: u32,
    /// The digest of what was asked beside the order itself.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) asked: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) signature: Vec<u8>,
    #[n(4)]
    pub(super) total_left: u64,
    #[n(5)]
    pub(super) count_left: u32,
}

/// The card's part of a home, or why there is none.
pub(super) fn lending(state: &State) -> Result<&Lending, StatusWord> {
    let lending = state.home.as_ref().and_then(|home| home.lending.as_ref());
    lending.ok_or(StatusWord::ConditionsNotSatisfied)
}

/// The same, to be changed.
pub(super) fn lending_mut(state: &mut State) -> Result<&mut Lending, StatusWord> {
    let lending = state.home.as_mut().and_then(|home| home.lending.as_mut());
    lending.ok_or(StatusWord::ConditionsNotSatisfied)
}

impl Lending {
    pub(super) fn terminal(&self, id: &TerminalId) -> Result<&Terminal, StatusWord> {
        let mut terminals = self.terminals.iter();
        terminals
            .find(|terminal| terminal.id() == *id)
            .ok_or(refused(HomeRefusal::Unknown))
    }

    pub(super) fn terminal_mut(&mut self, id: &TerminalId) -> Result<&mut Terminal, StatusWord> {
        let mut terminals = self.terminals.iter_mut();
        terminals
            .find(|terminal| terminal.id() == *id)
            .ok_or(refused(HomeRefusal::Unknown))
    }

    pub(super) fn released_mut(&mut self, id: &TerminalId) -> Result<&mut Released, StatusWord> {
        let mut releases = self.releases.iter_mut();
        releases
            .find(|released| released.terminal == *id)
            .ok_or(refused(HomeRefusal::NoSession))
    }

    /// Forgets what a terminal has released and opened.
    pub(super) fn forget_session(&mut self, id: &TerminalId) {
        self.releases.retain(|released| released.terminal != *id);
        if let Ok(terminal) = self.terminal_mut(id) {
            terminal.opened = None;
            terminal.nonce = None;
        }
    }

    /// Forgets what all have.
    pub(super) fn forget_sessions(&mut self) {
        self.releases.clear();
        for terminal in &mut self.terminals {
            terminal.opened = None;
            terminal.nonce = None;
        }
    }

    /// Stops every loan.
    pub(super) fn stop_everything(&mut self) {
        for loan in &mut self.loans {
            loan.is_stopped = true;
        }
        self.forget_sessions();
    }

    pub(in crate::applets::home) fn room(&self) -> usize {
        self.loans.len() * (LOAN_BYTES_MAX + LOAN_ROOM)
    }

    pub(in crate::applets::home) fn is_valid(&self) -> bool {
        let numbers = |loan: &LoanView| loan.loan.number;
        self.keys.is_valid()
            && self.first.is_valid()
            && self.second.is_valid()
            && self.terminals.len() <= TERMINALS_MAX
            && self.terminals.iter().all(Terminal::is_valid)
            && self.loans.len() <= LOANS_MAX
            && (self.loans).is_sorted_by(|one, next| numbers(one) < numbers(next))
            && (self.loans.iter()).all(|loan| numbers(loan) <= self.newest_loan)
            && self.decisions.len() <= DECISIONS_MAX
            && self.remembered.len() <= REMEMBERED_MAX
            && (self.remembered.iter()).all(|one| one.signature.len() == rsa_key::BLOCK)
            && self.releases.len() <= RELEASES_MAX
            && self.releases.iter().all(Released::is_valid)
    }

    #[cfg(test)]
    pub(in crate::applets::home) fn secrets(&self) -> [&[u8]; 2] {
        self.keys.secrets()
    }
}

impl Terminal {
    pub(super) fn id(&self) -> TerminalId {
        self.keys.terminal()
    }

    fn is_valid(&self) -> bool {
        self.keys.signing.len() <= PUBLIC_KEY_LEN_MAX
            && (1..=NAME_BYTES_MAX).contains(&self.name.len())
    }
}
