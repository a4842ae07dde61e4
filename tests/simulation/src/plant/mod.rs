//! Mistakes that no party makes, to see that the invariants notice them.

mod at_bank;
mod at_coupons;
mod at_home;

use std::rc::Rc;

use tallystick_parties::ledger::{self, Account, AccountKind, Transfer};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::cast::{BANK, COUPONS, COURIER, HOME_PROXY, ISSUER, OTHER_COURIER, OTHER_ISSUER, SHOP};
use crate::seat::Seat;
use crate::town::Town;

/// A mistake, made by a party besides what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// The issuer charges what it has charged once more.
    CaptureTwice,
    /// The issuer gives a holder money from nowhere.
    MintMoney,
    /// The issuer forgets that it had set money aside.
    ForgetReservation,
    /// The shop forgets the goods that an order held back.
    LoseGoods,
    /// The shop puts pieces back that it has put back.
    PutBackTwice,
    /// The shop is told the holder's name.
    TellName,
    /// The courier writes down the numbers of orders in which it may have no part.
    TellOrders,
    /// An issuer is told the number of another issuer's card.
    TellCard,
    /// The issuer forgets whom it revoked, and lets them pay.
    PayRevoked,
    /// The shop forgets whatever it still has to do: to say something to others, to end an order.
    NeverAnswer,
    /// The courier lets parcels go as soon as it has accepted them, as if any answer were the issuer's word.
    ConfirmUnsigned,
    /// The courier refuses as well what it has accepted.
    SayBoth,
    /// The issuer charges what it told everybody it had released.
    ChargeReleased,
    /// An account at the issuer is not what its transfers say.
    BendAccount,
    /// The shop's alarm gets lost, and nobody sets it again.
    LoseAlarm,
    /// The courier's office takes what a shard of it has taken as well.
    TakeTwice,
    /// An object of the issuer takes in once more what came to it.
    CreditTwice,
    /// The issuer gives back what it gave back once more.
    RefundTwice,
    /// The shop forgets what it asked to be given back.
    ForgetRefund,
    /// The shop has put aside something it could not do, and tells nobody.
    HideStuck,
    /// The bank puts what was loaded into the purse once more.
    LoadTwice,
    /// The bank forgets to give back what it held for an offer that nobody answered.
    HoldUnanswered,
    /// The bank has a transfer wait for a purse twice.
    WaitTwice,
    /// The bank books a deposit once more.
    DepositTwice,
    /// A card has again what it gave away.
    RestoreCard,
    /// The bank credits a payment between purses twice.
    CreditPaymentTwice,
    /// The bank forgets the proofs that it found.
    ForgetProof,
    /// Somebody who is taken to be honest has a copy of their card.
    SpendTwice,
    /// A card that stays at home is again what it was before it signed anything.
    RestoreHome,
    /// Those who have the home proxy hear the passwords.
    TellPassword,
    /// A terminal forgets what it asked to have signed.
    ForgetAsking,
    /// The coupon office counts a transfer twice.
    HandOnTwice,
    /// The coupon office pays a shop once more for what was taken.
    SettleTwice,
    /// The coupon office gives a coupon to somebody else, and nobody signed that.
    MoveCoupon,
    /// The coupon office charges a spent coupon twice.
    ChargeCouponTwice,
    /// The coupon office forgets how many of a campaign it has given.
    ForgetLimit,
    /// The coupon office draws a number that is next to another one.
    NextNumber,
}

