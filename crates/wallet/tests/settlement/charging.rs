//! Value that the account puts on a card.

use minicbor::bytes::ByteVec;
use tallystick_parties::native::block_on;
use tallystick_protocol::settlement::{TapAnswer, TapStep, ValueUpdate};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::encode;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::ChargeStanding;

use super::front::FRONT_KEY;
use super::holder::{Holder, PIN};
use super::pay::{Pay, balance, card, certificate, fill, get, get_in_reader, yen};
use super::security::SECURITY_KEY;
use super::world::{ISSUER, SECURITY};

fn charge(holder: &Holder<'_>, id: &str, minor: u64) -> Result<String, ErrorKind> {
    let charged = holder.wallet.charge_contactless(id, minor, PIN);
    block_on(charged).map_err(|error| error.kind)
}

fn collect(holder: &Holder<'_>, id: &str) -> Result<bool, ErrorKind> {
    block_on(holder.wallet.collect_contactless(id)).map_err(|error| error.kind)
}

#[test]
fn t003_11_the_account_pays_and_the_card_takes_it_once() {
    let pay = Pay::new();
    let holder = pay.holder();
    let id = get(&holder);
    charge(&holder, &id, 500).unwrap();
    assert_eq!(card(&holder, &id).charges[0].state, ChargeStanding::Waiting);
    assert!(collect(&holder, &id).unwrap());
    let after = card(&holder, &id);
    assert_eq!(after.charges[0].state, ChargeStanding::Done);
    assert_eq!((after.balance_minor, after.waiting_minor), (Some(500), 0));
    assert!(!collect(&holder, &id).unwrap(), "nothing waits any more");
    assert_eq!(balance(&holder, &id), 500);
    charge(&holder, &id, 200).unwrap();
    charge(&holder, &id, 100).unwrap();
    assert!(collect(&holder, &id).unwrap());
    assert_eq!(balance(&holder, &id), 800);
}

#[test]
fn what_cannot_be_charged_is_not_signed() {
    let pay = Pay::new();
    let holder = pay.holder();
    let id = get(&holder);
    assert_eq!(charge(&holder, &id, 0), Err(ErrorKind::AmountInvalid));
    assert_eq!(
        charge(&holder, &id, 2_000_000_000),
        Err(ErrorKind::ChargeTooMuch)
    );
    assert_eq!(
        charge(&holder, "no card", 1),
        Err(ErrorKind::NoSuchContactless)
    );
    let wrong = block_on(holder.wallet.charge_contactless(&id, 1, "000000"));
    assert_eq!(wrong.unwrap_err().kind, ErrorKind::WrongPin);
    assert!(card(&holder, &id).charges.is_empty());
}

#[test]
fn a_charge_that_did_not_reach_the_front_is_said_again_and_paid_once() {
    let pay = Pay::new();
    let mut holder = pay.holder();
    let id = get(&holder);
    pay.world.hub.cut(ISSUER, true);
    charge(&holder, &id, 500).unwrap();
    assert_eq!(card(&holder, &id).charges[0].state, ChargeStanding::Asked);
    holder.restart();
    pay.world.hub.cut(ISSUER, false);
    for _ in 0..10 {
        let pause_ms = block_on(holder.wallet.advance()).unwrap();
        pay.world.run_for(pause_ms.unwrap_or(100).max(50));
    }
    assert_eq!(card(&holder, &id).charges[0].state, ChargeStanding::Waiting);
    assert!(collect(&holder, &id).unwrap());
    assert_eq!(balance(&holder, &id), 500);
}

/// What somebody makes of a step that writes value.
type Lie = fn(&mut TapStep, &[Certificate; 2]);

/// The signed update of a step, to be altered and signed anew.
fn altered(step: &TapStep, alter: impl Fn(&mut ValueUpdate)) -> ValueUpdate {
    let mut update: ValueUpdate = unverified(step.update.as_ref().unwrap()).unwrap();
    alter(&mut update);
    update
}

const LIES: [(&str, Lie); 9] = [
    ("nothing is signed", |step, _| step.update = None),
    ("a bit of the signature is another", |step, _| {
        *step.update.as_mut().unwrap().last_mut().unwrap() ^= 1;
    }),
    ("another has signed it", |step, [front, _]| {
        let update = altered(step, |_| {});
        step.update = Some(test_statement(&update, front, FRONT_KEY));
    }),
    ("a command of the block is another", |step, _| {
        let command = step.block.last_mut().unwrap();
        let mut bytes = command.to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        *command = bytes.into();
    }),
    ("the block has one command more", |step, _| {
        let again: ByteVec = step.block.last().unwrap().clone();
        step.block.push(again);
    }),
    ("it is signed for more than waits", |step, [_, own]| {
        let update = altered(step, |update| update.amount = yen(501));
        step.update = Some(test_statement(&update, own, SECURITY_KEY));
    }),
    (
        "it is signed for less than was charged",
        |step, [_, own]| {
            let update = altered(step, |update| update.amount = yen(499));
            step.update = Some(test_statement(&update, own, SECURITY_KEY));
        },
    ),
    ("it is signed for another card", |step, [_, own]| {
        let update = altered(step, |update| update.alias.0[0] ^= 1);
        step.update = Some(test_statement(&update, own, SECURITY_KEY));
    }),
    ("it is signed in another tap", |step, [_, own]| {
        let update = altered(step, |update| update.envelope.transaction[0] ^= 1);
        step.update = Some(test_statement(&update, own, SECURITY_KEY));
    }),
];

#[test]
fn t003_11_the_card_gets_nothing_of_a_block_that_writes_value_unless_the_security_server_signed_it()
{
    let pay = Pay::new();
    let holder = pay.holder();
    let (_, id) = get_in_reader(&holder);
    charge(&holder, &id, 500).unwrap();
    for (what, lie) in LIES {
        let leaves = [
            certificate(&pay.world, ISSUER),
            certificate(&pay.world, SECURITY),
        ];
        pay.security.lie(move |_, answer| {
            if let Ok(TapAnswer::Step(mut step)) = TapAnswer::decode(answer)
                && step.update.is_some()
            {
                lie(&mut step, &leaves);
                *answer = encode(&step);
            }
        });
        let before = pay.asked();
        assert_eq!(
            collect(&holder, &id),
            Err(ErrorKind::SettlementAnswerInvalid),
            "{what}"
        );
        let said = pay.security.said();
        let last = &said[before..].last().unwrap().answered;
        let TapAnswer::Step(step) = TapAnswer::decode(last).unwrap() else {
            panic!("{what}: the tap went on");
        };
        assert_eq!(step.block.first().map(|one| one[1]), Some(0xdc), "{what}");
        pay.security.be_honest();
        assert_eq!(balance(&holder, &id), 0, "{what}");
    }
    assert!(collect(&holder, &id).unwrap());
    assert_eq!(balance(&holder, &id), 500);
}

#[test]
fn a_card_that_is_pulled_while_it_takes_value_has_it_once() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (held, id) = get_in_reader(&holder);
    fill(&holder, &id, 100);
    let reader = holder.device.reader();
    for (apdus, executed) in (0..24).flat_map(|apdus| [(apdus, false), (apdus, true)]) {
        let before = balance(&holder, &id);
        charge(&holder, &id, 10).unwrap();
        reader.pull_after(apdus, executed);
        let collected = collect(&holder, &id);
        reader.leave_alone();
        reader.insert(&held);
        if collected != Ok(true) {
            collect(&holder, &id).unwrap();
        }
        assert_eq!(balance(&holder, &id), before + 10, "{apdus} {executed}");
    }
}
