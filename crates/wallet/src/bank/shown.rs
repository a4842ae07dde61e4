//! From what is kept of banks to what the pages show of it.

use tallystick_protocol::bank::InstructionKind;
use tallystick_protocol::purse::{Endpoint, PurseState};
use tallystick_protocol::wire::time::Timestamp;

use super::ends;
use super::fees::name_of;
use super::instruction_record::named;
use super::local::record::LocalRecord;
use super::local::view::LocalView;
use super::paid_order::PaidOrder;
use super::prepaid::shown::prepaid_view;
use super::record::{AccountBalance, MovementRecord, OpeningRecord, PurseRecord, Said};
use super::renewal_record::RenewalRecord;
use crate::bank::view::{
    BankAccountView, BankView, BlockedView, ClosedAccountView, EndView, FeeView, LimitsView,
    MovementKind, MovementOfferView, MovementView, OpeningStep, OpeningView, PrepaidView,
    PurseStep, PurseView, RenewalStep, RenewalView, WaitingView,
};
use crate::core::error::ErrorKind;
use crate::core::place::KeyPlace;
use crate::core::wallet::Context;
use crate::holder::card_account::CardAccount;
use crate::slices::Slices;

/// Everything about banks that the pages show of an unlocked wallet.
pub struct Shown {
    /// Accounts on their way.
    pub openings: Vec<OpeningView>,
    /// Accounts.
    pub accounts: Vec<BankAccountView>,
    /// Accounts that were closed, newest first.
    pub closed_accounts: Vec<ClosedAccountView>,
    /// Purses.
    pub purses: Vec<PurseView>,
    /// Prepaid cards.
    pub prepaid: Vec<PrepaidView>,
    /// Movements, newest first.
    pub movements: Vec<MovementView>,
    /// Payments between purses, newest first.
    pub payments: Vec<LocalView>,
}

impl Shown {
    /// What there is at that moment.
    #[must_use]
    pub fn of(slices: &Slices, now: Timestamp) -> Self {
        let Slices {
            profile, banking, ..
        } = slices;
        let mut openings: Vec<_> = banking.openings().map(opening_view).collect();
        openings.sort_by_key(|opening| opening.created_at);
        let mut movements: Vec<_> = banking
            .movements()
            .map(|movement| movement_view(movement, slices))
            .collect();
        movements.sort_by_key(|movement| core::cmp::Reverse(movement.created_at));
        let mut payments: Vec<_> = banking.locals().map(LocalRecord::view).collect();
        payments.sort_by_key(|payment| core::cmp::Reverse(payment.created_at));
        let accounts = profile.cards.iter().filter(|card| card.is_at_bank());
        let purses = banking.purses();
        Self {
            openings,
            accounts: accounts
                .map(|account| account_view(account, slices, now))
                .collect(),
            closed_accounts: closed_accounts(slices),
            purses: purses
                .filter_map(|purse| purse_view(purse, slices, now))
                .collect(),
            prepaid: banking
                .prepaid()
                .filter_map(|card| prepaid_view(card, slices))
                .collect(),
            movements,
            payments,
        }
    }
}

/// The banks at which an account can be opened.
#[must_use]
pub fn banks(context: &Context) -> Vec<BankView> {
    let banks = context.banks.iter();
    let banks = banks.filter(|_| context.registration.is_some());
    let shown = banks.map(|bank| BankView {
        domain: bank.as_str().to_owned(),
        url: context.urls.url(bank, "/"),
    });
    shown.collect()
}

fn opening_view(opening: &OpeningRecord) -> OpeningView {
    OpeningView {
        id: opening.id.clone(),
        bank_domain: opening.bank.as_str().to_owned(),
        bank_name: opening.bank_name.clone().unwrap_or_default(),
        currency: opening.currency.code().to_owned(),
        step: match (opening.failure, &opening.opened) {
            (Some(_), _) => OpeningStep::Refused,
            (None, Some(_)) => OpeningStep::Keys,
            (None, None) => OpeningStep::Registering,
        },
        failure: opening.failure.map(ErrorKind::name),
        created_at: opening.created_at.seconds(),
    }
}

