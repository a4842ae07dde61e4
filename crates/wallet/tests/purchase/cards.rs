//! Several cards in one wallet, of one issuer or of several.

use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{Address, KeyPlace, OrderState, Phase};

use super::holder::{Holder, ISSUER_ORIGIN, PIN, TEA, address, form, offer, offer_of};
use super::search::holds;
use super::world::{CA, CENTRE, COURIER, ISSUER, ORIGIN, OTHER_COURIER, OTHER_ISSUER, World};

const OTHER_ORIGIN: &str = "http://ume-card.localhost:8787";

/// What an issuer keeps of its holders: identifier and certificate.
fn enrolled_at(world: &World, issuer: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let sql = "SELECT holder, certificate FROM issuer_holders ORDER BY account";
    let rows = world.machine(issuer).database.run(sql, &[]).unwrap();
    rows.iter()
        .map(|row| (row.blob(0).unwrap().to_vec(), row.blob(1).unwrap().to_vec()))
        .collect()
}

/// The public key in a certificate of RSA-2048, 256 bytes: what comes before its exponent 65,537.
fn modulus(certificate: &[u8]) -> Vec<u8> {
    let exponent = [2, 3, 1, 0, 1];
    let mut windows = certificate.windows(exponent.len());
    let end = windows.position(|window| window == exponent).unwrap();
    certificate[end - 256..end].to_vec()
}

fn everything_at(world: &World, party: &str) -> Vec<u8> {
    let mut bytes = world.received_by(party);
    bytes.extend(world.machine(party).database.bytes().unwrap());
    bytes
}

#[test]
fn cards_of_two_issuers_are_told_apart_and_both_can_pay() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    let second = holder.add_card(OTHER_ISSUER);
    holder.restart();
    let view = holder.view();
    assert_eq!(view.phase, Phase::Ready);
    assert!(view.offer.is_none());
    let [asahi, ume] = &view.cards[..] else {
        panic!("{:?}", view.cards)
    };
    assert_eq!(
        (&*asahi.issuer_name, &*ume.issuer_name),
        ("Asahi Card", "Ume Card")
    );
    assert_ne!((asahi.face, &asahi.last4), (ume.face, &ume.last4));
    assert!(asahi.ready && ume.ready);
    let home = view.addresses[0].id.clone().unwrap();
    let order = holder.buy(&second, OTHER_COURIER, &home);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    let names: Vec<_> = order.parties.iter().map(|party| &*party.name).collect();
    assert_eq!(names, ["Kiso Tea & Books", "Ume Card", "Tsubame Express"]);
    assert_eq!(order.card_last4.as_ref(), Some(&ume.last4));
    let order = holder.buy(&asahi.id, COURIER, &home);
    assert_eq!(order.parties[1].name, "Asahi Card");
    assert_eq!(order.state, OrderState::Delivering);
}

#[test]
fn neither_issuer_learns_of_the_other_and_no_key_is_used_at_both() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    let second = holder.add_card(OTHER_ISSUER);
    let home = holder.view().addresses[0].id.clone().unwrap();
    holder.buy(&second, OTHER_COURIER, &home);
    holder.buy(&holder.view().cards[0].id, COURIER, &home);
    for (one, other) in [(ISSUER, OTHER_ISSUER), (OTHER_ISSUER, ISSUER)] {
        let [(identifier, certificate)] = &enrolled_at(&world, other)[..] else {
            panic!("one wallet is enrolled at {other}")
        };
        let key = modulus(certificate);
        assert!(holds(&everything_at(&world, other), &key[..64]));
        assert!(holds(&everything_at(&world, CA), &key[..64]));
        let known = everything_at(&world, one);
        for secret in [identifier, certificate, &key[..64].to_vec()] {
            assert!(
                !holds(&known, secret),
                "{one} learnt of the card of {other}"
            );
        }
        assert!(!holds(&known, other.as_bytes()), "{one} learnt of {other}");
    }
}

#[test]
fn two_cards_of_one_issuer_are_two_accounts() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let second = holder.add_card(ISSUER);
    let home = holder.view().addresses[0].id.clone().unwrap();
    holder.buy(&second, COURIER, &home);
    let enrolled = enrolled_at(&world, ISSUER);
    assert_eq!(enrolled.len(), 2);
    assert_ne!(enrolled[0].0, enrolled[1].0);
    assert_ne!(modulus(&enrolled[0].1), modulus(&enrolled[1].1));
    let spent = world.balance("holder 1 available") - world.balance("holder 2 available");
    assert_eq!(spent.abs(), 1480 + 520, "only one of the accounts has paid");
}

