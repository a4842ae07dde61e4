// Whatever the wallet may say to a page has a sentence for the buyer, in each language.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import ts from 'typescript'
import { SENTENCES, languageOf, sentenceOf } from '../../packages/page/sentences.js'
import { at } from '../../scripts/lib/paths.mjs'

/** The names of errors as the types of the package have them. */
function declaredNames() {
  const file = 'packages/page/tallystick.d.ts'
  const source = ts.createSourceFile(file, readFileSync(at(file), 'utf8'), ts.ScriptTarget.Latest, true)
  const type = source.statements.find(statement => ts.isTypeAliasDeclaration(statement) && statement.name.text === 'TallystickErrorName')
  const union = /** @type {ts.UnionTypeNode} */ (/** @type {ts.TypeAliasDeclaration} */ (type).type)
  return union.types.map(one => /** @type {ts.StringLiteral} */ (/** @type {ts.LiteralTypeNode} */ (one).literal).text)
}

test('every error of the package’s types has a sentence in English and in Japanese, and nothing else has', () => {
  const names = declaredNames()
  assert.ok(names.length >= 14)
  for (const language of ['en', 'ja']) assert.deepEqual(Object.keys(SENTENCES[language]).sort(), [...names, 'Unknown'].sort(), language)
})

test('every error that the content script can tell a page has a sentence', () => {
  const text = readFileSync(at('extension/content/announce.ts'), 'utf8')
  const told = [...text.matchAll(/new Refused\('(\w+)'/g), ...text.matchAll(/^ {2}(\w+): 'The|^ {2}(\w+): 'Another/gm)]
  const names = [...new Set(told.map(([, one, other]) => one ?? other))]
  assert.ok(names.length >= 8, String(names))
  for (const name of names) assert.ok(Object.hasOwn(SENTENCES.en, name), name)
})

test('sentences are sentences, each of its own, in their language', () => {
  for (const [language, sentences] of Object.entries(SENTENCES)) {
    assert.equal(new Set(Object.values(sentences)).size, Object.keys(sentences).length)
    for (const [name, sentence] of Object.entries(sentences)) {
      assert.match(sentence, language === 'ja' ? /。$/ : /\.$/, name)
      assert.equal(/[\p{Script=Hiragana}]/u.test(sentence), language === 'ja', name)
    }
  }
})

test('an error that the wallet did not make is the shop’s silence', () => {
  assert.equal(sentenceOf(new TypeError('Failed to fetch'), 'en'), SENTENCES.en.Unknown)
  assert.equal(sentenceOf(undefined, 'ja'), SENTENCES.ja.Unknown)
  assert.equal(sentenceOf(Object.assign(new Error(''), { name: 'constructor' })), SENTENCES.en.Unknown)
  assert.equal(sentenceOf(Object.assign(new Error(''), { name: 'Declined' }), 'ja-JP'), SENTENCES.ja.Declined)
})

test('Japanese is for readers of Japanese, English for everybody else', () => {
  assert.deepEqual(['ja', 'ja-JP', 'en-GB', 'de', 'jav', ''].map(languageOf), ['ja', 'ja', 'en', 'en', 'en', 'en'])
})
