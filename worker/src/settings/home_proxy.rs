//! What a home proxy's operator sets.

use tallystick_parties::mail::{Account, Post, Sender};
use tallystick_parties::ports::mail::Security;
use worker::Env;
use zeroize::Zeroizing;

use super::{SettingsError, domain, optional, text};

/// The terminals that a home proxy lets through, if its operator lists them in TERMINALS.
pub fn terminals(env: &Env) -> Result<Option<Terminals>, SettingsError> {
    let Some(text) = optional(env, "TERMINALS") else {
        return Ok(None);
    };
    let read = tallystick_parties::home_proxy::HomeProxyConfig::read_terminals(&text);
    read.map(Some).ok_or(SettingsError::Form(
        "TERMINALS",
        "a list such as HOME=TALLY-ACCESS-1.…, separated by semicolons",
    ))
}

/// How many cards a home proxy hosts: HOSTED_CARDS, 0 for none.
pub fn hosted_cards(env: &Env) -> Result<u32, SettingsError> {
    let Some(text) = optional(env, "HOSTED_CARDS") else {
        return Ok(tallystick_parties::home_proxy::HOSTED_MAX);
    };
    let form = SettingsError::Form("HOSTED_CARDS", "a number of cards, 0 for none");
    text.trim().parse().map_err(|_| form)
}

/// Terminals, each of its home.
type Terminals = Vec<(
    tallystick_protocol::wire::identifier::HomeId,
    tallystick_protocol::home::PublicKeys,
)>;

/// How mail goes out: MAIL is empty (not at all), "kept" (shown at the party's own page, in a demo alone), or how the
/// connection to SMTP_HOST is encrypted: "starttls" or "tls".
pub fn post(env: &Env) -> Result<Option<Post>, SettingsError> {
    let security = match optional(env, "MAIL").as_deref() {
        None => return Ok(None),
        Some("kept") => {
            let own = domain(env, "DOMAIN")?;
            let from = format!("mail@{own}");
            let from = from.parse();
            let from = from.map_err(|_| SettingsError::Form("DOMAIN", "of an e-mail address"))?;
            return Ok(Some(Post::Kept(Sender { from, own })));
        }
        Some("starttls") => Security::StartTls,
        Some("tls") => Security::Implicit,
        Some(_) => {
            let no = "empty, kept, starttls or tls";
            return Err(SettingsError::Form("MAIL", no));
        }
    };
    let from = text(env, "SMTP_FROM")?.parse();
    let from = from.map_err(|_| SettingsError::Form("SMTP_FROM", "an e-mail address"))?;
    let host = (domain(env, "SMTP_HOST")?, security);
    let password = Zeroizing::new(text(env, "SMTP_PASSWORD")?);
    let user = text(env, "SMTP_USER")?;
    let account = Account::new(host, domain(env, "DOMAIN")?, from, (&user, &password));
    let no = "of 1 to 255 bytes";
    let mut account = account.ok_or(SettingsError::Form("SMTP_USER or SMTP_PASSWORD", no))?;
    if let Some(port) = optional(env, "SMTP_PORT") {
        let port = port.parse().ok().filter(|port| *port != 0);
        account.port = port.ok_or(SettingsError::Form("SMTP_PORT", "a port"))?;
    }
    Ok(Some(Post::Server(account)))
}
