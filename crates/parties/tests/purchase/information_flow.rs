//! Who can know what: every byte that each party received and held during purchases, searched for
//! every field that it must not know.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::order::SealedPart;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

use super::holder::{Holder, Order};
use super::search::{holds, party_share, try_everything};
use super::talk::{buy, form_by};
use super::world::{CA, CENTRE, COURIER, ISSUER, OTHER_COURIER, OTHER_ISSUER, SHOP, World};

/// Everything that somebody received or holds, and what it logged.
pub fn everything_at(world: &World, party: &str) -> Vec<u8> {
    let mut bytes = world.received_by(party);
    bytes.extend(world.machine(party).database.bytes().unwrap());
    for line in world.machine(party).log.lines() {
        bytes.extend(line.into_bytes());
    }
    bytes
}

struct Fields {
    goods: Vec<Vec<u8>>,
    amount: Vec<Vec<u8>>,
    card: Vec<Vec<u8>>,
    holder: Vec<Vec<u8>>,
    destination: Vec<Vec<u8>>,
    /// The holder's certificate, which would link pseudonyms at two shops.
    certificate: Vec<Vec<u8>>,
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn purchase() -> (World, Holder, Order, Fields) {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    // 3 × 6,400 + 7 × 1,980 + 520 = 33,580 yen: a number that no other number contains.
    let order = holder.usual_order(&world, &[("kyusu-pot", 3), ("book-of-tea", 7)]);
    let fields = fields(&holder, 33_580);
    (world, holder, order, fields)
}

fn fields(holder: &Holder, total: u64) -> Fields {
    let number = holder.card.number.as_str().to_owned();
    let shown = total.to_string();
    Fields {
        goods: texts(&[
            "kyusu-pot",
            "Side-handled",
            "kyusu pot",
            "book-of-tea",
            "The Book of Tea",
        ]),
        amount: vec![
            encode_value(&Money::new(total, Currency::Jpy)),
            shown.clone().into_bytes(),
            format!("{},{}", &shown[..2], &shown[2..]).into_bytes(),
        ],
        card: texts(&[&number, &number[..12], &holder.card.expiry.to_string()]),
        holder: texts(&[
            "Hanako Yamada",
            "Hanako",
            "Yamada",
            "09012345678",
            "090-1234-5678",
        ]),
        destination: texts(&[
            "Grandmother",
            "Sato",
            "Narai-juku",
            "Shiojiri",
            "399-6303",
            "0264-34-3160",
        ]),
        certificate: vec![
            holder.certificate.clone(),
            holder.certificate[60..200].to_vec(),
        ],
    }
}

fn assert_unknown(world: &World, party: &str, secrets: &[&Vec<Vec<u8>>]) {
    let everything = everything_at(world, party);
    assert!(everything.len() > 1000, "nothing was recorded at {party}");
    for secret in secrets.iter().flat_map(|secrets| secrets.iter()) {
        let shown = String::from_utf8_lossy(secret);
        assert!(!holds(&everything, secret), "{party} knows {shown}");
    }
}

#[test]
fn t_u2_under_strict_no_party_receives_or_holds_what_it_must_not_know() {
    let (world, _holder, order, fields) = purchase();
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_unknown(
        &world,
        SHOP,
        &[
            &fields.card,
            &fields.holder,
            &fields.destination,
            &fields.certificate,
        ],
    );
    assert_unknown(&world, ISSUER, &[&fields.goods, &fields.destination]);
    let of_others = [
        &fields.goods,
        &fields.amount,
        &fields.card,
        &fields.holder,
        &fields.certificate,
    ];
    assert_unknown(&world, COURIER, &of_others);
    let all = [
        &fields.goods,
        &fields.amount,
        &fields.card,
        &fields.holder,
        &fields.destination,
    ];
    assert_unknown(&world, CENTRE, &all);
    assert_unknown(&world, CA, &all);
}

/// Everything of a purchase that only its parties may have, in whatever they received or hold.
fn of_the_purchase(holder: &Holder, order: &Order, fields: &Fields) -> Vec<Vec<u8>> {
    let mut all = vec![
        holder.id.0.to_vec(),
        holder.id.to_string().into_bytes(),
        order.root.0.to_vec(),
        order.id.0.to_vec(),
    ];
    let fields = [
        &fields.goods,
        &fields.amount,
        &fields.card,
        &fields.holder,
        &fields.destination,
        &fields.certificate,
    ];
    all.extend(fields.into_iter().flatten().cloned());
    all
}

#[test]
fn who_took_no_part_holds_nothing_of_a_purchase() {
    let choices = [
        (ISSUER, COURIER, OTHER_ISSUER, OTHER_COURIER),
        (OTHER_ISSUER, OTHER_COURIER, ISSUER, COURIER),
        (ISSUER, OTHER_COURIER, OTHER_ISSUER, COURIER),
    ];
    for (issuer, courier, idle_issuer, idle_courier) in choices {
        let world = World::with_a_choice();
        let mut holder = Holder::enrol_at(&world, issuer, 1, "Hanako Yamada", "090-1234-5678");
        let form = form_by(&world, courier, &[("kyusu-pot", 3), ("book-of-tea", 7)]);
        let wish = holder.wish();
        let order = holder.order(&world, &form, &wish);
        let fields = fields(&holder, form.form.total.minor);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
        let all = of_the_purchase(&holder, &order, &fields);
        for idle in [idle_issuer, idle_courier] {
            assert_unknown(&world, idle, &[&all]);
            assert_eq!(
                world.console(idle)["orders"],
                serde_json::json!([]),
                "{idle}"
            );
        }
        // The search does find it where it belongs.
        assert!(holds(&everything_at(&world, issuer), &all[0]));
        assert!(holds(&everything_at(&world, courier), &all[2]));
        // An issuer knows who delivers, but not who else issues; a courier, which issuer pays.
        let rivals = [idle_issuer.as_bytes().to_vec()];
        assert_unknown(&world, issuer, &[&rivals.to_vec()]);
        assert_unknown(&world, courier, &[&rivals.to_vec()]);
    }
}

#[test]
fn t_u2_the_search_does_find_what_each_party_may_know() {
    let (world, _holder, order, fields) = purchase();
    buy(&world, &order);
    assert!(holds(&everything_at(&world, SHOP), &fields.goods[0]));
    assert!(holds(&everything_at(&world, SHOP), &fields.amount[0]));
    assert!(holds(&everything_at(&world, ISSUER), &fields.card[0]));
    assert!(holds(
        &everything_at(&world, ISSUER),
        &fields.certificate[0]
    ));
    // The courier's label is only in its sealed part: the database does not hold it in clear.
    let console = world.console(COURIER).to_string();
    assert!(holds(console.as_bytes(), &fields.destination[2]));
    assert!(!holds(
        &everything_at(&world, COURIER),
        &fields.destination[2]
    ));
}

#[test]
fn t_u2_no_log_line_names_a_holder_or_any_field() {
    let (world, holder, order, fields) = purchase();
    buy(&world, &order);
    for (party, machine) in &world.machines {
        let log = machine.log.lines().join("\n").into_bytes();
        let all = [
            &fields.goods,
            &fields.amount,
            &fields.card,
            &fields.holder,
            &fields.destination,
        ];
        for secret in all.into_iter().flatten() {
            assert!(
                !holds(&log, secret),
                "the log of {party} holds {}",
                String::from_utf8_lossy(secret)
            );
        }
        assert!(!holds(&log, &holder.id.0) && !holds(&log, holder.id.to_string().as_bytes()));
    }
}

#[test]
fn t002_1_t_u2_every_key_a_party_can_derive_opens_its_own_part_and_no_other() {
    let (world, mut holder, order, _) = purchase();
    let other = holder.usual_order(&world, &[("matcha-30", 1)]);
    buy(&world, &order);
    buy(&world, &other);
    let parts: Vec<SealedPart> = [&order, &other]
        .iter()
        .flat_map(|order| order.split.parts.clone())
        .collect();
    for (party, role) in [
        (SHOP, Role::Shop),
        (ISSUER, Role::Issuer),
        (COURIER, Role::Courier),
    ] {
        let share = party_share(&world, party, role);
        assert_eq!(try_everything(&share, &parts), [role, role], "{party}");
    }
}

#[test]
fn t_u2_parts_on_the_way_are_all_of_one_length() {
    let (_world, _holder, order, _) = purchase();
    let lengths: Vec<usize> = order
        .split
        .parts
        .iter()
        .map(|part| part.ciphertext.len())
        .collect();
    assert!(
        lengths.windows(2).all(|pair| pair[0] == pair[1]),
        "{lengths:?}"
    );
}
