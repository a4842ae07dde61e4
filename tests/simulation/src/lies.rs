//! Other bytes than a party's own code would send: any field of a message changed, and signed again where the
//! party signed it; a bit turned; a message cut; a receipt that disowns the order; a problem, a page, nothing, or
//! what somebody else signed instead of an answer.

use coset::cbor::Value;
use coset::cbor::value::Integer;
use http::{Response, StatusCode};
use tallystick_protocol::checkout::answers::{ShopReceipt, ShopState};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemKind};

use crate::dice::Dice;
use crate::pen::Pen;

/// The tag of `COSE_Sign1` (RFC 9052 §2).
const SIGNED: u64 = 18;

/// A lie, with what it is, or nothing where there is nothing to change.
pub(crate) fn instead_of(body: &[u8], pen: &Pen, dice: &Dice) -> Option<(String, Vec<u8>)> {
    if body.is_empty() {
        return None;
    }
    if dice.chance(700)
        && let Some((field, changed)) = changed_field(body, pen, dice)
        && changed != body
    {
        return Some((format!("  [lie: {field}]"), changed));
    }
    let mut changed = body.to_vec();
    let at = dice.index(body.len());
    if dice.chance(200) {
        changed.truncate(at);
        return Some((format!("  [lie: cut at byte {at}]"), changed));
    }
    changed[at] ^= 1 << dice.below(8);
    Some((format!("  [lie: a bit of byte {at}]"), changed))
}

/// A message as somebody heard it before: its media type and its bytes.
pub(crate) type Heard = (String, Vec<u8>);

/// An answer in which nobody decided anything, with what it is: a page or nothing with the status 200, a refusal
/// without a signature, or what somebody signed about another matter (one of what the asker has `heard` before, so
/// that nobody learns anything by it).
pub(crate) fn worthless(dice: &Dice, heard: &[Heard]) -> (String, Response<Vec<u8>>) {
    let page = b"<!doctype html><title>Welcome</title><p>Sign in to use this network.".to_vec();
    match dice.below(6) {
        0 => ("a page".to_owned(), answer(200, "text/html", page)),
        1 => (
            "nothing".to_owned(),
            answer(200, "application/cose", Vec::new()),
        ),
        2 if !heard.is_empty() => {
            let (kind, bytes) = dice.pick(heard).clone();
            ("heard before".to_owned(), answer(200, &kind, bytes))
        }
        3 => {
            let status = *dice.pick(&[400, 403, 404, 409, 410, 429, 500]);
            (
                format!("a bare {status}"),
                answer(status, "text/html", page),
            )
        }
        _ => {
            let kinds = [ProblemKind::NotFound, ProblemKind::Conflict];
            let kind = if dice.chance(500) {
                *dice.pick(&kinds)
            } else {
                *dice.pick(ProblemKind::ALL)
            };
            let problem = Problem::new(kind, "So it is said.");
            let status = kind.status();
            (
                format!("a problem, {status}"),
                answer(status, PROBLEM_MEDIA_TYPE, problem.to_json()),
            )
        }
    }
}

fn answer(status: u16, kind: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let answer = Response::builder()
        .status(status)
        .header("content-type", kind);
    answer.body(body).unwrap_or_default()
}

/// The shop's receipt as one of an order that came to nothing, signed. The shop itself goes on with the order.
pub(crate) fn disowned(body: &[u8], pen: &Pen, dice: &Dice) -> Option<Vec<u8>> {
    let mut value = whole(body)?;
    let Value::Tag(SIGNED, inner) = &mut value else {
        return None;
    };
    let before = payload(inner)?.to_vec();
    let mut receipt = decode::<ShopReceipt>(&before).ok()?;
    receipt.state = *dice.pick(&[ShopState::Refused, ShopState::Expired]);
    (receipt.authorisation, receipt.acceptance, receipt.refusal) = (None, None, None);
    if let Some(place) = inner.as_array_mut().and_then(|parts| parts.get_mut(2)) {
        *place = Value::Bytes(encode(&receipt));
    }
    sign_again(inner, Some(&before), pen).then(|| written(&value))
}

fn changed_field(body: &[u8], pen: &Pen, dice: &Dice) -> Option<(String, Vec<u8>)> {
    let mut value = whole(body)?;
    let fields = count(&value);
    let mut left = dice.index(fields);
    let mut path = String::new();
    change(&mut value, &mut left, pen, dice, &mut path);
    Some((path, written(&value)))
}

