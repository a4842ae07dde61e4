//! Who sends a request, as far as the platform tells: for counting, never for storing or logging.

use std::net::Ipv6Addr;

use worker::{Headers, Result};

/// The address that Cloudflare gives to a request of a Worker in another zone, one for all of them
/// (its documentation of `CF-Connecting-IP`).
const OF_WORKERS: &str = "2a06:98c0:3600::103";

/// What requests are counted under: the address of whoever connects, an IPv6 one by its first 64 bits,
/// which one customer has; for another party's Worker its zone, which Cloudflare itself writes into the
/// request, because all Workers share an address.
///
/// # Errors
/// Only the platform's own.
pub fn of(headers: &Headers) -> Result<String> {
    let address = headers.get("cf-connecting-ip")?.unwrap_or_default();
    if address == OF_WORKERS {
        let zone = headers.get("cf-worker")?.unwrap_or_default();
        return Ok(format!("worker {zone}"));
    }
    let network = address.parse().map(|address: Ipv6Addr| {
        let [a, b, c, d, ..] = address.segments();
        format!("{a:x}:{b:x}:{c:x}:{d:x}")
    });
    Ok(network.unwrap_or(address))
}
