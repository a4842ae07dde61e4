// Where things are.
import { resolve } from 'node:path'

/** The repository. */
export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
/** A path inside the repository. */
export const at = (...parts) => resolve(root, ...parts)

/** Tools that the scripts install for this repository alone. */
export const toolsFolder = at('.tools')
/** What the local parties keep: tables, secrets, stamps of builds. */
export const stateFolder = at('.state')
/** The loadable extension. */
export const extensionFolder = at('dist/extension')
/** The same for Firefox. */
export const firefoxFolder = at('dist/extension-firefox')
/** What runs leave behind to look at: screenshots, reports. */
export const artifactsFolder = at('artifacts')
