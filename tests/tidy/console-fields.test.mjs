// Consoles arrange the fields of an order in rows: each field of the protocol has one, so that an ordinary order never
// looks as if a party had read more than the least.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readsMore } from '../../pages/shared/console/model.ts'
import { at } from '../../scripts/lib/paths.mjs'

const FIELDS = [...readFileSync(at('crates/protocol/src/checkout/field.rs'), 'utf8').matchAll(/^ {8}\w+ => "([\w-]+)",$/gm)].map(
  ([, name]) => name,
)

/** What each reads under the policy `strict`: the table of `PolicyName::allows`. */
const LEAST = {
  shop: ['form', 'items', 'item-numbers', 'amount', 'payment-type', 'cancellation', 'coupons', 'gift'],
  issuer: ['amount', 'payment-type', 'card-number', 'card-expiry', 'payment', 'holder-name', 'holder-telephone'],
  courier: ['destination-name', 'destination-address', 'destination-telephone'],
}

test('what a party reads under the strict policy is no more than it should, in every field', () => {
  assert.ok(FIELDS.length >= 17, 'the fields were found')
  for (const role of /** @type {const} */ (['shop', 'issuer', 'courier']))
    for (const field of FIELDS)
      assert.equal(readsMore(role, { opened: [{ field, value: 'none' }] }), !LEAST[role].includes(field), `${role} and ${field}`)
})
