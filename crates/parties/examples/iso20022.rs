//! Our ISO 20022 as a program, so that others' programs can judge it.
//!
//! `cargo run --example iso20022 -p tallystick-parties -- write KIND` makes a message of the JSON at its input,
//! `… read KIND` the same JSON of a message. KIND is pain.001, pain.008, pain.002 or camt.053.

use std::error::Error;
use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;

use serde_json::{Value, json};
use tallystick_parties::iso20022::camt053::{
    self, AccountId, Balance, Booked, BookingKind, Direction, Statement,
};
use tallystick_parties::iso20022::pain002::{self, Reason, Report, Status};
use tallystick_parties::iso20022::{
    Batch, Holding, Iban, Instruction, Mandate, Name, Reference, Remittance, pain001, pain008,
};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// When everything that is written here was made.
const MADE_AT: Timestamp = Timestamp(1_795_750_000);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut given = Vec::new();
    stdin().read_to_end(&mut given)?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = match arguments.as_slice() {
        ["write", kind] => write(kind, &serde_json::from_slice(&given)?)?,
        ["read", kind] => serde_json::to_vec(&read(kind, &given)?)?,
        _ => return Err("say write or read, and of which message".into()),
    };
    Ok(stdout().write_all(&made)?)
}

fn write(kind: &str, said: &Value) -> Outcome<Vec<u8>> {
    Ok(match kind {
        "pain.001" => pain001::write(&batch(said)?)?,
        "pain.008" => pain008::write(&batch(said)?)?,
        "pain.002" => pain002::write(&report(said)?),
        "camt.053" => camt053::write(&statement(said)?)?,
        _ => return Err("there is no such message here".into()),
    })
}

fn read(kind: &str, bytes: &[u8]) -> Outcome<Value> {
    Ok(match kind {
        "pain.001" => told_batch(&pain001::read(bytes)?),
        "pain.008" => told_batch(&pain008::read(bytes)?),
        "camt.053" => match camt053::read(bytes)?.as_slice() {
            [one] => told_statement(one),
            _ => return Err("one statement is expected".into()),
        },
        _ => return Err("there is no such message here".into()),
    })
}

fn text<'a>(said: &'a Value, name: &str) -> Outcome<&'a str> {
    let text = said[name].as_str();
    text.ok_or_else(|| format!("{name} is missing").into())
}

fn all<'a>(said: &'a Value, name: &str) -> Outcome<&'a Vec<Value>> {
    let all = said[name].as_array();
    all.ok_or_else(|| format!("{name} are missing").into())
}

fn minor(said: &Value, name: &str) -> Outcome<i64> {
    let minor = said[name].as_i64();
    minor.ok_or_else(|| format!("{name} is missing").into())
}

fn money(said: &Value, currency: Currency) -> Outcome<Money> {
    let minor = u64::try_from(minor(said, "minor")?)?;
    Ok(Money { minor, currency })
}

fn holding(said: &Value) -> Outcome<Holding> {
    Ok(Holding {
        name: Name::new(text(said, "name")?)?,
        iban: text(said, "iban")?.parse()?,
    })
}

fn batch(said: &Value) -> Outcome<Batch> {
    let instructions = all(said, "instructions")?.iter().map(instruction);
    Ok(Batch {
        message: Reference::new(text(said, "message")?)?,
        made_at: MADE_AT,
        on: text(said, "on")?.parse()?,
        own: holding(&said["own"])?,
        instructions: instructions.collect::<Outcome<_>>()?,
    })
}

fn instruction(said: &Value) -> Outcome<Instruction> {
    let mandate = &said["mandate"];
    let mandate = match mandate {
        Value::Null => None,
        _ => Some(Mandate {
            id: Reference::new(text(mandate, "id")?)?,
            signed_on: text(mandate, "signed_on")?.parse()?,
        }),
    };
    Ok(Instruction {
        end_to_end: Reference::new(text(said, "end_to_end")?)?,
        money: money(said, text(said, "currency")?.parse()?)?,
        other: holding(said)?,
        mandate,
        remittance: Some(Remittance::new(text(said, "remittance")?)?),
    })
}

