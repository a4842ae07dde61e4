//! An order that is a gift: its note is sealed for the shop, stands with the order, and is proposed for no other.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{Choice, GiftView, OrderState};
use tallystick_wallet::{ErrorKind, WalletError};

use super::holder::{Holder, PASSPHRASE, PIN, TEA};
use super::world::{SHOP, World};

const NOTE: &str = "Happy birthday, Kenji!\n\nお誕生日おめでとう。";

fn approve(holder: &Holder<'_>, request: &str, note: &str) -> Result<(), WalletError> {
    let note = note.to_owned();
    let choice = Choice {
        gift: Some(GiftView { note }),
        ..holder.choice()
    };
    block_on(holder.wallet.approve(request, &choice, PIN))
}

/// Who reads the row of a gift, if it is there: shop, issuer, courier.
fn readers(holder: &Holder<'_>, request: &str) -> Option<(bool, bool, bool)> {
    let rows = holder.order(request).matrix.into_iter();
    let row = rows.into_iter().find(|row| row.row == "gift")?;
    Some((row.shop, row.issuer, row.courier))
}

#[test]
fn a_gifts_note_goes_to_the_shop_and_stays_with_its_order() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    assert_eq!(holder.order(&request).gift, None);
    assert_eq!(readers(&holder, &request), Some((true, false, false)));
    approve(&holder, &request, &format!("{NOTE}\r\n\t \n")).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering);
    let note = NOTE.to_owned();
    assert_eq!(order.gift, Some(GiftView { note }));
    assert_eq!(readers(&holder, &request), Some((true, false, false)));
    let console = world.console(SHOP);
    let mut opened = console["orders"][0]["opened"].as_array().unwrap().iter();
    let gift = opened.find(|one| one["field"] == "gift").unwrap();
    assert_eq!(gift["value"]["text"], NOTE);
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(holder.order(&request).gift, order.gift);
}

#[test]
fn the_next_order_knows_nothing_of_it() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let gift = holder.asked(TEA);
    approve(&holder, &gift, NOTE).unwrap();
    holder.finish();
    let next = holder.asked(TEA);
    assert_eq!(holder.order(&next).gift, None);
    holder.approve(&next).unwrap();
    holder.finish();
    let order = holder.order(&next);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!((order.gift, readers(&holder, &next)), (None, None));
}

#[test]
fn a_gift_without_a_note_is_one() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    approve(&holder, &request, " \n").unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).gift, Some(GiftView::default()));
}

#[test]
fn a_note_beyond_its_limits_approves_nothing_and_can_be_mended() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    let lines = "a\n".repeat(13);
    for note in [&*"あ".repeat(334), &*lines, "Dear\u{202e} Kenji"] {
        let refused = approve(&holder, &request, note).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::GiftNoteInvalid);
        assert_eq!(holder.order(&request).state, OrderState::Asked);
    }
    approve(&holder, &request, &"あ".repeat(333)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn what_no_courier_delivers_is_no_gift() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(r#"[{"sku":"brewing-guide","quantity":1}]"#);
    assert_eq!(readers(&holder, &request), None);
    approve(&holder, &request, NOTE).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(order.gift, None);
}
