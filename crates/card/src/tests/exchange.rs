//! Commands in pieces, as the host sends them.

use alloc::{vec, vec::Vec};

use tallystick_protocol::trust::signature::{
    Algorithm, emsa_pss_encode, public_key_from_spki, verify_pss,
};
use zeroize::Zeroizing;

use super::bench::{Bench, Centre, PIN, context};
use crate::Applet;
use crate::host::{self, CardError, Exchange, Form};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// Sends a command through an exchange; the whole response, and how many APDUs it took.
fn through(bench: &mut Bench, apdu: Apdu, form: Form) -> (Zeroizing<Vec<u8>>, usize) {
    let mut exchange = Exchange::new(&apdu.unwrap(), form).unwrap();
    for round in 1.. {
        let apdu = exchange.to_send().to_vec();
        assert!(form == Form::Extended || apdu.len() <= 261, "a short APDU");
        let response = bench.raw(&apdu).bytes;
        if let Some(whole) = exchange.receive(&response).unwrap() {
            return (whole, round);
        }
    }
    unreachable!("it ends");
}

#[test]
fn short_apdus_do_what_extended_ones_do() {
    let mut bench = Bench::personalised();
    let ok = |bench: &mut Bench, apdu, rounds| {
        let (response, took) = through(bench, apdu, Form::Short);
        host::done(&response).unwrap();
        assert_eq!(took, rounds);
        response
    };
    let made = ok(&mut bench, host::generate_signing_key(0), 2);
    let key = host::signing_public_key(&made).unwrap();
    ok(&mut bench, host::verify_pin(PIN), 1);
    let block = emsa_pss_encode(b"pay the bearer", &[7; 32], 2048).unwrap();
    let block: [u8; 256] = block.try_into().unwrap();
    let signed = ok(&mut bench, host::sign_block(0, &block), 3);
    let signature = host::signature(&signed).unwrap();
    let key = public_key_from_spki(&key.to_spki()).unwrap();
    verify_pss(&key, b"pay the bearer", &signature).unwrap();
    let certificate = vec![0x30; 1200];
    ok(&mut bench, host::put_certificate(&certificate), 5);
    let read = ok(&mut bench, host::get_certificate(), 5);
    assert_eq!(host::certificate(&read), Ok(certificate));
    let public = bench.enrol(0);
    let centre = "keys.localhost";
    let share = Centre::new(centre).sealed(&public, &context(1, &[centre]));
    ok(&mut bench, host::put_share(0, &share), 2);
    let (held, _) = through(&mut bench, host::status(0), Form::Short);
    assert_eq!(host::held_contexts(&held).unwrap(), [context(1, &[centre])]);
}

#[test]
fn a_card_that_takes_extended_apdus_gets_one() {
    let mut bench = Bench::personalised();
    let (response, took) = through(&mut bench, host::generate_signing_key(0), Form::Extended);
    assert!(host::signing_public_key(&response).is_ok());
    assert_eq!(took, 1);
}

#[test]
fn a_refusal_is_the_response_and_nothing_follows_it() {
    let mut bench = Bench::personalised();
    for form in [Form::Short, Form::Extended] {
        let (response, took) = through(&mut bench, host::verify_pin("000000"), form);
        assert!(matches!(
            host::done(&response),
            Err(CardError::WrongPin { .. })
        ));
        assert_eq!(took, 1);
    }
    bench.select(Applet::Keys);
    let (response, took) = through(&mut bench, host::sign_block(0, &[1; 256]), Form::Short);
    assert_eq!(host::done(&response), Err(CardError::Refused(0x6d00)));
    assert_eq!(took, 2, "the card says so at the end of the chain");
}

/// An exchange with a card that answers as told.
fn told(apdu: Apdu, form: Form, answers: &[&[u8]]) -> (Vec<Vec<u8>>, Option<Vec<u8>>, Form) {
    let mut exchange = Exchange::new(&apdu.unwrap(), form).unwrap();
    let mut sent = Vec::new();
    let mut whole = None;
    for answer in answers {
        assert_eq!(whole, None, "it had ended");
        sent.push(exchange.to_send().to_vec());
        whole = exchange
            .receive(answer)
            .unwrap()
            .map(|whole| whole.to_vec());
    }
    (sent, whole, exchange.form())
}

