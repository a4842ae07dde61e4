// Standard smart-card tools judge the card: they see a PIV card through PC/SC, and what it signs and decrypts
// OpenSSL made or verifies.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { CardReader, READER, whyNoCardTools } from '../../scripts/lib/pcsc.mjs'
import { KEYS, PIN, openssl, padded, personalise } from './personalised.mjs'

const skip = (await whyNoCardTools()) ?? false
const MESSAGE = 'Two packets of sencha, please.\n'

describe('Standard card tools', () => {
  let reader
  before(async () => {
    if (skip) return
    reader = await CardReader.start()
    await personalise(reader)
    writeFileSync(reader.path('message'), MESSAGE)
  })
  after(() => reader?.close())

  /** Runs a tool that has to succeed; its output. */
  async function ok(name, ...args) {
    const { code, output } = await reader.tool(name, args)
    assert.equal(code, 0, `${name} ${args.join(' ')}: ${output}`)
    return output
  }
  const yubico = (...args) => ok('yubico-piv-tool', '--reader', READER, ...args)
  const pkcs11 = (...args) => ok('pkcs11-tool', '--module', reader.module, ...args)
  const login = ['--login', '--pin', PIN]
  const verify = (file, ...options) =>
    openssl(reader, 'dgst', '-sha256', '-verify', 'signature.public', '-signature', file, ...options, 'message')
  const file = name => readFileSync(reader.path(name))

  it('OpenSC lists the card as a PIV card, with its answer to reset and its unique identifier', { skip }, async () => {
    assert.match(await ok('opensc-tool', '--reader', '0', '--name'), /Personal Identity Verification Card/)
    assert.match(await ok('opensc-tool', '--reader', '0', '--atr'), /3b:8b:80:01:80:73:c0:21:c0:65:54:41:4c:4c:59/)
    assert.match(await ok('piv-tool', '--reader', '0', '--name'), /Personal Identity Verification Card/)
    const serial = (await ok('piv-tool', '--reader', '0', '--serial')).match(/^((?:[0-9A-F]{2} ){16})/m)[1]
    const [, chuid] = await reader.send('00A4040005A000000308', '00CB3FFF055C035FC10200')
    assert.ok(
      chuid.data.toString('hex').includes(`3410${serial.replaceAll(' ', '').toLowerCase()}`),
      'OpenSC takes the GUID for the serial number',
    )
  })

  it('yubico-piv-tool lists its identifier and certificates and counts the tries of its PIN', { skip }, async () => {
    const status = await yubico('--action', 'status')
    assert.match(status, /CHUID:\s+[0-9a-f]{118}/)
    assert.match(status, /CCC:\s+[0-9a-f]{102}/)
    for (const { name } of KEYS) assert.match(status, new RegExp(`Subject DN:\\s+CN=Haruka Sato, ${name}`))
    assert.match(status, /PIN tries left:\s+3/)
  })

  it('pkcs11-tool lists three certificates and, with the PIN, three RSA keys of 2048 bits', { skip }, async () => {
    const objects = await pkcs11(...login, '--list-objects')
    assert.equal(objects.match(/^Certificate Object/gm)?.length, 3)
    assert.equal(objects.match(/^Private Key Object; RSA/gm)?.length, 3)
    assert.equal(objects.match(/^Public Key Object; RSA 2048 bits/gm)?.length, 3)
  })

  it('each certificate is read as it was written', { skip }, async () => {
    for (const [index, { name, key }] of KEYS.entries()) {
      await yubico('--action', 'read-certificate', '--slot', key.toLowerCase(), '--output', `${name}.read`)
      await openssl(reader, 'x509', '-in', `${name}.read`, '-outform', 'DER', '-out', `${name}.read.der`)
      await pkcs11('--read-object', '--type', 'cert', '--id', `0${index + 1}`, '--output-file', `${name}.object`)
      for (const read of [file(`${name}.read.der`), file(`${name}.object`)]) assert.deepEqual(read, file(`${name}.der`))
      assert.match(await openssl(reader, 'verify', '-CAfile', 'ca.pem', `${name}.read`), /OK/)
    }
  })

  it('yubico-piv-tool verifies the PIN, and what it has the card sign OpenSSL verifies', { skip }, async () => {
    assert.match(await yubico('--action', 'verify-pin', '--pin', PIN), /Successfully verified PIN/)
    await yubico(
      '--action',
      'verify-pin',
      '--pin',
      PIN,
      '--sign',
      '--slot',
      '9c',
      '--hash',
      'SHA256',
      '--algorithm',
      'RSA2048',
      '--input',
      'message',
      '--output',
      'by-yubico',
    )
    assert.match(await verify('by-yubico'), /Verified OK/)
    writeFileSync(
      reader.path('by-yubico'),
      file('by-yubico').map((byte, index) => (index === 100 ? byte ^ 1 : byte)),
    )
    await assert.rejects(verify('by-yubico'))
  })

  it('what pkcs11-tool has the card sign with PKCS #1 v1.5 and with PSS OpenSSL verifies', { skip }, async () => {
    const sign = (mechanism, output, ...options) =>
      pkcs11(...login, '--sign', '--id', '02', '--mechanism', mechanism, ...options, '--input-file', 'message', '--output-file', output)
    await sign('SHA256-RSA-PKCS', 'by-pkcs11')
    assert.match(await verify('by-pkcs11'), /Verified OK/)
    await sign('SHA256-RSA-PKCS-PSS', 'by-pss', '--salt-len', '32')
    assert.match(await verify('by-pss', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'), /Verified OK/)
    await assert.rejects(verify('by-pss'), 'it is not PKCS #1 v1.5')
  })

  it('what OpenSSL encrypts for the key management key the card decrypts', { skip }, async () => {
    await openssl(reader, 'pkeyutl', '-encrypt', '-pubin', '-inkey', 'decryption.public', '-in', 'message', '-out', 'encrypted')
    await pkcs11(...login, '--decrypt', '--id', '03', '--mechanism', 'RSA-PKCS', '--input-file', 'encrypted', '--output-file', 'decrypted')
    assert.equal(file('decrypted').toString(), MESSAGE)
    // Raw, too, with OAEP's padding taken off by OpenSSL's own arithmetic: encrypting what was decrypted gives the block back.
    await openssl(
      reader,
      'pkeyutl',
      '-encrypt',
      '-pubin',
      '-inkey',
      'decryption.public',
      '-pkeyopt',
      'rsa_padding_mode:oaep',
      '-in',
      'message',
      '-out',
      'oaep',
    )
    await pkcs11(...login, '--decrypt', '--id', '03', '--mechanism', 'RSA-X-509', '--input-file', 'oaep', '--output-file', 'block')
    await openssl(
      reader,
      'pkeyutl',
      '-encrypt',
      '-pubin',
      '-inkey',
      'decryption.public',
      '-pkeyopt',
      'rsa_padding_mode:none',
      '-in',
      'block',
      '-out',
      'again',
    )
    assert.deepEqual(file('again'), file('oaep'))
    const { output } = await reader.tool('yubico-piv-tool', [
      '--reader',
      READER,
      '--action',
      'verify-pin',
      '--pin',
      PIN,
      '--action',
      'test-decipher',
      '--slot',
      '9d',
      '--input',
      'decryption.pem',
    ])
    assert.match(output, /Successfully performed RSA decryption/)
  })

  it('without the PIN the card signs nothing, and with a wrong one a try is lost', { skip }, async () => {
    const unverified = await reader.tool('yubico-piv-tool', [
      '--reader',
      READER,
      '--sign',
      '--slot',
      '9c',
      '--hash',
      'SHA256',
      '--algorithm',
      'RSA2048',
      '--input',
      'message',
      '--output',
      'unverified',
    ])
    assert.notEqual(unverified.code, 0)
    const wrong = await reader.tool('yubico-piv-tool', ['--reader', READER, '--action', 'verify-pin', '--pin', '000000'])
    assert.notEqual(wrong.code, 0)
    assert.match(wrong.output, /2 tries left/)
    assert.match(await yubico('--action', 'status'), /PIN tries left:\s+2/)
    await yubico('--action', 'verify-pin', '--pin', PIN)
    assert.match(await yubico('--action', 'status'), /PIN tries left:\s+3/)
  })

  it('the PIN is changed, blocked and unblocked with the PUK', { skip }, async () => {
    await yubico('--action', 'change-pin', '--pin', PIN, '--new-pin', '13579024')
    const guess = pin => reader.tool('yubico-piv-tool', ['--reader', READER, '--action', 'verify-pin', '--pin', pin])
    for (let tries = 0; tries < 3; tries += 1) assert.notEqual((await guess(PIN)).code, 0)
    assert.notEqual((await guess('13579024')).code, 0, 'blocked')
    await yubico('--action', 'unblock-pin', '--pin', '7H3K9PQR', '--new-pin', PIN)
    const [, tries] = await reader.send('00A4040005A000000308', `0020008008${padded(PIN).toString('hex')}`)
    assert.equal(tries.status, '9000')
  })
})
