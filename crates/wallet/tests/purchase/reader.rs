//! Accounts whose keys live in a card in a reader: the same purchase, and everything that can happen to a
//! card that can be held, and pulled.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::{HeldCard, NAME};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{Choice, KeyPlace, OrderState, OrderView, ReaderCardKind};

use super::holder::{Holder, PIN, TEA, form, offer_of};
use super::search::holds;
use super::world::{CENTRE, COURIER, ISSUER, ORIGIN, OTHER_ISSUER, SHOP, World};

/// Another PIN than that of the software card.
pub const CARD_PIN: &str = "161803";
const OTHER_ORIGIN: &str = "http://ume-card.localhost:8787";

struct WithReader<'w> {
    holder: Holder<'w>,
    card: HeldCard,
    puk: String,
    /// The account whose keys are in the card.
    account: String,
}

/// A wallet with one account in the software card and one in the card in the reader.
fn ready(world: &World) -> WithReader<'_> {
    with_a_card(Holder::ready(world))
}

fn with_a_card(holder: Holder<'_>) -> WithReader<'_> {
    let world = holder.world;
    let card = HeldCard::new(&format!("held card {}", world.hub.received().len()));
    holder.device.reader().insert(&card);
    let puk = block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let offer = offer_of(world, OTHER_ISSUER);
    block_on(holder.wallet.receive_offer(OTHER_ORIGIN, &offer)).unwrap();
    block_on(holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let account = holder.view().cards[1].id.clone();
    WithReader {
        holder,
        card,
        puk,
        account,
    }
}

impl WithReader<'_> {
    fn asked(&self) -> String {
        let form = form(self.holder.world, TEA);
        block_on(self.holder.wallet.receive_form(ORIGIN, &form)).unwrap()
    }

    fn choice(&self) -> Choice {
        Choice {
            card_id: self.account.clone(),
            ..self.holder.choice()
        }
    }

    fn approve(&self, request: &str, pin: &str) -> Result<(), WalletError> {
        block_on(self.holder.wallet.approve(request, &self.choice(), pin))
    }

    fn refused(&self, request: &str, pin: &str) -> ErrorKind {
        self.approve(request, pin).unwrap_err().kind
    }

    fn bought(&self, request: &str) -> OrderView {
        self.approve(request, CARD_PIN).unwrap();
        self.holder.finish();
        self.holder.order(request)
    }

    fn reader_pin_tries_left(&self) -> Option<u8> {
        self.holder.view().reader_pin_tries_left
    }
}

/// Both at once, each going on whenever the other waits.
fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    block_on(poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = other.as_mut().poll(context)
        {
            second = Some(value);
        }
        if first.is_some() && second.is_some() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }));
    (first.unwrap(), second.unwrap())
}

#[test]
fn no_two_cards_have_the_same_face_wherever_their_keys_live() {
    let world = World::with_a_choice();
    let with_reader = ready(&world);
    let faces = || {
        with_reader
            .holder
            .view()
            .cards
            .into_iter()
            .map(|card| card.face)
    };
    assert_eq!(faces().collect::<Vec<_>>(), [0, 1]);
    let first = with_reader.holder.view().cards[0].id.clone();
    block_on(with_reader.holder.wallet.move_card(&first, PIN, CARD_PIN)).unwrap();
    assert_eq!(faces().collect::<Vec<_>>(), [0, 1], "a moved card keeps it");
}

#[test]
fn an_account_in_a_card_in_the_reader_pays_as_one_in_the_software_card() {
    let world = World::with_a_choice();
    let mut with = ready(&world);
    with.holder.restart();
    let view = with.holder.view();
    assert_eq!(view.cards[0].place, KeyPlace::Software);
    assert_eq!(view.cards[1].place, KeyPlace::Reader);
    assert!(view.cards[1].ready);
    let software_card = with.holder.device.record("card").unwrap();
    let request = with.asked();
    let order = with.bought(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.parties[1].name, "Ume Card");
    let after = with.holder.device.record("card").unwrap();
    assert_eq!(after, software_card, "no other card was touched");
    let home = view.addresses[0].id.clone().unwrap();
    let order = with.holder.buy(&view.cards[0].id, COURIER, &home);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
}

