//! A pipe to an emulated device, with faults on the way.
#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

pub mod cards;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tallystick_reader::{Fault, Pipe};
use tallystick_reader_emulators::Device;

/// What happens to a packet of the device on its way to the host.
pub type Tamper = Box<dyn FnMut(usize, Vec<u8>) -> Vec<Vec<u8>>>;

/// A device at the end of a cable; what it sends can be tampered with, and it can be pulled.
pub struct Cable<D> {
    pub device: D,
    /// All milliseconds that the host let pass.
    pub waited_ms: u32,
    /// How many packets the host has sent.
    pub sent: usize,
    waiting: VecDeque<Vec<u8>>,
    received: usize,
    tamper: Tamper,
    pulled_after: usize,
}

impl<D: Device> Cable<D> {
    pub fn to(device: D) -> Self {
        Self {
            device,
            waited_ms: 0,
            sent: 0,
            waiting: VecDeque::new(),
            received: 0,
            tamper: Box::new(|_, packet| vec![packet]),
            pulled_after: usize::MAX,
        }
    }

    /// Every packet of the device, counted from 0, goes through this.
    pub fn tampered(
        mut self,
        tamper: impl FnMut(usize, Vec<u8>) -> Vec<Vec<u8>> + 'static,
    ) -> Self {
        self.tamper = Box::new(tamper);
        self
    }

    /// The device is gone once it has sent that many packets.
    pub fn pulled_after(mut self, packets: usize) -> Self {
        self.pulled_after = packets;
        self
    }
}

impl<D: Device> Pipe for Cable<D> {
    async fn send(&mut self, packet: &[u8]) -> Result<(), Fault> {
        if self.received >= self.pulled_after {
            return Err(Fault::Removed);
        }
        self.sent += 1;
        for packet in self.device.take(packet) {
            self.waiting.extend((self.tamper)(self.received, packet));
            self.received += 1;
        }
        Ok(())
    }

    async fn receive(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault> {
        assert!(timeout_ms > 0, "nothing comes in no time");
        if self.received - self.waiting.len().min(self.received) >= self.pulled_after {
            return Err(Fault::Removed);
        }
        self.waiting.pop_front().ok_or(Fault::Silent)
    }

    async fn wait(&mut self, ms: u32) {
        self.waited_ms += ms;
    }
}

/// Runs what never has to wait.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("an emulated device answers at once"),
    }
}
