//! What an access card keeps.

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::home::records::RecordKeys;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, HomeId};
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::applets::home::key_pair::KeyPair;
use crate::secret_bytes::SecretBytes;
use crate::state::State;

/// More bytes than any step of a procedure leaves.
const STEP_MAX: usize = 2048;

/// Everything of an access card.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Access {
    #[n(0)]
    pub(super) keys: KeyPair,
    /// What is under way.
    #[n(1)]
    pub(super) procedure: Option<Procedure>,
}

/// A way into a home. What one step leaves, the next takes.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Procedure {
    #[n(0)]
    pub(super) home: HomeId,
    #[n(1)]
    pub(super) proxy: Domain,
    #[n(2)]
    pub(super) step: Step,
    /// The home card's key to seal to.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) sealing: Option<[u8; 32]>,
    /// What that step left: [`leave`].
    #[n(4)]
    pub(super) left: Option<SecretBytes>,
    /// What the home card answered to the first password, until the second one is sealed.
    #[n(5)]
    pub(super) opened: Option<SecretBytes>,
    /// The session with the proxy.
    #[n(6)]
    pub(super) session: Option<RecordKeys>,
    /// All that was said to agree on its key.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub(super) transcript: Option<[u8; 32]>,
    /// The channel to the home card.
    #[n(8)]
    pub(super) channel: Option<RecordKeys>,
    /// What the home card signs by.
    #[n(9)]
    pub(super) key: Option<SecretBytes>,
    /// The session with the shop.
    #[n(10)]
    pub(super) shop: Option<RecordKeys>,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(super) enum Step {
    /// To seal the first password.
    #[n(0)]
    Opening,
    /// To take the answer to it.
    #[n(1)]
    Opened,
    /// To speak to the proxy.
    #[n(2)]
    Hello,
    /// To take the proxy's answer.
    #[n(3)]
    Finish,
    /// To take its confirmation.
    #[n(4)]
    Confirm,
    /// To ask within the session.
    #[n(5)]
    Ask,
    /// To take the answer to a release.
    #[n(6)]
    Released,
    /// To take the answer to an entrance.
    #[n(7)]
    Entered,
    /// To take the answer to an order.
    #[n(8)]
    Signed,
    /// To take the answer to the end.
    #[n(9)]
    Ended,
    /// Nothing but to talk to the shop.
    #[n(10)]
    Over,
}

/// What a step leaves, as it is kept.
pub(super) fn leave<T: Encode<()>>(value: &T) -> SecretBytes {
    Zeroizing::new(encode_value(value)).into()
}

/// What a step left.
pub(super) fn take<T>(left: Option<&SecretBytes>) -> Result<T, StatusWord>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    let left = left.ok_or(StatusWord::ConditionsNotSatisfied)?;
    decode_value(left.as_slice(), STEP_MAX).map_err(|_| StatusWord::MemoryFailure)
}

pub(super) fn access(state: &State) -> Result<&Access, StatusWord> {
    let access = state.home.as_ref().and_then(|home| home.access.as_ref());
    access.ok_or(StatusWord::ConditionsNotSatisfied)
}

/// A copy of the card's half, and of its procedure, if that is what is to be done next.
pub(super) fn at_step(state: &State, step: Step) -> Result<(Access, Procedure), StatusWord> {
    let access = access(state)?;
    let procedure = access.procedure.as_ref();
    let procedure = procedure.filter(|procedure| procedure.step == step);
    let procedure = procedure.ok_or(StatusWord::ConditionsNotSatisfied)?;
    Ok((access.clone(), procedure.clone()))
}

/// Keeps how far the procedure is.
pub(super) fn put(state: &mut State, procedure: Procedure) -> Result<(), StatusWord> {
    let access = state.home.as_mut().and_then(|home| home.access.as_mut());
    let access = access.ok_or(StatusWord::ConditionsNotSatisfied)?;
    access.procedure = Some(procedure);
    Ok(())
}

impl Access {
    pub(in crate::applets::home) fn is_valid(&self) -> bool {
        let procedure = self.procedure.iter();
        let mut kept = procedure.flat_map(|procedure| {
            let kept = procedure.left.iter().chain(&procedure.opened);
            kept.chain(&procedure.key)
        });
        self.keys.is_valid() && kept.all(|kept| kept.as_slice().len() <= STEP_MAX)
    }

    #[cfg(test)]
    pub(in crate::applets::home) fn secrets(&self) -> [&[u8]; 2] {
        self.keys.secrets()
    }
}

impl Procedure {
    pub(super) const fn new(home: HomeId, proxy: Domain) -> Self {
        Self {
            home,
            proxy,
            step: Step::Opening,
            sealing: None,
            left: None,
            opened: None,
            session: None,
            transcript: None,
            channel: None,
            key: None,
            shop: None,
        }
    }

    /// That these are the keys of the home that is meant.
    pub(super) fn require_home(&self, keys: &PublicKeys) -> Result<(), StatusWord> {
        if keys.home() == self.home {
            Ok(())
        } else {
            Err(StatusWord::WrongData)
        }
    }
}
