//! Pipes over WebUSB: bulk or interrupt transfers on one endpoint each way, or control transfers.

use js_sys::Uint8Array;
use js_sys::futures::JsFuture;
use tallystick_reader::{Control, Fault, Pipe};
use wasm_bindgen::JsValue;
use web_sys::{
    UsbControlTransferParameters, UsbDevice, UsbDirection, UsbEndpoint, UsbInTransferResult,
    UsbInterface, UsbOutTransferResult, UsbRecipient, UsbRequestType, UsbTransferStatus,
};

use crate::fault::{describe, failed};
use crate::filters::VENDOR_CLASS;
use crate::timer::{settled, sleep, within};

/// All readers have one configuration.
const CONFIGURATION: u8 = 1;
/// A packet of a device that states no size.
const PACKET_BYTES: u32 = 64;
/// Packets without content say that a transfer ended; a device that sends nothing else is broken.
const EMPTY_PACKETS_MAX: usize = 16;

/// Where on a device the dialect is spoken.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The interface; the one of the vendor's class that has the endpoints if it is not known beforehand.
    pub(crate) interface: Option<u8>,
    /// The endpoints of the transfers; none where everything goes through control transfers.
    pub(crate) endpoints: Option<Endpoints>,
}

/// The numbers of the endpoints, each way.
#[derive(Clone, Copy)]
pub(crate) struct Endpoints {
    pub(crate) out: u8,
    pub(crate) in_: u8,
}

/// An open USB device with a claimed interface.
pub(crate) struct UsbPipe {
    device: UsbDevice,
    interface: u8,
    endpoints: Endpoints,
    packet_bytes: u32,
    /// A transfer cannot be taken back: one that nothing came for in time gets the next packet.
    pending: Option<JsFuture<UsbInTransferResult>>,
}

impl UsbPipe {
    /// Opens the device and claims the interface. Whoever opened it closes it.
    pub(crate) async fn open(device: UsbDevice, place: Place) -> Result<Self, Fault> {
        let opened = settled(async { device.open().await }).await?;
        opened.map_err(|thrown| refused(&thrown))?;
        let chosen = device.configuration();
        if chosen.is_none_or(|chosen| chosen.configuration_value() != CONFIGURATION) {
            let chosen = settled(async { device.select_configuration(CONFIGURATION).await });
            chosen.await?.map_err(|thrown| refused(&thrown))?;
        }
        let interface = interface(&device, place).ok_or(Fault::Protocol(
            "it has no interface with the endpoints of its kind",
        ))?;
        let number = interface.interface_number();
        let claimed = settled(async { device.claim_interface(number).await });
        claimed.await?.map_err(|thrown| refused(&thrown))?;
        let endpoints = place.endpoints.unwrap_or(Endpoints { out: 0, in_: 0 });
        Ok(Self {
            packet_bytes: packet_bytes(&interface, endpoints.in_),
            device,
            interface: number,
            endpoints,
            pending: None,
        })
    }

    fn setup(&self, request: u8) -> UsbControlTransferParameters {
        let index = u16::from(self.interface);
        let (recipient, kind) = (UsbRecipient::Interface, UsbRequestType::Vendor);
        UsbControlTransferParameters::new(index, recipient, request, kind, 0)
    }

    /// The next packet, however long it takes.
    async fn packet(&mut self) -> Result<Vec<u8>, Fault> {
        for _ in 0..EMPTY_PACKETS_MAX {
            let (endpoint, bytes) = (self.endpoints.in_, self.packet_bytes);
            let transfer = || self.device.transfer_in(endpoint, bytes).into();
            let outcome = self.pending.get_or_insert_with(transfer).await;
            self.pending = None;
            let packet = content(&outcome.map_err(|thrown| broken(&thrown))?)?;
            if !packet.is_empty() {
                return Ok(packet);
            }
        }
        Err(Fault::Protocol("packets without content"))
    }
}

/// The interface of the active configuration that is meant and has what the dialect needs. A device may
/// have others of its vendor's before it.
fn interface(device: &UsbDevice, place: Place) -> Option<UsbInterface> {
    let interfaces = device.configuration()?.interfaces();
    interfaces.iter().find(|interface| {
        let is_meant = match place.interface {
            Some(number) => interface.interface_number() == number,
            None => interface.alternate().interface_class() == VENDOR_CLASS,
        };
        is_meant
            && place.endpoints.is_none_or(|Endpoints { out, in_ }| {
                endpoint(interface, out, UsbDirection::Out).is_some()
                    && endpoint(interface, in_, UsbDirection::In).is_some()
            })
    })
}

