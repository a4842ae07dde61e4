//! Asks home: the card that is hosted here, or a call over the connection of the home browser; and its reply.

use core::pin::pin;

use futures_util::future::{Either, select};
use rand_core::Rng as _;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::wire::cbor::{Message, encode};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};
use tallystick_protocol::wire::number::WHOLE_MAX;

use super::HomeProxy;
use super::homes;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Sockets};

/// How long home may take to answer, in milliseconds.
const PATIENCE_MS: u32 = 20_000;

/// Why there is no reply.
pub(super) enum NoReply {
    /// What is told to the terminal.
    Refused(HomeRefusal),
    /// Something is broken here.
    Broken(Fault),
}

impl From<Fault> for NoReply {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl From<DatabaseError> for NoReply {
    fn from(error: DatabaseError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<NoReply> for Fault {
    fn from(no: NoReply) -> Self {
        match no {
            NoReply::Refused(refusal) => refusal.into(),
            NoReply::Broken(fault) => fault,
        }
    }
}

impl<P: Ports> HomeProxy<P> {
    /// Home's reply. What a terminal wanted stopped is told first: until home has heard that, it is asked nothing.
    pub(super) async fn call(
        &self,
        home: &HomeId,
        terminal: &TerminalId,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> Result<HomeReply, NoReply> {
        self.stop_first(home).await?;
        self.call_now(home, terminal, kind, content).await
    }

    /// What home answers if it does what it was asked.
    pub(super) async fn done(
        &self,
        home: &HomeId,
        terminal: &TerminalId,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> Result<Vec<u8>, Fault> {
        let reply = self.call(home, terminal, kind, content).await?;
        match reply.refusal {
            None => Ok(reply.content),
            Some(refusal) => Err(refusal.into()),
        }
    }

    /// Asks without looking whether anything is to be stopped.
    pub(super) async fn call_now(
        &self,
        home: &HomeId,
        terminal: &TerminalId,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> Result<HomeReply, NoReply> {
        let call = HomeCall {
            // Drawn, so that after a restart no late reply is taken for another call's.
            number: self.office.rng().next_u64() % WHOLE_MAX,
            terminal: *terminal,
            kind,
            content,
        };
        if let Some(reply) = self.answer_hosted(home, &call)? {
            return Ok(reply);
        }
        let tag = homes::connection(self.office.tables(), home)?;
        let tag = tag.ok_or(NoReply::Refused(HomeRefusal::NotConnected))?;
        let bytes = encode(&call);
        if bytes.len() > HomeCall::LEN_MAX {
            return Err(NoReply::Refused(HomeRefusal::Malformed));
        }
        let expected = self.waiting.expect(&tag, call.number);
        let expected = expected.map_err(NoReply::Refused)?;
        let sockets = self.office.ports.sockets();
        if sockets.send(&tag, &bytes).is_err() {
            self.lose(&tag)?;
            return Err(NoReply::Refused(HomeRefusal::NotConnected));
        }
        let (reply, patience) = (pin!(expected.come()), pin!(sockets.wait(PATIENCE_MS)));
        match select(reply, patience).await {
            Either::Left((reply, _)) => reply.map_err(NoReply::Refused),
            Either::Right(_) => Err(NoReply::Refused(HomeRefusal::NotConnected)),
        }
    }
}
