//! A pipe over WebHID: output reports go out, input reports come in as events.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Uint8Array;
use tallystick_reader::{Fault, Pipe};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HidConnectionEvent, HidDevice, HidInputReportEvent};

use crate::fault::{describe, failed};
use crate::navigator;
use crate::timer::{settled, sleep, within};

/// Reports without report ids.
const REPORT_ID: u8 = 0;
/// More reports than the longest answer has are a device that does not stop.
const WAITING_REPORTS_MAX: usize = 2_048;

/// Reports that came and were not read, and whether more can come.
#[derive(Default)]
struct Mailbox {
    reports: VecDeque<Vec<u8>>,
    over: Option<Fault>,
    reader: Option<Waker>,
}

impl Mailbox {
    fn put(&mut self, report: Vec<u8>) {
        if self.reports.len() == WAITING_REPORTS_MAX {
            self.over = Some(Fault::Protocol("reports without end"));
        } else {
            self.reports.push_back(report);
        }
        self.wake();
    }

    fn end(&mut self, fault: Fault) {
        self.over = Some(fault);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn next(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        if let Some(fault) = &self.over {
            return Some(Err(fault.clone()));
        }
        self.reports.pop_front().map(Ok)
    }
}

/// An open HID device. Dropping it ends the events; whoever opened it closes it.
pub(crate) struct HidPipe {
    device: HidDevice,
    mailbox: Rc<RefCell<Mailbox>>,
    on_report: Closure<dyn FnMut(HidInputReportEvent)>,
    on_disconnect: Closure<dyn FnMut(HidConnectionEvent)>,
}

impl HidPipe {
    /// Opens the device.
    pub(crate) async fn open(device: HidDevice) -> Result<Self, Fault> {
        if device.opened() {
            // Nobody else has it: it was opened later than whoever asked for it waited.
            let _closed = settled(async { device.close().await }).await?;
        }
        let opened = settled(async { device.open().await }).await?;
        opened.map_err(|thrown| refused(&thrown))?;
        let mailbox = Rc::new(RefCell::new(Mailbox::default()));
        let pipe = Self {
            on_report: on_report(Rc::clone(&mailbox)),
            on_disconnect: on_disconnect(Rc::clone(&mailbox), device.clone()),
            device,
            mailbox,
        };
        let listener = pipe.on_report.as_ref().unchecked_ref();
        pipe.device.set_oninputreport(Some(listener));
        if let Some(hid) = navigator::hid() {
            let listener = pipe.on_disconnect.as_ref().unchecked_ref();
            // Only an interface without events refuses; then a pulled device shows when it is next sent to.
            let _listening = hid.add_event_listener_with_callback("disconnect", listener);
        }
        Ok(pipe)
    }
}

impl Drop for HidPipe {
    fn drop(&mut self) {
        self.device.set_oninputreport(None);
        if let Some(hid) = navigator::hid() {
            let listener = self.on_disconnect.as_ref().unchecked_ref();
            let _silent = hid.remove_event_listener_with_callback("disconnect", listener);
        }
    }
}

fn on_report(mailbox: Rc<RefCell<Mailbox>>) -> Closure<dyn FnMut(HidInputReportEvent)> {
    Closure::new(move |event: HidInputReportEvent| {
        let data = event.data();
        let (buffer, offset, length) = (data.buffer(), data.byte_offset(), data.byte_length());
        let [offset, length] = [offset, length].map(|value| u32::try_from(value).unwrap_or(0));
        let report = Uint8Array::new_with_byte_offset_and_length(&buffer, offset, length);
        mailbox.borrow_mut().put(report.to_vec());
    })
}

fn on_disconnect(
    mailbox: Rc<RefCell<Mailbox>>,
    ours: HidDevice,
) -> Closure<dyn FnMut(HidConnectionEvent)> {
    Closure::new(move |event: HidConnectionEvent| {
        if event.device() == ours {
            mailbox.borrow_mut().end(Fault::Removed);
        }
    })
}

/// Why a device could not be opened: the browser says `NotAllowedError` when the system refuses, be it
/// that another program has the device for itself or that the user has no right to it.
fn refused(thrown: &JsValue) -> Fault {
    match describe(thrown).0.as_str() {
        "NotAllowedError" => Fault::NotOpened,
        // It is being opened or closed, which only this wallet can have asked for, and does not come to an end.
        "InvalidStateError" => Fault::Silent,
        "NotFoundError" => Fault::Removed,
        "SecurityError" => Fault::NoAccess,
        _ => failed(thrown),
    }
}

impl Pipe for HidPipe {
    async fn send(&mut self, packet: &[u8]) -> Result<(), Fault> {
        if let Some(fault) = &self.mailbox.borrow().over {
            return Err(fault.clone());
        }
        let report = Uint8Array::from(packet);
        let sent = match self.device.send_report_with_u8_array(REPORT_ID, &report) {
            Ok(promise) => settled(async { promise.await.map(drop) }).await,
            Err(thrown) => Ok(Err(thrown)),
        };
        // A PIN may have been in it.
        report.fill(0, 0, report.length());
        // An open device that takes no report is on its way out; the event may come later.
        sent?.map_err(|_thrown| Fault::Removed)
    }

    async fn receive(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault> {
        let mailbox = &self.mailbox;
        let next = poll_fn(|context| {
            let mut mailbox = mailbox.borrow_mut();
            mailbox.reader = Some(context.waker().clone());
            mailbox.next().map_or(Poll::Pending, Poll::Ready)
        });
        within(timeout_ms, next).await.unwrap_or(Err(Fault::Silent))
    }

    async fn wait(&mut self, ms: u32) {
        sleep(ms).await;
    }
}
