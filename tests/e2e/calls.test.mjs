// What a page of the wallet sends again is done once; what people type where a PIN goes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beforeEach, test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { exportOf } from './support/catalogues.mjs'

const Answers = await exportOf('extension/background/answers.ts')
const charactersOver = await exportOf('extension/ui/measure.ts')
const digitsOf = await exportOf('extension/ui/digits.ts')

const KEY = '0b4f6c1e-6a9b-4b9e-9d43-2f0f3f5f6a11'

beforeEach(() => {
  const session = {}
  globalThis.chrome = {
    storage: {
      session: {
        get: async name => structuredClone({ [name]: session[name] }),
        set: async values => void Object.assign(session, structuredClone(values)),
      },
    },
  }
})

/** Work that counts how often it is done. */
function counted() {
  const work = async () => ({ ok: true, value: (work.times += 1) })
  work.times = 0
  return work
}

test('a call that is sent again gets the first answer, and nothing is done twice', async () => {
  for (const method of ['save_address', 'remove_address', 'restore', 'decline']) {
    const work = counted()
    const answers = new Answers()
    const key = `${method.padEnd(8, '0').slice(0, 8)}${KEY.slice(8)}`
    const both = await Promise.all([answers.once(method, key, work), answers.once(method, key, work)])
    // The service worker died and came back: only what the session keeps is left.
    both.push(await new Answers().once(method, key, work))
    assert.deepEqual(both.map(({ value }) => value), [1, 1, 1], method)
    assert.equal(work.times, 1, method)
  }
})

test('another call of the same kind is another call', async () => {
  const work = counted()
  const answers = new Answers()
  await answers.once('save_address', KEY, work)
  await answers.once('save_address', KEY.replace('0', '1'), work)
  assert.equal(work.times, 2)
})

test('what only looks is looked at anew', async () => {
  const work = counted()
  const answers = new Answers()
  await answers.once('view', KEY, work)
  await answers.once('view', KEY, work)
  assert.equal(work.times, 2)
})

test('a PIN is folded and cleaned before it is cut', () => {
  assert.equal(digitsOf('4839 2057', 8), '48392057')
  assert.equal(digitsOf('４８３９２０', 8), '483920')
  assert.equal(digitsOf('48-39-20-57-9', 8), '48392057')
  assert.equal(digitsOf('PIN: 483920', 8), '483920')
  assert.equal(digitsOf('②٣', 8), '2', 'only the digits of a keypad count')
})

test('a field counts as the wallet counts: bytes, not UTF-16', () => {
  assert.equal(charactersOver('山'.repeat(40), 120), 0)
  assert.equal(charactersOver(` ${'山'.repeat(41)} `, 120), 1)
  assert.equal(charactersOver('a'.repeat(123), 120), 3)
  assert.equal(charactersOver('👨‍👩‍👧', 4), 1, 'what is one character to its writer is one')
})

test('the fields of an address take as much as the wallet does', () => {
  const rules = readFileSync(at('crates/wallet/src/addresses.rs'), 'utf8')
  const form = readFileSync(at('extension/shared/AddressForm.svelte'), 'utf8')
  for (const [part, limit] of Object.entries({ name: 'NAME', lines: 'LINES', label: 'LABEL' })) {
    const [, bytes] = new RegExp(`const ${limit}_BYTES_MAX: usize = (\\d+)`).exec(rules)
    assert.match(form, new RegExp(`bytes=\\{${bytes}\\}[^\\n]*draft\\.${part}\\}`), part)
  }
})
