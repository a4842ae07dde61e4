//! What was booked, told by statements that add up.

use super::*;

#[test]
fn a_statement_adds_up_over_many_payments_days_and_pages() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let mut expected = Vec::new();
    for day in 0..5_u64 {
        for kind in [Order::Collections, Order::Transfers] {
            let name = |number: u64| format!("{}-{day}-{number}", kind.message_kind());
            let of = |number: u64| match kind {
                Order::Collections => collection(&name(number), yen(100 + number), &aiko),
                Order::Transfers => instruction(&name(number), yen(10 + number), &aiko.0),
            };
            let instructions: Vec<_> = (0..30).map(of).collect();
            let sign = if kind == Order::Collections { 1 } else { -1 };
            let signed = instructions
                .iter()
                .map(|one| sign * i64::try_from(one.money.minor).unwrap());
            expected.extend(signed.map(|minor| (day, minor)));
            let batch = outside.batch(&format!("M-{day}-{sign}"), instructions);
            let statuses = outside.order(kind, &batch);
            assert!(statuses.iter().all(|status| status.outcome == Ok(())));
        }
        outside.world.clock.advance(86_400_000);
    }
    let total: i64 = expected.iter().map(|(_, minor)| minor).sum();
    for first_day in 0..6 {
        let from = Date::of(
            outside
                .bank
                .office()
                .now()
                .minus_seconds((5 - first_day) * 86_400),
        );
        let (mut page, mut minor, mut seen) = (1, None, Vec::new());
        loop {
            let statement = outside.statement(Currency::Jpy, &from.to_string(), page);
            statement.require_sum().unwrap();
            assert!(minor.is_none_or(|minor| minor == statement.opening.minor));
            minor = Some(statement.closing.minor);
            seen.extend(statement.entries.iter().map(|entry| match entry.direction {
                Direction::In => i64::try_from(entry.money.minor).unwrap(),
                Direction::Out => -i64::try_from(entry.money.minor).unwrap(),
            }));
            if statement.is_last_page {
                break;
            }
            page += 1;
        }
        let since: Vec<i64> = expected
            .iter()
            .filter(|(day, _)| *day >= first_day)
            .map(|(_, minor)| *minor)
            .collect();
        assert_eq!(seen, since);
        assert_eq!(minor, Some(total));
    }
    // Behind the last page nothing comes, and nothing is lost.
    let beyond = outside.statement(Currency::Jpy, "1970-01-01", 9);
    assert_eq!((beyond.entries.len(), beyond.closing.minor), (0, total));
    // The ledger says the same, and every account agrees with its transfers.
    let tables = &outside.machine.database;
    assert_eq!(trial_balance(tables, 0).unwrap().wrong, 0);
    let own = outside.own_account_number(Currency::Jpy);
    let held = balance(tables, &format!("holder {own}"), Currency::Jpy).unwrap();
    assert_eq!(held.available(), total);
}

#[test]
fn yen_have_no_decimals_and_euros_and_dollars_two_all_the_way() {
    let outside = Outside::open();
    for (currency, written) in [
        (Currency::Jpy, "1205"),
        (Currency::Eur, "12.05"),
        (Currency::Usd, "12.05"),
    ] {
        let customer = outside.customer_with_mandate("Aiko Tanaka", currency);
        let money = Money::new(1205, currency);
        let fee = collection(&format!("FEE-{currency}"), money, &customer);
        let outcome = outside.order_one(Order::Collections, &format!("M-{currency}"), &fee);
        assert_eq!(outcome, Ok(()));
        assert_eq!(outside.own_minor(currency), 1205);
        let said = outside.world.hub.received();
        let statement = said
            .iter()
            .rev()
            .find(|said| said.what == "GET /v1/statements" && said.by == CLIENT);
        let statement = String::from_utf8_lossy(&statement.unwrap().bytes).into_owned();
        assert!(statement.contains(&format!("<Amt Ccy=\"{currency}\">{written}</Amt>")));
    }
}

#[test]
fn what_was_booked_is_imported_from_the_file_that_the_bank_wrote() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    let request = request_to(
        BANK,
        Method::GET,
        "/v1/statements?from=2026-01-01",
        None,
        Vec::new(),
    )
    .unwrap();
    let file = outside.send(request, Some(TOKEN)).into_body();
    let booked = import(&file).unwrap();
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0].end_to_end.as_ref(), Some(&fee.end_to_end));
    assert_eq!(
        booked[0].bank_reference.as_deref(),
        Some("KTSN000000000001")
    );
    // One unit more in one entry, and the file is none.
    let altered = String::from_utf8(file).unwrap().replacen(
        "<Amt Ccy=\"JPY\">500<",
        "<Amt Ccy=\"JPY\">501<",
        1,
    );
    assert!(import(altered.as_bytes()).is_err());
}