#[test]
fn a_reader_that_takes_only_short_apdus_serves_as_well() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    holder.device.reader().take_short_apdus_only();
    let with = with_a_card(holder);
    let request = with.asked();
    let order = with.bought(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
}

#[test]
fn the_wallet_says_what_is_in_the_reader() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let look = || block_on(with.holder.wallet.reader_card()).unwrap();
    let view = look();
    assert_eq!(view.kind, ReaderCardKind::InUse);
    assert_eq!((view.pin_tries_left, view.puk_tries_left), (3, 3));
    assert_eq!(view.free_slots, 15);
    assert_eq!(view.card_ids, std::slice::from_ref(&with.account));
    with.holder
        .device
        .reader()
        .insert(&HeldCard::new("another"));
    let view = look();
    assert_eq!(view.kind, ReaderCardKind::New);
    assert_eq!(view.free_slots, 16);
    assert!(view.card_ids.is_empty());
    // With a PIN of its holder's it is in use, although it holds nothing yet.
    block_on(with.holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let view = look();
    assert_eq!(view.kind, ReaderCardKind::InUse);
    assert_eq!(view.free_slots, 16);
    block_on(with.holder.wallet.lock()).unwrap();
    let refused = block_on(with.holder.wallet.reader_card()).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Locked);
}

#[test]
fn each_fault_has_a_sentence_of_its_own_and_leaves_the_order_asked() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let reader = with.holder.device.reader();
    let request = with.asked();
    reader.unplug(true);
    assert_eq!(with.refused(&request, CARD_PIN), ErrorKind::NoReader);
    reader.unplug(false);
    reader.hold(true);
    let held = with.approve(&request, CARD_PIN).unwrap_err();
    assert_eq!((held.kind, &*held.about), (ErrorKind::ReaderHeld, NAME));
    reader.hold(false);
    reader.eject();
    assert_eq!(with.refused(&request, CARD_PIN), ErrorKind::NoCard);
    assert_eq!(with.holder.order(&request).state, OrderState::Asked);
    reader.insert(&with.card);
    assert_eq!(with.bought(&request).state, OrderState::Delivering);
}

#[test]
fn no_pin_is_shown_to_a_card_that_does_not_hold_the_account() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let other = HeldCard::new("another");
    let reader = with.holder.device.reader();
    reader.insert(&other);
    block_on(with.holder.wallet.prepare_reader_card("141421")).unwrap();
    let request = with.asked();
    for _ in 0..3 {
        assert_eq!(with.refused(&request, CARD_PIN), ErrorKind::OtherCard);
    }
    let view = block_on(with.holder.wallet.reader_card()).unwrap();
    assert_eq!(view.pin_tries_left, 3);
    let removed = block_on(with.holder.wallet.remove_card(&with.account, CARD_PIN));
    assert_eq!(removed.unwrap_err().kind, ErrorKind::OtherCard);
    reader.insert(&with.card);
    assert_eq!(with.bought(&request).state, OrderState::Delivering);
}

#[test]
fn no_pin_is_shown_to_a_card_that_only_repeats_the_identifier() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let reader = with.holder.device.reader();
    let request = with.asked();
    let before = reader.pins();
    reader.replace_by_impostor();
    assert_eq!(with.refused(&request, CARD_PIN), ErrorKind::OtherCard);
    let removed = block_on(with.holder.wallet.remove_card(&with.account, CARD_PIN));
    assert_eq!(removed.unwrap_err().kind, ErrorKind::OtherCard);
    assert_eq!(reader.pins(), before);
    assert_eq!(with.holder.order(&request).state, OrderState::Asked);
}

