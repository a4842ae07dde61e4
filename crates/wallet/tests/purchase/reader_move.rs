//! An account moves from the software card to a card in a reader.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, OrderState, Phase};

use super::holder::{Holder, PASSPHRASE, PIN, TEA};
use super::reader::CARD_PIN;
use super::world::{COURIER, ISSUER, World};

/// A wallet whose one account is in the software card, and a card of its holder's in the reader.
fn before_a_move(world: &World) -> (Holder<'_>, HeldCard) {
    let holder = Holder::ready(world);
    let card = HeldCard::new("held card");
    holder.device.reader().insert(&card);
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    (holder, card)
}

#[test]
fn a_moved_account_pays_from_the_card_in_the_reader_and_the_old_identity_is_revoked() {
    let world = World::new();
    let (holder, _card) = before_a_move(&world);
    let view = holder.view();
    let home = view.addresses[0].id.clone().unwrap();
    let account = view.cards[0].id.clone();
    holder.buy(&account, COURIER, &home);
    let software_card = holder.device.record("card").unwrap().len();
    block_on(holder.wallet.move_card(&account, PIN, CARD_PIN)).unwrap();
    assert!(!holder.view().cards[0].ready, "until its issuer has agreed");
    block_on(holder.wallet.enrol()).unwrap();
    let moved = holder.view().cards[0].clone();
    assert!(moved.ready);
    assert_eq!(
        (moved.place, &moved.last4),
        (KeyPlace::Reader, &view.cards[0].last4)
    );
    assert!(holder.device.record("card").unwrap().len() < software_card - 2 * 128);
    let revoked = "SELECT count(*) FROM issuer_revoked_holders";
    assert_eq!(world.number(ISSUER, revoked), 1);
    let request = holder.asked(TEA);
    let choice = holder.choice();
    block_on(holder.wallet.approve(&request, &choice, CARD_PIN)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    let spent = world.balance("holder 1 available");
    assert_eq!(spent, 50_000 - 2 * (1480 + 520), "from the same account");
    holder.device.reader().eject();
    let request = holder.asked(TEA);
    let refused = block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NoCard);
}

#[test]
fn a_move_waits_for_open_orders_and_for_the_right_pins() {
    let world = World::new();
    let (holder, card) = before_a_move(&world);
    let account = holder.view().cards[0].id.clone();
    let move_it = |browser: &str, reader: &str| {
        let moved = block_on(holder.wallet.move_card(&account, browser, reader));
        moved.unwrap_err().kind
    };
    let size = card.state().len();
    assert_eq!(move_it("000000", CARD_PIN), ErrorKind::WrongPin);
    assert_eq!(move_it(PIN, "000000"), ErrorKind::WrongPin);
    let view = holder.view();
    assert_eq!(
        (view.pin_tries_left, view.reader_pin_tries_left),
        (3, Some(2))
    );
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    assert_eq!(move_it(PIN, CARD_PIN), ErrorKind::CardInUse);
    holder.finish();
    holder.device.reader().eject();
    assert_eq!(move_it(PIN, CARD_PIN), ErrorKind::NoCard);
    assert_eq!(card.state().len(), size, "no keys were made in vain");
    assert!(holder.view().cards[0].ready);
}

#[test]
fn a_move_survives_the_wallets_death_and_the_loss_of_an_answer_at_every_step() {
    for lose_answers in [false, true] {
        let mut died_at = 0;
        loop {
            let world = World::new();
            let (mut holder, _card) = before_a_move(&world);
            let account = holder.view().cards[0].id.clone();
            holder.device.fail_after(died_at, lose_answers);
            let moved = block_on(holder.wallet.move_card(&account, PIN, CARD_PIN)).is_ok();
            let whole = moved && block_on(holder.wallet.enrol()).is_ok();
            holder.device.mend();
            holder.restart();
            if holder.view().phase == Phase::Locked {
                block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
            }
            if holder.view().cards[0].place == KeyPlace::Software {
                block_on(holder.wallet.move_card(&account, PIN, CARD_PIN)).unwrap();
            }
            block_on(holder.wallet.enrol()).unwrap();
            let request = holder.asked(TEA);
            let choice = holder.choice();
            block_on(holder.wallet.approve(&request, &choice, CARD_PIN)).unwrap();
            holder.finish();
            assert_eq!(holder.order(&request).state, OrderState::Delivering);
            if whole {
                break;
            }
            died_at += 1;
        }
        assert!(died_at > 5, "{died_at}");
    }
}
