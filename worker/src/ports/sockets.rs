//! WebSockets that others hold open to a Durable Object. workerd keeps them while the object is not in memory
//! (hibernation), answers "ping" by itself, and wakes the object for everything else.

use std::time::Duration;

use tallystick_parties::ports::{SocketGone, Sockets};
use wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::DurableObjectState;
use worker::{Delay, State, WebSocket, WebSocketPair, WebSocketRequestResponsePair};

/// What is answered without waking the object.
const PING: (&str, &str) = ("ping", "pong");
/// Why a party closes a connection: it does not want it any more (RFC 6455 §7.4.1, *policy violation*).
const CLOSED: u16 = 1008;

/// The WebSockets of one Durable Object, each under the tag that the party gave it.
pub struct Held(DurableObjectState);

impl Held {
    /// Those of this object.
    pub fn new(state: &State) -> Self {
        let object: &JsValue = state.as_raw().as_ref();
        Self(object.clone().unchecked_into())
    }

    /// Takes a connection in under this tag, and gives its other end.
    pub fn accept(&self, tag: &str) -> worker::Result<WebSocket> {
        let answer = WebSocketRequestResponsePair::new(PING.0, PING.1)?;
        self.0.set_websocket_auto_response(&answer)?;
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        let tags = vec![JsValue::from_str(tag)];
        self.0.accept_websocket_with_tags(server.as_ref(), tags)?;
        Ok(client)
    }

    /// The tag of a connection.
    pub fn tag_of(&self, socket: &WebSocket) -> Option<String> {
        let tags = self.0.get_tags(socket.as_ref());
        tags.ok()?.into_iter().next()
    }

    fn under(&self, tag: &str) -> impl Iterator<Item = WebSocket> {
        let found = self.0.get_websockets_with_tag(tag).unwrap_or_default();
        found.into_iter().map(Into::into)
    }
}

impl Sockets for Held {
    fn send(&self, tag: &str, message: &[u8]) -> Result<(), SocketGone> {
        let socket = self.under(tag).next().ok_or(SocketGone)?;
        socket.send_with_bytes(message).map_err(|_| SocketGone)
    }

    fn close(&self, tag: &str) {
        for socket in self.under(tag) {
            // One that is closed already is what was wanted.
            let _closed = socket.close(Some(CLOSED), Some(""));
        }
    }

    async fn wait(&self, milliseconds: u32) {
        Delay::from(Duration::from_millis(milliseconds.into())).await;
    }
}
