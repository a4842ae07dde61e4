// Notifications are the holder's to allow: asked for when lending is switched on, never before.

/** Asks, if it was not answered with yes before. Nobody waits for the answer: lending goes on either way, and the list of uses is always there. */
export function askForNotices(): void {
  chrome.permissions.request({ permissions: ['notifications'] }).catch(() => false)
}
