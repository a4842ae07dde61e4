//! A mail as it is sent (RFC 5322, MIME).

use mail_builder::MessageBuilder;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use tallystick_protocol::wire::time::Timestamp;

use super::{Account, Address};

/// What a mail says.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) body: String,
}

/// The bytes of a mail, the same for the same: its name is `id` at the party's own domain.
pub(super) fn written(
    account: &Account,
    to: &Address,
    id: &str,
    text: Text,
    at: Timestamp,
) -> Vec<u8> {
    let Account { from, own, .. } = account;
    let mut written = Vec::new();
    MessageBuilder::new()
        .from((own.as_str(), from.as_str()))
        .to(to.as_str())
        .date(date(at))
        .message_id(format!("{id}@{own}"))
        .subject(text.subject)
        // No out-of-office answers (RFC 3834 §5).
        .header("Auto-Submitted", Raw::new("auto-generated"))
        // Lines of text end in CR LF in whatever they are encoded (RFC 2045 §6.8).
        .text_body(text.body.replace('\n', "\r\n"))
        .serialize(&mut written);
    if !written.ends_with(b"\r\n") {
        written.extend_from_slice(b"\r\n");
    }
    written
}

fn date(at: Timestamp) -> Date {
    Date::new(i64::try_from(at.0).unwrap_or(i64::MAX))
}

/// A time as mail writes it (RFC 5322 §3.3), in UTC.
pub(super) fn written_out(at: Timestamp) -> String {
    date(at).to_rfc822()
}
