//! The part of /sys in which udev finds hidraw devices, as a file system of our own in a mount
//! namespace of our own. libudev reads it if `SYSTEMD_DEVICE_VERIFY_SYSFS=0` is in its environment.

use std::{
    fs, io,
    os::unix::{fs::symlink, process::parent_id},
    path::{Path, PathBuf},
};

use rustix::mount::{MountFlags, mount};

/// A folder under /sys/devices that Linux always has and no browser asks for.
const DEVICES: &str = "/sys/devices/virtual/mem";
const CLASSES: &str = "/sys/class";
const CLASS: &str = "/sys/class/hidraw";
/// Bus, vendor and product as the kernel writes them, and its running number.
const NAME: &str = "0003:2C97:1011.0001";

/// What a host is told of the device.
const DESCRIPTION: &str = "DRIVER=hid-generic
HID_ID=0003:00002C97:00001011
HID_NAME=Tallystick Virtual Reader
HID_PHYS=usb-tallystick-1/input0
HID_UNIQ=0001
MODALIAS=hid:b0003g0001v00002C97p00001011
";

/// Report descriptor (USB HID 1.11 §6.2.2): usage page FFA0, one input and one output report, each of
/// 64 bytes, without identifiers.
#[rustfmt::skip]
const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xa0, 0xff, 0x09, 0x01, 0xa1, 0x01,
    0x09, 0x03, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81, 0x08,
    0x09, 0x04, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x08,
    0xc0,
];

/// Puts file systems of our own over the two folders.
///
/// # Errors
/// If this process shares its mounts with the one that started it, or may not mount.
pub fn cover() -> io::Result<()> {
    let mounts = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt"));
    if mounts("self")? == mounts(&parent_id().to_string())? {
        return Err(io::Error::other(
            "it needs a mount namespace of its own: start it with `unshare --mount`",
        ));
    }
    let over = |folder| mount("tmpfs", folder, "tmpfs", MountFlags::empty(), None);
    over(DEVICES)?;
    // Without a HID device ever seen, a kernel may lack the class.
    if !Path::new(CLASS).exists() {
        over(CLASSES)?;
        return fs::create_dir(CLASS);
    }
    Ok(over(CLASS)?)
}

/// A folder that only this mount namespace has.
pub fn folder() -> &'static Path {
    Path::new(DEVICES)
}

/// Where the hidraw device is, from /sys on: what udev calls its path.
pub fn device_path() -> String {
    let path = hidraw();
    path.display().to_string().replacen("/sys", "", 1)
}

/// Writes the device down, with its node (below /dev) and numbers.
///
/// # Errors
/// If the files cannot be written.
pub fn add(node: &Path, (major, minor): (u32, u32)) -> io::Result<()> {
    let (device, hidraw) = (device(), hidraw());
    fs::create_dir_all(&hidraw)?;
    fs::write(device.join("uevent"), DESCRIPTION)?;
    fs::write(device.join("report_descriptor"), REPORT_DESCRIPTOR)?;
    symlink("/sys/bus/hid", device.join("subsystem"))?;
    let name = node.strip_prefix("/dev").unwrap_or(node).display();
    let event = format!("MAJOR={major}\nMINOR={minor}\nDEVNAME={name}\n");
    fs::write(hidraw.join("uevent"), event)?;
    fs::write(hidraw.join("dev"), format!("{major}:{minor}\n"))?;
    symlink(CLASS, hidraw.join("subsystem"))?;
    symlink("../..", hidraw.join("device"))?;
    symlink(&hidraw, Path::new(CLASS).join("hidraw0"))
}

/// Takes it away again.
///
/// # Errors
/// If the files cannot be removed.
pub fn remove() -> io::Result<()> {
    fs::remove_file(Path::new(CLASS).join("hidraw0"))?;
    fs::remove_dir_all(device())
}

fn device() -> PathBuf {
    Path::new(DEVICES).join(NAME)
}

fn hidraw() -> PathBuf {
    device().join("hidraw/hidraw0")
}