impl Plant {
    /// Makes the mistake at this party, if it is the one and there is an occasion.
    pub(crate) fn work(self, town: &Town, seat: &Seat) {
        let tables = &seat.machine.database;
        if tables.is_spent() {
            return;
        }
        let run = |sql: &str| {
            // No occasion yet: the tables are not made.
            let _not_yet = tables.run(sql, &[]);
        };
        match (self, seat.party) {
            (Self::CaptureTwice, ISSUER) => capture_again(seat),
            (Self::MintMoney, ISSUER) => {
                let minted = Transfer {
                    id: "mint",
                    at_ms: 0,
                    order_id: None,
                    memo: "From nowhere",
                    debit: account(AccountKind::CreditLines, "credit lines"),
                    credit: account(AccountKind::Holder, "holder 1"),
                    money: Money::new(1_000, Currency::Jpy),
                };
                let _booked = ledger::transfer(tables, &minted);
            }
            (Self::ForgetReservation, ISSUER) => {
                run("DELETE FROM issuer_reservations WHERE state = 'reserved'");
            }
            (Self::NeverAnswer, SHOP) => {
                run("DELETE FROM due WHERE kind IN ('letter', 'order-expiry')")
            }
            (Self::ConfirmUnsigned, COURIER) => {
                run("UPDATE courier_deliveries SET state = 'confirmed' WHERE state = 'accepted'");
            }
            (Self::SayBoth, COURIER) => run(
                "INSERT INTO statements (kind, reference, made_at_ms, void_from, context, payload)
                 SELECT 'refusal', reference, made_at_ms, void_from, context, payload
                 FROM statements WHERE kind = 'acceptance' ON CONFLICT DO NOTHING",
            ),
            (Self::ChargeReleased, ISSUER) => charge_released(town, seat),
            (Self::BendAccount, ISSUER) => {
                run("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE kind = 'holder'")
            }
            (Self::CreditTwice, ISSUER) => credit_again(seat),
            (Self::RefundTwice, ISSUER) => refund_again(seat),
            (Self::ForgetRefund, SHOP) => {
                run("DELETE FROM shop_refunds WHERE outcome = 'refunded'");
            }
            (Self::LoseAlarm, SHOP) => {
                let _lost = tables.take_alarm();
            }
            (Self::HideStuck, SHOP) => run(
                "INSERT INTO due (kind, reference, at_ms, since_ms, stuck_at_ms)
                 VALUES ('letter', 'nobody/nothing', 1, 1, 1) ON CONFLICT DO NOTHING",
            ),
            (Self::TakeTwice, COURIER) if seat.name == COURIER => take_from_shards(town, seat),
            (
                Self::LoadTwice | Self::WaitTwice | Self::DepositTwice | Self::CreditPaymentTwice,
                BANK,
            ) => {
                at_bank::book_again(self, seat);
            }
            (Self::ForgetProof, BANK) => run("DELETE FROM bank_contradictions"),
            (Self::HoldUnanswered, BANK) => at_bank::hold_unanswered(seat),
            (Self::RestoreCard, BANK) => at_bank::restore_card(town),
            (Self::RestoreHome, HOME_PROXY) => at_home::restore_card(town),
            (Self::TellPassword, HOME_PROXY) => at_home::tell_password(town),
            (Self::ForgetAsking, HOME_PROXY) => at_home::forget_asking(town),
            (
                Self::HandOnTwice
                | Self::SettleTwice
                | Self::MoveCoupon
                | Self::ChargeCouponTwice
                | Self::ForgetLimit
                | Self::NextNumber,
                COUPONS,
            ) => at_coupons::work(self, seat),
            (Self::LoseGoods, SHOP) => run("DELETE FROM shop_reserved"),
            (Self::PutBackTwice, SHOP) => run(
                "UPDATE shop_stock SET pieces = pieces + 1 WHERE EXISTS (SELECT 1 FROM shop_put_back)",
            ),
            (Self::TellName, SHOP) => {
                run(
                    "INSERT OR REPLACE INTO facts (name, value) VALUES ('gossip', CAST('Hanako Yamada' AS BLOB))",
                );
            }
            (Self::TellOrders, OTHER_COURIER) => {
                let of_others =
                    "SELECT order_id FROM shop_orders WHERE courier <> 'tsubame.localhost'";
                gossip(town, SHOP, of_others, seat);
            }
            (Self::TellCard, OTHER_ISSUER) => {
                let numbers = "SELECT CAST(card_number AS BLOB) FROM issuer_accounts";
                gossip(town, ISSUER, numbers, seat);
            }
            (Self::PayRevoked, ISSUER) => {
                run(
                    "INSERT OR REPLACE INTO issuer_holders (holder, account, certificate, enrolled_at)
                     SELECT holder, account, certificate, revoked_at FROM issuer_revoked_holders",
                );
                run("DELETE FROM issuer_revoked_holders");
            }
            _ => {}
        }
    }
}

