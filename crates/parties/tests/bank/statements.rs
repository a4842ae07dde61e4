//! What was booked on an account, as its holder asks for it: camt.053 in the sealed conversation.

use tallystick_parties::iso20022::camt053::{self, AccountId, BookingKind, Direction, Statement};
use tallystick_protocol::bank::{AccountStatementRequest, CONVERSATION_BYTES_MAX};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::encode;

use super::authority::{deposit, enrolled, world};
use super::holder::Holder;
use super::purse::{Key, Purse, account, say};
use super::world::{BANK, World, domain};

const PATH: &str = "/v1/account-statements";

/// What the account's key signs.
pub fn signed_by_account<M: KeyedMessage>(holder: &Holder, message: &M) -> Vec<u8> {
    let bytes = to_be_signed(message, Algorithm::Ps256);
    let signature = sign_pss(&mut TestRng::new(5), &holder.key, &bytes).unwrap();
    assemble(&encode(message), Algorithm::Ps256, &signature)
}

fn request(world: &World, holder: &Holder, page: u32) -> AccountStatementRequest {
    let today = u32::try_from(world.now().0 / 86_400).unwrap();
    AccountStatementRequest {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        first_day: today,
        last_day: today,
        page,
        at: world.now(),
    }
}

fn ask(
    world: &World,
    holder: &mut Holder,
    request: &AccountStatementRequest,
) -> Result<Statement, String> {
    let said = signed_by_account(holder, request);
    let answer = say(world, holder, PATH, &said)?;
    let [statement] = camt053::read(&answer).unwrap().try_into().unwrap();
    Ok(statement)
}

#[test]
fn a_holder_reads_what_moved_on_the_account_and_what_it_was() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 3_000);
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    // What is only set aside is in no statement.
    world.run_for(1_000);
    let wish = purse.request(&world, account(&holder), purse.end(), 500);
    purse.ask(&world, &mut holder, &wish).unwrap().offer();

    let wanted = request(&world, &holder, 1);
    let statement = ask(&world, &mut holder, &wanted).unwrap();
    let AccountId::Other(number) = &statement.account else {
        panic!("{:?}", statement.account);
    };
    assert_eq!(number.as_str(), holder.card.number.as_str());
    assert_eq!(
        (statement.opening.minor, statement.closing.minor),
        (0, 8_000)
    );
    assert!(statement.is_last_page);
    let said: Vec<_> = statement
        .entries
        .iter()
        .map(|entry| {
            (
                entry.direction,
                entry.money.minor,
                entry.remittance.clone().unwrap(),
            )
        })
        .collect();
    let purse = purse.number;
    let expected = [
        (Direction::In, 10_000, "Money from outside".to_owned()),
        (Direction::Out, 3_000, format!("To purse {purse}")),
        (Direction::In, 1_000, format!("From purse {purse}")),
    ];
    assert_eq!(said, expected);
    assert_eq!(statement.entries[0].kind, BookingKind::PaidIn);
    let references: Vec<_> = statement
        .entries
        .iter()
        .map(|one| &one.bank_reference)
        .collect();
    assert!(references.windows(2).all(|two| two[0] != two[1]));
}

#[test]
fn a_statement_goes_on_on_the_next_page_and_on_the_next_day() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    for number in 0..45 {
        deposit(
            &world,
            &holder,
            100 + number,
            &format!("{number} {}", "W".repeat(33)),
        );
    }
    let first = request(&world, &holder, 1);
    let said = signed_by_account(&holder, &first);
    let bytes = say(&world, &mut holder, PATH, &said).unwrap();
    assert!(bytes.len() < CONVERSATION_BYTES_MAX, "{}", bytes.len());
    let pages: Vec<Statement> = (1..=3)
        .map(|page| {
            let wanted = request(&world, &holder, page);
            ask(&world, &mut holder, &wanted).unwrap()
        })
        .collect();
    let lengths: Vec<_> = pages.iter().map(|page| page.entries.len()).collect();
    assert_eq!(lengths, [40, 5, 0]);
    assert_eq!(pages[0].closing, pages[1].opening);
    assert_eq!(pages[1].closing, pages[2].opening);
    let last: Vec<_> = pages.iter().map(|page| page.is_last_page).collect();
    assert_eq!(last, [false, true, true]);

    world.run_for(86_400_000);
    deposit(&world, &holder, 7, "tomorrow");
    let tomorrow = request(&world, &holder, 1);
    let statement = ask(&world, &mut holder, &tomorrow).unwrap();
    assert_eq!(statement.opening, pages[1].closing);
    assert_eq!(statement.entries.len(), 1);
    let both = AccountStatementRequest {
        first_day: tomorrow.first_day - 1,
        page: 2,
        ..tomorrow
    };
    let statement = ask(&world, &mut holder, &both).unwrap();
    assert_eq!(statement.entries.len(), 6);
    assert_eq!(statement.opening, pages[1].opening);
}

#[test]
fn nobody_reads_the_statement_of_somebody_else() {
    let world = world();
    let (mut holder, other) = (enrolled(&world, 1), enrolled(&world, 2));
    let own = request(&world, &holder, 1);
    let of_other = request(&world, &other, 1);
    let number_of_other = AccountStatementRequest {
        account: of_other.account,
        ..own.clone()
    };
    let elsewhere = AccountStatementRequest {
        bank: domain("other-bank.localhost"),
        ..own.clone()
    };
    let cases = [
        (signed_by_account(&other, &of_other), "wrong-sender"),
        (signed_by_account(&other, &own), "bad-signature"),
        (signed_by_account(&holder, &number_of_other), "wrong-sender"),
        (signed_by_account(&holder, &elsewhere), "wrong-recipient"),
    ];
    for (said, expected) in cases {
        assert_eq!(say(&world, &mut holder, PATH, &said).unwrap_err(), expected);
    }
}

#[test]
fn days_that_are_none_and_pages_that_are_none_are_refused() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let own = request(&world, &holder, 1);
    let cases = [
        (
            AccountStatementRequest {
                page: 0,
                ..own.clone()
            },
            "malformed",
        ),
        (
            AccountStatementRequest {
                last_day: own.first_day - 1,
                ..own.clone()
            },
            "malformed",
        ),
        (
            AccountStatementRequest {
                last_day: u32::MAX,
                ..own.clone()
            },
            "malformed",
        ),
        (
            AccountStatementRequest {
                at: own.at.minus_seconds(3_600),
                ..own.clone()
            },
            "wrong-clock",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(ask(&world, &mut holder, &request).unwrap_err(), expected);
    }
}
