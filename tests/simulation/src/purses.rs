//! What is in the purses of a card, by what the card itself shows.

use tallystick_card::Applet;
use tallystick_card::host;
use tallystick_card::host::purse::{self, PurseView};
use zeroize::Zeroizing;

/// The open purses of a card that executes APDUs.
///
/// # Panics
/// If the card does not show them.
pub(crate) fn in_card(mut execute: impl FnMut(&[u8]) -> Zeroizing<Vec<u8>>) -> Vec<PurseView> {
    execute(&host::select(Applet::Purse).unwrap());
    let listed = purse::purses(&execute(&purse::list_purses().unwrap())).unwrap();
    let open = listed.iter().filter(|listed| listed.number.is_some());
    open.map(|listed| purse::purse(&execute(&purse::read_purse(listed.place).unwrap())).unwrap())
        .collect()
}