#[test]
fn the_card_of_the_last_purchase_is_proposed_there_again_and_the_default_address() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    let first = holder.view().cards[0].id.clone();
    let second = holder.add_card(OTHER_ISSUER);
    let office = Address {
        label: "Office".to_owned(),
        ..address()
    };
    let office = block_on(holder.wallet.save_address(&office)).unwrap();
    let home = holder.view().addresses[0].id.clone().unwrap();
    let proposed = |holder: &Holder| {
        let order = holder.order(&holder.asked(TEA));
        let issuer = order.parties[1].domain.clone();
        (
            order.proposed_card.unwrap(),
            order.proposed_address.unwrap(),
            issuer,
        )
    };
    assert_eq!(
        proposed(&holder),
        (first.clone(), home.clone(), ISSUER.to_owned())
    );
    holder.buy(&second, COURIER, &office);
    holder.restart();
    let spent = |holder: &Holder| {
        holder
            .view()
            .cards
            .iter()
            .map(|card| card.left_minor.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        spent(&holder),
        [50_000, 48_000],
        "what is left of each limit"
    );
    // Where a gift went once, nothing goes again by itself.
    let ume_at_home = (second.clone(), home.clone(), OTHER_ISSUER.to_owned());
    assert_eq!(proposed(&holder), ume_at_home);
    world.run_for(2_000);
    holder.buy(&first, COURIER, &home);
    assert_eq!(
        proposed(&holder),
        (first.clone(), home.clone(), ISSUER.to_owned())
    );
    world.run_for(2_000);
    holder.buy(&second, COURIER, &home);
    block_on(holder.wallet.remove_card(&second, PIN)).unwrap();
    assert_eq!(proposed(&holder), (first, home, ISSUER.to_owned()));
}

#[test]
fn an_order_that_came_to_nothing_changes_no_proposal() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    let second = holder.add_card(OTHER_ISSUER);
    let first = holder.view().cards[0].id.clone();
    world.put_between(OTHER_ISSUER, |_| {
        let gone = http::Response::builder().status(503).body(Vec::new());
        super::world::Between::Instead(gone.unwrap())
    });
    let home = holder.view().addresses[0].id.clone().unwrap();
    let order = holder.buy(&second, COURIER, &home);
    assert_eq!(order.state, OrderState::Failed);
    let asked = holder.order(&holder.asked(TEA));
    assert_eq!(asked.proposed_card, Some(first));
    assert_eq!(asked.payable.len(), 2);
}

#[test]
fn a_card_that_was_just_refused_at_a_shop_is_proposed_there_after_all_others() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    let first = holder.view().cards[0].id.clone();
    let second = holder.add_card(OTHER_ISSUER);
    let request = holder.asked(r#"[{"sku":"kyusu-pot","quantity":9}]"#);
    holder.approve(&request).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Refused);
    world.run_for(2_000);
    let again = holder.order(&holder.asked(TEA));
    assert_eq!(again.proposed_card.as_ref(), Some(&second));
    // With no other card it is that one again: the issuer may think otherwise next time.
    block_on(holder.wallet.remove_card(&second, PIN)).unwrap();
    let again = holder.order(&again.request_id);
    assert_eq!(again.proposed_card, Some(first));
}

#[test]
fn only_cards_that_the_shop_accepts_can_pay() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let asked = holder.order(&holder.asked(TEA));
    assert_eq!(asked.payable, [holder.view().cards[0].id.clone()]);
    holder.approve(&asked.request_id).unwrap();
    let approved = holder.order(&asked.request_id);
    assert!(approved.payable.is_empty() && approved.proposed_card.is_none());
}

#[test]
fn an_offer_for_a_wallet_that_holds_cards_waits_for_its_pin() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    let offered = offer_of(&world, OTHER_ISSUER);
    block_on(holder.wallet.receive_offer(OTHER_ORIGIN, &offered)).unwrap();
    holder.restart();
    let view = holder.view();
    assert_eq!((view.phase, view.cards.len()), (Phase::Ready, 1));
    assert_eq!(view.offer.unwrap().issuer_name, "Ume Card");
    let refused = block_on(holder.wallet.add_card("000000", KeyPlace::Software))
        .err()
        .unwrap();
    assert_eq!(refused.kind, ErrorKind::WrongPin);
    let view = holder.view();
    assert_eq!((view.pin_tries_left, view.cards.len()), (2, 1));
    block_on(holder.wallet.lock()).unwrap();
    assert!(
        holder.view().offer.is_none(),
        "a locked wallet shows no card"
    );
    let refused = block_on(holder.wallet.receive_offer(OTHER_ORIGIN, &offered)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Locked);
    block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    block_on(holder.wallet.remove_card("offer", "")).unwrap();
    assert!(holder.view().offer.is_none());
    let refused = block_on(holder.wallet.add_card(PIN, KeyPlace::Software))
        .err()
        .unwrap();
    assert_eq!(refused.kind, ErrorKind::NoOffer);
}