#[test]
fn a_card_that_refuses_extended_lengths_gets_the_command_in_short_ones() {
    let select = host::select(Applet::Identity);
    let (sent, whole, form) = told(select, Form::Extended, &[&[0x67, 0], &[1, 2, 0x90, 0]]);
    assert_eq!(sent[1][..5], [0, 0xa4, 4, 0, 11]);
    assert_eq!((sent[1].len(), sent[1].last()), (17, Some(&0)));
    assert_eq!(whole, Some(vec![1, 2, 0x90, 0]));
    assert_eq!(form, Form::Short);
}

#[test]
fn a_card_that_knows_the_length_is_asked_again_for_exactly_that() {
    let answers: [&[u8]; 2] = [&[0x6c, 3], &[1, 2, 3, 0x90, 0]];
    let (sent, whole, _) = told(host::get_certificate(), Form::Short, &answers);
    assert_eq!(sent[0].last(), Some(&0));
    assert_eq!(sent[1].last(), Some(&3));
    assert_eq!(whole, Some(vec![1, 2, 3, 0x90, 0]));
    let answers: [&[u8]; 2] = [&[0x6c, 3], &[0x6c, 3]];
    let (_, whole, _) = told(host::get_certificate(), Form::Short, &answers);
    assert_eq!(whole, Some(vec![0x6c, 3]), "but not for ever");
}

#[test]
fn a_response_in_pieces_is_fetched_to_its_end() {
    let answers: [&[u8]; 3] = [&[1, 0x61, 2], &[2, 3, 0x61, 1], &[4, 0x90, 0]];
    let (sent, whole, _) = told(host::get_certificate(), Form::Extended, &answers);
    assert_eq!(sent[1..], [[0, 0xc0, 0, 0, 2], [0, 0xc0, 0, 0, 1]]);
    assert_eq!(whole, Some(vec![1, 2, 3, 4, 0x90, 0]));
}

#[test]
fn a_pin_goes_without_a_length_for_data_that_will_not_come() {
    let (sent, ..) = told(host::verify_pin(PIN), Form::Short, &[&[0x90, 0]]);
    assert_eq!(sent[0], *b"\x00\x20\x00\x80\x08246810\xff\xff");
    let (sent, ..) = told(host::pin_tries(), Form::Short, &[&[0x63, 0xc3]]);
    assert_eq!(sent[0], [0, 0x20, 0, 0x80]);
}

#[test]
fn a_purse_key_is_asked_for_with_a_length_and_comes_in_pieces() {
    let make = || host::purse::make_key(0, Algorithm::Ps256);
    let (sent, ..) = told(make(), Form::Short, &[&[0x90, 0]]);
    assert_eq!(sent[0], [0x80, 0x20, 0, 2, 0]);
    let mut bench = Bench::personalised();
    bench.select(Applet::Purse);
    let (response, took) = through(&mut bench, make(), Form::Short);
    assert_eq!(host::purse::public_key(&response).unwrap().len(), 294);
    assert_eq!(took, 2);
}

#[test]
fn a_card_that_never_ends_is_given_up() {
    for more in [&[0x61, 0][..], &[&[0; 256][..], &[0x61, 0]].concat()] {
        let apdu = host::get_certificate().unwrap();
        let mut exchange = Exchange::new(&apdu, Form::Short).unwrap();
        let ended = (0..1_000).find_map(|_| exchange.receive(more).err());
        assert_eq!(ended, Some(CardError::Malformed));
    }
    let mut exchange = Exchange::new(&host::pin_tries().unwrap(), Form::Short).unwrap();
    assert_eq!(exchange.receive(&[0x90]), Err(CardError::Malformed));
    assert!(Exchange::new(&[0, 0x20, 0], Form::Short).is_err());
}
