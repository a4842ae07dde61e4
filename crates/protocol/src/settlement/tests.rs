//! What holds of the messages by themselves.

use alloc::vec;
use alloc::vec::Vec;

use minicbor::bytes::ByteVec;

use super::*;
use crate::wire::cbor::encode;
use crate::wire::identifier::{OrderId, Root};
use crate::wire::money::{Currency, Money};

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

#[test]
fn a_commitment_is_of_one_card_one_balance_and_one_salt() {
    let card = CardIdentifier([1; 8]);
    let whole = card_commitment(&[2; 32], &card, yen(500));
    assert_eq!(whole, card_commitment(&[2; 32], &card, yen(500)));
    assert_ne!(whole, card_commitment(&[3; 32], &card, yen(500)));
    assert_ne!(
        whole,
        card_commitment(&[2; 32], &CardIdentifier([4; 8]), yen(500))
    );
    assert_ne!(whole, card_commitment(&[2; 32], &card, yen(501)));
    let euros = Money::new(500, Currency::Eur);
    assert_ne!(whole, card_commitment(&[2; 32], &card, euros));
}

#[test]
fn goods_are_those_of_one_form_and_one_order() {
    let goods = goods_digest(&[1; 32], &OrderId([2; 32]));
    assert_ne!(goods, goods_digest(&[3; 32], &OrderId([2; 32])));
    assert_ne!(goods, goods_digest(&[1; 32], &OrderId([3; 32])));
}

#[test]
fn a_block_is_bound_with_its_commands_and_where_each_begins() {
    let block = |parts: &[&[u8]]| -> [u8; 32] {
        let parts: Vec<ByteVec> = parts.iter().map(|part| part.to_vec().into()).collect();
        block_digest(&parts)
    };
    assert_ne!(block(&[&[1, 2], &[3]]), block(&[&[1], &[2, 3]]));
    assert_ne!(block(&[&[1, 2, 3]]), block(&[&[1, 2], &[3]]));
}

#[test]
fn a_tap_goes_on_or_is_over() {
    let step = TapStep {
        tap: TapId([1; 16]),
        block: vec![vec![0x80].into()],
        request: None,
        update: None,
    };
    let end = TapEnd {
        tap: TapId([1; 16]),
        reading: None,
        outcomes: Vec::new(),
        credits: Vec::new(),
    };
    assert_eq!(
        TapAnswer::decode(&encode(&step)),
        Ok(TapAnswer::Step(step.clone()))
    );
    assert_eq!(
        TapAnswer::decode(&encode(&end)),
        Ok(TapAnswer::End(end.clone()))
    );
    let ask = TapAsk {
        nonce: [1; 32],
        purpose: TapPurpose::Settle(Root([2; 32])),
    };
    assert!(TapAnswer::decode(&encode(&ask)).is_err());
}

#[test]
fn a_block_of_too_many_or_too_long_commands_is_not_read() {
    let step = |count: usize, length: usize| {
        let block = (0..count).map(|_| vec![1; length].into()).collect();
        let step = TapStep {
            tap: TapId([1; 16]),
            block,
            request: None,
            update: None,
        };
        TapAnswer::decode(&encode(&step))
    };
    assert!(step(BLOCKS_MAX, COMMAND_BYTES_MAX).is_ok());
    assert!(step(BLOCKS_MAX + 1, 8).is_err());
    assert!(step(1, COMMAND_BYTES_MAX + 1).is_err());
}