fn endpoint(interface: &UsbInterface, number: u8, direction: UsbDirection) -> Option<UsbEndpoint> {
    let endpoints = interface.alternate().endpoints();
    endpoints
        .iter()
        .find(|endpoint| endpoint.endpoint_number() == number && endpoint.direction() == direction)
}

/// The longest packet of the endpoint: reading one packet at a time needs no packet without content at the end.
fn packet_bytes(interface: &UsbInterface, endpoint_in: u8) -> u32 {
    let endpoint = endpoint(interface, endpoint_in, UsbDirection::In);
    endpoint.map_or(PACKET_BYTES, |endpoint| endpoint.packet_size())
}

fn content(result: &UsbInTransferResult) -> Result<Vec<u8>, Fault> {
    if result.status() != UsbTransferStatus::Ok {
        return Err(Fault::Protocol("a transfer that the device stalled"));
    }
    let Some(data) = result.data() else {
        return Ok(Vec::new());
    };
    let [offset, length] =
        [data.byte_offset(), data.byte_length()].map(|value| u32::try_from(value).unwrap_or(0));
    let bytes = Uint8Array::new_with_byte_offset_and_length(&data.buffer(), offset, length);
    Ok(bytes.to_vec())
}

/// Why a device could not be opened or its interface not claimed. `SecurityError`: the system gives
/// no right to it, or the class is protected; `NetworkError`: somebody else has claimed it;
/// `InvalidStateError`: it is being opened or closed, which only this wallet can have asked for, and
/// does not come to an end.
fn refused(thrown: &JsValue) -> Fault {
    match describe(thrown).0.as_str() {
        "NetworkError" => Fault::Held,
        "InvalidStateError" => Fault::Silent,
        "SecurityError" => Fault::NoAccess,
        "NotFoundError" => Fault::Removed,
        _ => failed(thrown),
    }
}

/// Why a transfer failed: a device that is pulled ends its transfers with one of these.
fn broken(thrown: &JsValue) -> Fault {
    match describe(thrown).0.as_str() {
        "NetworkError" | "NotFoundError" | "InvalidStateError" | "AbortError" => Fault::Removed,
        _ => failed(thrown),
    }
}

fn accepted(sent: Result<UsbOutTransferResult, JsValue>) -> Result<(), Fault> {
    match sent.map_err(|thrown| broken(&thrown))?.status() {
        UsbTransferStatus::Ok => Ok(()),
        _ => Err(Fault::Protocol("a transfer that the device stalled")),
    }
}

impl Pipe for UsbPipe {
    async fn send(&mut self, packet: &[u8]) -> Result<(), Fault> {
        let bytes = Uint8Array::from(packet);
        let sent = match self
            .device
            .transfer_out_with_u8_array(self.endpoints.out, &bytes)
        {
            Ok(promise) => settled(async { promise.await }).await,
            Err(thrown) => Ok(Err(thrown)),
        };
        // A PIN may have been in it.
        bytes.fill(0, 0, bytes.length());
        accepted(sent?)
    }

    async fn receive(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault> {
        let packet = within(timeout_ms, self.packet()).await;
        packet.unwrap_or(Err(Fault::Silent))
    }

    async fn wait(&mut self, ms: u32) {
        sleep(ms).await;
    }
}

/// The vendor's requests to the claimed interface.
impl Control for UsbPipe {
    async fn write(&mut self, request: u8, data: &[u8]) -> Result<(), Fault> {
        let bytes = Uint8Array::from(data);
        let setup = self.setup(request);
        let sent = self
            .device
            .control_transfer_out_with_u8_array(&setup, &bytes);
        let sent = match sent {
            Ok(promise) => settled(async { promise.await }).await,
            Err(thrown) => Ok(Err(thrown)),
        };
        // A PIN may have been in it.
        bytes.fill(0, 0, bytes.length());
        accepted(sent?)
    }

    async fn read(&mut self, request: u8, bytes_max: u16) -> Result<Vec<u8>, Fault> {
        let setup = self.setup(request);
        let asked = self.device.control_transfer_in(&setup, bytes_max);
        let result = settled(async { asked.await }).await?;
        content(&result.map_err(|thrown| broken(&thrown))?)
    }

    async fn wait(&mut self, ms: u32) {
        sleep(ms).await;
    }
}
