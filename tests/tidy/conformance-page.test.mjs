// What makes docs/conformance.md, with tests that nobody wrote.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { keptOf, ranIn, together } from '../../scripts/lib/conformance/counted.mjs'
import { cargoNames, nodeNames } from '../../scripts/lib/conformance/names.mjs'
import { faultOf, numbersOf } from '../../scripts/lib/conformance/numbers.mjs'
import { compose, missingOf, namedOn } from '../../scripts/lib/conformance/page.mjs'
import { PLACES, STEPS } from '../../scripts/lib/conformance/places.mjs'
import { forgetRecords, keepRecord, readRecords } from '../../scripts/lib/conformance/records.mjs'
import { testsIn } from '../../scripts/lib/conformance/sources.mjs'
import { DOCUMENTS, NUMBERS, documentOf, readStatements } from '../../scripts/lib/conformance/statements.mjs'
import { Suite, cargoCounts } from '../../scripts/lib/suite.mjs'

const PROSE = ['<!-- made -->', ...Object.keys(DOCUMENTS).map(document => `<!-- ${document} -->`)].join('\n\n')
const everywhere = () => true
const ran = names => together(new Map(Object.entries(names)), new Map())

describe('the number of a statement', () => {
  test('is read from the front of a name, of several each', () => {
    assert.deepEqual(numbersOf('t002_5_a_card_number').numbers, ['T002-5'])
    assert.deepEqual(numbersOf('t003_1_t003_2_t_u5_both').numbers, ['T003-1', 'T003-2', 'T-U5'])
    assert.deepEqual(numbersOf('t004_6 t_u1 one asks').numbers, ['T004-6', 'T-U1'])
    assert.deepEqual(numbersOf('t004_6').numbers, ['T004-6'])
  })

  test('is in no other name', () => {
    for (const name of ['a_name', 't_under_way', 'try_next_u32', 't1_2_x', 't004_x', 't004_6x', 'at004_6_x']) {
      assert.deepEqual(numbersOf(name).numbers, [], name)
    }
  })

  test('that nobody finds is a fault', () => {
    for (const name of ['t004_3_5_full', 'a_t004_3_full', 'T000-4: mailed', 't004_3 as T004-5', 't003_1 a | b', 't003_1 a `b`']) {
      assert.ok(faultOf(name), name)
    }
    for (const name of ['t004_3_t004_5_full', 'receipt_under_way', 'get_u8', 't004_36_every_2_steps', 'a | b']) {
      assert.equal(faultOf(name), undefined, name)
    }
  })
})

describe('the statements', () => {
  const whole = () => NUMBERS.map(number => ({ number, text: 'It holds.' }))

  test('are 107 of five documents and 6 across them', () => {
    assert.equal(NUMBERS.filter(number => documentOf(number) !== 'T-U').length, 107)
    assert.equal(NUMBERS.length, 113)
    assert.equal(readStatements().length, 113)
  })

  test('cannot be left out, doubled, added or said without words', () => {
    assert.equal(readStatements(JSON.stringify(whole())).length, 113)
    const without = whole().filter(({ number }) => number !== 'T003-7')
    assert.throws(() => readStatements(JSON.stringify(without)), /T003-7 is to stand/)
    assert.throws(() => readStatements(JSON.stringify(whole().slice(0, -1))), /T-U6 is to stand .* nothing does/)
    assert.throws(() => readStatements(JSON.stringify([...whole(), { number: 'T-U7', text: 'x' }])), /T-U7 is no statement/)
    assert.throws(() => readStatements(JSON.stringify(whole().map(one => ({ ...one, text: ' ' })))), /T000-1 has no words/)
  })
})

