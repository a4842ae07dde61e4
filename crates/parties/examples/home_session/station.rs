//! A party on a thread of its own, reached over TCP, whose processor time is counted.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use http::Request;
use rustix::time::{ClockId, clock_gettime};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;

use super::http1::{Line, written};
use super::world::World;

type Job = Box<dyn FnOnce(&World) + Send>;

/// Processor time that was used, in nanoseconds.
#[derive(Clone, Default)]
pub struct Used(Arc<AtomicU64>);

impl Used {
    /// Counts what this thread does in `work`.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = of_this_thread();
        let done = work();
        let used = of_this_thread() - before;
        self.0.fetch_add(used, Ordering::SeqCst);
        done
    }

    pub fn ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// What this thread has used so far, in nanoseconds.
pub fn of_this_thread() -> u64 {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    used.tv_sec.unsigned_abs() * 1_000_000_000 + used.tv_nsec.unsigned_abs()
}

/// A world on a thread of its own. All worlds are made of the same keys, so that each knows what is certified in the others.
pub struct Station {
    jobs: Sender<Job>,
    pub used: Used,
}

impl Station {
    pub fn start() -> Self {
        let (jobs, waiting) = channel::<Job>();
        let used = Used::default();
        let counted = used.clone();
        thread::spawn(move || {
            let world = World::with_home_proxy();
            for job in waiting {
                counted.count(|| job(&world));
            }
        });
        Self { jobs, used }
    }

    /// Has something done there, and waits for it.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce(&World) -> T + Send + 'static) -> T {
        run(&self.jobs, work)
    }

    /// Lets the party of that name be reached; resolves to the port.
    pub fn listen(&self, name: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let jobs = self.jobs.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (line, jobs) = (Line::over(stream.unwrap()), jobs.clone());
                thread::spawn(move || serve(line, name, &jobs));
            }
        });
        port
    }
}

fn run<T: Send + 'static>(
    jobs: &Sender<Job>,
    work: impl FnOnce(&World) -> T + Send + 'static,
) -> T {
    let (done, waiting) = channel();
    let job = move |world: &World| drop(done.send(work(world)));
    jobs.send(Box::new(job)).unwrap();
    waiting.recv().unwrap()
}

fn serve(mut line: Line, name: &'static str, jobs: &Sender<Job>) {
    while let Some((head, body)) = line.message() {
        let mut words = head.first.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let request = Request::builder()
            .method(method)
            .uri(format!("https://{name}{path}"))
            .header("content-type", head.header("content-type"))
            .body(body)
            .unwrap();
        let answer = run(jobs, move |world| {
            block_on(world.running(name).serve(request))
        });
        let content_type = answer.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap());
        let first = format!("HTTP/1.1 {} -", answer.status().as_u16());
        let headers = [("content-type", content_type)];
        line.say(&written(&first, &headers, answer.body()));
    }
}
