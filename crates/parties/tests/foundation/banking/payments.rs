//! Transfers and direct debits: each done once, or rejected and nothing moved.

use super::*;

#[test]
fn a_fee_is_collected_from_the_real_account_by_the_mandate_and_stands_in_the_statement() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-2026-0001", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    assert!(outside.has_exactly(&aiko.0, OPENING - 500, Currency::Jpy));
    let statement = outside.statement(Currency::Jpy, "2026-09-01", 1);
    let [
        Booked {
            end_to_end,
            money,
            direction,
            other,
            remittance,
            ..
        },
    ] = statement.entries.as_slice()
    else {
        panic!("one entry");
    };
    assert_eq!(end_to_end.as_ref(), Some(&fee.end_to_end));
    assert_eq!((*money, *direction), (yen(500), Direction::In));
    assert_eq!(other.as_deref(), Some("Aiko Tanaka"));
    assert_eq!(
        remittance.as_deref(),
        Some("Account management charge 2026")
    );
    assert_eq!((statement.opening.minor, statement.closing.minor), (0, 500));
}

#[test]
fn without_the_owners_mandate_nothing_is_collected() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let yuki = outside.customer_with_mandate("Yuki Mori", Currency::Jpy);
    let of_another = (aiko.clone(), yuki.1.clone());
    let fee = collection("FEE-1", yen(500), &of_another);
    let outcome = outside.order_one(Order::Collections, "FEES-1", &fee);
    assert_eq!(outcome, Err(Reason::NoMandate));
    let mut mandate = yuki.1.clone();
    mandate.signed_on = mandate.signed_on.next();
    let fee = collection("FEE-2", yen(500), &(yuki.0.clone(), mandate));
    let outcome = outside.order_one(Order::Collections, "FEES-2", &fee);
    assert_eq!(outcome, Err(Reason::NoMandate));
    assert!(outside.has_exactly(&aiko, OPENING, Currency::Jpy));
    assert!(outside.has_exactly(&yuki.0, OPENING, Currency::Jpy));
    assert_eq!(outside.own_minor(Currency::Jpy), 0);
}

#[test]
fn the_same_payment_twice_is_one_in_the_same_message_and_in_another() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    for message in ["FEES-1", "FEES-1", "FEES-2"] {
        let outcome = outside.order_one(Order::Collections, message, &fee);
        assert_eq!(outcome, Ok(()), "{message}");
    }
    // Written later, the message says another time of its making, and is the same message.
    outside.world.clock.advance(90_000);
    let batch = Batch {
        on: Date::of(outside.bank.office().now().minus_seconds(90)),
        ..outside.batch("FEES-1", vec![fee])
    };
    assert_eq!(outside.order(Order::Collections, &batch)[0].outcome, Ok(()));
    assert!(outside.has_exactly(&aiko.0, OPENING - 500, Currency::Jpy));
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}

#[test]
fn another_payment_under_a_used_name_is_refused_and_another_message_too() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    let dearer = collection("FEE-1", yen(501), &aiko);
    let outcome = outside.order_one(Order::Collections, "FEES-2", &dearer);
    assert_eq!(outcome, Err(Reason::DuplicateEndToEndId));
    let batch = outside.batch("FEES-1", vec![collection("FEE-3", yen(1), &aiko)]);
    let refused = block_on(outside.api().order(Order::Collections, &batch)).unwrap_err();
    assert!(matches!(
        refused,
        BankingError::Problem(_, Some(ProblemKind::Replayed))
    ));
    assert!(!refused.is_temporary());
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}

#[test]
fn a_rejected_payment_moves_nothing_and_stays_rejected() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let nobody = Holding {
        iban: "GB29NWBK60161331926819".parse().unwrap(),
        ..aiko.clone()
    };
    let another = Holding {
        name: Name::new("Mallory Stone").unwrap(),
        ..aiko.clone()
    };
    let cases = [
        ("TO-NOBODY", yen(1), &nobody, Reason::IncorrectAccountNumber),
        (
            "TO-ANOTHER",
            yen(1),
            &another,
            Reason::InconsistentWithEndCustomer,
        ),
        ("TOO-MUCH", yen(1), &aiko, Reason::InsufficientFunds),
        ("NOTHING", yen(0), &aiko, Reason::InvalidAmount),
        (
            "IN-EUROS",
            Money::new(1, Currency::Eur),
            &aiko,
            Reason::NotAllowedCurrency,
        ),
    ];
    for (name, money, other, reason) in cases {
        let payment = instruction(name, money, other);
        for message in [name.to_owned(), format!("{name}-AGAIN")] {
            let outcome = outside.order_one(Order::Transfers, &message, &payment);
            assert_eq!(outcome, Err(reason), "{message}");
        }
    }
    let tomorrow = Batch {
        on: outside.today().next(),
        ..outside.batch("TOMORROW", vec![instruction("EARLY", yen(1), &aiko)])
    };
    let outcome = outside.order(Order::Transfers, &tomorrow)[0].outcome;
    assert_eq!(outcome, Err(Reason::InvalidDate));
    assert!(outside.has_exactly(&aiko, OPENING, Currency::Jpy));
    let statement = outside.statement(Currency::Jpy, "1970-01-01", 1);
    assert_eq!((statement.entries.len(), statement.closing.minor), (0, 0));
}

#[test]
fn a_bank_that_is_down_is_unreachable_and_what_was_ordered_is_done_once_afterwards() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![collection("P-1", yen(500), &aiko)]);
    outside.world.hub.cut(BANK, true);
    let error = block_on(outside.api().order(Order::Collections, &batch)).unwrap_err();
    assert!(matches!(error, BankingError::Unreachable(_)) && error.is_temporary());
    outside.world.hub.cut(BANK, false);
    // The bank restarts on what it stored.
    let again = Rc::new(BankingSystem::new(outside.machine.clone(), config()));
    outside.world.hub.connect(BANK, again.clone());
    block_on(again.wake());
    for _ in 0..2 {
        assert_eq!(outside.order(Order::Collections, &batch)[0].outcome, Ok(()));
    }
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}
