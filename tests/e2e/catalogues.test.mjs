// The catalogues are complete: every language says everything, with the same places to fill in.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { at } from '../../scripts/lib/paths.mjs'
import { exportOf, flat } from './support/catalogues.mjs'

const json = path => JSON.parse(readFileSync(at(path), 'utf8'))

const placesOf = text => [...new Set(text.match(/\{\w+\}/g))].sort()
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u
const LONG = 12
/** What Japanese leaves in Latin letters: names, commands, addresses, places. */
const LATIN_KEPT =
  /\{\w+\}|Tallystick|Asahi Card|Kiso Tea & Books|Hayate|Chromium|Firefox|npm start|dist\/extension(?:-firefox)?|manifest\.json|chrome:\/\/extensions|about:debugging#\/runtime\/this-firefox|EP 0 791 901|IndexedDB|IBAN|storage\.session|CSV|ISO 20022|camt\.053|SHA-256|WebHID|WebUSB|HID|USB|CCID|Ledger|CanoKey|Sony|RC-S380|RC-S300|ACR122U|Windows|WinUSB|TALLY-(?:ACCESS|HOME|ASK|PAY|GOT)-1|Linux|FeliCa|Chrome|Edge|Safari|PIN|PUK|CA\b|DER\b|\bg\b|\bml\b/g

const catalogues = {
  'the wallet’s pages': [json('extension/i18n/en.json'), json('extension/i18n/ja.json')],
  'the wallet’s errors': [json('extension/i18n/problems/en.json'), json('extension/i18n/problems/ja.json')],
  'the wallet’s entry in the list of extensions': ['en', 'ja'].map(language =>
    Object.fromEntries(Object.entries(json(`extension/_locales/${language}/messages.json`)).map(([key, { message }]) => [key, message])),
  ),
}
for (const file of readdirSync(at('pages/shared/i18n/en')).filter(name => name.endsWith('.ts'))) {
  catalogues[`the pages’ ${file}`] = await Promise.all(['en', 'ja'].map(language => exportOf(`pages/shared/i18n/${language}/${file}`)))
}
const demoCatalogue = json('worker/demo/catalogues/kiso-tea.json')

for (const [name, [english, japanese]] of Object.entries(catalogues)) {
  const en = flat(english)
  const ja = flat(japanese)

  test(`${name}: Japanese has the keys of English, and no others`, () => {
    assert.deepEqual(Object.keys(ja).sort(), Object.keys(en).sort())
  })

  test(`${name}: the same places are filled in, and nothing is empty`, () => {
    for (const [key, text] of Object.entries(en)) {
      assert.ok(text.trim() && ja[key]?.trim(), `${key} is empty`)
      assert.deepEqual(placesOf(ja[key]), placesOf(text), key)
    }
  })

  test(`${name}: no English is left over in Japanese`, () => {
    for (const [key, text] of Object.entries(ja)) assertJapanese(key, text, en[key])
  })
}

function assertJapanese(key, text, english) {
  const rest = text.replaceAll(LATIN_KEPT, '')
  assert.doesNotMatch(rest, /[A-Za-z]{2,}/, `${key}: ${text}`)
  if (english.replaceAll(LATIN_KEPT, '').length > LONG) assert.match(text, JAPANESE, key)
}

test('every kind of error that the wallet names has words, and no other', () => {
  const files = readdirSync(at('crates/wallet/src'), { recursive: true }).filter(file => /(^|\/)errors?\.rs$/.test(file))
  const kinds = files.flatMap(file =>
    [...readFileSync(at(`crates/wallet/src/${file}`), 'utf8').matchAll(/^ {4}\w+ = \d+, "([\w-]+)";$/gm)].map(([, name]) => name),
  )
  assert.ok(kinds.length > 70, `only ${kinds.length} kinds were found`)
  const [english] = catalogues['the wallet’s errors']
  const keys = kinds.flatMap(kind => ['sentence', 'money', 'remedy'].map(part => `problem.${kind}.${part}`))
  assert.deepEqual(
    Object.keys(english)
      .filter(key => key.startsWith('problem.'))
      .sort(),
    keys.sort(),
  )
})

