// Reads the pages' catalogues as the pages' own build does.
import { build } from 'esbuild'
import { at } from '../../../scripts/lib/paths.mjs'

/** What a module of the pages or of the extension exports; with another `copy`, one that reads the reader's languages anew. */
export async function moduleOf(path, copy = '') {
  const { outputFiles } = await build({ entryPoints: [at(path)], bundle: true, format: 'esm', write: false, logLevel: 'silent' })
  return import(`data:text/javascript;base64,${Buffer.from(`${outputFiles[0].text}\n// ${copy}`).toString('base64')}`)
}

/** What it exports under its only name. */
export async function exportOf(path) {
  return Object.values(await moduleOf(path))[0]
}

/** Messages by key; a message with plural forms becomes one entry a form. */
export const flat = catalogue =>
  Object.fromEntries(
    Object.entries(catalogue).flatMap(([key, message]) =>
      typeof message === 'string' ? [[key, message]] : Object.entries(message).map(([form, text]) => [`${key}.${form}`, text]),
    ),
  )
