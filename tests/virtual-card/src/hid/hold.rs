//! Another program has the device for itself: who opens its node is refused.

use std::{
    fs, io,
    os::unix::net::UnixListener,
    path::{Path, PathBuf},
};

use rustix::mount::{UnmountFlags, mount_bind, unmount};

use super::sysfs;

/// Holds a node until it is dropped. Whoever has it open already keeps it.
pub struct Hold {
    node: PathBuf,
}

impl Hold {
    /// Puts a socket over the node, in this mount namespace: opening a socket as a file fails.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn of(node: &Path) -> io::Result<Self> {
        let socket = sysfs::folder().join("held");
        drop(UnixListener::bind(&socket)?);
        let held = mount_bind(&socket, node);
        fs::remove_file(&socket)?;
        held?;
        Ok(Self {
            node: node.to_owned(),
        })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Err(error) = unmount(&self.node, UnmountFlags::empty()) {
            eprintln!("{} is held for good: {error}.", self.node.display());
        }
    }
}