#[test]
fn a_card_in_a_reader_that_does_not_answer_stops_nothing_else() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let wallet = &with.holder.wallet;
    let request = with.asked();
    let choice = with.choice();
    with.holder.device.reader().fall_silent(true);
    let mut waiting = pin!(wallet.approve(&request, &choice, CARD_PIN));
    let mut looking = pin!(wallet.reader_card());
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    assert!(looking.as_mut().poll(&mut context).is_pending());
    // The software card pays, another order is declined, the wallet locks and unlocks.
    let view = with.holder.view();
    let home = view.addresses[0].id.clone().unwrap();
    let order = with.holder.buy(&view.cards[0].id, COURIER, &home);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    let other = with.asked();
    block_on(wallet.decline(&other)).unwrap();
    block_on(wallet.lock()).unwrap();
    assert!(waiting.as_mut().poll(&mut context).is_pending());
}

#[test]
fn a_wrong_pin_costs_a_try_of_that_card_alone_and_its_puk_sets_a_new_one() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let request = with.asked();
    assert_eq!(with.refused(&request, PIN), ErrorKind::WrongPin);
    assert_eq!(with.reader_pin_tries_left(), Some(2));
    assert_eq!(with.holder.view().pin_tries_left, 3);
    assert_eq!(with.refused(&request, PIN), ErrorKind::WrongPin);
    assert_eq!(with.refused(&request, PIN), ErrorKind::PinBlocked);
    assert_eq!(with.refused(&request, CARD_PIN), ErrorKind::PinBlocked);
    assert_eq!(with.reader_pin_tries_left(), Some(0));
    let unblock = |puk: &str| {
        let wallet = &with.holder.wallet;
        block_on(wallet.unblock_pin(puk, "141421", KeyPlace::Reader))
    };
    let wrong = unblock(&with.holder.puk).unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::WrongPuk);
    assert_eq!(with.holder.view().reader_puk_tries_left, Some(2));
    unblock(&with.puk).unwrap();
    let change = with
        .holder
        .wallet
        .change_pin("141421", CARD_PIN, KeyPlace::Reader);
    block_on(change).unwrap();
    assert_eq!(with.bought(&request).state, OrderState::Delivering);
}

#[test]
fn a_card_pulled_at_any_apdu_of_an_approval_leaves_the_order_asked_and_chargeable_once() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let reader = with.holder.device.reader();
    for executed in [false, true] {
        let request = with.asked();
        for apdus in 0.. {
            reader.pull_after(apdus, executed);
            let approved = with.approve(&request, CARD_PIN);
            reader.leave_alone();
            if with.holder.order(&request).state == OrderState::Approved {
                approved.unwrap();
                assert!(apdus > 10, "an approval takes a dozen commands");
                block_on(with.holder.wallet.decline(&request)).unwrap();
                break;
            }
            assert_eq!(approved.unwrap_err().kind, ErrorKind::CardRemoved);
            reader.insert(&with.card);
        }
        reader.insert(&with.card);
        if !executed {
            continue;
        }
        let request = with.asked();
        assert_eq!(with.bought(&request).state, OrderState::Delivering);
        assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
    }
}

#[test]
fn a_card_pulled_while_an_account_is_added_can_be_put_back_and_the_account_added() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let reader = with.holder.device.reader();
    let offer = offer_of(&world, OTHER_ISSUER);
    block_on(with.holder.wallet.receive_offer(OTHER_ORIGIN, &offer)).unwrap();
    for apdus in 0..7 {
        reader.pull_after(apdus, false);
        let refused = block_on(with.holder.wallet.add_card(CARD_PIN, KeyPlace::Reader));
        assert_eq!(
            refused.err().unwrap().kind,
            ErrorKind::CardRemoved,
            "{apdus}"
        );
        reader.leave_alone();
        reader.insert(&with.card);
        assert_eq!(with.holder.view().cards.len(), 2);
    }
    block_on(with.holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    block_on(with.holder.wallet.enrol()).unwrap();
    assert!(with.holder.view().cards[2].ready);
}

