// A thing's name in the buyer's language: the store's page and the wallet choose the same of what the form says, so that what
// was read in the store is what is approved.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleOf } from './support/catalogues.mjs'

const { inLanguage: inWallet } = await moduleOf('extension/shared/orders/names.ts')
const { inLanguage: inStore } = await moduleOf('pages/shared/i18n/names.ts')

const NAMES = { en: 'Sencha', ja: '煎茶', 'pt-BR': 'Sencha (Brasil)', 'zh-Hant': '煎茶（繁體）' }
const list = name => Object.entries(name).map(([language, text]) => ({ language, text }))

/** What a reader of these languages is shown, in the store and in the wallet. */
function shown(wanted, name = NAMES) {
  const store = inStore(name, wanted)
  const fallback = name.en ?? Object.values(name)[0]
  assert.equal(inWallet(list(name), fallback, wanted), store, `wallet and store differ for ${wanted}`)
  return store
}

test('a Japanese buyer reads the Japanese name in the store and in the wallet', () => {
  assert.equal(shown(['ja-JP', 'ja', 'en']), '煎茶')
  assert.equal(shown(['ja']), '煎茶')
})

test('the first of the reader’s languages for which there is a name is taken', () => {
  assert.equal(shown(['de-AT', 'ja', 'en']), '煎茶')
  assert.equal(shown(['en-GB', 'ja']), 'Sencha')
  assert.equal(shown(['pt-PT', 'en']), 'Sencha (Brasil)')
  assert.equal(shown(['zh-Hant-TW']), '煎茶（繁體）')
})

test('who reads none of them reads the English one, or the first', () => {
  assert.equal(shown(['fi']), 'Sencha')
  assert.equal(shown([]), 'Sencha')
  assert.equal(shown(['fi'], { de: 'Tee', ja: '茶' }), 'Tee')
})

test('a form of an earlier release has one name for all', () => {
  assert.equal(inWallet(undefined, 'Sencha', ['ja']), 'Sencha')
  assert.equal(inWallet([], 'Sencha', ['ja']), 'Sencha')
})
