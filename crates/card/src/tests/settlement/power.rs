//! The power fails at every write of a debit, and what the server finds then.

use tallystick_protocol::settlement::card::{
    CardAnswer, CardReport, DEBIT, READ, TransactionRecord, VALUE_BYTES_MAX,
};
use tallystick_protocol::settlement::channel::{HostChannel, HostOpening, Mode};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::money::Currency;

use super::world::{IDENTIFIER, MODES, keys, order};
use crate::Applet;
use crate::PersistentCard;
use crate::host;
use crate::tests::memory::{Memory, power};
use crate::tests::scenarios::with_contactless_card;

type Reader = PersistentCard<Memory>;

/// Taps the card: the applet selected, a channel open.
fn tap(card: &mut Reader, rng: &mut TestRng, mode: Mode) -> HostChannel {
    card.transmit(&host::select(Applet::Settlement).unwrap(), rng);
    let opening = HostOpening::begin(0, &[7; 16][..mode.bytes()]).unwrap();
    let response = card.transmit(&opening.initialize_update().unwrap(), rng);
    let update = opening.read(&response).unwrap();
    let (command, mut channel) = opening.authenticate(&update, &keys()).unwrap();
    channel.unwrap(&card.transmit(&command, rng)).unwrap();
    channel
}

fn read(memory: &Memory, mode: Mode) -> CardReport {
    let mut rng = TestRng::new(6);
    let mut card = power(memory);
    let mut channel = tap(&mut card, &mut rng, mode);
    let command = channel.wrap(READ, &[]).unwrap();
    let report = channel.unwrap(&card.transmit(&command, &mut rng)).unwrap();
    decode_value(&report, VALUE_BYTES_MAX).unwrap()
}

/// What an order came to, with the power failing after so many writes: what was answered, if anything was, and what the next
/// tap reads.
fn cut_after(
    writes: usize,
    done_all_the_same: bool,
    mode: Mode,
) -> (Option<TransactionRecord>, CardReport) {
    let memory = Memory::with(with_contactless_card());
    let mut rng = TestRng::new(5);
    let mut card = power(&memory);
    let mut channel = tap(&mut card, &mut rng, mode);
    let paying = encode_value(&order(1, 100, 1));
    let command = channel.wrap(DEBIT, &paying).unwrap();
    memory.0.borrow_mut().writes_left = Some(writes);
    memory.0.borrow_mut().done_all_the_same = done_all_the_same;
    let response = card.transmit(&command, &mut rng);
    let answered =
        channel
            .unwrap(&response)
            .ok()
            .map(|answer| match decode_value(&answer, VALUE_BYTES_MAX) {
                Ok(CardAnswer::Done(record)) => record,
                other => panic!("{other:?}"),
            });
    memory.0.borrow_mut().writes_left = None;
    (answered, read(&memory, mode))
}

#[test]
fn t003_9_a_debit_is_done_or_not_done_wherever_the_power_fails_and_can_be_read_again() {
    for mode in MODES {
        for done_all_the_same in [false, true] {
            let (mut not_done, mut unanswered, mut done) = (0, 0, 0);
            for writes in 0..200 {
                let (answered, report) = cut_after(writes, done_all_the_same, mode);
                match (report.counter, answered) {
                    (1, None) => {
                        assert_eq!(report.balance.minor, 500);
                        assert_ne!(report.last_digest(), Some([1; 32]));
                        not_done += 1;
                    }
                    (2, answered) => {
                        let record = report.last.unwrap();
                        assert_eq!(report.balance.minor, 400);
                        assert_eq!((record.digest, record.amount), ([1; 32], 100));
                        assert!(record.is_genuine(&keys(), IDENTIFIER, Currency::Jpy));
                        assert!(answered.is_none_or(|answered| answered == record));
                        unanswered += usize::from(answered.is_none());
                        done += usize::from(answered.is_some());
                    }
                    other => panic!("what was answered is not kept: {other:?}"),
                }
                if done > 4 {
                    break;
                }
            }
            assert!(not_done > 0 && done > 4);
            // Where the last write gets there all the same, nobody hears of it.
            assert!(unanswered > 0 || !done_all_the_same);
        }
    }
}
