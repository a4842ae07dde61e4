//! Ledger, vault and schema.

use tallystick_parties::common::ledger::{self, Entry, LedgerError};
use tallystick_parties::common::schema::{COMMON, Migration, migrate};
use tallystick_parties::common::vault::{SealingKey, Vault};
use tallystick_parties::native::{SeededRandom, SqliteDatabase};
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::ports::{DatabaseError, Tables};
use tallystick_protocol::money::{Currency, Money};

fn books() -> SqliteDatabase {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "common", COMMON).unwrap();
    database
}

fn entry<'a>(idempotency: &'a str, minor: u64) -> Entry<'a> {
    Entry {
        idempotency,
        at: 1,
        order_id: Some("aa"),
        memo: "reserved for an order",
        debit: "reserved",
        credit: "available",
        money: Money::new(minor, Currency::Jpy),
    }
}

fn post(database: &SqliteDatabase, entry: &Entry<'_>) -> Result<bool, LedgerError> {
    in_transaction(database, |tables| ledger::post(tables, entry))
}

#[test]
fn what_one_account_receives_another_gives() {
    let database = books();
    assert!(post(&database, &entry("one", 3480)).unwrap());
    assert!(post(&database, &entry("two", 520)).unwrap());
    assert_eq!(
        ledger::balance(&database, "reserved", Currency::Jpy).unwrap(),
        4000
    );
    assert_eq!(
        ledger::balance(&database, "available", Currency::Jpy).unwrap(),
        -4000
    );
    assert_eq!(
        ledger::balance(&database, "available", Currency::Eur).unwrap(),
        0
    );
    let lines = ledger::lines(&database, 10).unwrap();
    assert_eq!(
        (
            lines[0].minor,
            lines[0].debit.as_str(),
            lines[0].credit.as_str()
        ),
        (520, "reserved", "available")
    );
    assert_eq!(lines.len(), 2);
}

#[test]
fn the_same_movement_is_booked_once() {
    let database = books();
    assert!(post(&database, &entry("one", 3480)).unwrap());
    assert!(!post(&database, &entry("one", 3480)).unwrap());
    assert!(matches!(
        post(&database, &entry("one", 1)),
        Err(LedgerError::Conflict)
    ));
    assert_eq!(
        ledger::balance(&database, "reserved", Currency::Jpy).unwrap(),
        3480
    );
}

#[test]
fn nothing_and_an_account_with_itself_are_not_booked() {
    let database = books();
    assert!(matches!(
        post(&database, &entry("one", 0)),
        Err(LedgerError::Amount)
    ));
    assert!(matches!(
        post(&database, &entry("one", u64::MAX)),
        Err(LedgerError::Amount)
    ));
    let itself = Entry {
        credit: "reserved",
        ..entry("one", 5)
    };
    assert!(matches!(post(&database, &itself), Err(LedgerError::Amount)));
}

#[test]
fn unbalanced_books_take_no_further_entry() {
    let database = books();
    post(&database, &entry("one", 3480)).unwrap();
    database
        .run(
            "UPDATE ledger_balances SET minor = minor + 1 WHERE account = 'reserved'",
            &[],
        )
        .unwrap();
    assert!(matches!(
        post(&database, &entry("two", 1)),
        Err(LedgerError::Unbalanced)
    ));
    assert_eq!(ledger::lines(&database, 10).unwrap().len(), 1);
}

#[test]
fn a_sealed_value_opens_only_under_its_name_owner_and_key() {
    let random = SeededRandom::new("vault");
    let vault = Vault::new(&SealingKey::new([1; 32]), "shop|a.example".to_owned());
    let sealed = vault.seal(&random, "key", b"secret").unwrap();
    assert_eq!(&*vault.open("key", &sealed).unwrap(), b"secret");
    assert!(vault.open("other", &sealed).is_err());
    let neighbour = Vault::new(&SealingKey::new([1; 32]), "shop|b.example".to_owned());
    assert!(neighbour.open("key", &sealed).is_err());
    let stranger = Vault::new(&SealingKey::new([2; 32]), "shop|a.example".to_owned());
    assert!(stranger.open("key", &sealed).is_err());
    for end in 0..sealed.len() {
        assert!(vault.open("key", &sealed[..end]).is_err());
    }
    assert_ne!(
        vault.seal(&random, "key", b"secret").unwrap(),
        sealed,
        "each sealing has its own nonce"
    );
}

const FIRST: Migration = Migration(&["CREATE TABLE tea (name TEXT NOT NULL) STRICT"]);
const SECOND: Migration = Migration(&["ALTER TABLE tea ADD COLUMN price INTEGER"]);

#[test]
fn a_release_opens_what_the_one_before_it_wrote() {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "shop", &[FIRST]).unwrap();
    database
        .run("INSERT INTO tea VALUES ('sencha')", &[])
        .unwrap();
    migrate(&database, "shop", &[FIRST, SECOND]).unwrap();
    migrate(&database, "shop", &[FIRST, SECOND]).unwrap();
    let rows = database.run("SELECT name, price FROM tea", &[]).unwrap();
    assert_eq!(rows[0].text(0).unwrap(), "sencha");
    assert!(rows[0].is_null(1));
}

#[test]
fn what_a_later_release_wrote_is_left_alone() {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "shop", &[FIRST, SECOND]).unwrap();
    assert!(matches!(
        migrate(&database, "shop", &[FIRST]),
        Err(DatabaseError::Newer(2))
    ));
}