/// The office does what each shard did.
fn take_from_shards(town: &Town, office: &Seat) {
    let columns =
        "root, order_id, part, shop, issuer, parcels, received_at, state, refused_reason, tracking";
    let all = format!("SELECT {columns} FROM courier_deliveries WHERE state = 'confirmed'");
    let again = format!(
        "INSERT INTO courier_deliveries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    for shard in town
        .objects(COURIER)
        .filter(|seat| seat.name != office.name)
    {
        for row in shard.machine.database.run(&all, &[]).unwrap_or_default() {
            let _not_yet = office.machine.database.run(&again, &row.0);
        }
    }
}

/// What the query gives at one party, the other writes down.
fn gossip(town: &Town, at: &str, query: &str, to: &Seat) {
    let of = |seat: &Rc<Seat>| seat.machine.database.run(query, &[]).unwrap_or_default();
    let rows: Vec<_> = town.objects(at).flat_map(of).collect();
    for told in rows.iter().filter_map(|row| row.blob(0).ok()) {
        let write = "INSERT OR REPLACE INTO facts (name, value) VALUES ('gossip', ?)";
        let _not_yet = to.machine.database.run(write, &[told.into()]);
    }
}

/// Under another name, past the ledger's own check.
fn credit_again(seat: &Seat) {
    let tables = &seat.machine.database;
    let came = "SELECT t.id, d.name, c.name, t.minor FROM transfers t
        JOIN accounts d ON d.account = t.debit AND d.kind = 'between'
        JOIN accounts c ON c.account = t.credit AND c.kind = 'holder'
        WHERE t.kind = 'single' AND t.id NOT LIKE 'again %'";
    for row in tables.run(came, &[]).unwrap_or_default() {
        let (Ok(id), Ok(between), Ok(holder), Ok(minor)) =
            (row.text(0), row.text(1), row.text(2), row.number(3))
        else {
            continue;
        };
        let again = Transfer {
            id: &format!("again {id}"),
            at_ms: 0,
            order_id: None,
            memo: "Came from another object",
            debit: account(AccountKind::Between, between),
            credit: account(AccountKind::Holder, holder),
            money: Money::new(minor, Currency::Jpy),
        };
        let _booked = ledger::transfer(tables, &again);
    }
}

fn capture_again(seat: &Seat) {
    let captured =
        "SELECT order_id, account, minor, shop FROM issuer_reservations WHERE state = 'captured'";
    book(seat, captured);
}

/// Past the ledger's own check, which knows only what says what it gives back.
fn refund_again(seat: &Seat) {
    let tables = &seat.machine.database;
    let refunded = "SELECT r.order_id, r.account, f.minor, r.shop FROM payer_refunds f
        JOIN issuer_reservations r ON r.root = f.root WHERE f.outcome = 'refunded'";
    for row in tables.run(refunded, &[]).unwrap_or_default() {
        let (Ok(order), Ok(holder), Ok(minor), Ok(shop)) =
            (row.bytes32(0), row.integer(1), row.number(2), row.text(3))
        else {
            continue;
        };
        let (holder, shop) = (format!("holder {holder}"), format!("payable to {shop}"));
        let again = Transfer {
            id: &format!("back again {}", OrderId(order)),
            at_ms: 0,
            order_id: Some(&order),
            memo: "Given back: the shop asked for it",
            debit: account(AccountKind::Payable, &shop),
            credit: account(AccountKind::Holder, &holder),
            money: Money::new(minor, Currency::Jpy),
        };
        let _booked = ledger::transfer(tables, &again);
    }
}

/// Two hours after the order's time, when every wallet has heard that it was released.
fn charge_released(town: &Town, seat: &Seat) {
    let end = (town.scheduler.now_ms() / 1000).saturating_sub(7_200);
    let is_told = format!("state = 'released' AND expires_at < {end}");
    book(
        seat,
        &format!("SELECT order_id, account, minor, shop FROM issuer_reservations WHERE {is_told}"),
    );
    let captured = format!("UPDATE issuer_reservations SET state = 'captured' WHERE {is_told}");
    let _not_yet = seat.machine.database.run(&captured, &[]);
}

/// Charges what the query gives.
fn book(seat: &Seat, query: &str) {
    let tables = &seat.machine.database;
    let Ok(rows) = tables.run(query, &[]) else {
        return;
    };
    for row in rows {
        let (order, holder, minor) = (row.bytes32(0), row.integer(1), row.number(2));
        let (Ok(order), Ok(holder), Ok(minor), Ok(shop)) = (order, holder, minor, row.text(3))
        else {
            continue;
        };
        let (holder, shop) = (format!("holder {holder}"), format!("payable to {shop}"));
        let again = Transfer {
            id: &format!("again {}", OrderId(order)),
            at_ms: 0,
            order_id: Some(&order),
            memo: "Charged: the courier accepted",
            debit: account(AccountKind::Holder, &holder),
            credit: account(AccountKind::Payable, &shop),
            money: Money::new(minor, Currency::Jpy),
        };
        let _booked = ledger::transfer(tables, &again);
    }
}

fn account(kind: AccountKind, name: &str) -> Account<'_> {
    Account { kind, name }
}
