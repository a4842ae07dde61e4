// What Firefox wants said otherwise than Chromium: of the extension, only the manifest differs.

/** Firefox knows an extension by a name that it states itself. */
export const FIREFOX_ID = 'wallet@tallystick.example'

/** The oldest Firefox that loads the extension: the extended support release before the one it is tested in. */
export const FIREFOX_MIN = 140

/**
 * The manifest for Firefox, from the built one for Chromium: a background page instead of a service
 * worker, an identifier instead of a public key, no side panel. Whom other extensions may talk to is
 * Chromium's question alone; in Firefox they cannot talk to us unless we listen to them.
 */
export function firefoxManifest(chromium) {
  const { key, minimum_chrome_version, side_panel, externally_connectable, background, permissions, ...same } = chromium
  return {
    ...same,
    permissions: permissions.filter(name => name !== 'sidePanel'),
    background: { scripts: [background.service_worker], type: background.type },
    browser_specific_settings: { gecko: { id: FIREFOX_ID, strict_min_version: `${FIREFOX_MIN}.0` } },
  }
}
