//! A holder with an account at a bank.

use tallystick_parties::native::block_on;
use tallystick_simulation::banking::GOOD_ACCOUNT;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{
    BankAccountView, Choice, KeyPlace, MoveChoice, MovementView, OrderView, PurseView,
    RegistrationForm,
};

use super::holder::{Holder, PIN, TEA};
use super::world::{BANK, SHOP, World, text};

pub const PASSWORD: &str = "green tea, no sugar";
/// A bag of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;

pub fn form() -> RegistrationForm {
    RegistrationForm {
        bank: BANK.to_owned(),
        name: "Hana Mori".to_owned(),
        address: "Jimbocho 1-2-3\nChiyoda, Tokyo".to_owned(),
        telephone: "+81 90 0000 0000".to_owned(),
        iban: GOOD_ACCOUNT.to_owned(),
        currency: "JPY".to_owned(),
    }
}

/// Registers, has the account opened, and makes its keys.
pub fn open_account(holder: &Holder<'_>) -> BankAccountView {
    open_account_with(holder, &form())
}

/// As [`open_account`], with that form.
pub fn open_account_with(holder: &Holder<'_>, form: &RegistrationForm) -> BankAccountView {
    let opening = block_on(holder.wallet.register(form, PASSWORD)).unwrap();
    block_on(holder.wallet.continue_opening(&opening)).unwrap();
    let place = KeyPlace::Software;
    block_on(holder.wallet.open_account(&opening, PIN, place)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    holder.view().accounts[0].clone()
}

/// A wallet with a card, and with an account that holds so much.
pub fn with_account(world: &World, minor: u64) -> Holder<'_> {
    let holder = Holder::ready(world);
    let account = open_account(&holder);
    if minor > 0 {
        put_in(world, &account, minor);
    }
    holder
}

/// A wallet with a card, an account that holds so much, and a purse that holds nothing.
pub fn with_purse(world: &World, minor: u64) -> Holder<'_> {
    let holder = with_account(world, minor);
    block_on(holder.wallet.tend_purse(&purse(&holder).id)).unwrap();
    holder
}

fn moved(holder: &Holder<'_>, from: &str, to: &str, minor: u64) -> Result<String, WalletError> {
    let choice = MoveChoice {
        purse_id: purse(holder).id,
        from: from.to_owned(),
        to: to.to_owned(),
    };
    block_on(holder.wallet.move_value(&choice, minor, PIN))
}

/// From the account into the purse.
pub fn load(holder: &Holder<'_>, minor: u64) -> Result<String, WalletError> {
    moved(holder, &account(holder).end, &purse(holder).end, minor)
}

/// From the purse to the account.
pub fn unload(holder: &Holder<'_>, minor: u64) -> Result<String, WalletError> {
    moved(holder, &purse(holder).end, &account(holder).end, minor)
}

/// The shop's operator gives so much back, and the holder's wallet looks.
pub fn give_back(world: &World, holder: &Holder<'_>, order: &OrderView, minor: u64) {
    let page = |path, kind, body| {
        let answer = world.send("page", SHOP, "POST", path, kind, body);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let command = Command {
        role: "shop",
        domain: SHOP,
        command: "refund",
        arguments: &[
            ("order", order.order_id.clone().unwrap()),
            ("amount", minor.to_string()),
        ],
        id: "one",
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, command.signed());
    world.run_for(60_000);
    block_on(holder.wallet.follow_money(&order.request_id)).unwrap();
    holder.finish();
}

/// Money comes in from outside.
pub fn put_in(world: &World, account: &BankAccountView, minor: u64) {
    let body = serde_json::json!({
        "account": account.number,
        "amount": minor,
        "currency": "JPY",
        "reference": format!("deposit of {minor}"),
    });
    let body = body.to_string().into_bytes();
    let answer = world.send(
        "page",
        BANK,
        "POST",
        "/v1/deposits",
        "application/json",
        body,
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
}

/// What of an account of the bank's ledger can be spent.
pub fn available(world: &World, account: &str) -> i64 {
    let what = "credits_posted - debits_posted - debits_pending";
    let sql = format!("SELECT coalesce((SELECT {what} FROM accounts WHERE name = '{account}'), 0)");
    world.number(BANK, &sql)
}

/// Tea with that, by its name, to the first address.
pub fn choice(holder: &Holder<'_>, means: &str) -> Choice {
    Choice {
        card_id: means.to_owned(),
        address_id: holder.view().addresses[0].id.clone().unwrap(),
        accept_extra: false,
        coupons: Vec::new(),
        gift: None,
    }
}

/// Buys tea with that, by its name.
pub fn buy_with(holder: &Holder<'_>, means: &str) -> OrderView {
    buy_with_pin(holder, means, PIN)
}

/// As [`buy_with`], with the PIN of another card.
pub fn buy_with_pin(holder: &Holder<'_>, means: &str, pin: &str) -> OrderView {
    let request = holder.asked(TEA);
    block_on(holder.wallet.approve(&request, &choice(holder, means), pin)).unwrap();
    holder.finish();
    holder.order(&request)
}

pub fn account(holder: &Holder<'_>) -> BankAccountView {
    holder.view().accounts[0].clone()
}

pub fn purse(holder: &Holder<'_>) -> PurseView {
    holder.view().purses[0].clone()
}

pub fn movement(holder: &Holder<'_>, id: &str) -> MovementView {
    let movements = holder.view().movements;
    movements
        .into_iter()
        .find(|movement| movement.id == id)
        .unwrap()
}
