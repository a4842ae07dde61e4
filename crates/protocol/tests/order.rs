//! The split order at its boundary: what each reader finds, and everything that must not open.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use rand_core::CryptoRng;
use support::Seeded;
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::coupons::{
    CouponMix, CouponOrder, CouponRule, CouponShare, RefundOrder, coupons_of,
};
use tallystick_protocol::checkout::form::{Delivery, FormError, Item, OrderForm, WithoutCourier};
use tallystick_protocol::checkout::gift::{Gift, GiftError};
use tallystick_protocol::checkout::handing::{HandedGoods, HandedLine, HandingError};
use tallystick_protocol::checkout::names::LocalText;
use tallystick_protocol::checkout::order::{
    Destination, FieldError, HolderDetails, OpenedPart, OrderFields, OrderHeader, PartError,
    PartKey, PreparedOrder, SIZE_CLASSES, SplitError, SplitOrder, amount_of, items_of,
};
use tallystick_protocol::checkout::policy::{Field, Policy, PolicyName, READERS};
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::checkout::tax;
use tallystick_protocol::instrument::{CardDetails, Instrument, Payment, Toy};
use tallystick_protocol::keys::{
    Centres, DerivedKey, Epoch, KeyContext, PairContext, Space, Suite,
};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, HolderId, OrderId, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

fn party(role: Role) -> Domain {
    domain(match role {
        Role::Shop => "shop.example",
        Role::Issuer => "issuer.example",
        _ => "courier.example",
    })
}

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn form() -> OrderForm {
    OrderForm {
        envelope: Envelope::new(
            party(Role::Shop),
            Audience::Anyone,
            [9; 32],
            Timestamp(1_000),
            900,
        ),
        origin: "https://shop.example".into(),
        items: vec![Item {
            sku: "sencha-100".into(),
            name: "Sencha".into(),
            quantity: 2,
            unit_price: yen(1480),
            names: None,
            tax_basis_points: None,
        }],
        delivery: Some(Delivery {
            courier: party(Role::Courier),
            name: "Hayate".into(),
            price: yen(520),
            names: None,
            tax_basis_points: None,
        }),
        total: yen(3480),
        issuers: vec![party(Role::Issuer)],
        instruments: vec![Instrument::CardAccount],
        policy: PolicyName::Strict,
        extra: vec![],
        coupons: None,
        tax: None,
        seller: None,
        without_courier: None,
    }
}

fn fields() -> OrderFields {
    fields_paid_with(&card())
}

fn card() -> Payment {
    Payment::CardAccount(CardDetails {
        number: "4000001234567899".into(),
        expiry: "11/29".into(),
    })
}

fn fields_paid_with(payment: &Payment) -> OrderFields {
    fields_of(&form(), payment)
}

fn fields_of(form: &OrderForm, payment: &Payment) -> OrderFields {
    let holder = HolderDetails {
        name: "Aiko Tanaka".into(),
        telephone: "+81 3 1234 5678".into(),
        address: None,
    };
    let destination = Destination {
        name: "Kenji Mori".into(),
        address: "4-1-1 Nakano\nTokyo".into(),
        telephone: "+81 90 8765 4321".into(),
    };
    OrderFields::new(
        form,
        b"the signed form",
        payment,
        &holder,
        Some(&destination),
    )
    .unwrap()
}

fn header(order: u8) -> OrderHeader {
    OrderHeader {
        order_id: OrderId([order; 32]),
        holder: HolderId::of_enrolment_key(&[7; 32]),
        shop: party(Role::Shop),
        issuer: party(Role::Issuer),
        courier: Some(party(Role::Courier)),
        sent_at: Timestamp(1_100),
        expires_at: Timestamp(2_000),
    }
}

/// A key as the card would derive it; here each role has one of its own.
fn key(role: Role) -> DerivedKey {
    DerivedKey::from([role as u8 + 1; 32])
}

fn keys() -> Vec<PartKey> {
    READERS
        .into_iter()
        .map(|role| PartKey {
            pair: PairContext {
                suite: Suite::NamesOnly,
                key: KeyContext {
                    space: Space { role, index: 0 },
                    epoch: Epoch(1),
                    centres: Centres::one(domain("keys.example")),
                },
                holder: header(1).holder,
                role,
                party: party(role),
            },
            nonce: [role as u8; 32],
            key: key(role),
        })
        .collect()
}

