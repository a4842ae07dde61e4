// The sources as these tests read them: which files there are, and what each imports.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { at } from '../../scripts/lib/paths.mjs'

/** What an import may leave off, in the order in which it is looked for. */
const ENDINGS = ['', '.ts', '/index.ts']
const SCRIPT = /<script[^>]*>([\s\S]*?)<\/script>/g
const SCRIPT_ADDRESS = /<script[^>]+src="(\.[^"]+)"/g

/** The files under these folders of the repository whose names end in one of `endings`, as paths from its root. */
export function filesUnder(folders, endings) {
  const files = folders.flatMap(folder => readdirSync(at(folder), { recursive: true }).map(name => join(folder, name)))
  return files
    .filter(
      file => endings.some(ending => file.endsWith(ending)) && !/(^|\/)(node_modules|target)\//.test(file) && statSync(at(file)).isFile(),
    )
    .sort()
}

/** The files that `file` imports, as paths from the root; packages are left out. */
export function importsOf(file) {
  return importedBy(file, readFileSync(at(file), 'utf8'))
}

/** As `importsOf`, of a file with this text. */
export function importedBy(file, text) {
  const named = file.endsWith('.html') ? [...text.matchAll(SCRIPT_ADDRESS)].map(([, address]) => address) : specifiersIn(codeOf(file, text))
  return named.filter(name => name.startsWith('.')).map(name => found(join(dirname(file), name.replace(/\?.*/, ''))))
}

const codeOf = (file, text) => (file.endsWith('.svelte') ? [...text.matchAll(SCRIPT)].map(([, code]) => code).join('\n') : text)
const specifiersIn = code => ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName)
const found = path => ENDINGS.map(ending => path + ending).find(one => existsSync(at(one)) && statSync(at(one)).isFile()) ?? path
