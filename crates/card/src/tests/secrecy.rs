//! No share leaves the card, whatever it is asked.

use alloc::{vec, vec::Vec};

use tallystick_protocol::keys::Purpose;
use tallystick_protocol::wire::identifier::HolderId;

use super::bench::{Bench, Centre, NONCE, PUK, context, pair};
use super::coupon::world::PASSWORD;
use super::home::world::{FIRST, SECOND};
use super::purse::lived::live;
use super::settlement;
use crate::Applet;
use crate::host;
use crate::safe::Place;
use crate::state::State;

const CENTRE: &str = "keys.localhost";

/// Every secret of the card, in pieces of 16 bytes.
fn secret_pieces(secrets: &[&[u8]]) -> Vec<Vec<u8>> {
    secrets
        .iter()
        .flat_map(|secret| secret.chunks_exact(16))
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn no_response_to_any_instruction_contains_a_secret_and_nor_does_what_is_stored() {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    let key = context(1, &[CENTRE]);
    let mut centre = Centre::new(CENTRE);
    let public = bench.enrol(0);
    let sealed = centre.sealed(&public, &key);
    bench.ok(host::put_share(0, &sealed));
    bench.verify();
    bench.select(Applet::Purse);
    live(|apdu| bench.send(apdu).bytes, &public);
    bench.select(Applet::Home);
    bench.ok(host::home::lending::set_up(FIRST, SECOND));
    bench.ok(host::home::access::keys());
    bench.select(Applet::Coupon);
    bench.ok(host::coupon::set_password(PASSWORD));
    bench.ok(host::coupon::present_password(PASSWORD));
    settlement::world::live(|apdu| bench.send(apdu).bytes);
    let key_of_coupons = bench.card.coupon_key().unwrap();
    let holder = HolderId::of_enrolment_key(&public);
    let share = centre.holder_share(&holder, &key);
    let state = State::from_bytes(&bench.card.state()).unwrap();
    let slot = state.slot(0).unwrap();
    bench.verify();
    let key_of_safe = bench.card.safe_key().unwrap();
    let signature_key = state.signature_key.as_ref().unwrap();
    let signature_key = key_of_safe.open(&Place::SigningKey(0x9c), signature_key);
    let signature_key = signature_key.unwrap();
    let purse_keys = state.purses.as_ref().unwrap().secrets(&key_of_safe);
    assert_eq!(purse_keys.len(), 3);
    let mut in_safe = vec![&share[..], signature_key.as_slice(), key_of_safe.as_bytes()];
    in_safe.push(key_of_coupons.as_bytes());
    in_safe.extend(purse_keys.iter().map(|(_, secret)| secret.as_slice()));
    let home = state.home.as_ref().unwrap().secrets();
    assert_eq!(home.len(), 4);
    let contactless = state.settlement.as_ref().unwrap().secrets();
    let contactless: Vec<_> = contactless.collect();
    assert_eq!(contactless.iter().map(|keys| keys.len()).sum::<usize>(), 64);
    let secrets = [&in_safe[..], &[slot.secret.as_slice()], &home, &contactless].concat();
    let secrets = secret_pieces(&secrets);
    assert!(secrets.len() >= 8 + 2 + 16 + 2 + 3 * 2 + 4 * 2 + 2 + 4);
    let kept = bench.card.state();
    for piece in &secret_pieces(&in_safe) {
        assert!(
            !kept.windows(16).any(|window| window == piece),
            "what is stored has it in clear"
        );
    }
    for value in [&b"246810"[..], PUK, PASSWORD.as_bytes()] {
        assert!(!kept.windows(value.len()).any(|window| window == value));
    }

    let derive = host::derive(0, &pair(holder, &key), Purpose::OrderPart, &NONCE).unwrap();
    let whole_request = &derive[7..derive.len() - 2];
    let bodies: [&[u8]; 5] = [
        &[],
        &[0x5c, 3, 0x5f, 0xc1, 0x0a],
        &[0xac, 3, 0x80, 1, 7],
        whole_request,
        &[0; 40],
    ];
    let parameters = [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 0x80),
        (0, 0x9c),
        (7, 0x9c),
        (0x3f, 0xff),
        (1, 2),
    ];
    let mut fresh = None;
    let mut is_as_kept = false;
    for applet in Applet::ALL {
        for cla in [0x00, 0x80, 0x84, 0x10, 0x90] {
            for ins in 0..=0xff_u8 {
                // Making an RSA key 40 times would take long and tell nothing new.
                if ins == 0x47 {
                    continue;
                }
                for (p1, p2) in parameters {
                    for body in bodies {
                        if fresh != Some(applet) {
                            // SELECT ends what goes on; only what was stored has to be put back.
                            if !is_as_kept {
                                bench.card = crate::Card::restore(&kept).unwrap();
                                is_as_kept = true;
                            }
                            bench.verify();
                            bench.select(applet);
                        }
                        let [.., high, low] = body.len().to_be_bytes();
                        let mut apdu = vec![cla, ins, p1, p2, 0];
                        if !body.is_empty() {
                            apdu.extend_from_slice(&[high, low]);
                            apdu.extend_from_slice(body);
                        }
                        apdu.extend_from_slice(&[0, 0]);
                        let crate::Response { bytes, changed } = bench.raw(&apdu);
                        // Only these end a session, a chain or a selection that goes on.
                        let ends =
                            changed || cla & 0x10 != 0 || [0x20, 0x24, 0x2c, 0xa4].contains(&ins);
                        fresh = Some(applet).filter(|_| !ends);
                        is_as_kept &= !changed;
                        let response = bytes;
                        for piece in &secrets {
                            let found = response.windows(16).any(|window| window == piece);
                            assert!(!found, "{cla:02x} {ins:02x} {p1:02x} {p2:02x}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn debug_shows_nothing_of_the_card() {
    let bench = Bench::personalised();
    assert_eq!(alloc::format!("{:?}", bench.card), "Card(…)");
}