fn account_view(account: &CardAccount, slices: &Slices, now: Timestamp) -> BankAccountView {
    let banking = &slices.banking;
    let purse = banking.purse_of(&account.id);
    let balance = balance_of(&account.id, slices);
    let closing = banking.instruction(&named(InstructionKind::CloseAccount, &account.id));
    let number = account.account.unwrap_or_default();
    BankAccountView {
        id: account.id.clone(),
        bank_name: account.issuer_name.clone(),
        bank_domain: account.issuer.as_str().to_owned(),
        number: number.to_string(),
        end: ends::named(&Endpoint::Account(number)),
        holder_name: account.card.holder_name.clone(),
        currency: account
            .currency
            .map_or_else(String::new, |currency| currency.code().to_owned()),
        available_minor: balance.map(|(available, _, _)| available),
        pending_minor: balance.and_then(|(_, pending, _)| pending),
        as_of: balance.map(|(_, _, at)| at.seconds()),
        expires_at: account.account_expires_at.map(Timestamp::seconds),
        face: account.face(),
        place: account.place(),
        ready: account.enrolment.is_done(),
        ends_at: account.ends_soon_at(now),
        purse_id: purse.map(|purse| purse.id.clone()),
        closing: closing.is_some_and(|told| told.is_asked() || told.done_at.is_some()),
    }
}

/// What the bank said last of an account, in an answer to a report or in a checkpoint of one of its purses: what can be
/// spent, what is under way if it said so, and when.
fn balance_of(account: &str, slices: &Slices) -> Option<(u64, Option<u64>, Timestamp)> {
    let purses = slices.banking.purses();
    let own = purses.filter(|purse| purse.account == account);
    own.flat_map(|purse| {
        let reported = purse.balance.map(|balance| {
            let AccountBalance {
                available,
                pending,
                at,
            } = balance;
            (available, Some(pending), at)
        });
        let checkpoint = purse.checkpoint.as_ref();
        let said = checkpoint.and_then(|said| Some((said.account_amount?, None, said.at)));
        // Of the same moment the report says more.
        said.into_iter().chain(reported)
    })
    .max_by_key(|(_, _, at)| *at)
}

fn closed_accounts(slices: &Slices) -> Vec<ClosedAccountView> {
    let told = slices.banking.instructions();
    let mut closed: Vec<_> = told
        .filter(|told| told.closes_account())
        .filter(|told| slices.profile.card(&told.account).is_err())
        .filter_map(|told| {
            Some(ClosedAccountView {
                id: told.account.clone(),
                bank_name: told.bank_name.clone(),
                bank_domain: told.instruction.bank.as_str().to_owned(),
                number: told.instruction.account.to_string(),
                currency: told
                    .currency
                    .map_or_else(String::new, |currency| currency.code().to_owned()),
                paid_out_minor: told.amount.map_or(0, |amount| amount.minor),
                closed_at: told.done_at?.seconds(),
            })
        })
        .collect();
    closed.sort_by_key(|account| core::cmp::Reverse(account.closed_at));
    closed
}

