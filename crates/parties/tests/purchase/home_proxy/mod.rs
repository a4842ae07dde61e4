//! The home proxy between a terminal, a home and the shop (source document 000).

mod alone;
mod connecting;
mod ends;
mod hosted;
mod mailing;
mod proxying;
mod refusing;
mod stopping;
