//! The ways of looking for an order, over the tables of each role.

use super::*;
use crate::native::SqliteDatabase;
use crate::store::schema::{COMMON, Migration, migrate};

const SHOP: &Listing = &crate::shop::console_view::LISTING;
const ISSUER: &Listing = &crate::issuer::console_view::LISTING;
const COURIER: &Listing = &crate::courier::console_view::LISTING;
const SECURITY: &Listing = &crate::security_server::console_view::LISTING;

fn database(schema: &str, tables: &[Migration]) -> SqliteDatabase {
    let database = SqliteDatabase::new().unwrap();
    migrate(&database, "common", COMMON).unwrap();
    migrate(&database, schema, tables).unwrap();
    database
}

fn shop_with(orders: &[(u8, u64, u64, &str)]) -> SqliteDatabase {
    let database = database("shop", crate::shop::schema::TABLES);
    for (number, at, minor, state) in orders {
        let id = [*number; 32];
        let tracking = (*state == "accepted").then(|| format!("HY-0000-0000-00{number:02}"));
        let sql = "INSERT INTO shop_orders (order_id, root, form_digest, issuer, courier, minor, currency,
                received_at, expires_at, state, issuer_nonce, courier_nonce, tracking)
             VALUES (?, ?, ?, 'card.example', 'fast.example', ?, 'JPY', ?, 9999, ?, x'', x'', ?)";
        let values = [
            id.into(),
            id.into(),
            id.into(),
            (*minor).into(),
            (*at).into(),
            (*state).into(),
            tracking.into(),
        ];
        database.run(sql, &values).unwrap();
    }
    database
}

fn found(database: &SqliteDatabase, query: &str) -> Vec<String> {
    let wanted = Wanted::of(query, SHOP).unwrap();
    let lines = page(database, SHOP, &wanted, 10).unwrap().lines;
    lines
        .into_iter()
        .map(|line| line.number[..2].to_owned())
        .collect()
}

#[test]
fn an_order_is_found_by_its_number_its_tracking_number_and_its_amount() {
    let database = shop_with(&[
        (0x11, 100, 3_480, "accepted"),
        (0x22, 200, 1_400, "refused"),
        (0x33, 300, 3_480, "asking"),
    ]);
    assert_eq!(found(&database, ""), ["33", "22", "11"]);
    assert_eq!(found(&database, "search=2222-2222"), ["22"]);
    let whole = format!("search={}", "33".repeat(32));
    assert_eq!(found(&database, &whole), ["33"]);
    assert_eq!(found(&database, "search=hy-0000-0000-0017"), ["11"]);
    assert_eq!(found(&database, "search=HY-0000"), ["11"]);
    assert_eq!(found(&database, "search=3480"), ["33", "11"]);
    assert_eq!(found(&database, "search=3480&state=accepted"), ["11"]);
    assert_eq!(found(&database, "state=refused"), ["22"]);
    assert_eq!(found(&database, "from=200&until=300"), ["22"]);
    assert!(found(&database, "search=zz").is_empty());
    assert!(found(&database, "search=9999-9999").is_empty());
}

#[test]
fn a_page_begins_where_the_one_before_it_ended_also_within_a_second() {
    let database = shop_with(&[
        (1, 100, 1, "asking"),
        (3, 100, 1, "asking"),
        (2, 100, 1, "asking"),
        (4, 99, 1, "asking"),
        (5, 101, 1, "asking"),
    ]);
    let (mut query, mut seen) = (String::new(), Vec::new());
    loop {
        let wanted = Wanted::of(&query, SHOP).unwrap();
        let Lines { lines, next } = page(&database, SHOP, &wanted, 2).unwrap();
        seen.extend(lines.into_iter().map(|line| line.number[..2].to_owned()));
        let Some(next) = next else { break };
        query = format!("before={next}");
    }
    assert_eq!(seen, ["05", "03", "02", "01", "04"]);
}

#[test]
fn what_is_no_query_is_refused() {
    for query in [
        "state=paid",
        "before=yesterday",
        "before=5-11",
        "from=-1",
        "until=x",
        "search=%27%20OR%201",
        &format!("search={}", "1".repeat(81)),
    ] {
        assert!(Wanted::of(query, SHOP).is_err(), "{query}");
    }
}

/// How SQLite means to answer, one line a step.
fn plan(database: &SqliteDatabase, listing: &Listing, query: &str) -> Vec<String> {
    let wanted = Wanted::of(query, listing).unwrap();
    let mut plan = Vec::new();
    let searches = wanted.search.iter().map(Some);
    let all: Vec<_> = if wanted.search.is_empty() {
        vec![None]
    } else {
        searches.collect()
    };
    for search in all {
        let (sql, values) = statement(listing, &wanted, search, LINES);
        let rows = database.run(&format!("EXPLAIN QUERY PLAN {sql}"), &values);
        let steps = rows.unwrap();
        plan.extend(steps.iter().map(|row| row.text(3).unwrap().to_owned()));
    }
    plan
}

#[test]
fn every_way_of_looking_has_an_index_and_none_but_the_rarest_sorts() {
    let number = "b".repeat(16);
    let cursor = format!("before=100-{}", "c".repeat(64));
    for (listing, schema, tables) in [
        (SHOP, "shop", crate::shop::schema::TABLES),
        (ISSUER, "issuer", crate::issuer::schema::TABLES),
        (COURIER, "courier", crate::courier::schema::TABLES),
        (
            SECURITY,
            "security-server",
            crate::security_server::schema::TABLES,
        ),
    ] {
        let database = database(schema, tables);
        let state = format!("state={}", listing.states[1]);
        let mut queries = vec![
            cursor.clone(),
            format!("{state}&{cursor}"),
            format!("from=50&{cursor}"),
            format!("search={number}"),
            format!("search={number}&{state}&from=50&{cursor}"),
        ];
        if listing.has_amount {
            queries.push(format!("search=3480.50&{state}&{cursor}"));
            queries.push("search=99".to_owned());
        }
        if listing.has_tracking {
            queries.push(format!("search=HY-1234&{state}&{cursor}"));
        }
        for query in queries {
            let is_rare = query.contains("bbbb") || query.contains("HY-");
            for step in plan(&database, listing, &query) {
                let scans = step.starts_with("SCAN") && !step.contains("USING");
                let sorts = step.contains("TEMP B-TREE") && !is_rare;
                assert!(!scans && !sorts, "{schema} {query}: {step}");
                assert!(!step.starts_with("SCAN o"), "{schema} {query}: {step}");
            }
        }
        // All of them, newest first, is the index by time from its end.
        let steps = plan(&database, listing, "");
        assert!(steps[0].contains("_by_time"), "{steps:?}");
        assert!(steps.iter().all(|step| !step.contains("B-TREE")));
    }
}
