//! Lending: the wallet whose card stays at home. What is lent, and to whom, the card itself keeps and counts; the wallet
//! shows it, and carries what card and proxy say to each other.

mod calls;
mod connection;
mod following;
mod hosted;
mod loans;
mod mail;
pub mod mail_record;
mod paid;
pub mod record;
mod set_up;
mod terminals;
mod top_up;
