//! Whoever stands between security server and card alters nothing, and the wallet passes on what comes and nothing else.

use tallystick_parties::native::block_on;
use tallystick_protocol::settlement::{TapAnswer, TapAnswers};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_wallet::ErrorKind;

use super::pay::{Pay, balance, card, fill, get_in_reader, read};

/// A bit of a command, or of an answer.
fn flipped(block: &mut [minicbor::bytes::ByteVec], which: usize, at: usize) {
    if let Some(one) = block.get_mut(which) {
        let mut bytes = one.to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0x40;
        }
        *one = bytes.into();
    }
}

#[test]
fn t003_7_what_is_altered_on_its_way_to_the_card_the_card_does_not_do() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (_, id) = get_in_reader(&holder);
    fill(&holder, &id, 500);
    for at in [5, 8, 12, 20] {
        pay.security.lie(move |path, answer| {
            if let Ok(TapAnswer::Step(mut step)) = TapAnswer::decode(answer)
                && path == "/v1/taps/answers"
            {
                flipped(&mut step.block, 0, at);
                flipped(&mut step.block, 1, at);
                *answer = encode(&step);
            }
        });
        let refused = block_on(holder.wallet.read_contactless(&id)).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::CardNotRead, "byte {at}");
        pay.security.be_honest();
        assert_eq!(balance(&holder, &id), 500);
    }
}

#[test]
fn t003_7_what_is_altered_on_its_way_back_nobody_believes() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (_, id) = get_in_reader(&holder);
    fill(&holder, &id, 500);
    let before = card(&holder, &id).balance_minor;
    for at in [0, 4, 9] {
        let mut answered = 0;
        pay.security.lie_to(move |path, asked| {
            if path == "/v1/taps/answers"
                && let Ok(mut answers) = decode::<TapAnswers>(asked)
            {
                answered += 1;
                if answered == 2 {
                    flipped(&mut answers.responses, 1, at);
                    *asked = encode(&answers);
                }
            }
        });
        block_on(holder.wallet.read_contactless(&id)).unwrap_err();
        pay.security.be_honest();
        assert_eq!(card(&holder, &id).balance_minor, before);
        read(&holder, &id);
    }
}

#[test]
fn t003_7_the_wallet_passes_on_commands_of_a_tap_and_no_others() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (held, id) = get_in_reader(&holder);
    let others: [&[u8]; 6] = [
        &[0x00, 0xa4, 0x04, 0x00, 0x00],
        &[0x00, 0x20, 0x00, 0x80, 0x08],
        &[0x80, 0xd6, 0x02, 0x00],
        &[0x80, 0x14, 0x00, 0x01],
        &[0x84, 0xda, 0x00, 0x00, 0x10],
        &[],
    ];
    for other in others {
        let command = other.to_vec();
        pay.security.lie(move |path, answer| {
            if let Ok(TapAnswer::Step(mut step)) = TapAnswer::decode(answer)
                && path == "/v1/taps"
            {
                step.block.push(command.clone().into());
                *answer = encode(&step);
            }
        });
        let state = held.state();
        let passed = holder.device.reader().transmitted();
        let refused = block_on(holder.wallet.read_contactless(&id)).unwrap_err();
        assert_eq!(
            refused.kind,
            ErrorKind::SettlementAnswerInvalid,
            "{other:x?}"
        );
        let passed = holder.device.reader().transmitted() - passed;
        assert_eq!(passed, 2, "SELECT and SHOW, and nothing of the block");
        assert_eq!(*held.state(), *state);
    }
    pay.security.be_honest();
    read(&holder, &id);
}