fn split_with(rng: &mut impl CryptoRng, order: u8, policy: &Policy) -> SplitOrder {
    split_of(rng, order, policy, fields())
}

fn split_of(
    rng: &mut impl CryptoRng,
    order: u8,
    policy: &Policy,
    fields: OrderFields,
) -> SplitOrder {
    PreparedOrder::new(rng, header(order), fields)
        .seal(rng, policy, &keys(), b"signed by the card", None)
        .unwrap()
}

fn split(order: u8) -> SplitOrder {
    split_with(
        &mut Seeded(order.into(), 0),
        order,
        &Policy::new(PolicyName::Strict, &[]),
    )
}

fn open(order: &SplitOrder, role: Role) -> OpenedPart {
    order.part(role).unwrap().open(&key(role)).unwrap()
}

fn readable(part: &OpenedPart) -> Vec<Field> {
    part.disclosed()
        .iter()
        .map(|disclosed| disclosed.field)
        .collect()
}

#[test]
fn t002_1_each_party_opens_its_own_part_and_finds_what_the_policy_gives_it() {
    let order = split(1);
    let strict = Policy::new(PolicyName::Strict, &[]);
    for role in READERS {
        // A card account has fields of its own and leaves *payment* empty; nobody can cancel this order, no coupon pays, and it
        // is no gift.
        let absent = [
            Field::Payment,
            Field::Cancellation,
            Field::Coupons,
            Field::Gift,
        ];
        let expected = strict.fields_of(role);
        let expected = expected.filter(|field| !absent.contains(field));
        assert_eq!(readable(&open(&order, role)), expected.collect::<Vec<_>>());
    }
    assert_eq!(
        amount_of(open(&order, Role::Issuer).require(Field::Amount).unwrap()),
        Ok(yen(3480))
    );
    assert_eq!(
        items_of(open(&order, Role::Shop).require(Field::Items).unwrap()).unwrap()[0].quantity,
        2
    );
}

#[test]
fn t002_13_a_part_does_not_open_with_the_key_of_another_party() {
    let order = split(1);
    for role in READERS {
        for other in READERS.into_iter().filter(|other| *other != role) {
            assert_eq!(
                order.part(role).unwrap().open(&key(other)).unwrap_err(),
                PartError::DoesNotOpen
            );
        }
    }
}

#[test]
fn t002_13_whatever_byte_of_a_part_is_altered_it_does_not_open() {
    let order = split(1);
    let part = order.part(Role::Courier).unwrap();
    for at in 0..part.ciphertext.len() {
        let mut altered = part.clone();
        altered.ciphertext[at] ^= 1;
        assert!(
            altered.open(&key(Role::Courier)).is_err(),
            "opened with byte {at} altered"
        );
    }
}

#[test]
fn t002_13_a_part_does_not_open_under_another_order_root_nonce_holder_or_epoch() {
    let order = split(1);
    let part = order.part(Role::Issuer).unwrap();
    let key = key(Role::Issuer);
    let mut altered = vec![part.clone(); 6];
    altered[0].root.0[0] ^= 1;
    altered[1].order_id.0[0] ^= 1;
    altered[2].nonce[0] ^= 1;
    altered[3].pair.holder = HolderId::of_enrolment_key(&[8; 32]);
    altered[4].pair.key.epoch = Epoch(2);
    altered[5].pair.party = domain("other.example");
    for part in altered {
        assert_eq!(part.open(&key).unwrap_err(), PartError::DoesNotOpen);
    }
}

#[test]
fn t002_13_parts_of_two_orders_do_not_make_one() {
    let (one, two) = (split(1), split(2));
    let mut mixed = one.clone();
    mixed.parts[1] = two.parts[1].clone();
    assert!(mixed.part(Role::Shop).is_some());
    assert!(
        mixed.part(Role::Issuer).is_none(),
        "a part of another order was taken for one of this"
    );
    // Relabelled to fit, it does not open.
    mixed.parts[1].root = one.root;
    mixed.parts[1].order_id = one.header.order_id;
    let relabelled = mixed.part(Role::Issuer).unwrap();
    assert_eq!(
        relabelled.open(&key(Role::Issuer)).unwrap_err(),
        PartError::DoesNotOpen
    );
}