/// A purse whose account is still here, or that was closed or blocked before its account went.
fn purse_view(purse: &PurseRecord, slices: &Slices, now: Timestamp) -> Option<PurseView> {
    let account = slices.profile.card(&purse.account).ok();
    let has_ended = purse.closed_at.is_some() || purse.blocked.is_some();
    if account.is_none() && !has_ended {
        return None;
    }
    let number = purse.opened.as_ref().map(|opened| opened.number);
    let currency = purse.opened.as_ref().map(|opened| opened.currency);
    let state = purse.state.as_ref();
    let amount = |of: fn(&PurseState) -> u64| state.map_or(0, of);
    let checkpoint = purse.checkpoint.as_ref();
    let place = account.map_or(KeyPlace::Software, CardAccount::place);
    let wants_card = place == KeyPlace::Reader && purse.is_current() && purse.has_to_hear();
    let of_currency = account.and_then(|account| account.currency);
    Some(PurseView {
        id: purse.id.clone(),
        account_id: purse.account.clone(),
        bank_name: purse.bank_name.clone(),
        bank_domain: purse.bank.as_str().to_owned(),
        number: number.map_or_else(String::new, |number| number.to_string()),
        end: number.map_or_else(String::new, |number| ends::named(&Endpoint::Purse(number))),
        currency: currency
            .or(of_currency)
            .map_or_else(String::new, |currency| currency.code().to_owned()),
        step: step_of(purse),
        failure: purse.failure.map(ErrorKind::name),
        amount_minor: amount(|state| state.amount),
        out_minor: amount(|state| state.pending_out),
        in_minor: amount(|state| state.pending_in),
        waiting: purse
            .waiting
            .iter()
            .map(|credit| WaitingView {
                end: ends::named(&Endpoint::Waiting(credit.transaction)),
                from: end_view(&credit.from, slices),
                amount_minor: credit.amount,
                at: credit.at.seconds(),
            })
            .collect(),
        checkpoint_minor: checkpoint.map_or(0, |checkpoint| checkpoint.purse_amount),
        checkpoint_at: checkpoint.map(|checkpoint| checkpoint.at.seconds()),
        limits: checkpoint.map(|checkpoint| LimitsView {
            payment_minor: checkpoint.limits.payment,
            total_minor: checkpoint.limits.total,
            count: checkpoint.limits.count,
            holding_minor: checkpoint.limits.holding,
        }),
        history_policy: checkpoint.map_or("upload-first", |checkpoint| checkpoint.policy.as_str()),
        key_ends_at: purse
            .opened
            .as_ref()
            .map(|opened| opened.key_ends_at.seconds()),
        place,
        wants_report: wants_report(purse, slices, now),
        wants_card,
        fees: fees_of(purse, now),
        renewal: purse.renewal.as_ref().map(renewal_view),
        blocked: purse.blocked.map(|blocked| BlockedView {
            amount_minor: blocked.amount,
            until: blocked.until.map(Timestamp::seconds),
            at: blocked.at.seconds(),
        }),
        telling: is_telling(purse, slices),
    })
}

const fn step_of(purse: &PurseRecord) -> PurseStep {
    match (purse.failure, purse.is_written, &purse.opened) {
        _ if purse.is_erased => PurseStep::Closed,
        _ if purse.closed_at.is_some() => PurseStep::Closing,
        _ if purse.blocked.is_some() => PurseStep::Blocked,
        (Some(_), _, _) => PurseStep::Refused,
        (None, true, _) => PurseStep::Ready,
        (None, false, Some(_)) => PurseStep::Writing,
        (None, false, None) => PurseStep::Applied,
    }
}

fn fees_of(purse: &PurseRecord, now: Timestamp) -> Vec<FeeView> {
    let currency = purse.opened.as_ref().map(|opened| opened.currency);
    let known = purse.known_fees(now);
    let fees = known.map_or(&[][..], |known| &known.fees).iter();
    let own = fees.filter(|fee| Some(fee.amount.currency) == currency);
    own.filter_map(|fee| {
        Some(FeeView {
            option: name_of(fee.option)?,
            amount_minor: fee.amount.minor,
        })
    })
    .collect()
}

fn renewal_view(renewal: &RenewalRecord) -> RenewalView {
    RenewalView {
        step: match renewal {
            _ if renewal.failure.is_some() => RenewalStep::Refused,
            _ if renewal.is_done => RenewalStep::Done,
            _ if renewal.renewed.is_some() => RenewalStep::Telling,
            _ if renewal.opening.is_some() => RenewalStep::Installing,
            _ => RenewalStep::Asking,
        },
        fee: name_of(renewal.fee),
        amount_minor: renewal.amount.minor,
        failure: renewal.failure.map(ErrorKind::name),
        at: renewal.at.seconds(),
    }
}

