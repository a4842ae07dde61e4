// Where things are.
import { resolve } from 'node:path'

/** The repository. */
export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
/** A path inside the repository. */
export const at = (...parts) => resolve(root, ...parts)

/** Tools that the scripts install for this repository alone. */
export const toolsFolder = at('.tools')
/** What is kept of runs: stamps of builds, and what the parties keep. */
export const stateFolder = at('.state')
/** What the parties of npm start keep: tables, secrets, the shops that were added. TALLYSTICK_STATE puts it elsewhere, for a test. */
export const playFolder = process.env.TALLYSTICK_STATE ? resolve(process.env.TALLYSTICK_STATE) : stateFolder
/** The loadable extension. */
export const extensionFolder = at('dist/extension')
/** The same for Firefox. */
export const firefoxFolder = at('dist/extension-firefox')
/** What runs leave behind to look at: screenshots, reports. */
export const artifactsFolder = at('artifacts')
