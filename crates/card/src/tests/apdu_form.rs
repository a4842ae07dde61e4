use alloc::{vec, vec::Vec};

use rand_core::Rng as _;

use super::bench::{Bench, Centre, PIN, context};
use crate::Applet;
use crate::StatusWord;
use crate::host;

const CENTRE: &str = "keys.localhost";

#[test]
fn truncated_and_over_long_apdus_are_refused_and_change_nothing() {
    let mut bench = Bench::personalised();
    let public = bench.enrol(0);
    let put = host::put_share(
        0,
        &Centre::new(CENTRE).sealed(&public, &context(1, &[CENTRE])),
    )
    .unwrap();
    let before = bench.card.state();
    for length in 0..put.len() {
        // Without its last two bytes it is a command that expects no data: that one is complete.
        if length == put.len() - 2 {
            continue;
        }
        let response = bench.raw(&put[..length]);
        let status = StatusWord::from(u16::from_be_bytes(*response.bytes.last_chunk().unwrap()));
        assert_ne!(status, StatusWord::Success, "{length}");
        assert!(!response.changed);
        assert_eq!(bench.card.state(), before, "{length}");
    }
    let mut longer = put.to_vec();
    longer.push(0);
    assert_eq!(bench.status(&longer), 0x6700);
    let too_much = [&[0x80, 0x12, 0, 0, 0, 0x30, 0x01][..], &vec![0; 0x3001]].concat();
    assert_eq!(bench.status(&too_much), 0x6700);
    assert_eq!(bench.card.state(), before);
    assert_eq!(bench.status(&put), 0x9000);
}

#[test]
fn every_truncation_inside_the_data_is_refused() {
    let mut bench = Bench::personalised();
    let public = bench.enrol(0);
    let sealed = Centre::new(CENTRE).sealed(&public, &context(1, &[CENTRE]));
    let data = minicbor::to_vec(&sealed).unwrap();
    let before = bench.card.state();
    for length in 1..data.len() {
        let [.., high, low] = length.to_be_bytes();
        let apdu = [&[0x80, 0x12, 0, 0, 0, high, low], &data[..length]].concat();
        assert_eq!(bench.status(&apdu), 0x6a80, "{length}");
    }
    assert_eq!(bench.card.state(), before);
}

#[test]
fn malformed_templates_are_refused() {
    let mut bench = Bench::personalised();
    bench.verify();
    let bodies: [&[u8]; 8] = [
        &[0x7c],
        &[0x7c, 0x82, 0x01],
        &[0x7c, 0x05, 0x82],
        &[0x7c, 0x80],
        &[0x7c, 0x84, 0, 0, 0, 0],
        &[0x5f, 0xff, 0xff, 0xff, 0x01, 0x00],
        &[0x7c, 0x02, 0x82, 0x00],
        &[0x5c, 0x03, 0x5f, 0xc1],
    ];
    for body in bodies {
        let length = u8::try_from(body.len()).unwrap();
        for header in [
            [0, 0x87, 7, 0x9c],
            [0, 0xcb, 0x3f, 0xff],
            [0, 0xdb, 0x3f, 0xff],
        ] {
            let apdu = [&header[..], &[length], body].concat();
            assert_eq!(bench.status(&apdu), 0x6a80, "{apdu:02x?}");
        }
        assert_eq!(
            bench.status(&[&[0, 0x47, 0, 0x9c, length], body].concat()),
            0x6a80
        );
    }
}

#[test]
fn each_wrong_header_has_its_status() {
    let mut bench = Bench::blank();
    assert_eq!(
        bench.status(&[0, 0x20, 0, 0x80]),
        0x6985,
        "nothing selected"
    );
    assert_eq!(bench.status(&[0, 0xa4, 4, 0, 3, 1, 2, 3]), 0x6a82);
    assert_eq!(bench.status(&[0, 0xa4, 0, 0, 2, 0x3f, 0]), 0x6a86);
    bench.select(Applet::Identity);
    assert_eq!(bench.status(&[0, 0x01, 0, 0]), 0x6d00);
    assert_eq!(
        bench.status(&[0x80, 0x16, 0, 0]),
        0x6d00,
        "that is the other applet's"
    );
    assert_eq!(bench.status(&[0xa0, 0x20, 0, 0x80]), 0x6e00);
    for (class, status) in [(1, 0x6881), (0x41, 0x6881), (0x04, 0x6882), (0x0c, 0x6882)] {
        assert_eq!(bench.status(&[class, 0x20, 0, 0x80]), status, "{class:02x}");
    }
    assert_eq!(bench.status(&[0, 0x20, 1, 0x80]), 0x6a86);
    assert_eq!(bench.status(&[0, 0x20, 0, 0x82]), 0x6a88);
    assert_eq!(
        bench.status(&[0, 0x47, 0, 0x9e, 5, 0xac, 3, 0x80, 1, 7]),
        0x6a88
    );
    for object in [0x01, 0x05, 0x0c] {
        let get = [0, 0xcb, 0x3f, 0xff, 5, 0x5c, 3, 0x5f, 0xc1, object];
        assert_eq!(bench.status(&get), 0x6a82, "{object:02x}");
    }
    for status in 0..=u16::MAX {
        assert_eq!(u16::from(StatusWord::from(status)), status);
    }
}

