//! Where a party is reached: `https://DOMAIN`, and for development `http://DOMAIN.localhost:PORT`.

use tallystick_protocol::wire::identifier::Domain;

/// How addresses are formed from domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartyUrls {
    /// The port at which parties under `.localhost` answer without TLS; `None` outside development.
    pub local_port: Option<u16>,
}

impl PartyUrls {
    /// The web origin (RFC 6454) of the party of that name, without a path.
    #[must_use]
    pub fn origin(self, domain: &Domain) -> String {
        let name = domain.as_str();
        match self.local_port {
            Some(port) if name.ends_with(".localhost") => format!("http://{name}:{port}"),
            _ => format!("https://{name}"),
        }
    }

    /// The address of `path` (which starts with a slash) at that party.
    #[must_use]
    pub fn url(self, domain: &Domain, path: &str) -> String {
        let mut url = self.origin(domain);
        url.push_str(path);
        url
    }

    /// Whether a page of that origin belongs to the party of that name.
    #[must_use]
    pub fn is_origin_of(self, origin: &str, domain: &Domain) -> bool {
        self.origin(domain) == origin
    }

    /// Whether a page of that origin is on the host of the party of that name, at whichever port: a shop's pages may be a
    /// server's of its own beside it. Over TLS, but for names under `.localhost` in development.
    #[must_use]
    pub fn is_on_host_of(self, origin: &str, domain: &Domain) -> bool {
        let own = self.origin(domain);
        let scheme = own.split_once("://").map(|(scheme, _)| scheme);
        let Some((given, place)) = origin.split_once("://") else {
            return false;
        };
        let (host, port) = place.split_once(':').unwrap_or((place, "443"));
        let is_port = port.parse::<u16>().is_ok_and(|number| number > 0)
            && port.bytes().all(|byte| byte.is_ascii_digit());
        scheme == Some(given) && host == domain.as_str() && is_port
    }
}

/// The name in a web origin, without scheme and port, to be shown to people.
pub(crate) fn host(origin: &str) -> &str {
    let name = origin.rsplit('/').next().unwrap_or(origin);
    name.split(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(name: &str) -> Domain {
        name.parse().unwrap()
    }

    #[test]
    fn parties_are_reached_over_tls() {
        let urls = PartyUrls { local_port: None };
        assert_eq!(
            urls.url(&domain("shop.example"), "/v1/orders"),
            "https://shop.example/v1/orders"
        );
        assert_eq!(urls.origin(&domain("a.localhost")), "https://a.localhost");
    }

    #[test]
    fn only_names_under_localhost_use_the_local_port() {
        let urls = PartyUrls {
            local_port: Some(8787),
        };
        assert_eq!(
            urls.origin(&domain("kiso-tea.localhost")),
            "http://kiso-tea.localhost:8787"
        );
        assert_eq!(urls.origin(&domain("shop.example")), "https://shop.example");
        assert_eq!(
            urls.origin(&domain("notlocalhost.example")),
            "https://notlocalhost.example"
        );
    }

    #[test]
    fn an_origin_belongs_to_exactly_one_domain() {
        let urls = PartyUrls {
            local_port: Some(8787),
        };
        let shop = domain("kiso-tea.localhost");
        assert!(urls.is_origin_of("http://kiso-tea.localhost:8787", &shop));
        for other in [
            "https://kiso-tea.localhost:8787",
            "http://kiso-tea.localhost",
            "http://kiso-tea.localhost:8788",
            "http://www.kiso-tea.localhost:8787",
            "null",
            "",
        ] {
            assert!(!urls.is_origin_of(other, &shop), "{other}");
        }
    }

    #[test]
    fn a_host_has_pages_at_every_port_and_over_one_scheme() {
        let urls = PartyUrls {
            local_port: Some(8787),
        };
        let (local, shop) = (domain("my-honey.localhost"), domain("shop.example"));
        for origin in [
            "http://my-honey.localhost:8787",
            "http://my-honey.localhost:8950",
        ] {
            assert!(urls.is_on_host_of(origin, &local), "{origin}");
        }
        for origin in ["https://shop.example", "https://shop.example:8443"] {
            assert!(urls.is_on_host_of(origin, &shop), "{origin}");
        }
        for other in [
            "https://my-honey.localhost:8950",
            "http://www.my-honey.localhost:8950",
            "http://my-honey.localhost.example:8950",
            "http://my-honey.localhost:",
            "http://my-honey.localhost:0",
            "http://my-honey.localhost:+80",
            "http://my-honey.localhost:80:90",
            "http://my-honey.localhost:8950/",
            "null",
            "",
        ] {
            assert!(!urls.is_on_host_of(other, &local), "{other}");
        }
        assert!(!urls.is_on_host_of("http://shop.example", &shop));
        let outside = PartyUrls { local_port: None };
        assert!(!outside.is_on_host_of("http://my-honey.localhost:8950", &local));
    }
}
