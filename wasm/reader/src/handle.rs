//! A device as the browser gives it.

use tallystick_reader::Fault;
use web_sys::{HidDevice, UsbDevice};

use crate::navigator;

/// A device of either interface. Two are equal if they are the same device, plugged in once.
#[derive(Clone, PartialEq)]
pub(crate) enum Handle {
    Hid(HidDevice),
    Usb(UsbDevice),
}

impl Handle {
    /// Interface, vendor and product.
    pub(crate) fn kind(&self) -> String {
        let (interface, vendor, product) = match self {
            Self::Hid(device) => ("hid", device.vendor_id(), device.product_id()),
            Self::Usb(device) => ("usb", device.vendor_id(), device.product_id()),
        };
        format!("{interface}-{vendor:04x}-{product:04x}-")
    }

    /// What the device calls itself; it may be empty.
    pub(crate) fn product_name(&self) -> String {
        match self {
            Self::Hid(device) => device.product_name(),
            Self::Usb(device) => device.product_name().unwrap_or_default(),
        }
    }

    /// What a device without a name is called.
    pub(crate) const fn nameless(&self) -> &'static str {
        match self {
            Self::Hid(_) => "HID card",
            Self::Usb(_) => "USB reader",
        }
    }

    /// Whether the device is open.
    fn is_open(&self) -> bool {
        match self {
            Self::Hid(device) => device.opened(),
            Self::Usb(device) => device.opened(),
        }
    }

    /// Closes the device, which ends its transfers and gives its interface back. One that is gone is
    /// closed. Waits for as long as the browser needs: nobody else may open it before.
    pub(crate) async fn close(&self) {
        if !self.is_open() {
            return;
        }
        match self {
            Self::Hid(device) => drop(device.close().await),
            Self::Usb(device) => drop(device.close().await),
        }
    }

    /// Takes the browser's permission back.
    pub(crate) async fn forget(&self) -> Result<(), Fault> {
        match self {
            Self::Hid(device) => navigator::forget(device).await,
            Self::Usb(device) => navigator::forget(device).await,
        }
    }
}
