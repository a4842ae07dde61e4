// Another's implementation of SCP03 judges ours: yubikit opens a channel to the settlement applet, reads the card in it, and is
// refused whatever is less than that.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { findHost } from '../../scripts/lib/secure-channel.mjs'

const { host, missing } = await findHost()
const skip = missing ?? false
/** CardReport of a card that was never used: identifier "card-001", 0 yen, counter 0. */
const REPORT = 'a3' + '0048' + Buffer.from('card-001').toString('hex') + '01a200000163' + Buffer.from('JPY').toString('hex') + '0200'

describe('SCP03 and another host', () => {
  let keys
  before(async () => {
    if (!skip) keys = await host.personalise()
  })
  after(() => host?.close())

  it('yubikit opens a channel with the card’s keys and reads the card in it, with and without data', { skip }, async () => {
    assert.deepEqual(await host.ask('read', keys), { said: [REPORT, REPORT, REPORT] })
  })

  it('yubikit finds that a card has other keys, whichever of the two is another', { skip }, async () => {
    const other = '404142434445464748494a4b4c4d4e4f'
    const [encryption, mac, data] = keys
    assert.deepEqual(await host.ask('read', [encryption, other, data]), { refused: 'Incorrect SCP parameters' })
    // The cryptograms are made with Key-MAC alone; with another Key-ENC the card decrypts what is not padded, or once in a
    // while is, and no command.
    const { status, said } = await host.ask('read', [other, mac, data])
    assert.equal(said, undefined)
    assert.match(status, /^(6988|6a80)$/)
  })

  it('the card opens no channel of a lower level, however right its MAC is', { skip }, async () => {
    for (const level of ['00', '01', '03', '11', '13', '23', '73'])
      assert.deepEqual(await host.ask(`level-${level}`, keys), { data: '', status: '6a86' }, level)
    assert.deepEqual(await host.ask('level-33', keys), { data: '', status: '9000' })
  })

  it('in an open channel the card answers nothing in clear', { skip }, async () => {
    assert.deepEqual(await host.ask('clear', keys), { data: '', status: '6988' })
  })
})
