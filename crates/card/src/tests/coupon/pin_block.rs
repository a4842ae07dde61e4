use super::world::{BEN, World, handing};
use crate::Applet;
use crate::host::coupon;
use crate::host::{self, CardError};
use crate::tests::bench::{PIN, PUK};

/// VERIFY BY PIN BLOCK with these eight bytes, whatever they are.
fn of(block: [u8; 8]) -> [u8; 13] {
    let mut apdu = [0x80, 0xd4, 0, 2, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    apdu[5..].copy_from_slice(&block);
    apdu
}

/// The card's PIN, 246810, as ISO 9564-1 writes it in format 2.
const RIGHT: [u8; 8] = [0x26, 0x24, 0x68, 0x10, 0xff, 0xff, 0xff, 0xff];

#[test]
fn t001_15_the_pin_locks_the_card_and_its_block_of_iso_9564_1_opens_it() {
    let mut world = World::holding();
    let transfer = world.transfer(BEN);
    let sign = || handing(0, &transfer);
    assert_eq!(world.tried(sign()), Err(CardError::PinRequired));
    assert_eq!(world.bench.status(&of(RIGHT)), 0x9000);
    world.ok(sign());
    world.power_goes();
    let mut longer = transfer.clone();
    longer.until = longer.until.plus_seconds(5);
    let locked = world.tried(handing(0, &longer));
    assert_eq!(locked, Err(CardError::PinRequired), "locked again");
    let block = coupon::verify_pin_block(PIN).unwrap();
    assert!(
        block.windows(8).any(|bytes| bytes == RIGHT),
        "as the host writes it"
    );
}

#[test]
fn t001_15_a_block_opens_what_the_pin_opens_and_has_the_same_tries() {
    let mut world = World::holding();
    for (left, digits) in [(2, "000000"), (1, "2468")] {
        let wrong = world.guessed(coupon::verify_pin_block(digits));
        assert_eq!(wrong, Err(CardError::WrongPin { tries_left: left }));
    }
    world.bench.select(Applet::Identity);
    let tries = world.bench.send(host::pin_tries()).bytes;
    assert_eq!(host::tries_left(&tries), Ok(1));
    assert_eq!(
        world.guessed(host::verify_pin("000000")),
        Err(CardError::Blocked)
    );
    world.bench.select(Applet::Coupon);
    assert_eq!(world.bench.status(&of(RIGHT)), 0x6983, "blocked for it too");
    world.bench.select(Applet::Identity);
    world.bench.ok(host::reset_pin(PUK, "13579024"));
    world.bench.select(Applet::Coupon);
    let block = [0x28, 0x13, 0x57, 0x90, 0x24, 0xff, 0xff, 0xff];
    assert_eq!(world.bench.status(&of(block)), 0x9000);
    world.ok(coupon::set_password("plum blossom 8"));
}

#[test]
fn t001_15_a_malformed_block_is_refused_and_costs_no_try() {
    let mut world = World::holding();
    let with = |at: usize, byte| {
        let mut block = RIGHT;
        block[at] = byte;
        block
    };
    let mut malformed = alloc::vec![
        with(1, 0xa4),
        with(3, 0x1f),
        with(4, 0x0f),
        with(7, 0xf0),
        [0xff; 8],
        [0; 8],
        *b"246810\xff\xff",
    ];
    let controls = (0..=0xf).filter(|control| *control != 2);
    malformed.extend(controls.map(|control| with(0, control << 4 | 6)));
    let lengths = [0, 1, 2, 3, 13, 14, 15];
    malformed.extend(lengths.map(|length| with(0, 0x20 | length)));
    for block in malformed {
        assert_eq!(world.bench.status(&of(block)), 0x6a80, "{block:02x?}");
    }
    for length in [0, 1, 7, 9] {
        let bytes = [&[0x80, 0xd4, 0, 2, length][..], &[0x26; 9][..length.into()]].concat();
        let bytes = if length == 0 {
            bytes[..4].to_vec()
        } else {
            bytes
        };
        assert_eq!(world.bench.status(&bytes), 0x6700, "{length} bytes");
    }
    world.bench.select(Applet::Identity);
    let tries = world.bench.send(host::pin_tries()).bytes;
    assert_eq!(host::tries_left(&tries), Ok(3));
    for text in ["123", "1234567890123", "12345a", "１２３４"] {
        let refused = coupon::verify_pin_block(text);
        assert_eq!(refused, Err(CardError::MalformedPin), "{text}");
    }
}

#[test]
fn t001_15_a_pin_longer_than_any_of_this_cards_is_wrong_and_not_cut_off() {
    let mut world = World::holding();
    world.bench.select(Applet::Identity);
    world.bench.ok(host::change_pin(PIN, "24681024"));
    world.bench.select(Applet::Coupon);
    let wrong = world.guessed(coupon::verify_pin_block("246810245"));
    assert_eq!(wrong, Err(CardError::WrongPin { tries_left: 2 }));
    assert_eq!(world.guessed(coupon::verify_pin_block("24681024")), Ok(()));
}
