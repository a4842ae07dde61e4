//! What every party stands on: bootstrap, key shares, confirmations, outbox, books, crashes.

mod books;
mod bootstrap;
mod confirmations;
mod crash;
mod key_centre;
mod outbox;
mod support;
