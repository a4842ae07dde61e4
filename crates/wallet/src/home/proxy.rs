//! Requests to the proxy, and what its answers mean.

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::wire::cbor::{Message, decode};
use tallystick_protocol::wire::identifier::{Domain, HomeId};
use tallystick_protocol::wire::problem::PROBLEM_MEDIA_TYPE;
use tallystick_protocol::wire::time::Timestamp;

use super::refusal::{Named, meant};
use crate::core::ask::CBOR;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::json;
use crate::core::ports::{Clock, Method, Network, NetworkError, Ports, Request, Response};
use crate::core::wallet::Wallet;

/// How often something is sent whose answer may have been lost: the same is answered with the same.
const SENDINGS: usize = 3;
/// In front of the name of a refusal, in a problem's type.
const HOME: &str = "home-";

/// A party that is asked, and how it is called in errors.
#[derive(Clone)]
pub struct Asked<'a> {
    /// The proxy.
    pub proxy: &'a Domain,
    /// The shop, where there is one.
    pub shop: &'a str,
}

impl Asked<'_> {
    /// Whom errors are about.
    #[must_use]
    pub fn named(&self) -> Named<'_> {
        Named {
            proxy: self.proxy.as_str(),
            shop: self.shop,
        }
    }

    fn refused(&self, what: &dyn core::fmt::Display) -> WalletError {
        WalletError::caused(ErrorKind::HomeProxyRefused, what).about(self.proxy.as_str())
    }
}

/// A path of a home at its proxy: `/v1/homes/{home}`, and what follows.
#[must_use]
pub fn path_of(home: &HomeId, rest: &str) -> String {
    ["/v1/homes/", &home.to_string(), rest].concat()
}

impl<P: Ports> Wallet<P> {
    /// The time in seconds.
    pub(crate) fn time(&self) -> Timestamp {
        Timestamp(self.ports.clock().now_ms() / 1000)
    }

    /// Says something to the proxy. What it answers is nothing, or a message.
    ///
    /// # Errors
    /// [`ErrorKind::HomeProxyUnreachable`], [`ErrorKind::HomeProxyRefused`], or what the proxy says of home.
    pub(crate) async fn tell(
        &self,
        asked: &Asked<'_>,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, WalletError> {
        Ok(self.tell_and_look(asked, path, body).await?.1)
    }

    /// As [`Wallet::tell`]; with the HTTP status.
    pub(crate) async fn tell_and_look(
        &self,
        asked: &Asked<'_>,
        path: &str,
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), WalletError> {
        let url = self.context.urls.url(asked.proxy, path);
        let mut said = self.post(&url, &body).await;
        for _ in 1..SENDINGS {
            if said.is_ok() {
                break;
            }
            said = self.post(&url, &body).await;
        }
        let response = said.map_err(|error| {
            let unreachable = WalletError::caused(ErrorKind::HomeProxyUnreachable, &error);
            unreachable.about(asked.proxy.as_str())
        })?;
        let Response {
            status,
            content_type,
            body,
        } = response;
        match status {
            200..300 => Ok((status, body)),
            _ if content_type == PROBLEM_MEDIA_TYPE => Err(refusal(&body).map_or_else(
                || match status {
                    429 => meant(HomeRefusal::TooMany, asked.named()),
                    500.. => WalletError::new(ErrorKind::HomeProxyUnreachable)
                        .about(asked.proxy.as_str()),
                    _ => asked.refused(&format_args!("status {status}")),
                },
                |refusal| meant(refusal, asked.named()),
            )),
            _ => {
                let unreachable = WalletError::caused(
                    ErrorKind::HomeProxyUnreachable,
                    &format_args!("status {status}"),
                );
                Err(unreachable.about(asked.proxy.as_str()))
            }
        }
    }

    /// As [`Wallet::tell`]: the answer is a message.
    pub(crate) async fn ask_proxy<M: Message>(
        &self,
        asked: &Asked<'_>,
        path: &str,
        body: Vec<u8>,
    ) -> Result<M, WalletError> {
        let said = self.tell(asked, path, body).await?;
        decode(&said).map_err(|error| asked.refused(&error))
    }

    /// Posts plain CBOR once.
    pub(crate) async fn post(&self, url: &str, body: &[u8]) -> Result<Response, NetworkError> {
        let request = Request {
            method: Method::Post,
            url: url.to_owned(),
            content_type: CBOR,
            body: body.to_vec(),
        };
        self.ports.network().send(request).await
    }
}

/// The refusal that a problem (RFC 9457) names, if it is one of a home.
fn refusal(problem: &[u8]) -> Option<HomeRefusal> {
    let uri = json::member(problem, "type").and_then(json::plain_string)?;
    HomeRefusal::from_name(uri.rsplit('/').next()?.strip_prefix(HOME)?)
}