#[test]
fn an_order_with_a_part_missing_or_twice_has_no_parts() {
    let mut order = split(1);
    order.parts.push(order.parts[0].clone());
    assert!(order.part(Role::Shop).is_none());
    order.parts.truncate(2);
    assert!(order.part(Role::Shop).is_none());
}

#[test]
fn the_approval_is_in_the_issuers_part_only() {
    let order = split(1);
    assert_eq!(
        open(&order, Role::Issuer).approval.as_deref(),
        Some(&b"signed by the card"[..])
    );
    assert_eq!(open(&order, Role::Shop).approval, None);
    assert_eq!(open(&order, Role::Courier).approval, None);
}

#[test]
fn all_parts_of_an_order_have_the_same_padded_length() {
    let order = split(1);
    let lengths: Vec<usize> = order
        .parts
        .iter()
        .map(|part| part.ciphertext.len())
        .collect();
    assert_eq!(lengths[0], lengths[1]);
    assert_eq!(lengths[1], lengths[2]);
    // The smallest class has no room for the longest note of a gift.
    let overhead = lengths[0] - SIZE_CLASSES[1];
    assert!(overhead < 64, "{} bytes is no size class", lengths[0]);
}

#[test]
fn the_same_fields_give_other_roots_and_leaves_each_time() {
    let policy = Policy::new(PolicyName::Strict, &[]);
    let one = split_with(&mut Seeded(1, 0), 1, &policy);
    let two = split_with(&mut Seeded(2, 0), 1, &policy);
    assert_ne!(one.root, two.root);
}

#[test]
fn what_the_shop_asks_for_and_the_holder_grants_is_in_its_part_and_never_the_card_number() {
    let greedy = Policy::new(PolicyName::Strict, &Field::ALL);
    let order = split_with(&mut Seeded(1, 0), 1, &greedy);
    let shop = open(&order, Role::Shop);
    assert!(shop.get(Field::HolderTelephone).is_some());
    assert!(shop.get(Field::CardNumber).is_none());
    assert!(shop.get(Field::CardExpiry).is_none());
}

#[test]
fn what_an_instrument_says_is_read_by_the_payer_alone() {
    let toy = Toy {
        chest: "red box".into(),
        word: "open sesame".into(),
    };
    let fields = fields_paid_with(&Payment::Toy(toy.clone()));
    let greedy = Policy::new(PolicyName::Ep0791901Fig2, &Field::ALL);
    let order = split_of(&mut Seeded(1, 0), 1, &greedy, fields);
    let said = Payment::of(&open(&order, Role::Issuer)).unwrap();
    assert!(matches!(said, Some(Payment::Toy(said)) if said == toy));
    for other in [Role::Shop, Role::Courier] {
        for field in Field::PAYMENT {
            assert!(open(&order, other).get(field).is_none());
        }
    }
}

#[test]
fn a_card_account_speaks_by_the_two_fields_that_release_0_1_0_wrote() {
    let part = open(&split(1), Role::Issuer);
    assert_eq!(part.require_text(Field::CardNumber), Ok("4000001234567899"));
    assert_eq!(part.require_text(Field::CardExpiry), Ok("11/29"));
    assert!(part.get(Field::Payment).is_none());
    let said = Payment::of(&part).unwrap();
    assert!(matches!(said, Some(Payment::CardAccount(card)) if card.number == "4000001234567899"));
}

#[test]
fn an_order_is_not_split_without_a_key_for_each_reader() {
    let mut rng = Seeded(1, 0);
    let prepared = PreparedOrder::new(&mut rng, header(1), fields());
    let two_keys: Vec<PartKey> = keys().into_iter().take(2).collect();
    let strict = Policy::new(PolicyName::Strict, &[]);
    let refused = prepared
        .seal(&mut rng, &strict, &two_keys, b"", None)
        .unwrap_err();
    assert_eq!(refused, SplitError::MissingKey("courier"));
}

#[test]
fn an_order_travels_as_it_was_and_not_truncated() {
    let order = split(1);
    let bytes = encode(&order);
    assert_eq!(decode::<SplitOrder>(&bytes).unwrap(), order);
    for end in (0..bytes.len()).step_by(7) {
        assert!(decode::<SplitOrder>(&bytes[..end]).is_err());
    }
}

