//! The operator changes the sealing key while the party runs.

use tallystick_parties::Party as _;
use tallystick_parties::native::{Machine, SeededRandom, block_on};
use tallystick_parties::office::settings::Settings;
use tallystick_parties::ports::{Clock as _, DatabaseError, Tables as _, Value};
use tallystick_parties::store::key_id::{joined, named_in, parted};
use tallystick_parties::store::schema::{COMMON, migrate};
use tallystick_parties::store::secrets;
use tallystick_parties::store::vault::{SealingKey, Vault};
use tallystick_protocol::wire::identifier::Role;

use crate::support::{Bare, World};

const SHOP: &str = "shop.localhost";
const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];
/// How many secrets there are: more than one piece.
const MANY: usize = 300;

fn keys(present: [u8; 32], before: Option<[u8; 32]>) -> Settings {
    let mut settings = World::settings(Role::Shop, SHOP);
    settings.sealing_key = SealingKey::new(present);
    settings.sealing_key_before = before.map(SealingKey::new);
    settings
}

fn vault(key: [u8; 32]) -> Vault {
    Vault::new(&SealingKey::new(key), keys(key, None).owner())
}

/// A shop with a certificate and a key share, under the old key.
fn started(world: &mut World) -> Machine {
    let machine = world.machine(SHOP);
    let party = Bare::new(machine.clone(), keys(OLD, None));
    block_on(party.wake());
    assert!(party.office.is_ready());
    machine
}

fn number(machine: &Machine, sql: &str) -> i64 {
    machine.database.run(sql, &[]).unwrap()[0]
        .integer(0)
        .unwrap()
}

/// All that is sealed: under which name, and how.
fn sealed(machine: &Machine) -> Vec<(String, Vec<u8>)> {
    let secrets = machine
        .database
        .run("SELECT name, sealed FROM secrets", &[]);
    let secrets = secrets.unwrap().into_iter().map(|row| {
        let name = row.text(0).unwrap().to_owned();
        (name, row.blob(1).unwrap().to_vec())
    });
    let sql = "SELECT epoch, space, centre, piece, head, sealed FROM key_shares";
    let shares = machine
        .database
        .run(sql, &[])
        .unwrap()
        .into_iter()
        .map(|row| {
            let of = |at| row.integer(at).unwrap();
            let name = format!(
                "key-share|{}|{}|{}|{}",
                of(0),
                of(1),
                row.text(2).unwrap(),
                of(3)
            );
            let head = (!row.is_null(4)).then(|| row.blob(4).unwrap());
            (name, joined(head, row.blob(5).unwrap()))
        });
    secrets.chain(shares).collect()
}

fn store(machine: &Machine, name: &str, sealed: &[u8]) {
    if !name.starts_with("key-share|") {
        return secrets::put(&machine.database, name, sealed).unwrap();
    }
    let (head, rest) = parted(sealed);
    let [piece, centre] = {
        let mut parts = name.rsplit('|');
        [parts.next().unwrap(), parts.next().unwrap()]
    };
    let sql = "UPDATE key_shares SET head = ?, sealed = ? WHERE centre = ? AND piece = ?";
    let piece: i64 = piece.parse().unwrap();
    let values: [Value; 4] = [head.into(), rest.into(), centre.into(), piece.into()];
    machine.database.run(sql, &values).unwrap();
}

/// Opens the tables as the release before does.
fn opened_by_the_release_before(machine: &Machine) -> Result<(), DatabaseError> {
    migrate(&machine.database, "common", &COMMON[..COMMON.len() - 1])
}

/// Makes what a machine stored what the release before would have stored.
fn as_of_before(machine: &Machine) {
    let (vault, random) = (vault(OLD), SeededRandom::new("before"));
    for (name, value) in sealed(machine) {
        let plain = vault.open(&name, &value).unwrap();
        store(machine, &name, &vault.seal(&random, &name, &plain).unwrap());
    }
    for sql in [
        "DELETE FROM resealing",
        "DELETE FROM due WHERE kind = 'resealing'",
        "UPDATE meta SET version = version - 1 WHERE schema = 'common'",
    ] {
        machine.database.run(sql, &[]).unwrap();
    }
    assert!(
        sealed(machine)
            .iter()
            .all(|(_, value)| named_in(value).is_none())
    );
}

/// Lets time pass until nothing is left to be sealed anew, or what is left does not open.
fn settle(world: &World, party: &Bare, machine: &Machine) {
    let is_over = (0..40).any(|_| {
        block_on(party.wake());
        let soon = machine.clock.now_ms() + 60_000;
        let due = format!("SELECT count(*) FROM due WHERE kind = 'resealing' AND at_ms < {soon}");
        world.clock.advance(1_000);
        number(machine, &due) == 0
    });
    assert!(is_over, "it never comes to an end");
}

/// Requires that everything opens under this key alone, and names it.
fn require_all_under(machine: &Machine, key: [u8; 32]) {
    let vault = vault(key);
    for (name, value) in sealed(machine) {
        let named = named_in(&value).map(|(id, _)| id);
        assert_eq!(named, Some(vault.key_id()), "{name}");
        assert!(vault.open(&name, &value).is_ok(), "{name}");
    }
}