describe('the names that a runner prints', () => {
  test('of cargo are those that passed, and apart those that were ignored', () => {
    const output = [
      'running 6 tests',
      'test deep::inside::t003_1_passes ... ok',
      'test t003_2_panics - should panic ... ok',
      'test t003_3_fails ... FAILED',
      'test t003_4_waits ... ignored',
      'test t003_5_waits ... ignored, needs a card',
      'it printed: test t003_6_lies ... ok',
      'test result: FAILED. 2 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out',
    ].join('\n')
    assert.deepEqual(cargoNames(output), { passed: ['t003_1_passes', 't003_2_panics'], skipped: ['t003_4_waits', 't003_5_waits'] })
  })

  test('of node, also within others, but not what is skipped or still to be done', () => {
    const output = [
      '✔ t003_1 it is paid (once) (12.3ms)',
      '▶ with a card',
      '  ✔ t003_2 it is debited (0.4ms)',
      '  ﹣ t003_3 it is read (0.1ms) # there is no reader',
      '✔ with a card (2ms)',
      '✔ t003_4 nobody has written it (0.3ms) # TODO',
      '✖ t003_5 it fails (3ms)',
      '✖ failing tests:',
      '✖ t003_5 it fails (3ms)',
    ].join('\n')
    assert.deepEqual(nodeNames(output), {
      passed: ['t003_1 it is paid (once)', 't003_2 it is debited', 'with a card'],
      skipped: ['t003_3 it is read'],
    })
  })
})

test('the names in sources are those of tests, whatever stands before and within them', () => {
  const rust = '#[test]\n#[should_panic]\n// why\nfn t003_1_a() {}\n#[wasm_bindgen_test]\nasync fn t003_2_b() {}\nfn t003_3_helps() {}'
  assert.deepEqual(
    testsIn('a.rs', rust).map(({ name }) => name),
    ['t003_1_a', 't003_2_b'],
  )
  const [plain, escaped, made] = testsIn(
    'a.test.mjs',
    "test('t003_1 a', () => {})\nit(\n  'the shop\\'s',\n)\ntest(`t003_2 by ${x ? '1' : '2'}, (once)`, f)",
  )
  assert.deepEqual([plain.name, escaped.name], ['t003_1 a', 'the shop’s'.replace('’', "'")])
  assert.ok(made.is('t003_2 by TLS, (once)'))
  assert.ok(!made.is('t003_2 by TLS, once'))
})

describe('a run', () => {
  const record = (title, passed, more) => ({ title, place: STEPS[title], sources: '', passed, skipped: [], left: false, ...more })
  const standing = ran({ native: ['t003_1_old'], firefox: ['t003_2 in Firefox'], workerd: ['t003_3 alone', 't003_4 broken'] })

  test('counts what passed in it, and no test that is gone from the sources', () => {
    const counted = ranIn([record('Native tests', ['t003_1_new', 't003_1_gone'])], name => name !== 't003_1_gone')
    assert.deepEqual([...counted.get('native')], ['t003_1_new'])
  })

  test('keeps of what stood what could not run here, and nothing that failed', () => {
    const records = [
      record('Native tests', ['t003_1_new']),
      record('Parties on workerd', [], { skipped: ['t003_3 alone'] }),
      { ...record('Native tests', []), title: 'Firefox', place: 'firefox', left: true },
    ]
    const kept = keptOf(records, everywhere, standing, true)
    assert.deepEqual([...kept.get('native')], [])
    assert.deepEqual([...kept.get('workerd')], ['t003_3 alone'])
    assert.deepEqual([...kept.get('firefox')], ['t003_2 in Firefox'])
    assert.deepEqual([...keptOf(records, () => false, standing, true).get('firefox')], [])
  })

  test('that is whole keeps nothing of a step that did not come to its end', () => {
    assert.deepEqual([...keptOf([], everywhere, standing, true).get('native')], [])
    assert.deepEqual([...keptOf([], everywhere, standing, false).get('native')], ['t003_1_old'])
  })

  test('does not show a statement by what only stood', () => {
    const statements = [{ number: 'T003-1' }, { number: 'T003-2' }]
    assert.deepEqual(missingOf(statements, ranIn([record('Native tests', ['t003_1_new'])], everywhere)), ['T003-2'])
  })
})

