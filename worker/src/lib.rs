//! The parties on Cloudflare: thin adapters, no rule of the protocol lives here.
//!
//! A request enters at the [`edge`], which limits it, gives it a correlation id and hands it to the
//! party's book, a Durable Object ([`book`]). The book holds the party (a library module of
//! `tallystick-parties`) over the [`ports`] that this crate makes of workerd's own interfaces.
//! Each role is a Cargo feature and a deployment of its own; `all-roles` is for one local workerd.

mod address;
mod body;
mod book;
mod convert;
mod edge;
mod logging;
mod ports;
mod problem;
mod rewinding;
mod roles;
mod settings;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    edge::answer(request, &env).await
}
