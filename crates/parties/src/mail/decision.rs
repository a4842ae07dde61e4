//! The mail about a decision of a home card.

use data_encoding::HEXLOWER;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;

use super::message::{Text, written, written_out};
use super::{Account, Address, stored};
use crate::ports::{DatabaseError, Tables};

/// The longest name of a terminal in a mail, in characters.
const NAME_CHARACTERS_MAX: usize = 64;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The card signed.
    Signed,
    /// The card, or home, refused; nothing was paid.
    Refused,
}

/// A decision to be mailed.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Names it for ever, 32 bytes: the order's root, or a hash of what was asked. The mail's `Message-ID` follows.
    pub id: [u8; 32],
    /// What was decided.
    pub decided: Decided,
    /// Who asked: the name that the holder gave the terminal, or the beginning of its number.
    pub terminal: &'a str,
    /// Where.
    pub shop: &'a Domain,
    /// How much, as far as whoever mails it knows.
    pub amount: Option<Money>,
    /// When.
    pub at: Timestamp,
}

/// Notes that a decision is to be mailed to `to`, due at once. Call it in the transaction that stores the decision. The
/// same decision twice is one mail.
///
/// # Errors
/// Only the database's own.
pub fn decision(
    tables: &(impl Tables + ?Sized),
    account: &Account,
    to: &Address,
    decision: &Decision<'_>,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let content = content(account, to, decision);
    stored::put(tables, account, (&name(decision), to), &content, now_ms)
}

fn name(decision: &Decision<'_>) -> String {
    HEXLOWER.encode(&decision.id)
}

pub(super) fn content(account: &Account, to: &Address, decision: &Decision<'_>) -> Vec<u8> {
    let at = decision.at;
    written(account, to, &name(decision), text(decision), at)
}

fn text(decision: &Decision<'_>) -> Text {
    let Decision { shop, at, .. } = decision;
    let terminal = shown(decision.terminal);
    let amount = decision.amount.map(|amount| format!(" {amount}"));
    let amount = amount.unwrap_or_default();
    let at = written_out(*at);
    match decision.decided {
        Decided::Signed => Text {
            subject: format!("Your card at home paid{amount} at {shop}"),
            body: format!(
                "Your card at home signed an order{amount} at {shop}.\n\
                 Asked for by: {terminal}\n\
                 When: {at}\n\n\
                 If that was not you, stop everything that is lent: in your wallet, under \"At home\".\n\n\
                 自宅のカードが {shop} での注文に署名しました。{amount}\n\
                 依頼元: {terminal}\n\
                 日時: {at}\n\n\
                 お心当たりがない場合は、ウォレットの「自宅」から貸し出しをすべて停止してください。\n"
            ),
        },
        Decided::Refused => Text {
            subject: format!("Your card at home refused an order at {shop}"),
            body: format!(
                "Your card at home refused an order{amount} at {shop}. Nothing was paid.\n\
                 Asked for by: {terminal}\n\
                 When: {at}\n\n\
                 If that was not you, stop everything that is lent: in your wallet, under \"At home\".\n\n\
                 自宅のカードが {shop} での注文を拒否しました。{amount} 支払いは行われていません。\n\
                 依頼元: {terminal}\n\
                 日時: {at}\n\n\
                 お心当たりがない場合は、ウォレットの「自宅」から貸し出しをすべて停止してください。\n"
            ),
        },
    }
}

/// A name that shows what it is, or that there is none such.
fn shown(name: &str) -> &str {
    let is_short = name.chars().count() <= NAME_CHARACTERS_MAX;
    if is_short && is_plain(name) {
        name
    } else {
        "?"
    }
}