#[test]
fn data_sent_in_pieces_and_fetched_in_pieces_is_the_same_data() {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::verify_pin(PIN));
    let sign = host::sign_block(0, &[1; 256]).unwrap();
    let data = &sign[7..sign.len() - 2];
    let expected = bench.raw(&sign).bytes;

    bench.ok(host::verify_pin(PIN));
    let (first, last) = data.split_at(200);
    let first = [&[0x10, 0x87, 7, 0x9c, 200], first].concat();
    assert_eq!(bench.status(&first), 0x9000);
    let length = u8::try_from(last.len()).unwrap();
    let last = [&[0, 0x87, 7, 0x9c, length], last, &[0]].concat();
    let mut response = bench.raw(&last).bytes;
    assert_eq!(response.split_off(256), [0x61, 8]);
    let rest = bench.raw(&[0, 0xc0, 0, 0, 8]).bytes;
    let whole: Vec<u8> = response.iter().chain(rest.iter()).copied().collect();
    assert_eq!(whole, *expected);
    assert_eq!(bench.status(&[0, 0xc0, 0, 0, 8]), 0x6985, "nothing is left");
}

#[test]
fn a_chain_is_not_continued_by_another_command_and_does_not_grow_without_end() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Keys);
    assert_eq!(bench.status(&[0x90, 0x12, 0, 0, 1, 0xa3]), 0x9000);
    assert_eq!(bench.status(&[0x80, 0x16, 0, 0]), 0x6883);
    let piece = [&[0x90, 0x12, 0, 0, 255][..], &[0; 255]].concat();
    let accepted = (0..100)
        .take_while(|_| bench.status(&piece) == 0x9000)
        .count();
    assert_eq!(accepted, 12 * 1024 / 255);
    assert_eq!(
        bench.status(&[0x80, 0x12, 0, 0, 1, 0]),
        0x6a80,
        "the chain was given up"
    );
}

#[test]
fn a_chain_that_a_program_left_unfinished_is_dropped_when_the_next_selects() {
    let mut bench = Bench::personalised();
    assert_eq!(bench.status(&[0x10, 0x87, 7, 0x9c, 1, 0x7c]), 0x9000);
    bench.select(Applet::Identity);
    assert_eq!(bench.status(&[0, 0x20, 0, 0x80]), 0x63c3);
}

#[test]
fn short_commands_of_the_keys_applet_fetch_long_responses_with_their_own_class() {
    let mut bench = Bench::personalised();
    for slot in 0..8 {
        bench.enrol(slot);
    }
    let whole = bench.ok(host::list_slots());
    assert!(whole.len() > 256);
    let mut pieces = bench.raw(&[0x80, 0x1a, 0, 0, 0]).bytes.to_vec();
    let rest = u8::try_from(whole.len() - 256).unwrap();
    assert_eq!(pieces.split_off(256), [0x61, rest]);
    pieces.extend_from_slice(&bench.raw(&[0x80, 0xc0, 0, 0, rest]).bytes);
    assert_eq!(pieces, [&whole[..], &[0x90, 0]].concat());
}

#[test]
fn the_answer_to_reset_announces_chaining_and_extended_lengths() {
    let [0x3b, 0x8b, 0x80, 0x01, historical @ .., check] = crate::ATR else {
        panic!("T=1 and eleven historical bytes");
    };
    assert_eq!(historical, *b"\x80\x73\xc0\x21\xc0\x65TALLY");
    let sum = crate::ATR[1..].iter().fold(0, |sum, byte| sum ^ byte);
    assert_eq!(sum, 0, "{check:02x}");
}

#[test]
fn a_short_answer_comes_even_where_no_length_for_it_was_given() {
    let mut bench = Bench::blank();
    let response = bench.raw(&[0, 0xa4, 4, 0, 5, 0xa0, 0, 0, 3, 8]).bytes;
    assert_eq!((response.len(), response[0]), (19 + 2, 0x61));
    assert_eq!(response[19..], [0x90, 0]);
}

#[test]
fn whatever_comes_is_answered_and_leaves_a_card_that_can_be_restored() {
    let mut bench = Bench::personalised();
    bench.enrol(0);
    bench.select(Applet::Identity);
    let instructions = [
        0x20, 0x24, 0x2c, 0x87, 0xf6, 0xcb, 0xdb, 0xa4, 0xc0, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1a,
    ];
    let parameters = [
        0, 0, 1, 0x04, 0x07, 0x3f, 0x80, 0x81, 0x9a, 0x9c, 0x9d, 0xff,
    ];
    let heads = [0x5c, 0x53, 0x7c, 0x81, 0x82, 0x00, 0xff, 0xa2, 0x03, 0x08];
    for _ in 0..20_000 {
        let mut noise = [0; 64];
        bench.rng.fill_bytes(&mut noise);
        let pick = |among: &[u8], by: u8| among[usize::from(by) % among.len()];
        noise[0] = pick(&[0x00, 0x80, 0x10, 0x90, 0x0c], noise[0]);
        noise[1] = pick(&instructions, noise[1]);
        noise[2] = pick(&parameters, noise[2]);
        noise[3] = pick(&parameters, noise[3]);
        let length = usize::from(noise[63] % 60);
        noise[4] = match noise[62] % 4 {
            0 => noise[4],
            1 => 0,
            _ => u8::try_from(length.saturating_sub(5)).unwrap(),
        };
        for index in [5, 7, 9] {
            noise[index] = pick(&heads, noise[index]);
        }
        let before = bench.card.state();
        let response = bench.raw(&noise[..length]);
        assert!(response.bytes.len() >= 2);
        let after = bench.card.state();
        assert_eq!(response.changed, after != before);
        assert!(crate::Card::restore(&after).is_ok());
    }
}
