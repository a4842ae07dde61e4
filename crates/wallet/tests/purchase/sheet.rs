//! The sheet with the holder's codes: kept under the PIN until two of its characters were typed, and no longer.

use tallystick_parties::native::block_on;
use tallystick_wallet::core::ports::{Ports, Session, Vault};
use tallystick_wallet::sealing::{StateKey, record};
use tallystick_wallet::view::{CodesView, KeyPlace, SheetView};
use tallystick_wallet::{ErrorKind, Wallet};

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, offer, offer_of, open};
use super::world::{ISSUER, OTHER_ISSUER, World};

/// A wallet that has just been made, with what its sheet says.
fn made(world: &World) -> (Device, Wallet<Device>, CodesView) {
    let device = Device::new(world);
    let wallet = open(world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(world))).unwrap();
    let codes = block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    (device, wallet, codes)
}

fn asked(wallet: &Wallet<Device>) -> Option<SheetView> {
    block_on(wallet.view()).unwrap().sheet
}

fn shown(wallet: &Wallet<Device>, pin: &str) -> Result<CodesView, ErrorKind> {
    let shown = block_on(wallet.show_codes(PASSPHRASE, pin, KeyPlace::Software));
    shown.map_err(|error| error.kind)
}

/// The two characters of a code that are asked for.
fn characters(asked: &SheetView, code: &str) -> String {
    let written: Vec<char> = code.chars().filter(|c| *c != '-').collect();
    let at = |place: u8| written[usize::from(place) - 1];
    [at(asked.first), at(asked.second)].into_iter().collect()
}

fn confirm(wallet: &Wallet<Device>, typed: &str) -> Result<(), ErrorKind> {
    block_on(wallet.confirm_codes(typed)).map_err(|error| error.kind)
}

/// The same codes, told without showing them.
fn is_same(one: &CodesView, other: &CodesView) -> bool {
    one == other
}

#[test]
fn a_sheet_is_shown_again_until_two_of_its_characters_were_typed_whatever_dies_meanwhile() {
    let world = World::new();
    let (device, wallet, codes) = made(&world);
    assert!(codes.puk.is_some() && codes.accounts.len() == 1);
    assert_eq!(codes.accounts[0].issuer_name, "Asahi Card");
    drop(wallet);
    device.forget_session();
    let wallet = open(&world, &device).unwrap();
    assert_eq!(asked(&wallet), None, "nothing is told while it is locked");
    block_on(wallet.unlock(PASSPHRASE)).unwrap();
    let sheet = asked(&wallet).unwrap();
    assert_eq!(
        (sheet.issuer_name.clone(), sheet.place),
        (None, KeyPlace::Software)
    );
    assert!(is_same(&shown(&wallet, PIN).unwrap(), &codes));

    let right = characters(&sheet, codes.recovery_code.as_deref().unwrap());
    let wrong = if right.starts_with('2') { "33" } else { "22" };
    for typed in [wrong, "", &right[..1], "é1", &format!("{right}0")] {
        assert_eq!(
            confirm(&wallet, typed),
            Err(ErrorKind::CodesWrong),
            "{typed}"
        );
    }
    let typed = format!(" {}-{} ", &right[..1].to_lowercase(), &right[1..]);
    assert_eq!(confirm(&wallet, &typed), Ok(()));
    assert_eq!(asked(&wallet), None);
    assert!(device.record("sheet").is_none());
    assert_eq!(shown(&wallet, PIN).err(), Some(ErrorKind::CodesSealed));
    // Said again, because the answer was lost.
    assert_eq!(confirm(&wallet, &right), Ok(()));
}

#[test]
fn a_sheet_wants_passphrase_and_pin_and_the_card_counts_the_tries() {
    let world = World::new();
    let (_, wallet, _) = made(&world);
    let refused = block_on(wallet.show_codes("another passphrase", PIN, KeyPlace::Software));
    assert_eq!(refused.err().unwrap().kind, ErrorKind::WrongPassphrase);
    for left in [2, 1, 0] {
        assert!(shown(&wallet, "000000").is_err());
        assert_eq!(block_on(wallet.view()).unwrap().pin_tries_left, left);
    }
    assert_eq!(shown(&wallet, PIN).err(), Some(ErrorKind::PinBlocked));
}

#[test]
fn whoever_has_the_state_key_alone_reads_two_characters_of_a_sheet_and_no_more() {
    let world = World::new();
    let (device, wallet, codes) = made(&world);
    let session = block_on(device.session().get()).unwrap().unwrap();
    let key = StateKey::from_bytes(&session[8..]).unwrap();
    for stored in block_on(device.vault().load()).unwrap() {
        let Ok(bytes) = record::open(&key, &stored.name, &stored.bytes) else {
            continue;
        };
        let own = [codes.puk.clone(), codes.recovery_code.clone()];
        let accounts = codes.accounts.iter().map(|account| account.code.clone());
        for code in own.into_iter().flatten().chain(accounts) {
            for group in code.split('-') {
                let found = bytes.windows(group.len()).any(|w| w == group.as_bytes());
                assert!(!found, "{}", stored.name);
            }
        }
    }
    let view = format!("{:?}", block_on(wallet.view()).unwrap());
    assert!(!view.contains(codes.puk.as_deref().unwrap()));
}

