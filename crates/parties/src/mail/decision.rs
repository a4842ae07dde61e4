//! The mail about a decision of a home card.

use data_encoding::HEXLOWER;
use tallystick_protocol::wire::identifier::{Domain, MailAddress};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;

use super::message::{Text, written_out};
use super::stored::{self, Letter};
use super::{Post, stored::Noted};
use crate::ports::{DatabaseError, Tables};

/// The longest name of a terminal in a mail, in characters.
const NAME_CHARACTERS_MAX: usize = 64;

/// An order that a card at home signed, to be mailed.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Names it for ever, 32 bytes. The mail's `Message-ID` follows.
    pub id: [u8; 32],
    /// Who asked: the name that the holder gave the terminal, or the beginning of its number.
    pub terminal: &'a str,
    /// Where.
    pub shop: &'a Domain,
    /// What was subtracted from the loan.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

/// Notes that a decision is to be mailed to `to`, due at once. Call it in the transaction that stores the decision. The
/// same decision twice is one mail. `owner` names for whom, in [`forget`](super::forget).
///
/// # Errors
/// Only the database's own.
pub fn decision(
    tables: &(impl Tables + ?Sized),
    post: &Post,
    (owner, to): (&str, &MailAddress),
    decision: &Decision<'_>,
    now_ms: u64,
) -> Result<Noted, DatabaseError> {
    let letter = Letter {
        name: &HEXLOWER.encode(&decision.id),
        owner,
        to,
        text: text(decision),
        at: decision.at,
    };
    stored::put(tables, post, &letter, now_ms)
}

pub(super) fn text(decision: &Decision<'_>) -> Text {
    let Decision {
        shop, at, amount, ..
    } = decision;
    let terminal = shown(decision.terminal);
    let at = written_out(*at);
    Text {
        subject: format!("Your card at home paid {amount} at {shop}"),
        body: format!(
            "Your card at home signed an order {amount} at {shop}.\n\
             Asked for by: {terminal}\n\
             When: {at}\n\n\
             If that was not you, stop everything that is lent: in your wallet, under \"At home\".\n\n\
             自宅のカードが {shop} での注文に署名しました。 {amount}\n\
             依頼元: {terminal}\n\
             日時: {at}\n\n\
             お心当たりがない場合は、ウォレットの「自宅」から貸し出しをすべて停止してください。\n"
        ),
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
