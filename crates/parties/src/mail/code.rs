//! The mail with the code by which an address is confirmed. Nothing in it but the code is of whoever asked for it: to a
//! stranger's address it says nothing that somebody could have made up.

use tallystick_protocol::wire::identifier::MailAddress;
use tallystick_protocol::wire::time::Timestamp;

use super::Post;
use super::message::Text;
use super::stored::{self, Letter, Noted};
use crate::ports::{DatabaseError, Tables};

/// Notes that a code is to be mailed to `to`, due at once, under a name that is given once.
///
/// # Errors
/// Only the database's own.
pub fn code(
    tables: &(impl Tables + ?Sized),
    post: &Post,
    (owner, to): (&str, &MailAddress),
    (name, code): (&str, &str),
    now_ms: u64,
) -> Result<Noted, DatabaseError> {
    let letter = Letter {
        name,
        owner,
        to,
        text: text(code),
        at: Timestamp(now_ms / 1000),
    };
    stored::put(tables, post, &letter, now_ms)
}

fn text(code: &str) -> Text {
    Text {
        subject: format!("{code} is your code for mail about your card at home"),
        body: format!(
            "Your code: {code}\n\n\
             Type it in your wallet, under \"At home\", within an hour. From then on each purchase with your card at\n\
             home is mailed to this address.\n\n\
             If you did not ask for that, do nothing: nothing else is mailed to this address.\n\n\
             確認コード: {code}\n\n\
             1時間以内に、ウォレットの「自宅」で入力してください。その後は、自宅のカードでの購入がこのアドレスに通知されます。\n\n\
             お心当たりがない場合は、何もしないでください。このアドレスには他のメールは送られません。\n"
        ),
    }
}