#[test]
fn a_sealed_value_names_its_key_and_opens_by_that_name_alone() {
    let random = SeededRandom::new("vault");
    let named = vault(OLD);
    named.name_keys();
    let value = named.seal(&random, "key", b"secret").unwrap();
    assert_eq!(named_in(&value).unwrap().0, named.key_id());
    let changing = Vault::new(&SealingKey::new(NEW), keys(NEW, None).owner());
    let changing = changing.after(Some(&SealingKey::new(OLD)));
    assert_eq!(&*changing.open("key", &value).unwrap(), b"secret");
    let missing = vault(NEW).open("key", &value).unwrap_err();
    assert!(matches!(missing, DatabaseError::KeyMissing(id) if id == named.key_id()));
    // Neither without its head, nor under another one, nor with one that it did not have.
    assert!(changing.open("key", &value[12..]).is_err());
    let other = [&vault(NEW).key_id().head()[..], &value[12..]].concat();
    assert!(changing.open("key", &other).is_err());
    let unnamed = vault(OLD).seal(&random, "key", b"secret").unwrap();
    assert_eq!(named_in(&unnamed), None);
    assert_eq!(&*changing.open("key", &unnamed).unwrap(), b"secret");
    let given = [&named.key_id().head()[..], &unnamed].concat();
    assert!(changing.open("key", &given).is_err());
    for at in 0..value.len() {
        let mut altered = value.clone();
        altered[at] ^= 1;
        assert!(changing.open("key", &altered).is_err(), "byte {at}");
    }
}

#[test]
fn a_key_id_is_the_partys_own_and_says_nothing_of_the_key() {
    let one = vault(OLD).key_id();
    let other_party = Vault::new(&SealingKey::new(OLD), "shop|b.example".to_owned());
    assert_ne!(one, other_party.key_id());
    assert_ne!(one, vault(NEW).key_id());
    assert!(!one.to_string().contains("01010101"));
}

#[test]
fn an_old_party_seals_as_the_release_before_until_its_operator_names_a_key_of_before() {
    let mut world = World::new();
    let machine = started(&mut world);
    as_of_before(&machine);
    let party = Bare::new(machine.clone(), keys(OLD, None));
    block_on(party.wake());
    assert!(party.office.is_ready());
    let new = party.office.seal("new", b"value").unwrap();
    assert_eq!(named_in(&new), None, "the release before opens it");
    assert_eq!(number(&machine, "SELECT count(*) FROM resealing"), 0);
    opened_by_the_release_before(&machine).unwrap();
    for (name, value) in sealed(&machine) {
        assert_eq!(named_in(&value), None, "{name}");
    }
    // The same key named as that of before: everything names its key from now on.
    let party = Bare::new(machine.clone(), keys(OLD, Some(OLD)));
    settle(&world, &party, &machine);
    require_all_under(&machine, OLD);
    let newer = opened_by_the_release_before(&machine).unwrap_err();
    assert!(matches!(newer, DatabaseError::Newer(_)), "it stops there");
    // And for good.
    let party = Bare::new(machine.clone(), keys(OLD, None));
    block_on(party.wake());
    let new = party.office.seal("new", b"value").unwrap();
    assert!(named_in(&new).is_some());
}

#[test]
fn what_was_stored_without_names_is_sealed_anew_under_a_new_key() {
    let mut world = World::new();
    let machine = started(&mut world);
    as_of_before(&machine);
    let party = Bare::new(machine.clone(), keys(NEW, Some(OLD)));
    settle(&world, &party, &machine);
    require_all_under(&machine, NEW);
    let party = Bare::new(machine.clone(), keys(NEW, None));
    block_on(party.wake());
    assert!(party.office.is_ready());
}

/// A shop with many secrets under the old key.
fn with_many(world: &mut World) -> Machine {
    let machine = started(world);
    let party = Bare::new(machine.clone(), keys(OLD, None));
    party.office.migrate().unwrap();
    for at in 0..MANY {
        let name = format!("secret {at}");
        let sealed = party.office.seal(&name, name.as_bytes()).unwrap();
        secrets::put(&machine.database, &name, &sealed).unwrap();
    }
    machine
}