describe('the page', () => {
  const statements = NUMBERS.map(number => ({ number, text: `What ${number} says.` }))
  const names = {
    native: ['t003_1_t003_2_both', 't003_10_later', 't003_1_again'],
    workerd: ['t003_1 there, too; *really*'],
    chromium: ['t_u5 given back'],
  }

  test('has every statement once, with all that shows it in order, by place', () => {
    const page = compose(PROSE, statements, ran(names))
    for (const number of NUMBERS) assert.equal(page.split(`\n| ${number} | `).length, 2, number)
    assert.match(page, /\| T003-1 \| What T003-1 says\. \| \*native:\* `t003_1_again`, `t003_1_t003_2_both`; \*workerd:\* `t003_1 there/)
    assert.match(page, /\| T003-2 \| .* \| \*native:\* `t003_1_t003_2_both` \|/)
    assert.match(page, /\| T-U5 \| .* \| \*Chromium:\* `t_u5 given back` \|/)
    assert.match(page, /\| T-U6 \| .* \| \*by no test\* \|/)
    assert.match(page, /not shown yet: T000-1, /)
    assert.equal(page, compose(PROSE, statements, ran({ ...names, native: names.native.toReversed() })))
  })

  test('is read again as it was written, remarks aside', () => {
    const remarked = statements.map(one => ({ ...one, remark: 'See `t003_9_elsewhere`.' }))
    for (const said of [statements, remarked]) assert.deepEqual(namedOn(compose(PROSE, said, ran(names))), ran(names))
  })

  test('says that all are shown only if they are', () => {
    const all = NUMBERS.map(number => `${number.toLowerCase().replace(/-u/, '_u').replace('-', '_')}_holds`)
    assert.deepEqual(missingOf(statements, ran({ native: all })), [])
    assert.match(compose(PROSE, statements, ran({ native: all })), /: all are shown\./)
  })

  test('does not lose a table', () => {
    assert.throws(() => compose(PROSE.replace('<!-- T003 -->', ''), statements, ran({})), /T003 --> 0 times/)
  })
})

describe('a record', () => {
  const inFolder = work => {
    const folder = mkdtempSync(join(tmpdir(), 'records-'))
    try {
      return work(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  test('replaces the earlier one of its step, and holds names with a number alone', () => {
    inFolder(folder => {
      keepRecord({ title: 'Native tests', place: 'native', passed: ['t003_1_old'] }, folder)
      keepRecord({ title: 'Native tests', place: 'native', passed: ['t003_2_b', 'no_number', 't003_1_a', 't003_1_a'] }, folder)
      keepRecord({ title: 'Parties on workerd', place: 'workerd', left: true }, folder)
      const [native, workerd] = readRecords(folder)
      assert.deepEqual(native.passed, ['t003_1_a', 't003_2_b'])
      assert.match(native.sources, /^[0-9a-f]{64}$/)
      assert.ok(workerd.left)
      forgetRecords(folder)
      assert.deepEqual(readRecords(folder), [])
    })
  })

  test('is kept of each step whose tests can show a statement, and of no other', async () => {
    const kept = []
    const suite = new Suite(record => kept.push(record))
    const folder = mkdtempSync(join(tmpdir(), 'runner-'))
    const file = join(folder, 'runner.mjs')
    writeFileSync(file, "console.log('test t003_1_a ... ok\\ntest result: ok. 1 passed; 0 failed; 0 ignored')")
    await suite.runner('Native tests', process.execPath, [file], cargoCounts)
    await suite.runner('Tidiness', process.execPath, [file], cargoCounts)
    await suite.runners('End to end in Chromium', [{ file, excludes: true }], one => [process.execPath, [one]], cargoCounts)
    suite.skip('Firefox', 'it is not here', 'firefox')
    rmSync(folder, { recursive: true })
    assert.deepEqual(kept, [
      { title: 'Native tests', place: 'native', passed: ['t003_1_a'], skipped: [] },
      { title: 'End to end in Chromium', place: 'chromium', passed: ['t003_1_a'], skipped: [] },
      { title: 'Firefox', place: 'firefox', left: true },
    ])
    assert.equal(suite.passed, 3)
  })

  test('is of a place that has words', () => {
    for (const place of Object.values(STEPS)) assert.ok(PLACES[place], place)
  })
})
