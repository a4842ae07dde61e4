// What a passphrase is worth, in words of any script; and what is suggested.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { moduleOf } from './support/catalogues.mjs'

const { passphraseHint, passphraseBits, PASSPHRASE_CHARACTERS_MIN } = await moduleOf('extension/shared/secret-strength.ts')
const { suggestPassphrase } = await moduleOf('extension/shared/suggest-passphrase.ts')
const level = passphrase => passphraseHint(passphrase).level

test('three or four unusual words are taken, in whatever script they are written', () => {
  for (const words of [
    'zebra lantern moss',
    'seven quiet herons at dusk',
    'Grünkohl Fähre Ameise',
    'деревня облако хлеб',
    'さくら 木漏れ日 渡り鳥',
    '静かな 鷺が 七羽 夕暮れに',
    '봄날 나무 하늘',
    '今天天气很好我们去公园',
    'ช้าง มะม่วง ดอกไม้ ภูเขา',
  ])
    assert.ok(level(words) >= 2, `${words}: ${passphraseBits(words)}`)
})

test('a fourth word makes three fair ones strong', () => {
  for (const [three, fourth] of [
    ['zebra lantern moss', 'kettle'],
    ['さくら 木漏れ日 渡り鳥', 'やかん'],
    ['봄날 나무 하늘', '바다'],
  ]) {
    assert.equal(level(three), 2, three)
    assert.equal(level(`${three} ${fourth}`), 3, fourth)
  }
})

test('what is guessed first is not taken, however long it is', () => {
  for (const weak of [
    'password password password',
    'Passw0rd1',
    'P@ssw0rd!2024',
    'i love you so much',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    'qwertyuiop asdfghjkl',
    '12345678901234567890',
    '1985 2001 1999',
    'internationalization',
    'さくらさくらさくら',
    'あいうえおかきくけこ',
    'heron heron heron heron',
    'コンピューター',
  ])
    assert.ok(level(weak) < 2, `${weak}: ${passphraseBits(weak)}`)
})

test('what a manager of passwords draws is strong without words', () => {
  for (const drawn of ['xK9fQz2pLm', 'kq7wvz9xbn', 'mzkqwpvhxtrb']) assert.equal(level(drawn), 3, drawn)
})

test('more is never worth less', () => {
  const story = 'seven quiet herons at dusk cross さくら 木漏れ日 2049 !'
  const worth = [...story].map((_, place) => passphraseBits(story.slice(0, place)))
  // A word may turn out to be a commoner one as it is typed on; a whole one more never takes away.
  const words = story.split(' ')
  const whole = words.map((_, place) => passphraseBits(words.slice(0, place + 1).join(' ')))
  assert.deepEqual(
    whole,
    [...whole].sort((one, other) => one - other),
  )
  assert.ok(Math.max(...worth) <= whole.at(-1) + 12)
})

test('the shortest passphrase is the same to the pages and to the wallet', () => {
  const core = readFileSync(at('crates/wallet/src/core/access.rs'), 'utf8')
  const [, min] = /PASSPHRASE_CHARACTERS_MIN: usize = (\d+)/.exec(core) ?? []
  assert.equal(PASSPHRASE_CHARACTERS_MIN, Number(min))
  assert.equal(level('a'.repeat(Number(min) - 1)), 0)
})

test('a suggestion in Japanese is strong, too, and has nothing that an input method would write in another way', async () => {
  Object.defineProperty(globalThis, 'navigator', { value: { languages: ['ja'] }, configurable: true })
  const { suggestPassphrase: suggest } = await moduleOf('extension/shared/suggest-passphrase.ts', 'ja')
  for (let drawn = 0; drawn < 40; drawn += 1) {
    const passphrase = await suggest()
    assert.match(passphrase, /^[ぁ-ん]+(?:・[ぁ-ん]+){3}$/u)
    assert.equal(passphrase, passphrase.normalize('NFC'))
    assert.equal(level(passphrase), 3, passphrase)
  }
})

test('a suggestion is four words of the list, strong by the meter, and never the same twice', async () => {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  assert.equal(new Set(wordlist).size, 2048)
  const drawn = await Promise.all(Array.from({ length: 200 }, () => suggestPassphrase()))
  assert.equal(new Set(drawn).size, drawn.length)
  for (const passphrase of drawn) {
    const words = passphrase.split(' ')
    assert.equal(words.length, 4)
    assert.ok(
      words.every(word => wordlist.includes(word)),
      passphrase,
    )
    assert.equal(level(passphrase), 3, passphrase)
  }
  // Two hundred times four words of 2,048: drawn evenly, some three in ten of all are there.
  const different = new Set(drawn.flatMap(passphrase => passphrase.split(' ')))
  assert.ok(different.size > 480, `${different.size}`)
})
