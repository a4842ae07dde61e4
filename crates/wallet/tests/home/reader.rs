//! A home whose card is in a reader.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, OrderState};

use super::ends::{Away, FIRST, Home, SECOND};
use super::holder::{Holder, ISSUER_ORIGIN, offer};
use super::world::World;

const CARD_PIN: &str = "161803";

#[test]
fn a_card_in_a_reader_at_home_signs_and_one_that_was_pulled_out_does_not() {
    let world = World::with_home_proxy();
    let holder = Holder::ready(&world);
    let held = HeldCard::new("home card");
    holder.device.reader().insert(&held);
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let nothing = holder
        .wallet
        .home_set_up(CARD_PIN, FIRST, SECOND, KeyPlace::Reader);
    let nothing = block_on(nothing).unwrap_err();
    assert_eq!(nothing.kind, ErrorKind::LentCardElsewhere);
    block_on(holder.wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    block_on(holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let (home, away) = (Home::of(holder), Away::new(&world));
    let set_up = home
        .wallet
        .home_set_up(CARD_PIN, FIRST, SECOND, KeyPlace::Reader);
    block_on(set_up).unwrap();
    let code = block_on(away.holder.wallet.away_code(KeyPlace::Software)).unwrap();
    let invitation = block_on(home.wallet.home_enrol(CARD_PIN, &code, "Phone")).unwrap();
    block_on(
        away.holder
            .wallet
            .away_join(&invitation, super::holder::PIN, KeyPlace::Software),
    )
    .unwrap();
    let mut terms = home.terms();
    let elsewhere = block_on(home.wallet.home_lend(CARD_PIN, &terms)).unwrap_err();
    assert_eq!(elsewhere.kind, ErrorKind::LentCardElsewhere);
    terms.card_id = home.wallet_view().cards[1].id.clone();
    block_on(home.wallet.home_lend(CARD_PIN, &terms)).unwrap();
    away.fetch().unwrap();
    let _line = home.connect();
    let request = away.asked();
    home.device.reader().eject();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HomeNoCard);
    assert_eq!(away.holder.order(&request).state, OrderState::Asked);
    home.device.reader().insert(&held);
    away.approve(&request, FIRST, SECOND).unwrap();
    away.holder.finish();
    assert_eq!(away.holder.order(&request).state, OrderState::Delivering);

    // A stop counts from the press on, although the card is not there to hear of it.
    let request = away.asked();
    home.device.reader().eject();
    let unheard = block_on(home.wallet.home_stop_everything()).unwrap_err();
    assert_eq!(unheard.kind, ErrorKind::NoCard);
    home.device.reader().insert(&held);
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanOver);
    assert_eq!(away.holder.order(&request).state, OrderState::Asked);
    block_on(home.wallet.home_stop_everything()).unwrap();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanOver);
}
