//! A mail as it is sent (RFC 5322, MIME).

use mail_builder::MessageBuilder;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use tallystick_protocol::wire::identifier::MailAddress;
use tallystick_protocol::wire::time::Timestamp;

use super::Sender;

/// What a mail says.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) body: String,
}

/// The bytes of a mail, the same for the same: its name is `id` at the party's own domain.
pub(super) fn written(
    sender: &Sender,
    to: &MailAddress,
    id: &str,
    text: &Text,
    at: Timestamp,
) -> Vec<u8> {
    let Sender { from, own } = sender;
    let mut written = Vec::new();
    MessageBuilder::new()
        .from((own.as_str(), from.as_str()))
        .to(to.as_str())
        .date(date(at))
        .message_id(named(sender, id))
        .subject(text.subject.as_str())
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

/// The `Message-ID` of a mail, without the angle brackets.
pub(super) fn named(sender: &Sender, id: &str) -> String {
    format!("{id}@{}", sender.own)
}

fn date(at: Timestamp) -> Date {
    Date::new(i64::try_from(at.0).unwrap_or(i64::MAX))
}

/// A time as mail writes it (RFC 5322 §3.3), in UTC.
pub(super) fn written_out(at: Timestamp) -> String {
    date(at).to_rfc822()
}
