//! READ, DEBIT, TOP UP and ACKNOWLEDGE (84 D8, DA, DC, DE): what a security server orders in the channel. What the card does
//! not do, it refuses in data: a status word has no MAC.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_protocol::settlement::card::{
    BALANCE_MAX, CardAnswer, CardOrder, CardRefusal, Transaction, TransactionKind,
    TransactionRecord, VALUE_BYTES_MAX,
};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};

use super::stored::{Settlement, StoredCard};
use super::tap::{Tap, bytes, card};
use crate::Instruction;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// A command in the channel: unwrapped, done, its response wrapped. The channel goes on only if all of that was right; what
/// changes is kept before the response leaves.
pub(crate) fn in_channel(
    state: &mut State,
    session: &mut Session,
    tap: Option<Tap>,
    command: &Command<'_>,
    instruction: Instruction,
) -> Result<Outcome, StatusWord> {
    let Some(Tap::Open(mut channel)) = tap else {
        return Err(StatusWord::ConditionsNotSatisfied);
    };
    let header = command.header;
    let asked = channel.unwrap(bytes(header), command.data);
    let asked = asked.map_err(|_| StatusWord::BadSecureMessaging)?;
    if (header.p1, header.p2) != (0, 0) {
        return Err(StatusWord::WrongParameters);
    }
    let before = card(state)?;
    let mut next = before.clone();
    let answer = next.done(instruction, &asked)?;
    let changed = next != *before;
    let response = channel.wrap(&answer);
    let response = response.map_err(|_| StatusWord::MemoryFailure)?;
    if changed {
        state.settlement = Some(Settlement {
            secret: None,
            card: Some(next),
        });
    }
    session.tap = Some(Tap::Open(channel));
    Ok(Outcome::data(response).changing(changed))
}

impl StoredCard {
    /// Does what is asked; the answer, encoded.
    fn done(&mut self, instruction: Instruction, asked: &[u8]) -> Result<Vec<u8>, StatusWord> {
        match instruction {
            Instruction::ReadBalance if asked.is_empty() => Ok(encode_value(&self.report())),
            Instruction::Debit => self.ordered(TransactionKind::Debit, asked),
            Instruction::TopUp => self.ordered(TransactionKind::TopUp, asked),
            Instruction::Acknowledge => {
                self.acknowledge(value(asked)?);
                Ok(encode_value(&self.report()))
            }
            _ => Err(StatusWord::WrongData),
        }
    }

    fn ordered(&mut self, kind: TransactionKind, asked: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let order: CardOrder = value(asked)?;
        let answer = match self.transaction(kind, &order) {
            Ok(transaction) => CardAnswer::Done(self.book(transaction)?),
            Err(reason) => CardAnswer::Refused {
                reason,
                counter: self.counter,
                balance: self.balance,
            },
        };
        Ok(encode_value(&answer))
    }

    /// What the order would make of the card. Its counter has to be the server's: an order that comes again finds another.
    fn transaction(
        &self,
        kind: TransactionKind,
        order: &CardOrder,
    ) -> Result<Transaction, CardRefusal> {
        if order.after != self.counter {
            return Err(CardRefusal::Counter);
        }
        if order.amount == 0 {
            return Err(CardRefusal::Amount);
        }
        if self.report().last_digest() == Some(order.digest) {
            return Err(CardRefusal::Repeated);
        }
        let counter = self.counter.checked_add(1).ok_or(CardRefusal::Counter)?;
        let balance = match kind {
            TransactionKind::Debit => {
                let left = self.balance.checked_sub(order.amount);
                left.ok_or(CardRefusal::Insufficient)?
            }
            TransactionKind::TopUp => {
                let sum = self.balance.checked_add(order.amount);
                sum.filter(|sum| *sum <= BALANCE_MAX)
                    .ok_or(CardRefusal::Limit)?
            }
        };
        Ok(Transaction {
            counter,
            kind,
            digest: order.digest,
            amount: order.amount,
            balance,
        })
    }

    fn book(&mut self, transaction: Transaction) -> Result<TransactionRecord, StatusWord> {
        let keys = self.keys()?;
        let record = TransactionRecord::certify(transaction, &keys, self.identifier, self.currency);
        self.balance = record.balance;
        self.counter = record.counter;
        self.last = Some(record);
        self.acknowledged = None;
        Ok(record)
    }

    /// The server has the last record, if that is its number.
    fn acknowledge(&mut self, counter: u32) {
        if let Some(record) = self.last.take_if(|record| record.counter == counter) {
            self.acknowledged = Some(record.digest);
        }
    }
}

/// What is asked.
fn value<T>(bytes: &[u8]) -> Result<T, StatusWord>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_value(bytes, VALUE_BYTES_MAX).map_err(|_| StatusWord::WrongData)
}
