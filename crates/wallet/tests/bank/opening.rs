//! Opening an account: registered, decided by the bank, enrolled.

use tallystick_parties::native::block_on;
use tallystick_simulation::banking::{ACCOUNT_OF_ANOTHER, POOR_ACCOUNT, UNKNOWN_ACCOUNT};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, OpeningStep, PurseStep, RegistrationForm};

use super::customer::{PASSWORD, form, open_account};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::{AUTHORITY, BANK, World};

#[test]
fn t004_10_a_holder_opens_an_account_and_its_keys_are_made_in_the_card() {
    let world = World::with_authority();
    let holder = Holder::ready(&world);
    assert_eq!(holder.view().banks[0].domain, BANK);
    let account = open_account(&holder);
    assert!(account.ready);
    assert_eq!(account.holder_name, "Hana Mori");
    assert_eq!(account.currency, "JPY");
    assert_eq!(account.bank_domain, BANK);
    assert!(account.expires_at.is_some());
    let view = holder.view();
    assert_eq!(view.cards.len(), 1, "an account is no card");
    assert_eq!(view.openings, []);
    assert_eq!(view.purses[0].account_id, account.id);
    assert_eq!(account.purse_id, Some(view.purses[0].id.clone()));
    assert_eq!(view.purses[0].step, PurseStep::Applied);
}

#[test]
fn t004_43_what_the_outside_bank_says_against_a_holder_is_said_by_name() {
    let world = World::with_authority();
    let holder = Holder::ready(&world);
    for (iban, kind) in [
        (UNKNOWN_ACCOUNT, ErrorKind::OutsideAccountUnknown),
        (ACCOUNT_OF_ANOTHER, ErrorKind::OutsideNameDiffers),
        (POOR_ACCOUNT, ErrorKind::NotSolvent),
    ] {
        let form = RegistrationForm {
            iban: iban.to_owned(),
            ..form()
        };
        let id = block_on(holder.wallet.register(&form, PASSWORD)).unwrap();
        let refused = block_on(holder.wallet.continue_opening(&id)).unwrap_err();
        assert_eq!(refused.kind, kind);
        let opening = holder.view().openings[0].clone();
        assert_eq!(opening.step, OpeningStep::Refused);
        assert_eq!(opening.failure, Some(kind.name()));
        let place = KeyPlace::Software;
        let none = block_on(holder.wallet.open_account(&id, PIN, place)).unwrap_err();
        assert_eq!(none.kind, ErrorKind::NoOffer);
        block_on(holder.wallet.forget_opening(&id)).unwrap();
        assert_eq!(holder.view().openings, []);
    }
    let yen = RegistrationForm {
        currency: "EUR".to_owned(),
        ..form()
    };
    let id = block_on(holder.wallet.register(&yen, PASSWORD)).unwrap();
    let refused = block_on(holder.wallet.continue_opening(&id)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::BankOtherCurrency);
}

#[test]
fn what_is_mistyped_does_not_leave_the_wallet() {
    let world = World::with_authority();
    let holder = Holder::ready(&world);
    let wrong = |change: fn(&mut RegistrationForm)| {
        let mut form = form();
        change(&mut form);
        let error = block_on(holder.wallet.register(&form, PASSWORD)).unwrap_err();
        (error.kind, error.about.clone())
    };
    let invalid = |about: &str| (ErrorKind::RegistrationInvalid, about.to_owned());
    assert_eq!(wrong(|form| form.name.clear()), invalid("name"));
    assert_eq!(wrong(|form| form.address.clear()), invalid("address"));
    assert_eq!(
        wrong(|form| form.telephone = "soon".into()),
        invalid("telephone")
    );
    assert_eq!(wrong(|form| form.iban.push('1')), invalid("IBAN"));
    assert_eq!(
        wrong(|form| form.currency = "XXX".into()),
        invalid("currency")
    );
    let elsewhere = wrong(|form| form.bank = "other-bank.localhost".into());
    assert_eq!(elsewhere.0, ErrorKind::NoSuchBank);
    let weak = block_on(holder.wallet.register(&form(), "short")).unwrap_err();
    assert_eq!(weak.kind, ErrorKind::WeakPassphrase);
    let heard = world.hub.received();
    assert!(
        heard
            .iter()
            .all(|got| (got.by.as_str(), got.from.as_str()) != (AUTHORITY, "holder"))
    );
}

#[test]
fn a_registration_survives_whoever_is_away_and_the_wallet_s_death_and_is_one_account() {
    let world = World::with_authority();
    let mut holder = Holder::ready(&world);
    world.hub.cut(AUTHORITY, true);
    let id = block_on(holder.wallet.register(&form(), PASSWORD)).unwrap();
    let away = block_on(holder.wallet.continue_opening(&id)).unwrap_err();
    assert_eq!(away.kind, ErrorKind::RegistrationUnreachable);
    assert_eq!(holder.view().openings[0].step, OpeningStep::Registering);
    holder.restart();
    block_on(holder.wallet.lock()).unwrap();
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    world.hub.cut(AUTHORITY, false);
    world.hub.cut(BANK, true);
    assert!(block_on(holder.wallet.continue_opening(&id)).is_err());
    world.hub.cut(BANK, false);
    world.run_for(120_000);
    holder.finish();
    assert_eq!(holder.view().openings[0].step, OpeningStep::Keys);
    let place = KeyPlace::Software;
    block_on(holder.wallet.open_account(&id, PIN, place)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    assert!(holder.view().accounts[0].ready);
    let accounts = world.number(BANK, "SELECT count(*) FROM bank_accounts");
    assert_eq!(accounts, 1);
}

#[test]
fn a_wrong_pin_makes_no_account() {
    let world = World::with_authority();
    let holder = Holder::ready(&world);
    let id = block_on(holder.wallet.register(&form(), PASSWORD)).unwrap();
    let place = KeyPlace::Software;
    let wrong = block_on(holder.wallet.open_account(&id, "000000", place)).unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::WrongPin);
    assert_eq!(holder.view().accounts, []);
    assert_eq!(holder.view().openings[0].step, OpeningStep::Keys);
    block_on(holder.wallet.open_account(&id, PIN, place)).unwrap();
    assert_eq!(holder.view().accounts.len(), 1);
}
