//! The home's end of its connection, on a thread of its own.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tallystick_protocol::wire::time::Timestamp;

use super::home_proxy::ends::{Card, Signer};
use super::http1::Line;
use super::station::Used;

/// Opcodes (RFC 6455 §5.2).
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
/// Marks the end of a message, and what is masked.
const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;

/// A message with its length in front, as it goes over a connection between two stations.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&length[..], message].concat()
}

/// The next message of that kind.
pub fn next_framed(line: &mut Line) -> Option<Vec<u8>> {
    let length = line.bytes(4)?;
    let length = u32::from_be_bytes(length.as_slice().try_into().unwrap());
    line.bytes(length as usize)
}

/// Answers over connections to the port that it returns. `now` holds the time there, in seconds.
pub fn listen(signer: Signer, used: Used, now: Arc<AtomicU64>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut card = Card::default();
        for stream in listener.incoming() {
            let mut line = Line::over(stream.unwrap());
            while let Some(message) = next_framed(&mut line) {
                let now = Timestamp(now.load(Ordering::SeqCst));
                let reply = used.count(|| signer.hear(&mut card, now, &message));
                line.say(&framed(&reply.unwrap_or_default()));
            }
        }
    });
    port
}

/// Connects by WebSocket to the proxy of that host, and answers until it ends.
pub fn connect(signer: Signer, used: Used, (host, port): (&str, u16), path: &str, token: &[u8]) {
    let mut line = Line::to(port);
    let asked = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    line.say(asked.as_bytes());
    let head = line.head().unwrap();
    assert!(head.first.contains(" 101 "), "{}", head.first);
    line.say(&masked(BINARY, token));
    // Once this is answered the token was heard.
    line.say(&masked(TEXT, b"ping"));
    next(&mut line).unwrap();
    thread::spawn(move || {
        let mut card = Card::default();
        while let Some(message) = next(&mut line) {
            let now = Timestamp(super::workerd::now_ms() / 1000);
            let reply = used.count(|| signer.hear(&mut card, now, &message));
            line.say(&masked(BINARY, &reply.unwrap_or_default()));
        }
    });
}

/// A frame with a message. Its mask is naught, which leaves the message as it is.
fn masked(opcode: u8, message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    let head = match u8::try_from(length) {
        Ok(short @ ..126) => vec![FIN | opcode, MASKED | short],
        _ => [&[FIN | opcode, MASKED | 126], &length.to_be_bytes()[..]].concat(),
    };
    [&head[..], &[0; 4], message].concat()
}

/// The next message; nothing, once the proxy has closed.
fn next(line: &mut Line) -> Option<Vec<u8>> {
    let head = line.bytes(2)?;
    let &[kind, length] = head.as_slice() else {
        return None;
    };
    let length = match length {
        126 => u16::from_be_bytes(line.bytes(2)?.try_into().ok()?).into(),
        short => usize::from(short),
    };
    let message = line.bytes(length)?;
    (kind & 0x0f != CLOSE).then_some(message)
}
