// Tables for spreadsheets: RFC 4180, and no cell that a spreadsheet would compute.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportOf } from './support/catalogues.mjs'

const csvOf = await exportOf('extension/shared/csv.ts')
const cells = (...row) => csvOf([row]).slice(1)

test('lines end as RFC 4180 says, and the file says that it is UTF-8', () => {
  assert.equal(
    csvOf([
      ['a', 'b'],
      ['1', '煎茶'],
    ]),
    '\uFEFFa,b\r\n1,煎茶\r\n',
  )
})

test('what would end a cell or a line is quoted', () => {
  assert.equal(cells('tea, green', 'say "cha"', 'two\nlines', ''), '"tea, green","say ""cha""","two\nlines",\r\n')
})

test('what a spreadsheet would compute stays text', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '|calc', '%1', '＝1+1', '＋1', '－1', '＠a', '\u200B=1']) {
    const [cell] = cells(formula, 'x').split(',x')
    assert.match(cell, /^"?'/, JSON.stringify(cell))
  }
  const link = '=HYPERLINK("https://evil.example","Sencha")'
  assert.equal(cells(link), `"'${link.replaceAll('"', '""')}"\r\n`)
})

test('ordinary words and numbers stay as they are', () => {
  assert.equal(
    cells('Kiso Tea & Books', '34.80', '2026-11-20T04:12:00Z', "O'Hara", '2 − 1'),
    "Kiso Tea & Books,34.80,2026-11-20T04:12:00Z,O'Hara,2 − 1\r\n",
  )
})
