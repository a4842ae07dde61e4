//! The reader's commands: `D6 command parameters`, answered by `D7 command+1 …`.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use super::frame::{ACK, Inbox, Received, frame};
use crate::contactless::Heard;
use crate::{Fault, Pipe};

const COMMAND: u8 = 0xD6;
const ANSWER: u8 = 0xD7;
const IN_SET_RF: u8 = 0x00;
const IN_SET_PROTOCOL: u8 = 0x02;
const IN_COMM_RF: u8 = 0x04;
const SWITCH_RF: u8 = 0x06;
const SET_COMMAND_TYPE: u8 = 0x2A;

/// Status bits of InCommRF [nfcpy, `CommunicationError`].
const PROTOCOL_PARITY_OR_CRC_ERROR: u32 = 0x07;
const COLLISION_ERROR: u32 = 0x08;
const RECEIVE_TIMEOUT_ERROR: u32 = 0x80;

/// How long the reader may take to acknowledge and to answer, beyond what a card takes.
const ACK_MS: u32 = 1_000;
const ANSWER_MS: u32 = 1_500;
/// How long leftovers of an earlier session may take to arrive, and how many packets they can be.
const LEFTOVER_MS: u32 = 10;
const LEFTOVERS_MAX: usize = 64;
/// The longest frame to a card.
const FRAME_BYTES_MAX: usize = 290;

pub(super) struct Chip<P> {
    pipe: P,
    inbox: Inbox,
}

impl<P: Pipe> Chip<P> {
    pub(super) fn new(pipe: P) -> Self {
        Self {
            pipe,
            inbox: Inbox::default(),
        }
    }

    pub(super) fn into_pipe(self) -> P {
        self.pipe
    }

    /// An ACK cancels what the reader was at.
    pub(super) async fn start(&mut self) -> Result<(), Fault> {
        self.pipe.send(&ACK).await?;
        for _ in 0..LEFTOVERS_MAX {
            match self.pipe.receive(LEFTOVER_MS).await {
                Ok(_leftover) => {}
                Err(Fault::Silent) => break,
                Err(fault) => return Err(fault),
            }
        }
        self.inbox.clear();
        self.expect_success(SET_COMMAND_TYPE, &[0x01]).await?;
        self.expect_success(SWITCH_RF, &[0x00]).await
    }

    /// Field off.
    pub(super) async fn stop(&mut self) -> Result<(), Fault> {
        self.expect_success(SWITCH_RF, &[0x00]).await?;
        self.pipe.send(&ACK).await
    }

    pub(super) async fn set_rf(&mut self, parameters: [u8; 4]) -> Result<(), Fault> {
        self.expect_success(IN_SET_RF, &parameters).await
    }

    /// Keys and values in turn.
    pub(super) async fn set_protocol(&mut self, settings: &[u8]) -> Result<(), Fault> {
        self.expect_success(IN_SET_PROTOCOL, settings).await
    }

    pub(super) async fn wait(&mut self, ms: u32) {
        self.pipe.wait(ms).await;
    }

    /// Sends a frame to the card and listens.
    pub(super) async fn communicate(
        &mut self,
        bytes: &[u8],
        timeout_us: u32,
    ) -> Result<Heard, Fault> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(Fault::Protocol("a frame too long for this reader"));
        }
        let tenths = u16::try_from(timeout_us.div_ceil(100)).unwrap_or(u16::MAX);
        let mut parameters = Zeroizing::new(Vec::with_capacity(2 + bytes.len()));
        parameters.extend_from_slice(&tenths.to_le_bytes());
        parameters.extend_from_slice(bytes);
        let answer_ms = ANSWER_MS + u32::from(tenths) / 10;
        let answer = self.command(IN_COMM_RF, &parameters, answer_ms).await?;
        heard(&answer)
    }

    async fn expect_success(&mut self, command: u8, parameters: &[u8]) -> Result<(), Fault> {
        let answer = self.command(command, parameters, ANSWER_MS).await?;
        match answer[..] {
            [0x00, ..] => Ok(()),
            [status, ..] => Err(Fault::Reported(u32::from(status))),
            [] => Err(Fault::Protocol("an answer without status")),
        }
    }

    /// Sends a command; what follows the code of its answer.
    async fn command(
        &mut self,
        command: u8,
        parameters: &[u8],
        answer_ms: u32,
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let mut data = Zeroizing::new(Vec::with_capacity(2 + parameters.len()));
        data.extend_from_slice(&[COMMAND, command]);
        data.extend_from_slice(parameters);
        self.pipe.send(&frame(&data)).await?;
        if self.receive(ACK_MS).await? != Received::Ack {
            return Err(Fault::Protocol("an answer without acknowledgement"));
        }
        let Received::Data(answer) = self.receive(answer_ms).await? else {
            return Err(Fault::Protocol("two acknowledgements"));
        };
        match &answer[..] {
            [ANSWER, code, rest @ ..] if *code == command + 1 => Ok(Zeroizing::new(rest.to_vec())),
            _ => Err(Fault::Protocol("the answer to another command")),
        }
    }

    async fn receive(&mut self, timeout_ms: u32) -> Result<Received, Fault> {
        loop {
            if let Some(received) = self.inbox.take()? {
                return Ok(received);
            }
            let packet = self.pipe.receive(timeout_ms).await?;
            self.inbox.put(&packet)?;
        }
    }
}

/// Status u32le, valid bits of the last byte, then what the card sent.
fn heard(answer: &[u8]) -> Result<Heard, Fault> {
    let Some((status, rest)) = answer.split_first_chunk::<4>() else {
        return Err(Fault::Protocol("an answer without status"));
    };
    match u32::from_le_bytes(*status) {
        0 => Ok(Heard::Frame(rest.get(1..).unwrap_or_default().to_vec())),
        status if status & RECEIVE_TIMEOUT_ERROR != 0 => Ok(Heard::Nothing),
        status if status & COLLISION_ERROR != 0 => Ok(Heard::Collision),
        status if status & PROTOCOL_PARITY_OR_CRC_ERROR != 0 => Ok(Heard::Garbled),
        status => Err(Fault::Reported(status)),
    }
}
