//! Source document 004 (EP 1 221 669) with the other documents' systems switched off: no card issuer, coupon office or home
//! proxy.

use tallystick_parties::native::block_on;
use tallystick_protocol::instrument::Instrument;
use tallystick_simulation::cast::{BANKING_SYSTEM, Cast, purse_key_token};
use tallystick_wallet::view::{LocalState, OrderState, RegistrationForm};

use super::customer::{available, buy_with, form, load, open_account_with, purse, put_in, unload};
use super::holder::{Holder, PIN};
use super::machine::{SENCHA, VENDING, Vendor, inside, pays, settles};
use super::world::{AUTHORITY, BANK, CA, CENTRE, COURIER, DIRECTORY, SHOP, World};

/// What the shop takes, if there is one, is of the bank; and the bank asks an ordinary bank outside, if there is one.
fn cast(has_ordinary_bank: bool) -> Cast {
    Cast {
        takes_cards: false,
        takes_the_bank: true,
        instruments: &[Instrument::BankAccount, Instrument::Purse],
        has_directory: has_ordinary_bank,
        has_ordinary_bank,
        purse_key_token: purse_key_token(),
        ..Cast::default()
    }
}

/// The holder's account outside, which is new there.
fn outside(world: &World) -> RegistrationForm {
    let asked =
        serde_json::json!({ "name": form().name, "currency": "JPY", "key": "drawn by the page" });
    let body = asked.to_string().into_bytes();
    let answer = world.post(BANKING_SYSTEM, "/v1/accounts", "application/json", body);
    let opened: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    RegistrationForm {
        iban: opened["iban"].as_str().unwrap().to_owned(),
        ..form()
    }
}

/// A wallet without any card, with an account that holds 10,000 yen and a purse with 5,000 of them.
fn customer<'w>(world: &'w World, form: &RegistrationForm) -> Holder<'w> {
    let holder = Holder::without_card(world);
    let account = open_account_with(&holder, form);
    put_in(world, &account, 10_000);
    block_on(holder.wallet.tend_purse(&purse(&holder).id)).unwrap();
    load(&holder, 5_000).unwrap();
    holder
}

#[test]
fn t_u6_value_goes_from_an_account_by_a_purse_to_a_shop_and_back_with_no_system_but_this_documents()
{
    let parties = [
        CA,
        DIRECTORY,
        CENTRE,
        AUTHORITY,
        BANK,
        BANKING_SYSTEM,
        SHOP,
        COURIER,
    ];
    let world = World::of(&parties, cast(true));
    let holder = customer(&world, &outside(&world));
    let order = buy_with(&holder, &purse(&holder).id);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    unload(&holder, 3_000).unwrap();
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    assert_eq!(inside(&holder), (0, 0));
    assert_eq!(available(&world, "holder 1"), 8_000);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 2_000);
    block_on(holder.wallet.close_purse(&purse(&holder).id, PIN)).unwrap();
    assert!(world.requests(BANKING_SYSTEM, "/v1/checks") > 0);
    world.require_only(&parties);
}

#[test]
fn t_u6_a_machine_sells_and_its_log_is_settled_with_no_party_but_its_bank_and_who_certifies() {
    let parties = [CA, CENTRE, AUTHORITY, BANK];
    let world = World::of(&parties, cast(false));
    let vendor = Vendor::ready(&world);
    let payer = customer(&world, &form());
    block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    let came = vendor.takes(&pays(&payer, &vendor.chooses("sencha"), SENCHA));
    assert_eq!((came.outcome.as_str(), vendor.drinks()), ("dropped", 1));
    assert_eq!(settles(&payer, &came), LocalState::Settled);
    vendor.run_for(3_700_000);
    assert_eq!(vendor.get("/v1/machine")["to_upload"], 0);
    assert_eq!(available(&world, "holder 1"), 150, "the dealer's");
    assert_eq!(available(&world, "holder 2"), 5_000);
    world.require_only(&[&parties[..], &[VENDING]].concat());
}
