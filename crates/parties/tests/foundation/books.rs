//! Ledger, vault and schema.

use tallystick_parties::console::Cell;
use tallystick_parties::ledger::{
    self, Account, AccountKind, End, LedgerError, Reversal, Transfer,
};
use tallystick_parties::native::{SeededRandom, SqliteDatabase};
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::ports::{DatabaseError, Tables};
use tallystick_parties::store::schema::{COMMON, EXPANDING, Migration, migrate};
use tallystick_parties::store::vault::{SealingKey, Vault};
use tallystick_protocol::wire::money::{Currency, Money};

const LINES: Account<'static> = Account {
    kind: AccountKind::CreditLines,
    name: "credit lines",
};
const HOLDER: Account<'static> = Account {
    kind: AccountKind::Holder,
    name: "holder 1",
};
const SHOP: Account<'static> = Account {
    kind: AccountKind::Payable,
    name: "payable to tea.example",
};

/// Books in which a holder may spend 5,000.
fn books() -> SqliteDatabase {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "common", COMMON).unwrap();
    let opened = Transfer {
        debit: LINES,
        credit: HOLDER,
        ..purchase("open 1", 5_000)
    };
    assert!(ledger::transfer(&database, &opened).unwrap());
    database
}

fn purchase(id: &str, minor: u64) -> Transfer<'_> {
    Transfer {
        id,
        at_ms: 1,
        order_id: Some(&[0xaa; 32]),
        memo: "tea",
        debit: HOLDER,
        credit: SHOP,
        money: Money::new(minor, Currency::Jpy),
    }
}

fn reserve(database: &SqliteDatabase, id: &str, minor: u64) -> Result<bool, LedgerError> {
    in_transaction(database, |tables| {
        ledger::reserve(tables, &purchase(id, minor))
    })
}

fn end<'a>(id: &'a str, pending: &'a str) -> End<'a> {
    End {
        id,
        pending,
        at_ms: 2,
        memo: "the end",
    }
}

fn holds(database: &SqliteDatabase, account: Account<'_>) -> (i64, i64) {
    let balance = ledger::balance(database, account.name, Currency::Jpy).unwrap();
    (balance.available(), balance.posted())
}

#[test]
fn what_is_set_aside_is_posted_or_voided_and_what_one_account_gives_another_receives() {
    let database = books();
    assert!(reserve(&database, "one", 3_480).unwrap());
    assert!(reserve(&database, "two", 520).unwrap());
    assert_eq!(holds(&database, HOLDER), (1_000, 5_000));
    assert_eq!(holds(&database, SHOP), (0, 0));
    assert!(ledger::post(&database, &end("end one", "one")).unwrap());
    assert!(ledger::void(&database, &end("end two", "two")).unwrap());
    assert_eq!(holds(&database, HOLDER), (1_520, 1_520));
    assert_eq!(holds(&database, SHOP), (3_480, 3_480));
    let lines = ledger::newest(&database).unwrap();
    let at = lines.columns.iter().position(|name| *name == "kind");
    let kinds: Vec<_> = lines.rows.iter().map(|row| &row[at.unwrap()]).collect();
    let expected = ["void", "post", "pending", "pending", "single"].map(Cell::word);
    assert_eq!(kinds, expected.iter().collect::<Vec<_>>());
    let other = ledger::balance(&database, HOLDER.name, Currency::Eur).unwrap();
    assert_eq!(other, ledger::Balance::default());
}

fn reverse(database: &SqliteDatabase, id: &str, minor: u64) -> Result<bool, LedgerError> {
    let reversal = Reversal {
        id,
        of: "one",
        money: Money::new(minor, Currency::Jpy),
        at_ms: 3,
        memo: "given back",
    };
    in_transaction(database, |tables| ledger::reverse(tables, &reversal))
}

