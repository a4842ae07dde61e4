//! What the API is, for programs: an OpenAPI 3.1 description, as it stands in the repository.

use http::StatusCode;

use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::Ports;
use crate::shop::Shop;

/// The description.
const DESCRIPTION: &str = include_str!("../../../../../docs/openapi/merchant.json");

impl<P: Ports> Shop<P> {
    /// `GET /v1/merchant/openapi.json`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if the shop has no API keys.
    pub(super) fn show_description(&self) -> Result<Answer, Fault> {
        if self.config.api_keys.is_empty() {
            return Err(Fault::not_found());
        }
        let mut answer = web::answer(StatusCode::OK, web::JSON, DESCRIPTION.into());
        web::let_caches_keep(&mut answer);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::DESCRIPTION;
    use crate::office::routes::Verb;
    use crate::shop::ROUTES;
    use serde_json::Value as Json;
    use std::collections::BTreeSet;

    /// Method and path of everything under the API, with `{}` for what a request chooses.
    fn described() -> BTreeSet<String> {
        let description: Json = serde_json::from_str(DESCRIPTION).unwrap();
        let mut found = BTreeSet::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            let parts = path.split('/');
            let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            let methods = item.as_object().unwrap().keys();
            let methods = methods.filter(|name| *name != "parameters");
            found.extend(methods.map(|method| format!("{method} {path}")));
        }
        found
    }

    #[test]
    fn the_description_has_every_route_of_the_api_and_no_other() {
        let routes = ROUTES.iter().map(|route| route.shape);
        let routes = routes.filter(|shape| shape.path.starts_with("/v1/merchant/"));
        let routes: BTreeSet<String> = routes
            .map(|shape| {
                let method = match shape.verb {
                    Verb::Get => "get",
                    Verb::Post => "post",
                    Verb::Put => "put",
                };
                format!("{method} {}", shape.path)
            })
            .collect();
        assert!(routes.len() >= 12);
        assert_eq!(described(), routes);
    }

    #[test]
    fn whatever_a_key_opens_is_private() {
        let open = ["/v1/merchant/openapi.json", "/v1/merchant/webhook-keys"];
        for shape in ROUTES.iter().map(|route| route.shape) {
            if shape.path.starts_with("/v1/merchant/") {
                assert_eq!(
                    shape.is_private,
                    !open.contains(&shape.path),
                    "{}",
                    shape.path
                );
            }
        }
    }
}
