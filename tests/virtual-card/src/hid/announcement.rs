//! Tells whoever listens to udev that the device came or went: the datagrams that udevd would send
//! (systemd, `sd-device/device-monitor.c`). They reach the programs of this network namespace; those
//! without our /sys find no such device and forget it.

use std::{io, path::Path};

use rustix::net::{
    AddressFamily, SendFlags, SocketFlags, SocketType,
    netlink::{KOBJECT_UEVENT, SocketAddrNetlink},
    sendto, socket_with,
};

/// The multicast group of udevd's own messages.
const UDEV: u32 = 2;
const MAGIC: u32 = 0xfeed_cafe;
const HEADER: u32 = 40;
/// MurmurHash2 of "hidraw" with seed 0, by which listeners filter.
const HIDRAW: u32 = 0xc2ca_f397;
/// Beyond the kernel's own numbers.
const FIRST_NUMBER: u64 = 1 << 40;

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The device is there now.
    Add,
    /// The device is gone.
    Remove,
}

/// Announces devices, numbering what it says.
pub struct Announcer {
    next: u64,
}

impl Announcer {
    /// One that has said nothing yet.
    pub const fn new() -> Self {
        Self { next: FIRST_NUMBER }
    }

    /// Says that the device came or went.
    ///
    /// # Errors
    /// If the system refuses, as it does to who is not root.
    pub fn say(&mut self, event: Event, path: &str, node: &Path) -> io::Result<()> {
        let message = message(event, path, node, self.next);
        self.next += 1;
        let kind = (SocketType::DGRAM, SocketFlags::CLOEXEC);
        let socket = socket_with(AddressFamily::NETLINK, kind.0, kind.1, Some(KOBJECT_UEVENT))?;
        let everyone = SocketAddrNetlink::new(0, UDEV);
        match sendto(&socket, &message, SendFlags::empty(), &everyone) {
            // Nobody listens.
            Ok(_) | Err(rustix::io::Errno::CONNREFUSED) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn message(event: Event, path: &str, node: &Path, number: u64) -> Vec<u8> {
    let action = match event {
        Event::Add => "add",
        Event::Remove => "remove",
    };
    let node = node.display();
    let properties = format!(
        "ACTION={action}\0DEVPATH={path}\0SUBSYSTEM=hidraw\0DEVNAME={node}\0SEQNUM={number}\0USEC_INITIALIZED=1\0"
    );
    // Big-endian: magic and hashes. In the machine's own order: sizes and places.
    let length = u32::try_from(properties.len()).unwrap_or(u32::MAX);
    let mut message = b"libudev\0".to_vec();
    message.extend(MAGIC.to_be_bytes());
    message.extend([HEADER, HEADER, length].map(u32::to_ne_bytes).concat());
    message.extend([HIDRAW, 0, 0, 0].map(u32::to_be_bytes).concat());
    message.extend(properties.as_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_begin_where_the_header_says() {
        let message = message(Event::Add, "/devices/x", Path::new("/dev/pts/7"), 9);
        assert_eq!(message[12..16], HEADER.to_ne_bytes());
        assert_eq!(message[16..20], HEADER.to_ne_bytes());
        assert!(message[40..].starts_with(b"ACTION=add\0DEVPATH=/devices/x\0"));
        assert_eq!(message[20..24], (message.len() as u32 - 40).to_ne_bytes());
    }
}