#[test]
fn a_form_must_add_up_and_belong_to_the_page() {
    assert_eq!(form().validate(), Ok(()));
    let mut wrong = form();
    wrong.total = yen(3479);
    assert!(wrong.validate().is_err());
    let mut empty = form();
    empty.items.clear();
    assert!(empty.validate().is_err());
    let mut turned = form();
    turned.items[0].name = "Sencha\u{202e}0001".to_owned();
    assert!(turned.validate().is_err());
    let mut asking = form();
    asking.extra = vec![Field::CardNumber];
    assert!(asking.validate().is_err());
    assert_eq!(form().check_origin("https://shop.example"), Ok(()));
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "null",
        "",
    ] {
        assert!(form().check_origin(origin).is_err(), "accepted on {origin}");
    }
}

#[test]
fn what_coupons_pay_is_read_by_the_shop_alone_and_whoever_pays_reads_the_rest() {
    let share = CouponShare {
        coupon: vec![1; 2_000],
        transfer: vec![2; 400],
        amount: yen(1_000),
    };
    let shares = [share.clone(), share];
    let fields = fields().paid_by_coupons(&shares, yen(1_480)).unwrap();
    let order = split_of(&mut Seeded(1, 0), 1, &Policy::least(), fields);
    let shop = open(&order, Role::Shop);
    assert_eq!(
        coupons_of(shop.require(Field::Coupons).unwrap()).unwrap(),
        shares
    );
    for other in [Role::Issuer, Role::Courier] {
        assert!(open(&order, other).get(Field::Coupons).is_none());
    }
    for reader in [Role::Shop, Role::Issuer] {
        let part = open(&order, reader);
        assert_eq!(
            amount_of(part.require(Field::Amount).unwrap()),
            Ok(yen(1_480))
        );
    }
}

/// An order that is a gift with this note, or none.
fn given(note: Option<&str>, name: &str) -> SplitOrder {
    let mut form = form();
    form.items[0].name = name.into();
    let fields = fields_of(&form, &card());
    let fields = match note {
        Some(note) => fields.given(&Gift::written(note).unwrap()).unwrap(),
        None => fields,
    };
    split_of(&mut Seeded(1, 0), 1, &Policy::least(), fields)
}

#[test]
fn a_gift_and_its_note_are_read_by_the_shop_alone() {
    let order = given(Some("Happy birthday, Kenji!\nお誕生日おめでとう"), "Sencha");
    let shop = open(&order, Role::Shop);
    let gift = Gift::read(shop.require(Field::Gift).unwrap()).unwrap();
    let note = "Happy birthday, Kenji!\nお誕生日おめでとう";
    assert_eq!(gift.note.as_deref(), Some(note));
    for other in [Role::Issuer, Role::Courier] {
        let part = open(&order, other);
        assert!(part.get(Field::Gift).is_none());
        assert!(
            part.disclosed()
                .iter()
                .all(|one| one.value != gift.content())
        );
    }
    let greedy = Policy::new(PolicyName::Ep0791901Fig2, &Field::ALL);
    let fields = fields().given(&gift).unwrap();
    let order = split_of(&mut Seeded(1, 0), 1, &greedy, fields);
    for other in [Role::Issuer, Role::Courier] {
        assert!(open(&order, other).get(Field::Gift).is_none());
    }
}

#[test]
fn no_length_says_whether_an_order_is_a_gift_or_how_long_its_note_is() {
    let mut lengths = Vec::new();
    // From one class of sizes into the next, wherever that begins.
    for longer in (0..5_000).step_by(100) {
        let name = "x".repeat(longer);
        let one = |note| encode(&given(note, &name)).len();
        let plain = one(None);
        for note in ["", "Dear Kenji", &"a".repeat(1_000)] {
            assert_eq!(one(Some(note)), plain, "{longer} {}", note.len());
        }
        lengths.push(plain);
    }
    lengths.dedup();
    assert!(lengths.len() > 1, "{lengths:?}");
}

#[test]
fn what_goes_to_nobody_else_is_no_gift_and_neither_is_one_with_an_unsound_note() {
    let gift = Gift::written("Dear Kenji").unwrap();
    let holder = HolderDetails {
        name: "Aiko Tanaka".into(),
        telephone: "+81 3 1234 5678".into(),
        address: None,
    };
    let form = without_courier();
    let without = OrderFields::new(&form, b"the signed form", &card(), &holder, None).unwrap();
    let refused = |error: GiftError| Some(FieldError::Gift(error));
    assert_eq!(without.given(&gift).err(), refused(GiftError::NoRecipient));
    let long = Gift {
        note: Some("a".repeat(1_001)),
    };
    assert_eq!(fields().given(&long).err(), refused(GiftError::Length));
    let mut asking = self::form();
    asking.extra = vec![Field::Gift];
    assert_eq!(asking.validate(), Err(FormError::Extra));
}