#[test]
fn a_further_account_brings_its_code_which_is_asked_for_alone() {
    let world = World::with_a_choice();
    let (device, wallet, codes) = made(&world);
    let sheet = asked(&wallet).unwrap();
    let right = characters(&sheet, codes.recovery_code.as_deref().unwrap());
    confirm(&wallet, &right).unwrap();

    let origin = format!("http://{OTHER_ISSUER}:8787");
    block_on(wallet.receive_offer(&origin, &offer_of(&world, OTHER_ISSUER))).unwrap();
    let further = block_on(wallet.add_card(PIN, KeyPlace::Software)).unwrap();
    assert!(further.puk.is_none() && further.recovery_code.is_none());
    assert_eq!(further.accounts[0].issuer_name, "Ume Card");
    drop(wallet);
    let wallet = open(&world, &device).unwrap();
    let sheet = asked(&wallet).unwrap();
    assert_eq!(sheet.issuer_name.as_deref(), Some("Ume Card"));
    assert!(is_same(&shown(&wallet, PIN).unwrap(), &further));

    // New codes of the wallet stand on one sheet with it, and the recovery code is asked for again.
    let anew = block_on(wallet.new_codes(PASSPHRASE, PIN)).unwrap();
    assert!(anew.accounts == further.accounts && anew.puk != codes.puk);
    let sheet = asked(&wallet).unwrap();
    assert_eq!(sheet.issuer_name, None);
    assert!(is_same(&shown(&wallet, PIN).unwrap(), &anew));
    confirm(
        &wallet,
        &characters(&sheet, anew.recovery_code.as_deref().unwrap()),
    )
    .unwrap();
    assert_eq!(asked(&wallet), None);
}

#[test]
fn the_account_code_on_the_sheet_moves_the_account_and_stays_good_where_it_goes() {
    let world = World::new();
    let old = Holder::ready(&world);
    let code = old.account_code.clone().unwrap();
    for _ in 0..2 {
        let body = format!(r#"{{"code":"{code}"}}"#);
        let json = "application/json";
        let answer = world.send("page", ISSUER, "POST", "/v1/renewals", json, body.into());
        assert!(answer.status().is_success());
        // Its new wallet is given no other: what the holder has on paper is right.
        let new = Holder::with_card(&world, answer.body());
        assert_eq!(new.account_code, None);
        assert!(asked(&new.wallet).is_some(), "its own codes it has");
    }
}

#[test]
fn an_issuer_that_does_not_answer_makes_no_card_and_one_without_codes_makes_one_without() {
    let world = World::new();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    world.hub.cut(ISSUER, true);
    let refused = block_on(wallet.set_up(PASSPHRASE, PIN)).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::EnrolmentUnreachable);
    assert!(device.record("header").is_none() && device.record("sheet").is_none());
    world.hub.cut(ISSUER, false);
    assert_eq!(
        block_on(wallet.set_up(PASSPHRASE, PIN))
            .unwrap()
            .accounts
            .len(),
        1
    );
}

#[test]
fn another_pin_opens_what_the_old_one_did() {
    let world = World::new();
    let (_, wallet, codes) = made(&world);
    block_on(wallet.change_pin(PIN, "314159", KeyPlace::Software)).unwrap();
    assert!(is_same(&shown(&wallet, "314159").unwrap(), &codes));
    // Whoever unblocks has the sheet: it is asked for still, and opens under the lost PIN alone.
    let puk = codes.puk.clone().unwrap();
    block_on(wallet.unblock_pin(&puk, "161803", KeyPlace::Software)).unwrap();
    assert_eq!(shown(&wallet, "161803").err(), Some(ErrorKind::CodesSealed));
    let sheet = asked(&wallet).unwrap();
    confirm(
        &wallet,
        &characters(&sheet, codes.recovery_code.as_deref().unwrap()),
    )
    .unwrap();
}

#[test]
fn a_wallet_that_dies_at_any_write_about_its_sheet_has_the_one_before_or_the_one_after() {
    for lose_answers in [false, true] {
        for what in ["new codes", "another PIN", "confirmed"] {
            let world = World::new();
            let (device, wallet, codes) = made(&world);
            let sheet = asked(&wallet).unwrap();
            let right = characters(&sheet, codes.recovery_code.as_deref().unwrap());
            device.fail_after(0, lose_answers);
            let died = match what {
                "new codes" => block_on(wallet.new_codes(PASSPHRASE, PIN)).err(),
                "another PIN" => {
                    block_on(wallet.change_pin(PIN, "314159", KeyPlace::Software)).err()
                }
                _ => block_on(wallet.confirm_codes(&right)).err(),
            };
            assert_eq!(died.unwrap().kind, ErrorKind::StorageFailed, "{what}");
            device.mend();
            drop(wallet);
            device.forget_session();
            let wallet = open(&world, &device).unwrap();
            block_on(wallet.unlock(PASSPHRASE)).unwrap();
            match (what, lose_answers) {
                ("confirmed", true) => assert_eq!(asked(&wallet), None),
                ("another PIN", true) => {
                    assert!(is_same(&shown(&wallet, "314159").unwrap(), &codes))
                }
                ("new codes", true) => {
                    // The answer with the codes was lost, and the sheet has them.
                    let anew = shown(&wallet, PIN).unwrap();
                    assert!(anew.puk != codes.puk && anew.accounts == codes.accounts);
                    let puk = anew.puk.clone().unwrap();
                    block_on(wallet.unblock_pin(&puk, PIN, KeyPlace::Software)).unwrap();
                    block_on(wallet.lock()).unwrap();
                    let code = anew.recovery_code.clone().unwrap();
                    block_on(wallet.recover(&code, PASSPHRASE)).unwrap();
                }
                _ => assert!(is_same(&shown(&wallet, PIN).unwrap(), &codes), "{what}"),
            }
        }
    }
}
