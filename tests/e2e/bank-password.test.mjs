// The verifier of a password that the bank's page computes is the wallet's, which another library makes of the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argon2id } from '@noble/hashes/argon2.js'
import { exportOf } from './support/catalogues.mjs'

const hex = bytes => Buffer.from(bytes).toString('hex')

test('the library gives the tag of RFC 9106, section 5.3', () => {
  const filled = (length, byte) => new Uint8Array(length).fill(byte)
  const options = { t: 3, m: 32, p: 4, key: filled(8, 3), personalization: filled(12, 4), dkLen: 32 }
  assert.equal(hex(argon2id(filled(32, 1), filled(16, 2), options)), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
})

test('the page makes the verifier that the wallet registered with', async () => {
  const verifierOf = await exportOf('pages/bank/password.ts')
  const salt = { salt: '000102030405060708090a0b0c0d0e0f', memory_kib: 65_536, passes: 5 }
  const heard = []
  const verifier = await verifierOf('nine brown owls in the cedar', salt, part => heard.push(part))
  // The same in crates/card/src/stretch.rs, where the wallet's is made.
  assert.equal(verifier, 'bbdc5a71201f67bd13e97423e25d2867fbcd14d4a3f2830ed36e93b79a04421b')
  assert.ok(heard.length > 1 && heard.at(-1) === 1, 'the page hears how far it is')
})

test('a bank that asks for more than a browser should do gets nothing', async () => {
  const verifierOf = await exportOf('pages/bank/password.ts')
  for (const cost of [
    { memory_kib: 4_194_304, passes: 5 },
    { memory_kib: 65_536, passes: 1_000_000 },
    { memory_kib: NaN, passes: 5 },
  ]) {
    await assert.rejects(verifierOf('password', { salt: '00'.repeat(16), ...cost }), RangeError)
  }
})