fn told_batch(batch: &Batch) -> Value {
    let instruction = |one: &Instruction| {
        let mut told = json!({
            "end_to_end": one.end_to_end.as_str(),
            "minor": one.money.minor,
            "currency": one.money.currency.code(),
            "name": one.other.name.as_str(),
            "iban": one.other.iban.as_str(),
            "remittance": one.remittance.as_ref().map(Remittance::as_str),
        });
        if let Some(mandate) = &one.mandate {
            let signed_on = mandate.signed_on.to_string();
            told["mandate"] = json!({ "id": mandate.id.as_str(), "signed_on": signed_on });
        }
        told
    };
    json!({
        "message": batch.message.as_str(),
        "count": batch.instructions.len(),
        "on": batch.on.to_string(),
        "own": { "name": batch.own.name.as_str(), "iban": batch.own.iban.as_str() },
        "instructions": batch.instructions.iter().map(instruction).collect::<Vec<_>>(),
    })
}

fn report(said: &Value) -> Outcome<Report> {
    let status = |one: &Value| -> Outcome<Status> {
        let reason = one["reason"].as_str();
        let outcome = match reason {
            None => Ok(()),
            Some(code) => Err(Reason::from_name(code).ok_or("no such reason")?),
        };
        Ok(Status {
            end_to_end: Reference::new(text(one, "end_to_end")?)?,
            outcome,
        })
    };
    let message = Reference::new(text(said, "message")?)?;
    Ok(Report {
        id: message.clone(),
        made_at: MADE_AT,
        message,
        message_kind: text(said, "message_kind")?.to_owned(),
        statuses: all(said, "statuses")?
            .iter()
            .map(status)
            .collect::<Outcome<_>>()?,
    })
}

fn statement(said: &Value) -> Outcome<Statement> {
    let currency: Currency = text(said, "currency")?.parse()?;
    let balance = |name| -> Outcome<Balance> {
        let minor = minor(said, name)?;
        Ok(Balance { minor, currency })
    };
    let entry = |one: &Value| -> Outcome<Booked> {
        Ok(Booked {
            bank_reference: Some(text(one, "reference")?.to_owned()),
            end_to_end: Some(Reference::new(text(one, "end_to_end")?)?),
            money: money(one, currency)?,
            direction: match text(one, "direction")? {
                "in" => Direction::In,
                _ => Direction::Out,
            },
            kind: BookingKind::TransferSent,
            on: text(one, "on")?.parse()?,
            other: Some(text(one, "other")?.to_owned()),
            other_account: text(one, "other_account")?.parse().ok(),
            remittance: Some(text(one, "remittance")?.to_owned()),
        })
    };
    Ok(Statement {
        id: Reference::new("STATEMENT-1")?,
        made_at: MADE_AT,
        account: account(text(said, "account")?)?,
        opening: balance("opening")?,
        closing: balance("closing")?,
        days: ("2026-11-26".parse()?, "2026-11-27".parse()?),
        page: 2,
        is_last_page: true,
        entries: all(said, "entries")?
            .iter()
            .map(entry)
            .collect::<Outcome<_>>()?,
    })
}

/// A number of the banks' system, or of the account's bank alone.
fn account(number: &str) -> Outcome<AccountId> {
    match number.parse::<Iban>() {
        Ok(iban) => Ok(iban.into()),
        Err(_) => Ok(AccountId::Other(Reference::new(number)?)),
    }
}

fn told_statement(statement: &Statement) -> Value {
    let entry = |one: &Booked| {
        json!({
            "reference": one.bank_reference,
            "end_to_end": one.end_to_end.as_ref().map(Reference::as_str),
            "minor": one.money.minor,
            "direction": match one.direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
            "on": one.on.to_string(),
            "other": one.other,
            "other_account": one.other_account.as_ref().map(ToString::to_string),
            "remittance": one.remittance,
        })
    };
    json!({
        "account": match &statement.account {
            AccountId::Iban(iban) => iban.to_string(),
            AccountId::Other(number) => number.to_string(),
        },
        "currency": statement.opening.currency.code(),
        "opening": statement.opening.minor,
        "closing": statement.closing.minor,
        "entries": statement.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}