#[test]
fn enrolment_waits_for_the_card_and_goes_on_when_it_is_there() {
    let world = World::with_a_choice();
    let mut with = ready(&world);
    let offer = offer_of(&world, OTHER_ISSUER);
    block_on(with.holder.wallet.receive_offer(OTHER_ORIGIN, &offer)).unwrap();
    block_on(with.holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    with.holder.device.reader().eject();
    with.holder.restart();
    let waits = block_on(with.holder.wallet.enrol()).unwrap_err();
    assert_eq!(waits.kind, ErrorKind::NoCard);
    let view = with.holder.view();
    assert!(view.cards[0].ready && view.cards[1].ready && !view.cards[2].ready);
    with.holder.device.reader().insert(&with.card);
    block_on(with.holder.wallet.enrol()).unwrap();
    assert!(with.holder.view().cards[2].ready);
}

#[test]
fn a_missing_share_waits_for_the_card_and_the_order_ends_with_a_sentence_if_it_never_comes() {
    let world = World::with_parties_in_a_space(1);
    let holder = Holder::ready(&world);
    let card = HeldCard::new("held card");
    holder.device.reader().insert(&card);
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let offer = offer_of(&world, ISSUER);
    block_on(
        holder
            .wallet
            .receive_offer(super::holder::ISSUER_ORIGIN, &offer),
    )
    .unwrap();
    block_on(holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let choice = Choice {
        card_id: holder.view().cards[1].id.clone(),
        ..holder.choice()
    };
    for comes_back in [false, true] {
        let request = holder.asked(TEA);
        holder.device.reader().insert(&card);
        block_on(holder.wallet.approve(&request, &choice, CARD_PIN)).unwrap();
        holder.device.reader().eject();
        for _ in 0..10 {
            block_on(holder.wallet.advance()).unwrap();
            world.run_for(1_000);
        }
        assert_eq!(holder.order(&request).state, OrderState::Approved);
        assert!(world.requests(CENTRE, "/v1/holder-shares") > 6);
        if comes_back {
            holder.device.reader().insert(&card);
        }
        while holder.order(&request).state == OrderState::Approved {
            block_on(holder.wallet.advance()).unwrap();
            world.run_for(1_000);
        }
        let failure = holder.order(&request).failure.unwrap();
        assert_eq!(
            failure.kind,
            if comes_back {
                "keys-renewed"
            } else {
                "no-card"
            }
        );
        assert_eq!(failure.money_key, None, "nothing was sent");
        assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
        if comes_back {
            block_on(holder.wallet.approve(&request, &choice, CARD_PIN)).unwrap();
            holder.finish();
            assert_eq!(holder.order(&request).state, OrderState::Delivering);
        }
    }
}

#[test]
fn a_used_card_is_not_taken_for_a_new_one() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let prepare = |pin| block_on(with.holder.wallet.prepare_reader_card(pin));
    let refused = prepare("141421").unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CardNotNew);
    assert_eq!(
        with.reader_pin_tries_left(),
        Some(3),
        "it was not even tried"
    );
    // One without accounts says so itself.
    let emptied = HeldCard::new("emptied");
    with.holder.device.reader().insert(&emptied);
    prepare(CARD_PIN).unwrap();
    assert_eq!(prepare("141421").unwrap_err().kind, ErrorKind::CardNotNew);
    let view = block_on(with.holder.wallet.reader_card()).unwrap();
    assert_eq!(view.kind, ReaderCardKind::InUse);
    assert_eq!(view.pin_tries_left, 3, "it was not tried either");
}

