//! A tap: what security server and card say to each other, carried by the wallet (T003-7). It is a conversation with the card
//! away from the desk, as every other, but that what the card is asked comes from the network while it has its power.
//!
//! Whatever the card answered is stored with its new state before anybody hears of it, and then told, as far as it came: what
//! is not told leaves the server not knowing, which the next tap resolves.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::{
    Alias, TapAnswer, TapAnswers, TapAsk, TapEnd, TapPurpose, TapStep,
};
use tallystick_protocol::wire::cbor::{Message, encode};

use super::card;
use super::record::CardRecord;
use super::server::{ANSWERS, TAPS, unfit};
use super::watch::{Leads, Purpose, STEPS_MAX, Watch};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::SecureElement;
use crate::core::wallet::Wallet;

/// What came of a tap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tapped {
    /// Nothing is ready for the card yet: it may be held to the reader again in a moment.
    NotYet,
    /// It went to its end, and what it brought is kept.
    Done,
}

/// What the card said to a block.
struct Heard {
    responses: Vec<ByteVec>,
    /// Why it does not say more.
    trouble: Option<WalletError>,
}

impl<P: Ports> Wallet<P> {
    /// Holds a contactless card to its reader: once.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchContactless`], [`ErrorKind::OtherContactless`] if another one is there,
    /// [`ErrorKind::SettlementUnreachable`], [`ErrorKind::SettlementRefused`], [`ErrorKind::SettlementAnswerInvalid`],
    /// [`ErrorKind::SettlementRequestWrong`], [`ErrorKind::RevocationsStale`], [`ErrorKind::Locked`], or a failure of reader,
    /// card or storage.
    pub(crate) async fn tap(&self, alias: Alias, purpose: Purpose) -> Result<Tapped, WalletError> {
        self.know_revocations().await?;
        let record = self.contactless(alias).await?;
        let _turn = self.conversing.turn(record.place).await;
        let mut element = self.card(record.place).await?;
        let shown = card::show(&mut element).await?;
        if shown.is_none_or(|shown| shown.alias != alias) {
            return Err(WalletError::new(ErrorKind::OtherContactless));
        }
        let ask = TapAsk {
            nonce: crate::random_32(&mut self.ports.random()),
            purpose: asked(&purpose),
        };
        let mut server = None;
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            server = Some(desk.settlement_server(&record.front)?);
            Ok(())
        })
        .await?;
        let server = server.ok_or_else(|| WalletError::new(ErrorKind::ContactlessElsewhere))?;
        let card = (alias, record.currency);
        let mut watch = Watch::new(server, card, ask.nonce, purpose);
        match self.ask_security(&watch.server, TAPS, encode(&ask)).await {
            Ok(said) => {
                self.relay(&mut element, record.place, &mut watch, said)
                    .await
            }
            Err(unsaid) if unsaid.is_not_yet() && is_settling(&watch) => Ok(Tapped::NotYet),
            Err(unsaid) => Err(unsaid.into()),
        }
    }

    /// Carries steps to the card and its answers back, until the security server says that it is over.
    async fn relay(
        &self,
        element: &mut SecureElement<'_>,
        place: KeyPlace,
        watch: &mut Watch,
        mut said: Vec<u8>,
    ) -> Result<Tapped, WalletError> {
        for _ in 0..STEPS_MAX {
            let step = match TapAnswer::decode(&said).map_err(|error| unfit(&error))? {
                TapAnswer::End(end) => return self.keep_end(watch, &end).await,
                TapAnswer::Step(step) => step,
            };
            self.let_through(watch, &step).await?;
            let Heard { responses, trouble } = self.pass(element, place, &step.block).await?;
            let tap = step.tap;
            let answers = encode(&TapAnswers { tap, responses });
            let answered = self.ask_security(&watch.server, ANSWERS, answers).await;
            if let Some(trouble) = trouble {
                if let Ok(Ok(TapAnswer::End(end))) = answered.map(|said| TapAnswer::decode(&said)) {
                    self.keep_end(watch, &end).await?;
                }
                return Err(trouble);
            }
            said = answered?;
        }
        Err(unfit(&"the tap does not come to an end"))
    }

    /// Looks at a step, and remembers that the card is told to pay before it is.
    async fn let_through(&self, watch: &mut Watch, step: &TapStep) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            let leads = watch.allow(desk, step)?;
            match (&watch.purpose, leads) {
                (Purpose::Settle(order), Leads::ToDebit) => {
                    desk.keep_told_to_pay(order.root, order.amount)
                }
                _ => Ok(()),
            }
        })
        .await
    }

    /// Passes a block on. The first answer that is not 9000 is its last.
    async fn pass(
        &self,
        element: &mut SecureElement<'_>,
        place: KeyPlace,
        block: &[ByteVec],
    ) -> Result<Heard, WalletError> {
        let mut heard = Heard {
            responses: Vec::new(),
            trouble: None,
        };
        for command in block {
            match element.pass(command).await {
                Ok(response) => {
                    let is_done = response.ends_with(&[0x90, 0x00]);
                    heard.responses.push(response.to_vec().into());
                    if !is_done {
                        break;
                    }
                }
                Err(trouble) => {
                    heard.trouble = Some(trouble);
                    break;
                }
            }
        }
        // What the card has done counts once it is stored, and only then anybody hears of it.
        self.perform(&mut |desk| desk.keep_card(element, place, None))
            .await?;
        Ok(heard)
    }

    /// Keeps what a tap has brought.
    async fn keep_end(&self, watch: &mut Watch, end: &TapEnd) -> Result<Tapped, WalletError> {
        self.perform(&mut |desk| {
            watch.require_end(end.tap)?;
            desk.keep_tap_end(watch, end)
        })
        .await?;
        Ok(Tapped::Done)
    }

    /// A copy of what is kept of a card.
    pub(super) async fn contactless(&self, alias: Alias) -> Result<CardRecord, WalletError> {
        let mut record = None;
        self.perform(&mut |desk| {
            record = Some(desk.settlements()?.card(alias)?.clone());
            Ok(())
        })
        .await?;
        record.ok_or_else(|| WalletError::new(ErrorKind::NoSuchContactless))
    }
}

const fn is_settling(watch: &Watch) -> bool {
    matches!(watch.purpose, Purpose::Settle(_))
}

fn asked(purpose: &Purpose) -> TapPurpose {
    match purpose {
        Purpose::Read => TapPurpose::Read,
        Purpose::Settle(order) => TapPurpose::Settle(order.root),
        Purpose::Collect(_) => TapPurpose::Collect,
    }
}

/// The longest answer that is read in a tap fits into what the network gives.
const _: () = assert!(TapStep::LEN_MAX <= crate::core::ports::RESPONSE_BYTES_MAX);
