//! What is only for a demo keeps a party from starting where others can reach it.

use tallystick_parties::issuer::IssuerConfig;
use tallystick_parties::office::settings::{ConsoleAccess, Settings, UnsafeSetting};
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};

fn settings(role: Role, domain: &str) -> Settings {
    let domain = Domain::parse(domain).unwrap();
    let ca = Domain::parse("ca.example").unwrap();
    let mut settings = Settings::new(role, domain, "A party", ca, SealingKey::new([1; 32]));
    settings.roots = vec![vec![0x30]];
    settings
}

#[test]
fn a_console_is_open_to_everybody_on_ones_own_machine_only() {
    let mut open = settings(Role::Shop, "shop.example");
    assert_eq!(open.require_safe(), Ok(()));
    open.console = ConsoleAccess::Open;
    assert_eq!(open.require_safe(), Err(UnsafeSetting::OpenConsole));
    for domain in [
        "localhost.example",
        "my.notlocalhost",
        "shop.localhost.example",
    ] {
        open.domain = Domain::parse(domain).unwrap();
        assert_eq!(
            open.require_safe(),
            Err(UnsafeSetting::OpenConsole),
            "{domain}"
        );
    }
    open.domain = Domain::parse("shop.localhost").unwrap();
    assert_eq!(open.require_safe(), Ok(()));
}

#[test]
fn a_console_token_that_can_be_guessed_is_refused() {
    let mut settings = settings(Role::Shop, "shop.example");
    settings.console = ConsoleAccess::Token("hachi".to_owned().into());
    assert_eq!(
        settings.require_safe(),
        Err(UnsafeSetting::ShortConsoleToken)
    );
    settings.console = ConsoleAccess::Token("x".repeat(22).into());
    assert_eq!(settings.require_safe(), Ok(()));
}

#[test]
fn whom_to_trust_is_set_by_the_operator_and_not_asked_of_the_network() {
    let mut settings = settings(Role::Courier, "courier.example");
    settings.roots = Vec::new();
    assert_eq!(settings.require_safe(), Err(UnsafeSetting::NoRoots));
    settings.role = Role::Ca; // it makes the root itself
    assert_eq!(settings.require_safe(), Ok(()));
}

#[test]
fn credit_for_whoever_asks_is_given_on_ones_own_machine_only() {
    let mut config = IssuerConfig::new(settings(Role::Issuer, "card.example"));
    assert_eq!(config.require_safe(), Ok(()));
    config.opens_accounts = true;
    assert_eq!(config.require_safe(), Err(UnsafeSetting::OpenAccounts));
    config.settings.domain = Domain::parse("card.localhost").unwrap();
    assert_eq!(config.require_safe(), Ok(()));
}