#[test]
fn a_card_is_not_added_twice_and_not_beyond_sixteen() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let offered = offer(&world);
    let hand_over = |offer: &[u8]| block_on(holder.wallet.receive_offer(ISSUER_ORIGIN, offer));
    hand_over(&offered).unwrap();
    block_on(holder.wallet.add_card(PIN, KeyPlace::Software)).unwrap();
    assert_eq!(
        hand_over(&offered).unwrap_err().kind,
        ErrorKind::CardAlreadyHeld
    );
    for _ in 2..16 {
        hand_over(&offer(&world)).unwrap();
        block_on(holder.wallet.add_card(PIN, KeyPlace::Software)).unwrap();
    }
    let refused = hand_over(&offer(&world)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CardLimit);
    let mut faces: Vec<_> = holder.view().cards.iter().map(|card| card.face).collect();
    faces.sort_unstable();
    assert_eq!(faces, (0..16).collect::<Vec<_>>());
}

#[test]
fn adding_a_card_goes_on_from_every_step_while_the_first_one_can_pay() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    for died_at in 0.. {
        let offered = offer_of(&world, OTHER_ISSUER);
        block_on(holder.wallet.receive_offer(OTHER_ORIGIN, &offered)).unwrap();
        block_on(holder.wallet.add_card(PIN, KeyPlace::Software)).unwrap();
        holder.device.fail_after(died_at, true);
        let enrolled = block_on(holder.wallet.enrol()).is_ok();
        holder.device.mend();
        holder.restart();
        let view = holder.view();
        assert_eq!(view.phase, Phase::Ready);
        // The last write may have been done, and nobody heard of it.
        let is_ready = view.cards[1].ready;
        assert!(view.cards[0].ready && (is_ready || !enrolled));
        let asked = holder.asked(TEA);
        let payable = holder.order(&asked).payable;
        assert_eq!(payable.len(), 1 + usize::from(is_ready));
        block_on(holder.wallet.decline(&asked)).unwrap();
        block_on(holder.wallet.enrol()).unwrap();
        let second = &holder.view().cards[1];
        assert!(second.ready);
        block_on(holder.wallet.remove_card(&second.id, PIN)).unwrap();
        if enrolled {
            assert_eq!(
                died_at, 8,
                "certificate and three shares, each a call and a write"
            );
            return;
        }
    }
}

#[test]
fn a_card_is_removed_with_its_keys_and_never_while_it_pays() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    let first = holder.view().cards[0].id.clone();
    holder.add_card(OTHER_ISSUER);
    let remove = |holder: &Holder, id: &str, pin| block_on(holder.wallet.remove_card(id, pin));
    assert_eq!(
        remove(&holder, "none", PIN).unwrap_err().kind,
        ErrorKind::NoSuchCard
    );
    assert_eq!(
        remove(&holder, &first, "000000").unwrap_err().kind,
        ErrorKind::WrongPin
    );
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    assert_eq!(
        remove(&holder, &first, PIN).unwrap_err().kind,
        ErrorKind::CardInUse
    );
    holder.finish();
    let size = holder.device.record("card").unwrap().len();
    remove(&holder, &first, PIN).unwrap();
    assert!(holder.device.record("card").unwrap().len() < size - 2 * 128);
    holder.restart();
    let view = holder.view();
    assert_eq!(view.cards.len(), 1);
    assert_eq!(
        view.orders.len(),
        1,
        "what was bought with it is still told"
    );
    assert_eq!(view.orders[0].state, OrderState::Delivering);
}

#[test]
fn a_wallet_without_cards_keeps_the_rest_and_takes_another() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let first = holder.view().cards[0].id.clone();
    block_on(holder.wallet.remove_card(&first, PIN)).unwrap();
    let view = holder.view();
    assert_eq!(
        (view.phase, view.cards.len(), view.addresses.len()),
        (Phase::Ready, 0, 1)
    );
    let form = form(&world, TEA);
    let refused = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotEnrolled);
    let another = holder.add_card(ISSUER);
    assert_ne!(another, first);
    let home = view.addresses[0].id.clone().unwrap();
    assert_eq!(
        holder.buy(&another, COURIER, &home).state,
        OrderState::Delivering
    );
}

#[test]
fn each_card_fetches_its_own_share_of_a_further_space() {
    let world = World::with_parties_in_a_space(1);
    let holder = Holder::ready(&world);
    let home = holder.view().addresses[0].id.clone().unwrap();
    let second = holder.add_card(ISSUER);
    for card in [&holder.view().cards[0].id, &second] {
        let fetched = world.requests(CENTRE, "/v1/holder-shares");
        let order = holder.buy(card, COURIER, &home);
        assert_eq!(order.state, OrderState::Asked, "{order:?}");
        assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), fetched + 1);
        block_on(holder.wallet.decline(&order.request_id)).unwrap();
        let order = holder.buy(card, COURIER, &home);
        assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    }
}
