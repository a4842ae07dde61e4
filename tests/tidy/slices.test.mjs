// Which module of a crate may use which: a core knows no slice, and roles stand side by side.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { filesUnder } from './sources.mjs'

/** For each crate the modules that have a rule, and the modules of their own crate that each may use. */
const MAY_USE = {
  'crates/wallet': {
    core: ['slices', 'sealing'],
    holder: ['core', 'slices', 'sealing'],
    account: ['core', 'slices', 'holder', 'sealing'],
    bank: ['core', 'slices', 'holder', 'account'],
    home: ['core', 'slices', 'holder'],
    'home/lending': ['core', 'slices', 'holder', 'bank'],
    coupon: ['core', 'slices', 'holder', 'account'],
    settlement: ['core', 'slices', 'holder', 'account'],
    checkout: ['core', 'slices', 'holder', 'account', 'coupon', 'settlement'],
    'checkout/instrument': ['core', 'slices', 'holder', 'bank', 'home', 'settlement'],
    'checkout/away': ['core', 'slices', 'holder', 'home'],
  },
}

/** Modules of a crate that do not use one another. */
const APART = { 'crates/parties': ['ca', 'key_centre', 'issuer', 'shop', 'courier', 'banking_system', 'vending', 'security_server'] }

test('the core of the wallet knows no slice, and slices rest on each other one way', () => {
  const breaches = Object.entries(MAY_USE).flatMap(([crate, rules]) =>
    Object.entries(rules).flatMap(([module, allowed]) =>
      usesOf(crate, module)
        .filter(({ file }) => !isOfARoomOfItsOwn(file, crate, module, rules))
        .filter(({ used }) => used !== module.split('/')[0] && !allowed.includes(used) && modulesOf(crate).has(used))
        .map(({ file, used }) => `${file} uses ${used}`),
    ),
  )
  assert.deepEqual(breaches, [])
})

test('no role of the parties uses another', () => {
  const breaches = Object.entries(APART).flatMap(([crate, modules]) =>
    modules.flatMap(module =>
      usesOf(crate, module)
        .filter(({ used }) => used !== module && modules.includes(used))
        .map(({ file, used }) => `${file} uses ${used}`),
    ),
  )
  assert.deepEqual(breaches, [])
})

test('a use is told from paths and from groups, and not from comments or tests', () => {
  const text = [
    '//! Beside [`crate::shop`].',
    'use crate::core::desk::Desk;',
    'use crate::{holder::profile::Profile, account};',
    'fn f() { crate::random_id() }',
    '#[cfg(test)]',
    'mod tests { use crate::checkout::Attention; }',
  ].join('\n')
  assert.deepEqual(usedBy(text), ['core', 'random_id', 'holder', 'account'])
})

/** What a source uses of its own crate, without its module of tests. */
function usedBy(text) {
  const code = text.split('#[cfg(test)]\nmod tests {')[0].replaceAll(/^\s*\/\/.*$/gm, '')
  const single = [...code.matchAll(/\bcrate::(\w+)/g)].map(([, used]) => used)
  const grouped = [...code.matchAll(/\bcrate::\{([^;]*)\};/g)].flatMap(([, group]) =>
    [...group.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, one]) => one),
  )
  return [...single, ...grouped]
}

/** Whether a folder within the module has a rule of its own, which then holds for this file. */
const isOfARoomOfItsOwn = (file, crate, module, rules) =>
  Object.keys(rules).some(other => other.startsWith(`${module}/`) && file.startsWith(`${crate}/src/${other}/`))

const usesOf = (crate, module) =>
  filesUnder([`${crate}/src`], ['.rs'])
    .filter(file => file.startsWith(`${crate}/src/${module}/`) || file === `${crate}/src/${module}.rs`)
    .flatMap(file => usedBy(readFileSync(at(file), 'utf8')).map(used => ({ file, used })))

const modulesOf = crate =>
  new Set([...readFileSync(at(crate, 'src/lib.rs'), 'utf8').matchAll(/\b(?:mod|as) (\w+);/g)].map(([, name]) => name))
