// Notifications are the holder's to allow: asked for when lending is switched on, never before.

/** Asks, if it was not answered with yes before. Lending goes on either way: the list of uses is always there. */
export async function askForNotices(): Promise<void> {
  await chrome.permissions.request({ permissions: ['notifications'] }).catch(() => false)
}