#[test]
fn a_form_that_names_neither_issuer_nor_instrument_is_paid_by_coupons_alone() {
    let rule = CouponRule {
        offices: vec![domain("coupons.example")],
        most: 3,
        order: CouponOrder::EndingFirst,
        mix: CouponMix::Any,
        conditions: vec![],
        refund: RefundOrder::CouponsFirst,
    };
    let without = |issuers: bool, instruments: bool, coupons: bool| {
        let mut form = form();
        if issuers {
            form.issuers.clear();
        }
        if instruments {
            form.instruments.clear();
        }
        form.coupons = coupons.then(|| rule.clone());
        form.validate()
    };
    assert_eq!(without(true, true, true), Ok(()));
    assert_eq!(without(true, true, false), Err(FormError::Payment));
    assert_eq!(without(true, false, true), Err(FormError::Payment));
    assert_eq!(without(false, true, true), Err(FormError::Payment));
}

#[test]
fn a_form_says_which_coupons_the_shop_takes_within_limits_and_old_forms_say_none() {
    let old = encode(&form());
    assert_eq!(decode::<OrderForm>(&old).unwrap().coupons, None);
    let mut taking = form();
    taking.coupons = Some(CouponRule {
        offices: vec![domain("coupons.example")],
        most: 3,
        order: CouponOrder::EndingFirst,
        mix: CouponMix::Any,
        conditions: vec![],
        refund: RefundOrder::CouponsFirst,
    });
    assert_eq!(taking.validate(), Ok(()));
    assert_eq!(decode::<OrderForm>(&encode(&taking)).unwrap(), taking);
    taking.coupons.as_mut().unwrap().most = 0;
    assert_eq!(taking.validate(), Err(FormError::Coupons));
    taking = form();
    taking.extra = vec![Field::Coupons];
    assert_eq!(taking.validate(), Err(FormError::Extra));
}

/// What release 0.1.0 encoded of [`form`].
const FORM_OF_0_1_0: &str = concat!(
    "83010aa900a5006c73686f702e6578616d706c6501820280025820090909090909090909090909090909090909090909",
    "0909090909090909090909031903e80419076c017468747470733a2f2f73686f702e6578616d706c650281a4006a7365",
    "6e6368612d313030016653656e636861020203a2001905c801634a505903a3006f636f75726965722e6578616d706c65",
    "016648617961746502a20019020801634a505904a200190d9801634a505905816e6973737565722e6578616d706c6506",
    "810107010880",
);

#[test]
fn what_earlier_releases_signed_is_encoded_as_they_did() {
    let old = data_encoding::HEXLOWER
        .decode(FORM_OF_0_1_0.as_bytes())
        .unwrap();
    assert_eq!(decode::<OrderForm>(&old).unwrap(), form());
    assert_eq!(encode(&form()), old);
}

/// A form whose goods have names in two languages and a rate of tax each.
fn named_and_taxed() -> OrderForm {
    let names = [("en", "Sencha"), ("ja", "煎茶")].map(|(language, text)| LocalText {
        language: language.to_owned(),
        text: text.to_owned(),
    });
    let mut form = form();
    form.items[0].names = Some(names.into());
    form.items[0].tax_basis_points = Some(800);
    form.delivery.as_mut().unwrap().tax_basis_points = Some(1000);
    form.tax = tax::lines_of(&form.items, form.delivery.as_ref()).unwrap();
    form.seller = Some(Seller {
        name: "木曽茶舗".to_owned(),
        address: Some("長野県塩尻市奈良井 1-2".to_owned()),
        registration: Some("T1234567890123".to_owned()),
    });
    form
}

#[test]
fn a_form_says_names_tax_and_seller() {
    let form = named_and_taxed();
    assert_eq!(form.validate(), Ok(()));
    assert_eq!(decode::<OrderForm>(&encode(&form)).unwrap(), form);
    let tax: Vec<_> = form.tax.iter().flatten().collect();
    assert_eq!((tax[0].basis_points, tax[0].tax), (800, yen(219)));
    assert_eq!((tax[1].basis_points, tax[1].tax), (1000, yen(47)));
}

