//! Accounts at banks and purses in cards (EP 1 221 669 A1): opened, loaded, unloaded, reported; what an order paid
//! with a purse comes to.
//!
//! Each step is stored before anything is sent, and every message can be sent again: a wallet that dies anywhere goes
//! on from its last stored step. What a purse holds, the card alone knows; here stands what it said last.

mod advance;
mod answering;
mod applying;
mod asking;
mod bank_certificate;
pub mod banking;
pub mod card;
mod closing;
mod delivering;
mod ends;
pub mod errors;
mod fees;
mod form;
mod instructing;
pub mod instruction_record;
pub mod local;
mod movement;
mod opening;
mod paid_order;
mod pausing;
pub mod prepaid;
mod purse_opening;
mod question;
pub mod record;
mod refusal;
mod registration;
mod renewal_answer;
pub mod renewal_record;
mod renewing;
mod report;
mod said;
pub mod shown;
mod spaces;
mod statement;
pub mod view;
