//! Away with an access card in a reader: it alone has the keys of the terminal and of the sessions.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, OrderState};

use super::ends::{Away, FIRST, Home, PRICE, SECOND};
use super::holder::{PASSPHRASE, PIN};
use super::world::{SHOP, World};

const CARD_PIN: &str = "271828";

/// A card from the factory gets its PIN.
fn prepared(away: &Away<'_>, name: &str) -> HeldCard {
    let card = HeldCard::new(name);
    away.holder.device.reader().insert(&card);
    block_on(away.holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    card
}

/// The card in the reader is let in, and something is lent to it.
fn let_in(home: &Home<'_>, away: &Away<'_>) -> HeldCard {
    let card = prepared(away, "access card");
    let wallet = &away.holder.wallet;
    let code = block_on(wallet.away_code(KeyPlace::Reader)).unwrap();
    let invitation = block_on(home.wallet.home_enrol(PIN, &code, "Travel card")).unwrap();
    block_on(wallet.away_join(&invitation, CARD_PIN, KeyPlace::Reader)).unwrap();
    home.lend(|terms| {
        terms.total_minor = 40 * PRICE;
        terms.count = 40;
    })
    .unwrap();
    away.fetch().unwrap();
    card
}

#[test]
fn t000_7_an_access_card_in_a_reader_builds_the_session_receives_the_key_and_seals_to_the_market() {
    let world = World::with_home_proxy();
    let (home, mut away) = (Home::new(&world), Away::new(&world));
    let_in(&home, &away);
    assert_eq!(away.home().place, KeyPlace::Reader);
    let _line = home.connect();
    let pins = away.holder.device.reader().pins();
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    let to_shop = world.hub.received().into_iter();
    let to_shop: Vec<_> = to_shop.filter(|one| one.by == SHOP).collect();
    assert!(to_shop.iter().any(|one| one.what.ends_with("/records")));
    assert!(!to_shop.iter().any(|one| one.what == "POST /v1/orders"));
    assert_eq!(home.view().uses[0].terminal_name, "Travel card");
    // The two passwords stand in the PIN's place, also of this card.
    assert_eq!(away.holder.device.reader().pins(), pins);
    // Which card it is outlives the wallet.
    away.holder.restart();
    assert_eq!(away.home().place, KeyPlace::Reader);
    assert_eq!(away.buy().state, OrderState::Delivering);
}

#[test]
fn t000_7_without_that_access_card_nothing_is_asked_of_home() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    let card = let_in(&home, &away);
    let _line = home.connect();
    let request = away.asked();
    let before = world.hub.received().len();
    let refused = || {
        let fetched = away.fetch().unwrap_err().kind;
        let stopped = block_on(away.holder.wallet.away_stop(&away.home().home));
        let bought = away.approve(&request, FIRST, SECOND).unwrap_err().kind;
        assert_eq!([fetched, stopped.unwrap_err().kind], [bought, bought]);
        assert_eq!(away.holder.order(&request).state, OrderState::Asked);
        bought
    };
    let reader = away.holder.device.reader();
    reader.eject();
    assert_eq!(refused(), ErrorKind::NoCard);
    reader.unplug(true);
    assert_eq!(refused(), ErrorKind::NoReader);
    reader.unplug(false);
    let other = prepared(&away, "another card");
    assert_eq!(refused(), ErrorKind::OtherAccessCard);
    // One that is an access card, too, and of another terminal.
    block_on(away.holder.wallet.away_code(KeyPlace::Reader)).unwrap();
    reader.insert(&other);
    assert_eq!(refused(), ErrorKind::OtherAccessCard);
    assert_eq!(world.hub.received().len(), before);
    reader.insert(&card);
    away.approve(&request, FIRST, SECOND).unwrap();
}

#[test]
fn t000_7_an_access_card_that_is_pulled_out_at_any_step_leaves_nothing_half_done() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    let card = let_in(&home, &away);
    let _line = home.connect();
    let reader = away.holder.device.reader();
    let (mut pulled, mut apdus) = (0, 0);
    loop {
        // A terminal has four sessions at once, and nobody has ended those that a card was pulled out of.
        world.clock.advance(16 * 60_000);
        block_on(away.holder.wallet.unlock(PASSPHRASE)).unwrap();
        let request = away.asked();
        let uses = home.view().uses.len();
        reader.pull_after(apdus, apdus % 2 == 1);
        let approved = away.approve(&request, FIRST, SECOND);
        let was_pulled = reader.card().is_none();
        reader.leave_alone();
        reader.insert(&card);
        match approved {
            Err(error) => {
                let gone = [ErrorKind::CardRemoved, ErrorKind::NoCard];
                assert!(gone.contains(&error.kind), "{error:?} at {apdus}");
                let order = away.holder.order(&request);
                assert_eq!(order.state, OrderState::Asked, "at {apdus}");
                assert_eq!(order.away_step, None);
                // The same order again, with the card back in its place.
                away.approve(&request, FIRST, SECOND).unwrap();
                pulled += 1;
            }
            Ok(()) => assert_eq!(home.view().uses.len(), uses + 1),
        }
        away.holder.finish();
        assert_eq!(away.holder.order(&request).state, OrderState::Delivering);
        if !was_pulled {
            break;
        }
        apdus += 13;
    }
    assert!(pulled > 5, "{pulled} of {apdus}");
}

#[test]
fn joining_with_a_card_in_a_reader_wants_its_pin_and_shows_it_to_an_access_card_alone() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    let wallet = &away.holder.wallet;
    let absent = block_on(wallet.away_code(KeyPlace::Reader)).unwrap_err();
    assert_eq!(absent.kind, ErrorKind::NoCard);
    prepared(&away, "access card");
    let code = block_on(wallet.away_code(KeyPlace::Reader)).unwrap();
    assert_ne!(
        code,
        block_on(wallet.away_code(KeyPlace::Software)).unwrap()
    );
    let invitation = block_on(home.wallet.home_enrol(PIN, &code, "Travel card")).unwrap();
    let join = |pin| block_on(wallet.away_join(&invitation, pin, KeyPlace::Reader));
    assert_eq!(join("000000").unwrap_err().kind, ErrorKind::WrongPin);
    assert!(away.holder.view().away.is_empty());
    away.holder.device.reader().pull_after(2, true);
    assert_eq!(join(CARD_PIN).unwrap_err().kind, ErrorKind::CardRemoved);
    assert!(away.holder.view().away.is_empty());
}