#[test]
fn the_power_may_fail_at_any_write_while_values_are_sealed_anew() {
    let mut finished = false;
    for writes in 0..2_000 {
        // Each write is one of a transaction: the first ones, and then every seventh.
        if writes > 20 && writes % 7 > 0 {
            continue;
        }
        let mut world = World::new();
        let machine = with_many(&mut world);
        let before = machine.database.writes();
        machine.database.fail_after(writes);
        let cut_short = Bare::new(machine.clone(), keys(NEW, Some(OLD)));
        for _ in 0..6 {
            block_on(cut_short.wake());
            world.clock.advance(1_000);
        }
        let failed = machine.database.is_spent();
        machine.database.mend();
        let both = keys(NEW, Some(OLD));
        let vault = Vault::new(&both.sealing_key, both.owner());
        let vault = vault.after(both.sealing_key_before.as_ref());
        for (name, value) in sealed(&machine) {
            assert!(
                vault.open(&name, &value).is_ok(),
                "{name}, cut after {writes}"
            );
        }
        // A piece that was under way is taken up again when its lease is over.
        world.clock.advance(60_000);
        let party = Bare::new(machine.clone(), both);
        settle(&world, &party, &machine);
        require_all_under(&machine, NEW);
        assert_eq!(sealed(&machine).len(), MANY + 3, "cut after {writes}");
        if !failed {
            assert!(machine.database.writes() - before > 300);
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn a_new_key_that_is_taken_back_half_way_leaves_nothing_under_it() {
    let mut world = World::new();
    let machine = with_many(&mut world);
    let party = Bare::new(machine.clone(), keys(NEW, Some(OLD)));
    block_on(party.wake());
    let under = |key| {
        let id = vault(key).key_id();
        let all = sealed(&machine).into_iter();
        all.filter(|(_, value)| named_in(value).is_some_and(|(named, _)| named == id))
            .count()
    };
    assert!(under(OLD) > 0 && under(NEW) > 0, "one piece");
    let party = Bare::new(machine.clone(), keys(OLD, Some(NEW)));
    settle(&world, &party, &machine);
    require_all_under(&machine, OLD);
}

#[test]
fn how_many_values_want_the_key_of_before_is_told_until_none_does() {
    let mut world = World::new();
    let machine = with_many(&mut world);
    let party = std::rc::Rc::new(Bare::new(machine.clone(), keys(NEW, Some(OLD))));
    world.hub.connect(SHOP, party.clone());
    let ready = || world.get_json(SHOP, "/v1/ready");
    assert_eq!(ready()["sealing_key_before"], "wanted");
    assert_eq!(ready()["ready"], true, "it does its work meanwhile");
    settle(&world, &party, &machine);
    assert_eq!(ready()["sealing_key_before"], "unused");
    assert_eq!(ready()["reasons"], serde_json::json!([]));
    let party = std::rc::Rc::new(Bare::new(machine, keys(NEW, None)));
    world.hub.connect(SHOP, party);
    assert_eq!(ready().get("sealing_key_before"), None);
}

#[test]
fn a_value_whose_key_is_gone_is_left_as_it_is_and_the_operator_is_told_which_key_it_wants() {
    let mut world = World::new();
    let machine = with_many(&mut world);
    let stranger = vault([9; 32]);
    stranger.name_keys();
    let random = SeededRandom::new("stranger");
    let lost = stranger.seal(&random, "lost", b"value").unwrap();
    secrets::put(&machine.database, "lost", &lost).unwrap();
    let party = std::rc::Rc::new(Bare::new(machine.clone(), keys(NEW, Some(OLD))));
    world.hub.connect(SHOP, party.clone());
    settle(&world, &party, &machine);
    let error = secrets::get(&party.office, "lost").unwrap_err();
    let id = stranger.key_id();
    assert!(matches!(error, DatabaseError::KeyMissing(missing) if missing == id));
    assert_eq!(
        secrets::sealed(&machine.database, "lost").unwrap(),
        Some(lost)
    );
    let ready = world.get_json(SHOP, "/v1/ready");
    let reason = ready["reasons"][0]["sentence"].as_str().unwrap();
    assert!(reason.contains(&id.to_string()), "{reason}");
    assert!(
        reason.starts_with("1 sealed values do not open"),
        "{reason}"
    );
    assert_eq!(ready["sealing_key_before"], "wanted");
    // Its key is brought back: then it is sealed anew like everything else.
    let party = Bare::new(machine.clone(), keys(NEW, Some([9; 32])));
    settle(&world, &party, &machine);
    require_all_under(&machine, NEW);
    assert!(party.office.not_ready().is_empty());
}

#[test]
fn a_party_whose_key_is_neither_of_those_given_does_not_serve_and_names_the_key() {
    let mut world = World::new();
    let machine = started(&mut world);
    let before = sealed(&machine);
    let party = std::rc::Rc::new(Bare::new(machine.clone(), keys(NEW, Some([3; 32]))));
    world.hub.connect(SHOP, party.clone());
    block_on(party.wake());
    let health = world.get(SHOP, "/health");
    assert_eq!(health.status(), 503);
    let said = String::from_utf8(health.into_body()).unwrap();
    assert!(said.contains(&vault(OLD).key_id().to_string()), "{said}");
    assert!(said.contains("SEALING_KEY or DOMAIN"), "{said}");
    assert_eq!(sealed(&machine), before);
    // With the old key in its place all is well.
    let party = Bare::new(machine.clone(), keys(NEW, Some(OLD)));
    settle(&world, &party, &machine);
    require_all_under(&machine, NEW);
}

#[test]
fn what_stands_in_the_log_of_a_change_is_no_secret() {
    let mut world = World::new();
    let machine = with_many(&mut world);
    let party = Bare::new(machine.clone(), keys(NEW, Some(OLD)));
    settle(&world, &party, &machine);
    let log = machine.log.lines().join("\n");
    assert!(log.contains("\"resealed\""), "{log}");
    for secret in ["0101010101", "0202020202", "secret 1"] {
        assert!(!log.contains(secret));
    }
}
