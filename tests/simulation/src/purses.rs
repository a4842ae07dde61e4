//! What is in the purses of a card, by what the card itself shows.

use tallystick_card::Applet;
use tallystick_card::host;
use tallystick_card::host::purse::{self, PurseView};
use tallystick_protocol::purse::{HistoryEntry, PurseNumber};
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

/// What a card that executes APDUs keeps of the histories of its open purses.
///
/// # Panics
/// If the card does not show it.
pub(crate) fn histories_in_card(
    mut execute: impl FnMut(&[u8]) -> Zeroizing<Vec<u8>>,
) -> Vec<(PurseNumber, Vec<HistoryEntry>)> {
    execute(&host::select(Applet::Purse).unwrap());
    let listed = purse::purses(&execute(&purse::list_purses().unwrap())).unwrap();
    let mut histories = Vec::new();
    for (place, number) in listed
        .iter()
        .filter_map(|listed| Some((listed.place, listed.number?)))
    {
        let history = execute(&purse::read_history(place, 0).unwrap());
        histories.push((number, purse::history(&history).unwrap()));
    }
    histories
}