test('what went wrong before anything was sent says that nothing was charged, and the clock is named where it may be wrong', () => {
  const [english] = catalogues['the wallet’s errors']
  for (const kind of ['clock-wrong', 'party-unreachable', 'party-unconfirmed', 'keys-renewed', 'reader-held', 'form-expired'])
    assert.equal(english[`problem.${kind}.money`], 'Nothing was charged.', kind)
  for (const kind of ['clock-wrong', 'form-expired', 'offer-expired'])
    assert.match(english[`problem.${kind}.remedy`], /check the date and time of this device\./i, kind)
})

test('every place where the money of an order can be has words', () => {
  const source = readFileSync(at('crates/wallet/src/checkout/order/money.rs'), 'utf8')
  const places = [...source.matchAll(/^ {8}\w+ => "([a-z-]+)",$/gm)].map(([, name]) => `money.${name}`)
  assert.ok(places.length >= 8, `only ${places.length} were found`)
  const [english] = catalogues['the wallet’s pages']
  assert.deepEqual(
    Object.keys(english)
      .filter(key => key.startsWith('money.'))
      .sort(),
    places.sort(),
  )
})

test('every step of a purchase with a lent account has words, and every way in which its connection can be', () => {
  const view = readFileSync(at('crates/wallet/src/checkout/view.rs'), 'utf8')
  const [, steps = ''] = view.split('pub enum AwayStep {')
  const names = [...(steps.split('}')[0] ?? '').matchAll(/^ {4}(\w+),$/gm)].map(([, name]) =>
    name.replaceAll(/(?<=.)[A-Z]/g, '-$&').toLowerCase(),
  )
  assert.ok(names.length >= 8, `${names}`)
  const link = readFileSync(at('extension/shared/home-link.ts'), 'utf8')
  const links = [...link.matchAll(/'([a-z]+)'/g)].map(([, name]) => name).filter(name => name !== 'down')
  assert.ok(links.length >= 8, `${links}`)
  const [english] = catalogues['the wallet’s pages']
  // That the parties show who they are is part of sending to whoever waits.
  const keys = [...names.filter(name => name !== 'confirming').map(name => `away.step.${name}`), ...links.map(name => `home.link.${name}`)]
  for (const key of keys) assert.ok(Object.hasOwn(english, key), `there are no words for ${key}`)
})

test('no catalogue says that something unknown happened', () => {
  for (const [name, both] of Object.entries(catalogues)) {
    for (const [key, text] of both.flatMap(catalogue => Object.entries(flat(catalogue)))) {
      assert.doesNotMatch(
        text,
        /unknown (error|problem|reason)|something went wrong|an error (has )?occurred|不明な(エラー|問題|理由)|エラーが発生/i,
        `${name}, ${key}`,
      )
    }
  }
})

test('every state, step and strand of an order that the wallet can name has words', () => {
  const named = (file, prefix) =>
    [...readFileSync(at(`crates/wallet/src/checkout/order/${file}`), 'utf8').matchAll(prefix)].map(([, name]) => name)
  const states = named('state.rs', /^ {8}\w+ => "([a-z-]+)",$/gm)
  const events = named('event.rs', /^ {8}\w+ => "([a-z-]+)",$/gm)
  const strands = named('strand.rs', /\(\d, "([a-z-]+)"\)/g)
  assert.ok(states.length >= 11 && events.length >= 17 && strands.length >= 15, `${states.length}, ${events.length}, ${strands.length}`)
  const [english] = catalogues['the wallet’s pages']
  const keys = [...states.map(name => `order.${name}`), ...events.map(name => `event.${name}`), ...strands.map(name => `strand.${name}`)]
  for (const key of keys) assert.ok(Object.hasOwn(english, key), `there are no words for ${key}`)
})

test('a name written from right to left does not turn the sentence around it', async () => {
  const isolated = await exportOf('extension/i18n/isolated.ts')
  for (const name of ['שלום', 'متجر', 'Tea שלום']) assert.equal(isolated(name), `\u2068${name}\u2069`)
  for (const name of ['Kiso Tea & Books', '木曽茶舗', 'Müller', '{hole}', '2,000']) assert.equal(isolated(name), name)
})

