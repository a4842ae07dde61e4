//! The power may fail between any two writes: each step then was done, or was not.

use crate::support::{CA, KEYS, World};
use tallystick_parties::Party;
use tallystick_parties::ledger;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables;
use tallystick_parties::post::{due, outbox};
use tallystick_parties::standing::statements;
use tallystick_parties::store::facts;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

/// More writes than any bootstrap takes.
const ENOUGH: u32 = 400;

#[test]
fn a_bootstrap_cut_short_at_any_write_goes_on_afterwards() {
    let mut finished = false;
    for writes in 0..ENOUGH {
        let mut world = World::new();
        let machine = world.machine("shop.localhost");
        let settings = World::settings(Role::Shop, "shop.localhost");
        machine.database.fail_after(writes);
        let cut_short = crate::support::Bare::new(machine.clone(), settings.clone());
        let outcome = block_on(cut_short.office.bootstrap());
        machine.database.mend();

        // A step that was under way is taken up again when its lease is over.
        world.clock.advance(due::LEASE_MS);
        let restarted = crate::support::Bare::new(machine.clone(), settings);
        block_on(restarted.office.bootstrap()).unwrap();
        assert_eq!(restarted.office.spaces().unwrap(), [0]);
        let console = world.get_json(KEYS, "/v1/console");
        assert_eq!(
            console["counters"]["shop_parties"], 1,
            "counted once, cut after {writes}"
        );
        let console = world.get_json(CA, "/v1/console");
        assert_eq!(
            console["counters"]["party_certificates"], 2,
            "cut after {writes}"
        );
        if outcome.is_ok() {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn a_ca_cut_short_at_any_write_makes_one_root_and_one_certificate_each() {
    let mut finished = false;
    for writes in 0..ENOUGH {
        let mut world = World::empty();
        let (machine, _) = world.start_ca();
        machine.database.fail_after(writes);
        let party = world.start_bare(Role::KeyCentre, KEYS);
        let outcome = block_on(party.office.bootstrap());
        let seen = machine_root(&machine);
        machine.database.mend();

        world
            .hub
            .connect(CA, std::rc::Rc::new(World::ca_over(&machine)));
        world.clock.advance(due::LEASE_MS);
        block_on(party.office.bootstrap()).unwrap();
        let root = machine_root(&machine).unwrap();
        assert!(
            seen.is_none_or(|seen| seen == root),
            "the root never changes"
        );
        let certificates = machine
            .database
            .run("SELECT count(*) FROM certificates", &[])
            .unwrap();
        assert_eq!(certificates[0].integer(0).unwrap(), 1, "cut after {writes}");
        if outcome.is_ok() {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

fn machine_root(machine: &tallystick_parties::native::Machine) -> Option<Vec<u8>> {
    let database = machine.database.clone();
    database.mend();
    facts::get(&database, "root-certificate").ok().flatten()
}

#[test]
fn a_key_centre_cut_short_at_any_write_counts_once_and_keeps_its_masters() {
    let mut finished = false;
    for writes in 0..ENOUGH {
        let mut world = World::empty();
        world.start_ca();
        let (machine, centre) = world.start_key_centre(crate::support::SMALL);
        block_on(centre.wake());
        machine.database.fail_after(writes);
        let shop = world.start_bare(Role::Shop, "shop.localhost");
        let outcome = block_on(shop.office.bootstrap());
        machine.database.mend();

        let restarted = std::rc::Rc::new(World::key_centre_over(&machine, crate::support::SMALL));
        world.hub.connect(KEYS, restarted);
        world.clock.advance(due::LEASE_MS);
        block_on(shop.office.bootstrap()).unwrap();
        let console = world.get_json(KEYS, "/v1/console");
        assert_eq!(console["counters"]["shop_parties"], 1, "cut after {writes}");
        if outcome.is_ok() {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn a_decision_its_letter_and_its_entry_are_stored_together_or_not_at_all() {
    let mut world = World::new();
    let shop = world.start_bare(Role::Shop, "shop.localhost");
    block_on(shop.office.bootstrap()).unwrap();
    let database = shop.office.tables().clone();
    let mut finished = false;
    for writes in 0..ENOUGH {
        database.fail_after(writes);
        let outcome = shop.office.transaction(|tables| {
            let statement = statements::NewStatement {
                kind: "word",
                reference: "root",
                context: "tallystick/v1/word",
                payload: b"bytes",
                void_from: 9,
            };
            statements::store(tables, &statement, 1)?;
            let to = crate::support::domain("issuer.localhost");
            let letter = outbox::NewLetter {
                kind: "word",
                reference: "root",
                to: &to,
                path: "/v1/words",
                content: outbox::Content::Statement("word".into()),
                give_up_at_ms: 9,
            };
            outbox::post(tables, &letter, 1)?;
            let transfer = ledger::Transfer {
                id: "open 1",
                at_ms: 1,
                order_id: None,
                memo: "opened",
                debit: ledger::Account {
                    kind: ledger::AccountKind::CreditLines,
                    name: "credit lines",
                },
                credit: ledger::Account {
                    kind: ledger::AccountKind::Holder,
                    name: "holder 1",
                },
                money: Money::new(3480, Currency::Jpy),
            };
            ledger::transfer(tables, &transfer)?;
            Ok::<_, tallystick_parties::office::fault::Fault>(())
        });
        database.mend();
        let stored = statements::find(&database, "word", "root")
            .unwrap()
            .is_some();
        let posted = due::time_of(&database, due::LETTER, "word/root")
            .unwrap()
            .is_some();
        let booked = ledger::balance(&database, "holder 1", Currency::Jpy)
            .unwrap()
            .posted()
            == 3480;
        assert_eq!(
            [stored, posted, booked],
            [outcome.is_ok(); 3],
            "cut after {writes}"
        );
        assert_eq!(ledger::trial_balance(&database, 1).unwrap().wrong, 0);
        if outcome.is_ok() {
            finished = true;
            break;
        }
    }
    assert!(finished);
}
