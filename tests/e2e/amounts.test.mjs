// What people type where an amount or a number goes, as the wallet's pages read it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleOf } from './support/catalogues.mjs'

const { minorOf } = await moduleOf('extension/shared/typed-amount.ts')
const { endOf } = await moduleOf('extension/shared/bank/numbers.ts')

test('an amount is read as people write it, in minor units of its currency', () => {
  for (const typed of ['1500', '1,500', '1.500', ' 1 500 ', '１５００', '１，５００']) assert.equal(minorOf(typed, 'JPY'), 1500, typed)
  for (const typed of ['12.50', '12,50', '12.5', '12,5']) assert.equal(minorOf(typed, 'EUR'), 1250, typed)
  for (const typed of ['1,234.56', '1.234,56', '1234.56']) assert.equal(minorOf(typed, 'EUR'), 123_456, typed)
  assert.equal(minorOf('12', 'EUR'), 1200)
})

test('what is no amount of the currency is none', () => {
  for (const typed of ['', '0', '-5', '+5', '1.5', '1,5', 'ten', '1e3', '12.345.6', '¥100', '99999999999999999999']) {
    assert.equal(minorOf(typed, 'JPY'), undefined, typed)
  }
  for (const typed of ['0.00', '1.5.5', '12.345,678', '.5']) assert.equal(minorOf(typed, 'EUR'), undefined, typed)
})

test('numbers of accounts and purses are read with the spaces that they are shown with', () => {
  assert.equal(endOf('account', '1002 0034 0042'), 'account:100200340042')
  assert.equal(endOf('account', '００４２'), 'account:42')
  const number = '3f9a07c25b1e4d8896aa410fe27bc2d1'
  assert.equal(endOf('purse', '3F9A 07C2 5B1E 4D88 96AA 410F E27B C2D1'), `purse:${number}`)
})

test('what is no such number is none', () => {
  for (const typed of ['', 'abc', '18446744073709551616', '123456789012345678901']) assert.equal(endOf('account', typed), undefined, typed)
  for (const typed of ['', '1002 0034 0042', `${'0'.repeat(31)}g`, '0'.repeat(33)]) assert.equal(endOf('purse', typed), undefined, typed)
})