test('every way a reader can be has words in the list, beside it and as a problem', () => {
  const outlooks = [...readFileSync(at('crates/reader/src/outlook.rs'), 'utf8').matchAll(/Self::\w+ => "([a-z-]+)"/g)].map(
    ([, name]) => name,
  )
  assert.ok(outlooks.length >= 11, `${outlooks.length}`)
  const mapped = readFileSync(at('extension/background/problems.ts'), 'utf8')
  const wallet = readFileSync(at('wasm/src/cards.rs'), 'utf8')
  const [english] = catalogues['the wallet’s pages']
  for (const name of outlooks) {
    // Who pulls a reader sees it as absent; a card in it is no problem.
    if (name !== 'removed')
      for (const key of ['now', 'line', 'state']) assert.ok(Object.hasOwn(english, `readers.${key}.${name}`), `${key} of ${name}`)
    if (name === 'card') continue
    assert.match(mapped, new RegExp(`^ {2}'?${name}'?: '`, 'm'), name)
    if (name !== 'failed') assert.ok(wallet.includes(`Some("${name}")`), name)
  }
})

test('what the parties say is still what they say, and has Japanese words with the same places', () => {
  const spoken = rustTexts(at('crates/parties/src'))
  const found = (pattern, least) => {
    const words = [...new Set([...spoken.matchAll(pattern)].map(([, word]) => word))]
    assert.ok(words.length >= least, `${pattern} finds only ${words}`)
    return words
  }
  const answers = readFileSync(at('crates/protocol/src/checkout/answers.rs'), 'utf8')
  const [, ofRefusals = ''] = answers.split('enum RefusalReason')
  const reasons = [...(ofRefusals.split('}')[0] ?? '').matchAll(/\w+ => "([a-z-]+)",/g)].map(([, word]) => word)
  assert.ok(reasons.length >= 7, `${reasons}`)
  const listed = found(/states: &\[([^\]]+)\]/g, 3).flatMap(list => [...list.matchAll(/"([a-z-]+)"/g)].map(([, state]) => state))
  const commands = [...found(/name: "([a-z-]+)",\n\s+arguments/g, 3), ...found(/shape\("([a-z-]+)"/g, 8)]
  const [english] = catalogues['the pages’ console.ts']
  const words = [...listed, ...reasons, ...commands, ...found(/StatementLine::new\("([a-z-]+)"/g, 4)].map(word => `word_${word}`)
  const keys = [
    ...words,
    ...commands.map(name => `asks_${name}`),
    ...found(/Fact::new\("([a-z-]+)"/g, 8)
      .filter(name => name !== 'tracking' && name !== 'reason')
      .map(name => `fact_${name}`),
    ...found(/name: "([a-z-]+)",\n\s+columns/g, 8).map(name => `table_${name}`),
    ...found(/columns: &\[([^\]]+)\]/g, 4).flatMap(list => [...list.matchAll(/"([a-z-]+)"/g)].map(([, name]) => `column_${name}`)),
  ]
  for (const key of keys) assert.ok(Object.hasOwn(english, key), `the consoles have no words for ${key}`)
})

test('every kind of goods and every sentence about an order has Japanese words', () => {
  const { tagline, products } = demoCatalogue
  const texts = [tagline, ...products.flatMap(({ name, description, unit }) => [name, description, unit])]
  assert.ok(texts.length >= 37)
  for (const { en, ja } of texts) {
    assert.ok(ja, `there are no Japanese words for “${en}”`)
    assertJapanese(en, ja, en)
  }
  const states = [...readFileSync(at('crates/parties/src/shop/state.rs'), 'utf8').matchAll(/=> "([a-z]+)",/g)].map(([, state]) => state)
  assert.ok(states.length >= 7, `${states}`)
  const [english] = catalogues['the pages’ shop.ts']
  for (const state of states) assert.ok(Object.hasOwn(english, `stand_${state}`), `the store has no sentence for ${state}`)
})

function rustTexts(folder) {
  const files = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.rs'))
  return files.map(name => readFileSync(pathToFileURL(`${folder}/${name}`), 'utf8').replaceAll(/\\\n\s*/g, '')).join('\n')
}