#[test]
fn names_that_are_none_or_differ_from_the_one_for_all_make_a_form_void() {
    let wrongs: [fn(&mut LocalText); 5] = [
        |name| name.language = "japanese".to_owned(),
        |name| name.language = "en".to_owned(),
        |name| name.language = "aa".to_owned(), // out of order
        |name| name.text = "煎\u{202e}茶".to_owned(),
        |name| name.text = "a".repeat(121),
    ];
    for wrong in wrongs {
        let mut form = named_and_taxed();
        wrong(&mut form.items[0].names.as_mut().unwrap()[1]);
        assert_eq!(form.validate(), Err(FormError::Names));
        let mut form = named_and_taxed();
        let names = form.items[0].names.clone();
        form.delivery.as_mut().unwrap().names = names;
        assert_eq!(form.validate(), Ok(()));
        let delivery = form.delivery.as_mut().unwrap();
        wrong(&mut delivery.names.as_mut().unwrap()[1]);
        assert_eq!(form.validate(), Err(FormError::Names));
    }
    let mut other = named_and_taxed();
    other.items[0].name = "Gyokuro".to_owned();
    assert_eq!(other.validate(), Err(FormError::Names));
    let mut none = named_and_taxed();
    none.items[0].names = Some(vec![]);
    assert_eq!(none.validate(), Err(FormError::Names));
}

#[test]
fn tax_that_does_not_follow_from_the_prices_makes_a_form_void() {
    let wrongs: [fn(&mut OrderForm); 7] = [
        |form| form.tax = None,
        |form| form.tax.as_mut().unwrap()[0].tax = yen(220),
        |form| form.tax.as_mut().unwrap()[0].taxable = yen(2961),
        |form| form.tax.as_mut().unwrap().swap(0, 1),
        |form| form.tax.as_mut().unwrap().truncate(1),
        |form| form.items[0].tax_basis_points = Some(1000),
        |form| form.items[0].tax_basis_points = Some(10_001),
    ];
    for wrong in wrongs {
        let mut form = named_and_taxed();
        wrong(&mut form);
        assert_eq!(form.validate(), Err(FormError::Tax));
    }
    let mut untaxed = form();
    untaxed.tax = named_and_taxed().tax;
    assert_eq!(untaxed.validate(), Err(FormError::Tax));
}

#[test]
fn a_seller_of_unseen_or_endless_words_makes_a_form_void() {
    let wrongs: [fn(&mut Seller); 4] = [
        |seller| seller.name = String::new(),
        |seller| seller.name = "a".repeat(201),
        |seller| seller.address = Some("line\nline".to_owned()),
        |seller| seller.registration = Some("T\u{200b}1".to_owned()),
    ];
    for wrong in wrongs {
        let mut form = named_and_taxed();
        wrong(form.seller.as_mut().unwrap());
        assert_eq!(form.validate(), Err(FormError::Seller));
    }
}

/// A form of goods that the shop hands over itself.
fn without_courier() -> OrderForm {
    OrderForm {
        delivery: None,
        total: yen(2960),
        without_courier: Some(WithoutCourier::ByShop),
        ..form()
    }
}

#[test]
fn a_form_names_a_courier_or_says_that_none_delivers_and_never_both_or_neither() {
    let without = without_courier();
    assert_eq!(without.validate(), Ok(()));
    assert_eq!(without.courier(), None);
    assert_eq!(form().courier(), Some(&party(Role::Courier)));
    let both = OrderForm {
        without_courier: Some(WithoutCourier::ByShop),
        ..form()
    };
    assert_eq!(both.validate(), Err(FormError::Delivery));
    let neither = OrderForm {
        without_courier: None,
        ..without_courier()
    };
    assert_eq!(neither.validate(), Err(FormError::Delivery));
    let dear = OrderForm {
        total: yen(3480),
        ..without_courier()
    };
    assert_eq!(dear.validate(), Err(FormError::Total));
}

#[test]
fn a_shop_may_not_ask_where_a_parcel_goes_that_there_is_not() {
    for field in Field::ALL.into_iter().filter(|one| one.is_destination()) {
        let asking = OrderForm {
            extra: vec![field],
            ..without_courier()
        };
        assert_eq!(asking.validate(), Err(FormError::Extra));
        let with_courier = OrderForm {
            extra: vec![field],
            ..form()
        };
        assert_eq!(with_courier.validate(), Ok(()));
    }
}