/// Whether the bank was told something about that purse and has not answered.
fn is_telling(purse: &PurseRecord, slices: &Slices) -> bool {
    let mut told = slices.banking.instructions();
    told.any(|told| told.is_asked() && told.purse.as_ref() == Some(&purse.id))
}

/// Whether a report would tell wallet or bank something: what the card has, that the bank has not heard of, or what
/// was given back of an order and waits at the bank.
fn wants_report(purse: &PurseRecord, slices: &Slices, now: Timestamp) -> bool {
    let mut movements = slices.banking.movements();
    let is_open = movements.any(|movement| {
        let is_misplaced = movement.said.as_ref().is_some_and(Said::is_misplaced);
        let is_missed = (movement.failure.is_some() || is_misplaced) && !movement.state.has_ended();
        let refunded = PaidOrder::of(movement, slices, now).refunded;
        let is_refunded = refunded > movement.refunded.unwrap_or(0);
        movement.purse == purse.id && (is_missed || is_refunded)
    });
    let is_here = purse.is_written && purse.is_current();
    is_here && (purse.wants_report || !purse.waiting.is_empty() || is_open)
}

pub(super) fn end_view(end: &Endpoint, slices: &Slices) -> EndView {
    let (kind, number) = ends::parts(end);
    let own_id = match end {
        Endpoint::Account(number) => {
            let mut accounts = slices.profile.cards.iter();
            let own = accounts.find(|account| account.account == Some(*number));
            own.map(|account| account.id.clone())
        }
        Endpoint::Purse(number) => {
            let mut purses = slices.banking.purses();
            let own = purses.find(|purse| {
                let opened = purse.opened.as_ref();
                opened.is_some_and(|opened| opened.number == *number)
            });
            own.map(|purse| purse.id.clone())
        }
        Endpoint::Prepaid(_) => {
            let mut cards = slices.banking.prepaid();
            cards.find(|card| card.is(end)).map(|card| card.id.clone())
        }
        Endpoint::Waiting(_) | Endpoint::Shop(_) => None,
    };
    EndView {
        kind,
        number,
        own_id,
    }
}

fn movement_view(movement: &MovementRecord, slices: &Slices) -> MovementView {
    let (from, to) = (
        end_view(&movement.source, slices),
        end_view(&movement.destination, slices),
    );
    MovementView {
        id: movement.transaction.to_string(),
        purse_id: movement.purse.clone(),
        kind: kind(movement, &from, &to),
        from,
        to,
        amount_minor: movement.amount.minor,
        currency: movement.amount.currency.code().to_owned(),
        state: movement.state,
        offer: movement.offered().map(|offer| MovementOfferView {
            destination_name: offer.destination_name,
            before_minor: offer.before,
            after_minor: offer.after,
            expires_at: offer.expires_at.seconds(),
        }),
        request_id: movement.request_id.clone(),
        failure: movement.failure.map(ErrorKind::name),
        created_at: movement.created_at.seconds(),
        updated_at: movement.updated_at.seconds(),
    }
}

fn kind(movement: &MovementRecord, from: &EndView, to: &EndView) -> MovementKind {
    let are_own = from.own_id.is_some() && to.own_id.is_some();
    match (&movement.source, &movement.destination) {
        (_, Endpoint::Shop(_)) => MovementKind::Payment,
        (Endpoint::Waiting(_), _) => MovementKind::Take,
        (Endpoint::Account(_), Endpoint::Purse(_)) if are_own => MovementKind::Load,
        (Endpoint::Purse(_), Endpoint::Account(_)) if are_own => MovementKind::Unload,
        _ => MovementKind::Transfer,
    }
}
