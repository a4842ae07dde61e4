//! The table: what is tried, from where on, how it is refused.

use alloc::vec::Vec;

use tallystick_protocol::home::calls::HomeCallKind::{Access, End, Enter, Open, Sign, Stop};
use tallystick_protocol::home::{AccessPurpose, HomeRefusal as Why};
use tallystick_protocol::keys::Epoch;
use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{HolderId, HomeId, Role, TerminalId};
use tallystick_protocol::wire::money::{Currency, Money};

use super::case::Stage::{Accessed, Fresh, Opened, Released};
use super::case::{Case, Stage};
use crate::host::home::lending;
use crate::host::{self};
use crate::tests::bench::domain;
use crate::tests::home::world::{FIRST, NOW, OTHER_SHOP, SECOND, Said, proof_saying};

type Row = (&'static str, Stage, Why, fn(&mut Case) -> Said<()>);

const OTHER_HOME: HomeId = HomeId([1; 32]);
const OTHER_TERMINAL: TerminalId = TerminalId([1; 32]);
const OTHER_KEY: [u8; 32] = [8; 32];

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn block_first(case: &mut Case) {
    for _ in 0..5 {
        case.access().unwrap();
        let opening = case.opening("not this one");
        assert_eq!(case.open(&opening), Err(Why::WrongFirstPassword));
    }
}

fn new_passwords(case: &mut Case) {
    let set_up = lending::set_up("another first", "another second");
    let response = case.world.home.with_pin(set_up);
    host::home::public_keys(&response).unwrap();
}

pub(super) const ROWS: &[Row] = &[
    // ACCESS
    ("an unknown terminal", Fresh, Why::Unknown, |case| {
        case.terminal = OTHER_TERMINAL;
        case.access()
    }),
    (
        "a request signed by another key",
        Fresh,
        Why::BadSignature,
        |case| {
            case.secret = OTHER_KEY;
            case.access()
        },
    ),
    (
        "a request for another home",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Open);
            request.home = OTHER_HOME;
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    (
        "a request in another's name",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Open);
            request.terminal = case.world.terminal;
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    ("a request to fetch", Fresh, Why::Malformed, |case| {
        let request = case.request(AccessPurpose::Fetch);
        let request = case.signed(&request);
        case.done(Access, request)
    }),
    (
        "a request to stop, as one to open",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    ("a request cut off", Fresh, Why::Malformed, |case| {
        let request = case.request(AccessPurpose::Open);
        let mut request = case.signed(&request);
        request.pop();
        case.done(Access, request)
    }),
    (
        "a request with a byte more",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let mut request = case.signed(&request);
            request.push(0);
            case.done(Access, request)
        },
    ),
    ("a request altered", Fresh, Why::BadSignature, |case| {
        let request = case.request(AccessPurpose::Open);
        let mut request = case.signed(&request);
        let end = request.len() - 1;
        request[end] ^= 1;
        case.done(Access, request)
    }),
    (
        "a password instead of a request",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            let opening = case.signed(&opening);
            case.done(Access, opening)
        },
    ),
    (
        "nothing instead of a request",
        Fresh,
        Why::Malformed,
        |case| case.done(Access, Vec::new()),
    ),
    (
        "a request while the first password is blocked",
        Fresh,
        Why::Blocked,
        |case| {
            block_first(case);
            case.access()
        },
    ),
    // OPEN
    (
        "a first password without a nonce",
        Fresh,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.open(&opening)
        },
    ),
    (
        "a first password with another nonce",
        Accessed,
        Why::BadSignature,
        |case| {
            case.nonce = [5; 32];
            let opening = case.opening(FIRST);
            case.open(&opening)
        },
    ),
    (
        "a first password with the nonce before",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.access().unwrap();
            case.open(&opening)
        },
    ),
    (
        "a right first password again",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.open(&opening).unwrap();
            case.open(&opening)
        },
    ),
    (
        "a right first password after a wrong one with the same nonce",
        Accessed,
        Why::BadSignature,
        |case| {
            let wrong = case.opening("not this one");
            case.open(&wrong).unwrap_err();
            let right = case.opening(FIRST);
            case.open(&right)
        },
    ),
    (
        "a first password signed by another key",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.secret = OTHER_KEY;
            case.open(&opening)
        },
    ),
    (
        "a first password sealed to another home",
        Accessed,
        Why::Malformed,
        |case| {
            let sealing = core::mem::replace(&mut case.world.keys.sealing, [9; 32]);
            // Named as this home all the same.
            let mut opening = case.opening(FIRST);
            case.world.keys.sealing = sealing;
            opening.home = case.world.keys.home();
            case.open(&opening)
        },
    ),
    (
        "a first password sealed with another nonce than it says",
        Accessed,
        Why::Malformed,
        |case| {
            let nonce = core::mem::replace(&mut case.nonce, [5; 32]);
            let mut opening = case.opening(FIRST);
            opening.nonce = nonce;
            case.open(&opening)
        },
    ),
    (
        "a first password sealed for another terminal",
        Accessed,
        Why::Malformed,
        |case| {
            let terminal = core::mem::replace(&mut case.terminal, OTHER_TERMINAL);
            let mut opening = case.opening(FIRST);
            case.terminal = terminal;
            opening.terminal = terminal;
            case.open(&opening)
        },
    ),
    (
        "a first password for another home",
        Accessed,
        Why::BadSignature,
        |case| {
            let mut opening = case.opening(FIRST);
            opening.home = OTHER_HOME;
            case.open(&opening)
        },
    ),
    (
        "another terminal's first password",
        Accessed,
        Why::BadSignature,
        |case| {
            let answer = case.world.access().unwrap();
            let keys = case.world.keys.clone();
            let opening = host::home::access::opening(&keys, &answer, FIRST);
            let opening = case.world.away.bytes(opening);
            case.done(Open, opening)
        },
    ),
    (
        "a wrong first password",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening("not this one");
            case.open(&opening)
        },
    ),
    (
        "an empty first password",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening("");
            case.open(&opening)
        },
    ),
    (
        "the second password as the first",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening(SECOND);
            case.open(&opening)
        },
    ),
    (
        "the right first password when it is blocked",
        Accessed,
        Why::Blocked,
        |case| {
            for _ in 0..4 {
                case.access().unwrap();
                let wrong = case.opening("not this one");
                case.open(&wrong).unwrap_err();
            }
            case.access().unwrap();
            // Another terminal's try was the last.
            let answer = case.world.access().unwrap();
            case.world.open(&answer, "nor this one").unwrap_err();
            let right = case.opening(FIRST);
            case.open(&right)
        },
    ),
    (
        "the first password before new ones were set",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            new_passwords(case);
            case.open(&opening)
        },
    ),
    (
        "a request instead of a first password",
        Accessed,
        Why::BadSignature,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let request = case.signed(&request);
            case.done(Open, request)
        },
    ),
    // RELEASE
    (
        "a second password before anything",
        Fresh,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password before the first",
        Accessed,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password after a wrong first",
        Accessed,
        Why::OutOfOrder,
        |case| {
            let wrong = case.opening("not this one");
            case.open(&wrong).unwrap_err();
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password after the end",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.done(End, Vec::new()).unwrap();
            case.release(&release)
        },
    ),
    (
        "a second password after everything was stopped",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.world.home.done(lending::stop_everything());
            case.release(&release)
        },
    ),
    (
        "a second password before new ones were set",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            new_passwords(case);
            case.release(&release)
        },
    ),
    (
        "a second password with another nonce",
        Opened,
        Why::BadSignature,
        |case| {
            case.opened.nonce = [5; 32];
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password with the nonce before",
        Opened,
        Why::BadSignature,
        |case| {
            let release = case.release_of(SECOND);
            case.access().unwrap();
            let opening = case.opening(FIRST);
            case.open(&opening).unwrap();
            case.release(&release)
        },
    ),
    (
        "a right second password again",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release).unwrap();
            case.release(&release)
        },
    ),
    (
        "a right second password after a wrong one",
        Opened,
        Why::OutOfOrder,
        |case| {
            let wrong = case.release_of("nor this one");
            case.release(&wrong).unwrap_err();
            let right = case.release_of(SECOND);
            case.release(&right)
        },
    ),
    (
        "a wrong second password",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            let release = case.release_of("nor this one");
            case.release(&release)
        },
    ),
    (
        "the first password as the second",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            let release = case.release_of(FIRST);
            case.release(&release)
        },
    ),
    (
        "the right second password without the gate",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            case.opened.gate = [5; 32];
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password signed by another key",
        Opened,
        Why::BadSignature,
        |case| {
            let release = case.release_of(SECOND);
            case.secret = OTHER_KEY;
            case.release(&release)
        },
    ),
    (
        "a second password moved to another session",
        Opened,
        Why::Malformed,
        |case| {
            let mut release = case.release_of(SECOND);
            release.session = [5; 32];
            case.release(&release)
        },
    ),
    (
        "a second password for another home",
        Opened,
        Why::BadSignature,
        |case| {
            let mut release = case.release_of(SECOND);
            release.home = OTHER_HOME;
            case.release(&release)
        },
    ),
    (
        "a second password in another's name",
        Opened,
        Why::BadSignature,
        |case| {
            let mut release = case.release_of(SECOND);
            release.terminal = case.world.terminal;
            case.release(&release)
        },
    ),
    // ENTER
    (
        "to enter without a release",
        Opened,
        Why::NoSession,
        |case| {
            case.release_of(SECOND);
            case.enter(|_, _| {})
        },
    ),
    (
        "to enter with an altered record",
        Released,
        Why::BadSignature,
        |case| {
            case.enter(|_, call| {
                let end = call.record.len() - 1;
                call.record[end] ^= 1;
            })
        },
    ),
    (
        "to enter with a record that was there",
        Released,
        Why::BadSignature,
        |case| {
            let ask = case.entering();
            let call = encode(&case.enter_call(&ask));
            case.done(Enter, call.clone()).unwrap();
            case.done(Enter, call)
        },
    ),
    (
        "to enter with another key",
        Released,
        Why::OutOfOrder,
        |case| case.enter_asking(|ask| ask.key = [5; 32]),
    ),
    (
        "to enter by a loan that never was",
        Released,
        Why::NoLoan,
        |case| case.enter_asking(|ask| ask.loan = 9),
    ),
    (
        "to enter by another's loan",
        Released,
        Why::NoLoan,
        |case| case.enter_asking(|ask| ask.loan = 2),
    ),
    (
        "to enter by a loan that was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.stop(1);
            case.enter(|_, _| {})
        },
    ),
    ("to enter another shop", Released, Why::OtherShop, |case| {
        case.enter_asking(|ask| ask.shop = domain(OTHER_SHOP))
    }),
    (
        "to enter after the loan's end",
        Released,
        Why::AfterEnd,
        |case| {
            case.later(3600);
            case.enter(|_, _| {})
        },
    ),
    (
        "to enter where the proxy spoke to another shop",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                let other = case.agreement(OTHER_SHOP, Role::Shop);
                (call.hello, call.answer, call.proof) = (other.hello, other.answer, other.signed);
            })
        },
    ),
    (
        "to enter with the proof of another agreement",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                call.proof = case.agreement(call.hello.to.as_str(), Role::Shop).signed;
            })
        },
    ),
    (
        "to enter where the shop's share is another",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.answer.share = [5; 32]),
    ),
    (
        "to enter where the session's name is another",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.answer.session = [5; 16]),
    ),
    (
        "to enter where somebody puts a share in",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.hello.second = Some([5; 32])),
    ),
    (
        "to enter a shop that is certified as a courier",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                let other = case.agreement(call.hello.to.as_str(), Role::Courier);
                (call.hello, call.answer, call.proof) = (other.hello, other.answer, other.signed);
            })
        },
    ),
    (
        "to enter with a proof that has expired",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|case, _| case.later(1200)),
    ),
    (
        "to enter without a proof",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.proof.clear()),
    ),
    (
        "to enter with another's certificate",
        Released,
        Why::Unreadable,
        |case| {
            case.enter(|_, call| {
                let other = TestAuthority::new(NOW).holder("another", 3);
                call.certificate = other.as_der().to_vec();
            })
        },
    ),
    (
        "to enter with an order in the record",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.ask(300);
            let record = case.record(&ask);
            let ask = case.entering();
            let mut call = case.enter_call(&ask);
            call.record = record;
            case.done(Enter, encode(&call))
        },
    ),
    (
        "to enter with a record alone",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.entering();
            let record = case.record(&ask);
            case.done(Enter, record)
        },
    ),
    // SIGN
    (
        "an order without a release",
        Opened,
        Why::NoSession,
        |case| {
            case.release_of(SECOND);
            case.sign_asking(|_| {})
        },
    ),
    ("an order after the end", Released, Why::NoSession, |case| {
        case.done(End, Vec::new()).unwrap();
        case.sign_asking(|_| {})
    }),
    (
        "an order in another's name",
        Released,
        Why::NoSession,
        |case| {
            case.terminal = case.world.terminal;
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order after everything was stopped",
        Released,
        Why::NoSession,
        |case| {
            case.world.home.done(lending::stop_everything());
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order after the terminal was revoked",
        Released,
        Why::Unknown,
        |case| {
            let terminal = case.terminal;
            case.world.home.done(lending::revoke(&terminal));
            case.mark();
            case.sign_asking(|_| {})
        },
    ),
    ("an altered record", Released, Why::BadSignature, |case| {
        let ask = case.ask(300);
        let mut record = case.record(&ask);
        let end = record.len() - 1;
        record[end] ^= 1;
        case.sign_record(record)
    }),
    (
        "a record that was there",
        Released,
        Why::BadSignature,
        |case| {
            let ask = case.ask(300);
            let record = case.record(&ask);
            case.sign_record(record.clone()).unwrap();
            case.mark();
            case.sign_record(record)
        },
    ),
    ("a record too early", Released, Why::BadSignature, |case| {
        let ask = case.ask(300);
        let _lost = case.record(&ask);
        case.sign(&ask)
    }),
    ("no record", Released, Why::BadSignature, |case| {
        case.done(Sign, [1, 2, 3].to_vec())
    }),
    (
        "an order with another key",
        Released,
        Why::OutOfOrder,
        |case| case.sign_asking(|ask| ask.key = [5; 32]),
    ),
    (
        "an order of a loan that never was",
        Released,
        Why::NoLoan,
        |case| case.sign_asking(|ask| ask.loan = 9),
    ),
    (
        "an order of another's loan",
        Released,
        Why::NoLoan,
        |case| case.sign_asking(|ask| ask.loan = 2),
    ),
    (
        "an order of a loan that was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.stop(1);
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order that costs more than is said",
        Released,
        Why::Unreadable,
        |case| {
            let header = case.world.header();
            case.sign_asking(|ask| ask.proof = proof_saying(header, yen(500), yen(5)))
        },
    ),
    (
        "another holder's order",
        Released,
        Why::Unreadable,
        |case| case.sign_header(|header| header.holder = HolderId([5; 32])),
    ),
    (
        "an order at another shop",
        Released,
        Why::OtherShop,
        |case| case.sign_header(|header| header.shop = domain(OTHER_SHOP)),
    ),
    (
        "an order above what one may cost",
        Released,
        Why::AboveEach,
        |case| {
            let ask = case.ask(501);
            case.sign(&ask)
        },
    ),
    (
        "an order in another currency",
        Released,
        Why::AboveEach,
        |case| {
            let ask = case.ask_for(Money::new(300, Currency::Eur), |_| {});
            case.sign(&ask)
        },
    ),
    (
        "an order above what is left",
        Released,
        Why::AboveTotal,
        |case| {
            let ask = case.ask(500);
            case.sign(&ask).unwrap();
            case.mark();
            let ask = case.ask_for(yen(301), |header| header.order_id.0 = [5; 32]);
            case.sign(&ask)
        },
    ),
    (
        "an order more than the loan allows",
        Released,
        Why::NoneLeft,
        |case| {
            for number in [5, 6] {
                let ask = case.ask_for(yen(1), |header| header.order_id.0 = [number; 32]);
                case.sign(&ask).unwrap();
            }
            case.mark();
            let ask = case.ask_for(yen(1), |header| header.order_id.0 = [7; 32]);
            case.sign(&ask)
        },
    ),
    (
        "an order that goes on longer than the loan",
        Released,
        Why::AfterEnd,
        |case| {
            case.later(3000);
            case.sign_header(|_| {})
        },
    ),
    (
        "an order that is over before it begins",
        Released,
        Why::AfterEnd,
        |case| case.sign_header(|header| header.expires_at = header.sent_at),
    ),
    (
        "an order that goes on longer than orders do",
        Released,
        Why::AfterEnd,
        |case| case.sign_header(|header| header.expires_at = header.sent_at.plus_seconds(901)),
    ),
    (
        "an order with the shares of two parties",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|ask| {
                ask.contexts.pop();
            })
        },
    ),
    (
        "an order with shares in another order",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.contexts.reverse()),
    ),
    (
        "an order with shares that the card does not have",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.contexts[1].epoch = Epoch(2)),
    ),
    (
        "an order with five nonces",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|ask| {
                ask.nonces.pop();
            })
        },
    ),
    (
        "an order with another's certificate",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|ask| {
                let other = TestAuthority::new(NOW).holder("another", 3);
                ask.certificate = other.as_der().to_vec();
            })
        },
    ),
    (
        "an order with no certificate",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.certificate.clear()),
    ),
    (
        "the same order with other nonces",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.sign_asking(|ask| ask.nonces[5] = [9; 32].into())
        },
    ),
    (
        "the same order by another loan",
        Released,
        Why::NoLoan,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.sign_asking(|ask| ask.loan = 2)
        },
    ),
    (
        "the same order after the loan was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.stop(1);
            case.sign_asking(|_| {})
        },
    ),
    (
        "an entrance instead of an order",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.entering();
            let record = case.record(&ask);
            case.sign_record(record)
        },
    ),
    // STOP and END
    (
        "a request to open, as one to stop",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop signed by another key",
        Fresh,
        Why::BadSignature,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            case.secret = OTHER_KEY;
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop for another home",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Stop);
            request.home = OTHER_HOME;
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop of an unknown terminal",
        Fresh,
        Why::Unknown,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            let request = case.signed(&request);
            case.terminal = OTHER_TERMINAL;
            case.done(Stop, request)
        },
    ),
    (
        "an end for an unknown terminal",
        Fresh,
        Why::Unknown,
        |case| {
            case.terminal = OTHER_TERMINAL;
            case.done(End, Vec::new())
        },
    ),
];
