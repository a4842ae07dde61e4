//! What the cards of both ends themselves say of what is lent, and what they were asked.

use tallystick_card::host;
use tallystick_card::host::home::access::{self, SignTerms};
use tallystick_card::host::home::lending::{self, Decision, HomeView};
use tallystick_card::{Applet, Header, Instruction};
use tallystick_protocol::wire::cbor::decode_value;
use zeroize::Zeroizing;

/// Whether holders lend cards that stay at home, and who carries what is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lending {
    /// Nobody lends anything.
    #[default]
    Nobody,
    /// Holders lend to each other, over an honest proxy and honest browsers.
    Honest,
    /// One holder lends to another; home proxy and home browser are in the same hostile hands.
    Hostile,
}

impl Lending {
    /// Whether there is a home proxy.
    pub(crate) fn is_on(self) -> bool {
        self != Self::Nobody
    }
}

/// A home card as it is.
pub(crate) struct HomeCard {
    pub(crate) view: HomeView,
    pub(crate) log: Vec<Decision>,
}

impl HomeCard {
    /// What a card says that executes APDUs, if it is a home.
    pub(crate) fn read(mut execute: impl FnMut(&[u8]) -> Zeroizing<Vec<u8>>) -> Option<Self> {
        execute(&host::select(Applet::Home).ok()?);
        let view = lending::view(&execute(&lending::status().ok()?)).ok()?;
        view.keys.as_ref()?;
        let log = lending::decisions(&execute(&lending::log().ok()?)).ok()?;
        Some(Self { view, log })
    }
}

/// What an access card was asked and told.
#[derive(Default)]
pub(crate) struct AccessCard {
    /// The orders that it asked home to sign.
    pub(crate) asked: Vec<SignTerms>,
    /// The keys that it was told for them: for parties, and nobody between.
    pub(crate) told: Vec<[u8; 32]>,
}

/// The longest request to sign, in bytes.
const ASK_BYTES_MAX: usize = 32_768;
/// What *sign* is within the session and in its answer.
const SIGN: u8 = 3;

impl AccessCard {
    /// Takes up a command and its response.
    pub(crate) fn watch(&mut self, apdu: &[u8], response: &[u8]) {
        let [cla, ins, p1 @ SIGN, p2, 0, high, low, data @ ..] = apdu else {
            return;
        };
        let (cla, ins, p1, p2) = (*cla, *ins, *p1, *p2);
        match Instruction::try_from(Header { cla, ins, p1, p2 }) {
            Ok(Instruction::AskHome) if host::data(response).is_ok() => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let asked = data.get(..length);
                let asked = asked.and_then(|asked| decode_value(asked, ASK_BYTES_MAX).ok());
                self.asked.extend(asked);
            }
            Ok(Instruction::TakeAnswer) => {
                if let Ok(Ok(signed)) = access::signed(response) {
                    self.told.extend(signed.keys.iter().map(|key| **key));
                }
            }
            _ => {}
        }
    }
}
