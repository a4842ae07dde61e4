//! What stands between two ends of a TCP connection: it passes on what is said, each way after half of a round trip, and
//! counts round trips.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The most that is passed on at once, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// A way to a port of this machine. Its connections are made at once: no TCP handshake is delayed.
pub struct Relay {
    /// Where it is reached.
    pub port: u16,
    trips: Arc<AtomicU64>,
}

impl Relay {
    /// Starts one.
    pub fn to(port: u16, round_trip: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let trips = Arc::new(AtomicU64::new(0));
        let own = listener.local_addr().unwrap().port();
        let counted = trips.clone();
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
                connect(&near, &far, round_trip / 2, counted.clone());
            }
        });
        Self { port: own, trips }
    }

    /// How often somebody asked and somebody answered: an answer counts that comes after something was said.
    pub fn trips(&self) -> u64 {
        self.trips.load(Ordering::SeqCst)
    }
}

fn connect(near: &TcpStream, far: &TcpStream, delay: Duration, trips: Arc<AtomicU64>) {
    for side in [near, far] {
        side.set_nodelay(true).unwrap();
    }
    let was_asked = Arc::new(AtomicBool::new(false));
    let asked = was_asked.clone();
    pass(near, far, delay, move || {
        asked.store(true, Ordering::SeqCst)
    });
    pass(far, near, delay, move || {
        if was_asked.swap(false, Ordering::SeqCst) {
            trips.fetch_add(1, Ordering::SeqCst);
        }
    });
}

/// Passes on in one direction.
fn pass(
    from: &TcpStream,
    to: &TcpStream,
    delay: Duration,
    mut heard: impl FnMut() + Send + 'static,
) {
    let (mut from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    let (chunks, waiting) = channel();
    thread::spawn(move || write_late(to, &waiting));
    thread::spawn(move || {
        let mut chunk = vec![0; CHUNK_BYTES];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            heard();
            let said = chunk.get(..length).unwrap_or_default().to_vec();
            if chunks.send((Instant::now() + delay, said)).is_err() {
                return;
            }
        }
    });
}

fn write_late(mut to: TcpStream, waiting: &Receiver<(Instant, Vec<u8>)>) {
    let written = waiting.iter().try_for_each(|(at, said)| {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        to.write_all(&said)
    });
    // Whoever ended it has ended it on both sides.
    let closed: io::Result<()> = written.and_then(|()| to.shutdown(Shutdown::Write));
    drop(closed);
}