/// An order without a courier, prepared.
fn prepared_without_courier(rng: &mut impl CryptoRng) -> PreparedOrder {
    let holder = HolderDetails {
        name: "Aiko Tanaka".into(),
        telephone: "+81 3 1234 5678".into(),
        address: None,
    };
    let form = without_courier();
    let fields = OrderFields::new(&form, b"the signed form", &card(), &holder, None).unwrap();
    let header = OrderHeader {
        courier: None,
        ..header(1)
    };
    PreparedOrder::new(rng, header, fields)
}

#[test]
fn without_a_courier_shop_and_issuer_have_parts_and_no_destination_is_sealed_for_anybody() {
    let rng = &mut Seeded(1, 0);
    // Whatever the policy would let them read.
    let greedy = Policy::new(PolicyName::Ep0791901Fig2, &Field::ALL);
    let prepared = prepared_without_courier(rng);
    let order = prepared
        .seal(rng, &greedy, &keys(), b"signed", None)
        .unwrap();
    assert_eq!(order.parts.len(), 2);
    assert!(order.part(Role::Courier).is_none());
    for role in [Role::Shop, Role::Issuer] {
        let part = open(&order, role);
        assert!(readable(&part).iter().all(|field| !field.is_destination()));
        assert_eq!(part.header.courier, None);
    }
}

#[test]
fn an_order_without_a_courier_is_not_made_into_one_with_a_courier_nor_the_other_way() {
    let rng = &mut Seeded(1, 0);
    let prepared = prepared_without_courier(rng);
    let strict = Policy::least();
    let mut without = prepared
        .seal(rng, &strict, &keys(), b"signed", None)
        .unwrap();
    without.header.courier = Some(party(Role::Courier));
    assert!(without.part(Role::Shop).is_none(), "a part is missing");
    let mut with = split(1);
    with.header.courier = None;
    assert!(with.part(Role::Shop).is_none(), "there is a part too many");
    with.parts.pop();
    // What the card signed is in each part: who opens one finds the courier there.
    let part = with.part(Role::Issuer).unwrap();
    let opened = part.open(&key(Role::Issuer)).unwrap();
    assert_eq!(opened.header.courier, Some(party(Role::Courier)));
}

fn handed(lines: &[(&str, &str)]) -> HandedGoods {
    let line = |(sku, text): &(&str, &str)| HandedLine {
        sku: (*sku).into(),
        text: (*text).into(),
    };
    HandedGoods {
        lines: lines.iter().map(line).collect(),
    }
}

#[test]
fn what_is_handed_over_is_of_the_form_and_within_limits() {
    let form = without_courier();
    let check = |lines: &[(&str, &str)]| handed(lines).check(&form);
    assert_eq!(check(&[("sencha-100", "Your key:\n\nABCD-1234")]), Ok(()));
    assert_eq!(check(&[]), Err(HandingError::Lines));
    assert_eq!(check(&[("other", "key")]), Err(HandingError::Lines));
    let twice = [("sencha-100", "a"), ("sencha-100", "b")];
    assert_eq!(check(&twice), Err(HandingError::Lines));
    for text in ["", " \n ", "\u{202e}key", "a\tb", &"x".repeat(2_001)] {
        let said = check(&[("sencha-100", text)]);
        assert_eq!(said, Err(HandingError::Text), "{text}");
    }
}

#[test]
fn what_is_handed_over_opens_with_the_holders_key_for_its_order_alone() {
    let rng = &mut Seeded(1, 0);
    let (own, others) = (CancellationKey::random(rng), CancellationKey::random(rng));
    let (root, other_root) = (split(1).root, split(2).root);
    let goods = handed(&[("sencha-100", "ABCD-1234")]);
    let sealed = goods.seal(rng, &own.lock(), &root).unwrap();
    assert_eq!(HandedGoods::open(&sealed, &own, &root), Ok(goods));
    let closed = Err(HandingError::DoesNotOpen);
    assert_eq!(HandedGoods::open(&sealed, &others, &root), closed);
    assert_eq!(HandedGoods::open(&sealed, &own, &other_root), closed);
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert_eq!(HandedGoods::open(&altered, &own, &root), closed, "{at}");
    }
    assert!(!sealed.windows(9).any(|part| part == b"ABCD-1234"));
}