/// The one value that these bytes are.
fn whole(bytes: &[u8]) -> Option<Value> {
    let value: Value = coset::cbor::from_reader(bytes).ok()?;
    (written(&value) == bytes).then_some(value)
}

/// What is inside a byte string, if that is a message of its own.
fn nested(bytes: &[u8]) -> Option<Value> {
    whole(bytes).filter(|value| matches!(value, Value::Array(_) | Value::Map(_) | Value::Tag(..)))
}

fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into a Vec cannot fail.
    let _infallible = coset::cbor::into_writer(value, &mut bytes);
    bytes
}

/// How many fields there are, inside signed and nested messages too.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>().max(1),
        Value::Map(items) => items
            .iter()
            .map(|(_, item)| count(item))
            .sum::<usize>()
            .max(1),
        Value::Tag(_, inner) => count(inner),
        Value::Bytes(bytes) => nested(bytes).map_or(1, |inner| count(&inner)),
        _ => 1,
    }
}

/// Changes the field number `left`. Says whether it was here.
fn change(value: &mut Value, left: &mut usize, pen: &Pen, dice: &Dice, path: &mut String) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let mut items = items.iter_mut().enumerate();
            items.any(|(index, item)| step(item, &index.to_string(), left, pen, dice, path))
        }
        Value::Map(items) if !items.is_empty() => items.iter_mut().any(|(key, item)| {
            let name = key
                .as_integer()
                .map_or_else(String::new, |key| format!("{:?}", i128::from(key)));
            step(item, &name, left, pen, dice, path)
        }),
        Value::Tag(tag, inner) => {
            let before = payload(inner).map(<[u8]>::to_vec);
            let changed = change(inner, left, pen, dice, path);
            if changed && *tag == SIGNED && sign_again(inner, before.as_deref(), pen) {
                path.push_str(", signed");
            }
            changed
        }
        Value::Bytes(bytes) => match nested(bytes) {
            Some(mut inner) => {
                let changed = change(&mut inner, left, pen, dice, path);
                if changed {
                    *bytes = written(&inner);
                }
                changed
            }
            None => leaf(value, left, dice),
        },
        _ => leaf(value, left, dice),
    }
}

fn step(
    item: &mut Value,
    name: &str,
    left: &mut usize,
    pen: &Pen,
    dice: &Dice,
    path: &mut String,
) -> bool {
    let length = path.len();
    path.push('.');
    path.push_str(name);
    let changed = change(item, left, pen, dice, path);
    if !changed {
        path.truncate(length);
    }
    changed
}

fn leaf(value: &mut Value, left: &mut usize, dice: &Dice) -> bool {
    if *left > 0 {
        *left -= 1;
        return false;
    }
    *value = other(value, dice);
    true
}

fn other(value: &Value, dice: &Dice) -> Value {
    match value {
        Value::Integer(number) => {
            let number = i128::from(*number);
            let others = [number + 1, number - 1, 0, number * 10, number + 86_400];
            let other = *dice.pick(&others);
            Integer::try_from(other).map_or(Value::Null, Value::Integer)
        }
        Value::Bool(is) => Value::Bool(!is),
        Value::Null => Value::Integer(0.into()),
        Value::Text(text) => Value::Text(match dice.below(3) {
            0 => String::new(),
            1 => format!("{text}x"),
            _ => text.chars().rev().collect(),
        }),
        Value::Bytes(bytes) if !bytes.is_empty() && dice.chance(900) => {
            let mut changed = bytes.clone();
            changed[dice.index(bytes.len())] ^= 1 << dice.below(8);
            Value::Bytes(changed)
        }
        _ => Value::Bytes(Vec::new()),
    }
}

fn payload(signed: &Value) -> Option<&[u8]> {
    match signed.as_array()?.get(2)? {
        Value::Bytes(payload) => Some(payload),
        _ => None,
    }
}

/// Signs a changed statement if this pen signed what it was before.
fn sign_again(signed: &mut Value, before: Option<&[u8]>, pen: &Pen) -> bool {
    let now = payload(signed).map(<[u8]>::to_vec);
    let (Some(before), Some(now)) = (before, now) else {
        return false;
    };
    let Some(signature) = pen.sign_instead(before, &now).filter(|_| now != before) else {
        return false;
    };
    if let Some(place) = signed.as_array_mut().and_then(|parts| parts.get_mut(3)) {
        *place = Value::Bytes(signature);
    }
    true
}