#[test]
fn what_was_posted_is_given_back_in_parts_and_never_more_of_it() {
    let database = books();
    assert!(reserve(&database, "one", 3_000).unwrap());
    assert!(matches!(
        reverse(&database, "early", 1),
        Err(LedgerError::Unknown)
    ));
    assert!(ledger::post(&database, &end("end one", "one")).unwrap());
    assert!(reverse(&database, "back 1", 1_000).unwrap());
    assert!(!reverse(&database, "back 1", 1_000).unwrap(), "it is one");
    assert!(matches!(
        reverse(&database, "back 1", 999),
        Err(LedgerError::Conflict)
    ));
    assert!(matches!(
        reverse(&database, "back 2", 2_001),
        Err(LedgerError::Exceeded)
    ));
    assert!(reverse(&database, "back 2", 2_000).unwrap());
    assert_eq!(holds(&database, HOLDER), (5_000, 5_000));
    assert_eq!(holds(&database, SHOP), (0, 0));
    assert_eq!(ledger::trial_balance(&database, 1).unwrap().wrong, 0);
}

#[test]
fn the_tables_themselves_give_back_no_more_than_was_taken_and_only_to_whom_it_was_taken_from() {
    let database = books();
    for (name, minor) in [("one", 3_000), ("two", 500)] {
        assert!(reserve(&database, name, minor).unwrap());
    }
    assert!(ledger::post(&database, &end("end one", "one")).unwrap());
    let back = |minor, of: &str, giver: &str, taker: &str| {
        let sql = format!(
            "INSERT INTO transfers (id, debit, credit, minor, kind, reverses, memo, at_ms)
             SELECT 'back', g.account, t.account, {minor}, 'single', '{of}', '', 1
             FROM accounts g, accounts t WHERE g.name = '{giver}' AND t.name = '{taker}'"
        );
        database.run(&sql, &[])
    };
    assert!(back(3_001, "one", SHOP.name, HOLDER.name).is_err());
    assert!(
        back(1, "two", SHOP.name, HOLDER.name).is_err(),
        "not posted"
    );
    assert!(back(1, "one", SHOP.name, LINES.name).is_err());
    assert!(back(3_000, "one", SHOP.name, HOLDER.name).is_ok());
}

#[test]
fn the_same_transfer_is_booked_once_and_another_of_its_name_never() {
    let database = books();
    assert!(reserve(&database, "one", 3_480).unwrap());
    assert!(!reserve(&database, "one", 3_480).unwrap());
    assert!(matches!(
        reserve(&database, "one", 1),
        Err(LedgerError::Conflict)
    ));
    let moved = ledger::transfer(&database, &purchase("one", 3_480));
    assert!(matches!(moved, Err(LedgerError::Conflict)));
    assert_eq!(holds(&database, HOLDER), (1_520, 5_000));
}

#[test]
fn what_is_pending_ends_once_and_what_is_not_pending_does_not_end() {
    let database = books();
    reserve(&database, "one", 3_480).unwrap();
    assert!(ledger::post(&database, &end("end", "one")).unwrap());
    assert!(!ledger::post(&database, &end("end", "one")).unwrap());
    for outcome in [
        ledger::void(&database, &end("end", "one")),
        ledger::void(&database, &end("another end", "one")),
        ledger::post(&database, &end("another end", "one")),
    ] {
        assert!(matches!(outcome, Err(LedgerError::Conflict)));
    }
    for none in ["open 1", "end", "never"] {
        let outcome = ledger::post(&database, &end("another end", none));
        assert!(matches!(outcome, Err(LedgerError::Unknown)), "{none}");
    }
    assert_eq!(holds(&database, SHOP), (3_480, 3_480));
}

#[test]
fn an_account_that_may_not_go_below_zero_does_not_even_when_code_forgets_to_look() {
    let database = books();
    assert!(matches!(
        reserve(&database, "one", 5_001),
        Err(LedgerError::Short)
    ));
    assert!(reserve(&database, "one", 5_000).unwrap());
    let by_hand = "INSERT INTO transfers (id, debit, credit, minor, kind, memo, at_ms)
        SELECT 'by hand', debit, credit, 1, 'pending', '', 1 FROM transfers WHERE id = 'one'";
    let refused = database.run(by_hand, &[]).unwrap_err().to_string();
    assert!(refused.contains("CHECK"), "{refused}");
    let too_much = "UPDATE accounts SET credits_posted = 9007199254740992";
    assert!(database.run(too_much, &[]).is_err());
}

#[test]
fn nothing_too_much_and_an_account_with_itself_are_not_booked() {
    let database = books();
    for minor in [0, (1 << 53), u64::MAX] {
        let outcome = reserve(&database, "one", minor);
        assert!(matches!(outcome, Err(LedgerError::Amount)), "{minor}");
    }
    let itself = Transfer {
        credit: HOLDER,
        ..purchase("one", 5)
    };
    let outcome = ledger::transfer(&database, &itself);
    assert!(matches!(outcome, Err(LedgerError::Amount)));
}

