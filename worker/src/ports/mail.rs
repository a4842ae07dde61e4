//! Mail servers over TCP. The platform encrypts, and verifies the server's certificate for the host that is connected to.

use core::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Object, Promise, Reflect, Uint8Array};
use tallystick_parties::ports::mail::{Connect, Security, WIRE_PATIENCE_MS, Wire, WireError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, WritableStreamDefaultWriter};
use worker::Delay;
use worker::worker_sys::{Socket, connect};

/// Opens connections.
pub struct Connecting;

/// A connection.
pub struct Connection {
    socket: Socket,
    reader: ReadableStreamDefaultReader,
    writer: WritableStreamDefaultWriter,
    /// Whether it goes on as an encrypted one.
    is_handed_on: bool,
}

/// What the platform says of a failure is words, and none of them ours.
fn failed(what: &str) -> impl FnOnce(JsValue) -> WireError {
    move |_| WireError(format!("it could not be {what}."))
}

/// Waits no longer than a party does.
async fn in_time(promise: Promise, what: &'static str) -> Result<JsValue, WireError> {
    let (work, patience) = (
        pin!(JsFuture::from(promise)),
        pin!(Delay::from(Duration::from_millis(WIRE_PATIENCE_MS))),
    );
    match select(work, patience).await {
        Either::Left((done, _)) => done.map_err(failed(what)),
        Either::Right(_) => Err(WireError(format!("it could not be {what} in time."))),
    }
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), WireError> {
    Reflect::set(object, &name.into(), value)
        .map(|_| ())
        .map_err(failed("asked for"))
}

impl Connection {
    fn over(socket: Socket) -> Result<Self, WireError> {
        let reader = socket.readable().map_err(failed("read"))?.get_reader();
        let writer = socket.writable().and_then(|stream| stream.get_writer());
        Ok(Self {
            reader: reader.unchecked_into(),
            writer: writer.map_err(failed("written"))?,
            socket,
            is_handed_on: false,
        })
    }
}

impl Connect for Connecting {
    type Wire = Connection;

    async fn connect(
        &self,
        host: &str,
        port: u16,
        security: Security,
    ) -> Result<Connection, WireError> {
        let (address, options) = (Object::new(), Object::new());
        set(&address, "hostname", &host.into())?;
        set(&address, "port", &port.into())?;
        let transport = match security {
            Security::Implicit => "on",
            Security::StartTls => "starttls",
        };
        set(&options, "secureTransport", &transport.into())?;
        set(&options, "allowHalfOpen", &JsValue::FALSE)?;
        let socket = connect(address.into(), options.into()).map_err(failed("connected"))?;
        let opened = socket.opened().map_err(failed("connected"))?;
        in_time(opened, "connected").await?;
        Connection::over(socket)
    }
}

impl Wire for Connection {
    async fn read(&mut self) -> Result<Vec<u8>, WireError> {
        let read = in_time(self.reader.read(), "read").await?;
        let get = |name: &str| Reflect::get(&read, &name.into()).map_err(failed("read"));
        if get("done")?.is_truthy() {
            return Ok(Vec::new());
        }
        let bytes: Uint8Array = get("value")?.dyn_into().map_err(failed("read"))?;
        Ok(bytes.to_vec())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let chunk = Uint8Array::from(bytes);
        let written = self.writer.write_with_chunk(&chunk);
        in_time(written, "written").await.map(|_| ())
    }

    async fn start_tls(mut self) -> Result<Self, WireError> {
        self.reader.release_lock();
        self.writer.release_lock();
        let encrypted = self.socket.start_tls().map_err(failed("encrypted"))?;
        self.is_handed_on = true;
        Self::over(encrypted)
    }
}

/// The platform would keep a connection that nobody uses any more.
impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_handed_on {
            return;
        }
        if let Ok(closing) = self.socket.close() {
            wasm_bindgen_futures::spawn_local(async move {
                // One that is closed already is what was wanted.
                let _closed = JsFuture::from(closing).await;
            });
        }
    }
}
