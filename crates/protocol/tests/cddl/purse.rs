//! What a purse and its bank say.

use tallystick_protocol::purse::{
    Checkpoint, CheckpointNotice, ENTRIES_MAX, EVIDENCE_BYTES_MAX, Endpoint, HistoryEntry,
    HistoryPolicy, MovementOffer, MovementOutcome, MovementReply, MovementRequest, MovementVerdict,
    OfflineLimits, PENDING_MAX, PrepaidPending, PrepaidState, PurseCertificate, PurseKind,
    PurseNumber, PursePayment, PurseReport, PurseReportAnswer, PurseState, WaitingCredit,
};
use tallystick_protocol::wire::cbor::{Message as _, encode};
use tallystick_protocol::wire::identifier::{Root, TransactionId};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::number::WHOLE_MAX;
use tallystick_protocol::wire::time::Timestamp;

use crate::{domain, holds, yen};

pub(crate) const PURSE: PurseNumber = PurseNumber([7; 16]);
pub(crate) const MOVEMENT: TransactionId = TransactionId([8; 32]);

pub(crate) fn endpoints() -> [Endpoint; 5] {
    [
        Endpoint::Account(4711),
        Endpoint::Purse(PURSE),
        Endpoint::Prepaid(PURSE),
        Endpoint::Waiting(MOVEMENT),
        Endpoint::Shop(domain("shop.example")),
    ]
}

pub(crate) fn checkpoint(policy: HistoryPolicy) -> Checkpoint {
    let limits = OfflineLimits {
        payment: 1,
        total: 2,
        count: 3,
        holding: 4,
    };
    Checkpoint {
        purse: PURSE,
        number: 9,
        account_amount: Some(5),
        purse_amount: 6,
        at: Timestamp(7),
        through: 8,
        limits,
        policy,
    }
}

pub(crate) fn state() -> PurseState {
    PurseState {
        amount: 1,
        pending_out: 2,
        pending_in: 3,
        checkpoint: 4,
        sequence: 5,
        head: [6; 32],
    }
}

#[test]
fn what_a_bank_says_of_a_purse_is_as_the_page_says() {
    for kind in PurseKind::ALL {
        holds(
            "purse-certificate",
            &PurseCertificate {
                bank: domain("bank.example"),
                kind,
                number: PURSE,
                currency: Currency::Jpy,
                key: (kind == PurseKind::Account).then_some([1; 32]),
                issued_at: Timestamp(1),
                expires_at: Timestamp(2),
            },
        );
    }
    for policy in HistoryPolicy::ALL {
        let checkpoint = checkpoint(policy);
        let forces = policy == HistoryPolicy::Stop;
        holds(
            "checkpoint-notice",
            &CheckpointNotice { checkpoint, forces },
        );
    }
    for outcome in MovementOutcome::ALL {
        let mut checkpoint = checkpoint(HistoryPolicy::UploadFirst);
        checkpoint.account_amount = None;
        holds(
            "movement-verdict",
            &MovementVerdict {
                purse: PURSE,
                transaction: MOVEMENT,
                outcome,
                checkpoint,
            },
        );
    }
    holds(
        "purse-report-answer",
        &PurseReportAnswer {
            verdicts: vec![vec![1].into()],
            notice: vec![2].into(),
            waiting: endpoints().map(waiting).to_vec(),
            account_available: 10,
            account_pending: 11,
            bank_certificate: vec![3],
            prepaid_verdicts: None,
        },
    );
    holds(
        "purse-report-answer",
        &PurseReportAnswer {
            verdicts: Vec::new(),
            notice: vec![2].into(),
            waiting: Vec::new(),
            account_available: 10,
            account_pending: 11,
            bank_certificate: vec![3],
            prepaid_verdicts: Some(vec![vec![4].into(); PENDING_MAX]),
        },
    );
}

fn waiting(from: Endpoint) -> WaitingCredit {
    WaitingCredit {
        transaction: MOVEMENT,
        from,
        amount: 1,
        at: Timestamp(2),
    }
}

#[test]
fn a_movement_is_as_the_page_says() {
    holds(
        "movement-request",
        &MovementRequest {
            bank: domain("bank.example"),
            purse: PURSE,
            transaction: MOVEMENT,
            source: Endpoint::Prepaid(PURSE),
            destination: Endpoint::Purse(PURSE),
            amount: yen(1),
            state: state(),
            at: Timestamp(1),
            prepaid: Some(PrepaidState {
                certificate: vec![1],
                checkpoint: vec![2],
                state: state(),
            }),
        },
    );
    holds(
        "movement-offer",
        &MovementOffer {
            purse: PURSE,
            transaction: MOVEMENT,
            source: Endpoint::Waiting(MOVEMENT),
            destination: Endpoint::Account(1),
            destination_name: Some("Aiko Tanaka".into()),
            amount: yen(1),
            before: 2,
            after: 1,
            checkpoint: checkpoint(HistoryPolicy::Stop),
            at: Timestamp(1),
            expires_at: Timestamp(2),
        },
    );
    holds(
        "movement-reply",
        &MovementReply {
            purse: PURSE,
            transaction: MOVEMENT,
            accepted: true,
            state: state(),
            at: Timestamp(1),
        },
    );
    holds(
        "purse-payment",
        &PursePayment {
            bank: domain("bank.example"),
            purse: PURSE,
            root: Root([4; 32]),
            shop: domain("shop.example"),
            amount: yen(1),
            state: state(),
            at: Timestamp(1),
        },
    );
}

#[test]
fn a_report_of_the_longest_history_is_as_the_page_says_and_within_its_limit() {
    let shop = format!("{}.example", ["a"; 60].concat());
    let entry = HistoryEntry {
        sequence: WHOLE_MAX,
        previous: [1; 32],
        transaction: MOVEMENT,
        payee: Endpoint::Shop(domain(&shop)),
        payer: Endpoint::Purse(PURSE),
        amount: 1,
        balance: 2,
        at: Timestamp(3),
        evidence: vec![4; EVIDENCE_BYTES_MAX],
    };
    let report = PurseReport {
        bank: domain("bank.example"),
        purse: PURSE,
        state: state(),
        pending: vec![MOVEMENT; PENDING_MAX],
        after: 0,
        entries: vec![entry; ENTRIES_MAX],
        at: Timestamp(1),
        prepaid: Some(PrepaidPending {
            state: PrepaidState {
                certificate: vec![1; 640],
                checkpoint: vec![2; 1024],
                state: state(),
            },
            pending: vec![MOVEMENT; PENDING_MAX],
        }),
    };
    assert!(encode(&report).len() <= PurseReport::LEN_MAX);
    holds("purse-report", &report);
    holds(
        "purse-report",
        &PurseReport {
            prepaid: None,
            ..report
        },
    );
}