#[test]
fn a_transfer_is_never_changed_deleted_or_replaced() {
    let database = books();
    reserve(&database, "one", 3_480).unwrap();
    for sql in [
        "UPDATE transfers SET minor = 1 WHERE id = 'one'",
        "DELETE FROM transfers WHERE id = 'one'",
        "INSERT OR REPLACE INTO transfers (id, debit, credit, minor, kind, memo, at_ms)
            SELECT id, debit, credit, 1, kind, memo, at_ms FROM transfers WHERE id = 'one'",
        "INSERT INTO transfers (id, debit, credit, minor, kind, pending_id, memo, at_ms)
            SELECT 'part', debit, credit, 1, 'post', 'one', memo, at_ms FROM transfers WHERE id = 'one'",
    ] {
        let refused = database.run(sql, &[]).unwrap_err().to_string();
        assert!(refused.contains("transfer"), "{sql}: {refused}");
    }
    assert_eq!(holds(&database, HOLDER), (1_520, 5_000));
}

#[test]
fn a_wrong_account_is_frozen_alone_until_it_is_right_again() {
    let database = books();
    reserve(&database, "one", 1_000).unwrap();
    assert_eq!(ledger::trial_balance(&database, 5).unwrap().wrong, 0);
    let spoil = |by: i64| {
        let sql = format!(
            "UPDATE accounts SET debits_posted = debits_posted + {by} WHERE name = 'credit lines'"
        );
        database.run(&sql, &[]).unwrap();
    };
    spoil(1);
    let found = ledger::trial_balance(&database, 6).unwrap();
    assert_eq!((found.accounts, found.wrong), (3, 1));
    let standing = ledger::standing(&database).unwrap();
    assert_eq!(standing.frozen, ["credit lines"]);
    assert_eq!(standing.last, Some(found));
    let opened = Transfer {
        debit: LINES,
        credit: Account {
            name: "holder 2",
            ..HOLDER
        },
        ..purchase("open 2", 5_000)
    };
    let refused = ledger::transfer(&database, &opened);
    assert!(matches!(refused, Err(LedgerError::Frozen)));
    assert!(ledger::post(&database, &end("end", "one")).unwrap());
    assert!(reserve(&database, "two", 1_000).unwrap(), "others go on");
    spoil(-1);
    assert_eq!(ledger::trial_balance(&database, 7).unwrap().wrong, 0);
    assert!(ledger::transfer(&database, &opened).unwrap());
}

#[test]
fn what_is_wrong_in_the_books_is_never_told_as_the_last_word_about_money() {
    for error in [
        LedgerError::Conflict,
        LedgerError::Frozen,
        LedgerError::Short,
        LedgerError::Unknown,
        LedgerError::Amount,
    ] {
        assert_eq!(Fault::from(error).kind, Kind::Internal);
    }
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

const EXPANDED: Migration = Migration(&[EXPANDING, "ALTER TABLE tea ADD COLUMN price INTEGER"]);
const CONTRACTED: Migration = Migration(&["ALTER TABLE tea RENAME TO teas"]);

#[test]
fn a_release_opens_what_the_one_after_it_wrote_as_long_as_that_only_added() {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "shop", &[FIRST, EXPANDED]).unwrap();
    let run = |sql: &str| database.run(sql, &[]).unwrap();
    run("INSERT INTO tea VALUES ('sencha', 1300)");
    migrate(&database, "shop", &[FIRST]).unwrap();
    run("INSERT INTO tea (name) VALUES ('hojicha')");
    migrate(&database, "shop", &[FIRST, EXPANDED]).unwrap();
    let rows = run("SELECT price FROM tea ORDER BY name");
    assert!(rows[0].is_null(0));
    assert_eq!(rows[1].integer(0).unwrap(), 1300);
    // A step that changes something counts those before it.
    let all = [FIRST, EXPANDED, CONTRACTED];
    migrate(&database, "shop", &all).unwrap();
    migrate(&database, "shop", &all).unwrap();
    assert!(matches!(
        migrate(&database, "shop", &[FIRST, EXPANDED]),
        Err(DatabaseError::Newer(3))
    ));
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