#[test]
fn a_new_card_pulled_before_its_puk_is_set_can_be_gone_on_with() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    let card = HeldCard::new("held card");
    let reader = holder.device.reader();
    for apdus in 0..20 {
        reader.insert(&card);
        reader.pull_after(apdus, false);
        let prepared = block_on(holder.wallet.prepare_reader_card(CARD_PIN));
        reader.leave_alone();
        match prepared {
            Err(error) => assert_eq!(error.kind, ErrorKind::CardRemoved, "{apdus}"),
            Ok(puk) => {
                reader.insert(&card);
                block_on(holder.wallet.unblock_pin(&puk, CARD_PIN, KeyPlace::Reader)).unwrap();
                return;
            }
        }
    }
    panic!("it is never done");
}

#[test]
fn what_was_locked_or_declined_while_the_card_was_at_work_is_noticed() {
    let world = World::with_a_choice();
    let with = ready(&world);
    with.holder.device.reader().slow_down();
    let wallet = &with.holder.wallet;
    let request = with.asked();
    let choice = with.choice();
    let approving = wallet.approve(&request, &choice, CARD_PIN);
    let (approved, declined) = both(approving, wallet.decline(&request));
    declined.unwrap();
    assert_eq!(approved.unwrap_err().kind, ErrorKind::OrderState);
    assert_eq!(with.holder.order(&request).state, OrderState::Declined);
    let request = with.asked();
    let approving = wallet.approve(&request, &choice, CARD_PIN);
    let (approved, locked) = both(approving, wallet.lock());
    locked.unwrap();
    assert_eq!(approved.unwrap_err().kind, ErrorKind::Locked);
    block_on(wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    assert_eq!(with.holder.order(&request).state, OrderState::Asked);
}

#[test]
fn approving_twice_at_once_asks_the_card_once() {
    let world = World::with_a_choice();
    let with = ready(&world);
    with.holder.device.reader().slow_down();
    let wallet = &with.holder.wallet;
    let request = with.asked();
    let choice = with.choice();
    let before = with.holder.device.reader().transmitted();
    let (one, other) = both(
        wallet.approve(&request, &choice, CARD_PIN),
        wallet.approve(&request, &choice, CARD_PIN),
    );
    one.unwrap();
    other.unwrap();
    let apdus = with.holder.device.reader().transmitted() - before;
    assert!(apdus < 20, "{apdus}");
    with.holder.finish();
    assert_eq!(with.holder.order(&request).state, OrderState::Delivering);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
}

#[test]
fn an_account_is_removed_with_its_keys_or_forgotten_without_its_card() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let wallet = &with.holder.wallet;
    let size = with.card.state().len();
    let request = with.asked();
    with.approve(&request, CARD_PIN).unwrap();
    let in_use = block_on(wallet.remove_card(&with.account, "")).unwrap_err();
    assert_eq!(in_use.kind, ErrorKind::CardInUse);
    with.holder.finish();
    with.holder.device.reader().eject();
    let absent = block_on(wallet.remove_card(&with.account, CARD_PIN)).unwrap_err();
    assert_eq!(absent.kind, ErrorKind::NoCard);
    block_on(wallet.remove_card(&with.account, "")).unwrap();
    assert_eq!(with.holder.view().cards.len(), 1);
    assert_eq!(with.card.state().len(), size, "its keys stay in the card");
    let other = ready(&world);
    let size = other.card.state().len();
    block_on(other.holder.wallet.remove_card(&other.account, CARD_PIN)).unwrap();
    assert!(other.card.state().len() < size - 2 * 128);
    assert_eq!(other.holder.view().cards.len(), 1);
    let first = other.holder.view().cards[0].id.clone();
    let no_pin = block_on(other.holder.wallet.remove_card(&first, "")).unwrap_err();
    assert_eq!(no_pin.kind, ErrorKind::MalformedPin);
}

#[test]
fn nothing_secret_of_the_card_in_the_reader_is_on_the_disk() {
    let world = World::with_a_choice();
    let with = ready(&world);
    let request = with.asked();
    with.approve(&request, CARD_PIN).unwrap();
    let disk = with.holder.device.disk();
    for secret in [CARD_PIN, &*with.puk, &with.puk.replace('-', "")] {
        assert!(!holds(&disk, secret.as_bytes()));
    }
}
