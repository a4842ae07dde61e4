// Debian's packages without root: downloaded and unpacked into a folder, nothing installed.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, which } from './command.mjs'

/** Whether packages can be had from Debian here. */
export const isDebian = () =>
  existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')) && Boolean(which('apt-get'))

/** Unpacks packages, and what they need that the machine has not installed, into a folder. Whether there were any. */
export async function unpackFromDebian(names, folder) {
  const state = join(folder, 'apt')
  const archives = join(state, 'archives')
  mkdirSync(join(state, 'lists/partial'), { recursive: true })
  mkdirSync(join(archives, 'partial'), { recursive: true })
  // apt as this user: own lists and archives, the machine's list of installed packages.
  const own = [
    '-o',
    `Dir::State::lists=${state}/lists`,
    '-o',
    `Dir::Cache=${state}`,
    '-o',
    'Debug::NoLocking=true',
    '-o',
    'APT::Sandbox::User=root',
    '-q',
  ]
  await attempt('apt-get', [...own, 'update'])
  const plan = await attempt('apt-get', [...own, '--no-install-recommends', '-s', 'install', ...names])
  const needed = [...plan.output.matchAll(/^Inst (\S+)/gm)].map(match => match[1])
  await attempt('apt-get', [...own, 'download', ...new Set([...names, ...needed])], { cwd: archives })
  const files = readdirSync(archives).filter(name => name.endsWith('.deb'))
  for (const file of files) await attempt('dpkg', ['-x', join(archives, file), folder])
  rmSync(state, { recursive: true, force: true })
  return files.length > 0
}

/** Extra environment for programs that were unpacked into a folder: where their libraries are. */
export function unpackedEnvironment(folder) {
  const libraries = ['usr/lib', 'lib'].flatMap(lib => [lib, ...triplets(folder, lib)]).map(lib => join(folder, lib))
  return { LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') }
}

function triplets(folder, lib) {
  const inside = existsSync(join(folder, lib)) ? readdirSync(join(folder, lib)) : []
  return inside.filter(name => name.includes('-linux-')).map(name => `${lib}/${name}`)
}

/** The file of that name in the library folders of what was unpacked, or undefined. */
export const unpackedLibrary = (folder, name) =>
  triplets(folder, 'usr/lib')
    .map(lib => join(folder, lib, name))
    .find(existsSync)
