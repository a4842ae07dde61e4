// A card with keys and certificates, made with nothing but opensc-tool and OpenSSL.
import { readFileSync, writeFileSync } from 'node:fs'
import { must } from '../../scripts/lib/command.mjs'
import { Stop } from '../../scripts/lib/say.mjs'

export const PIN = '246810'
const PUK = '7H3K9PQR'
const SELECT = '00A404000BA000000308000010000100'
/** PIV's keys with the data objects of their certificates, by name as OpenSSL's files have it. */
export const KEYS = [
  { name: 'authentication', key: '9A', object: '05', usage: 'digitalSignature' },
  { name: 'signature', key: '9C', object: '0A', usage: 'digitalSignature,nonRepudiation' },
  { name: 'decryption', key: '9D', object: '0B', usage: 'keyEncipherment' },
]

/** Runs OpenSSL on files of the reader's folder. */
export const openssl = (reader, ...args) => must('openssl', args, `openssl ${args[0]} failed.`, { cwd: reader.path('.') })

/** PIN, PUK, and for each key a certificate by a CA of the test: NAME.public and NAME.pem, beside ca.pem. */
export async function personalise(reader) {
  const [, pin, puk] = await reader.send(
    SELECT,
    apdu('00240080', [padded('123456'), padded(PIN)]),
    apdu('00240081', [Buffer.from('12345678'), Buffer.from(PUK)]),
  )
  if (pin.status !== '9000' || puk.status !== '9000') throw new Stop(`PIN and PUK could not be set: ${pin.status}, ${puk.status}.`)
  await openssl(
    reader,
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Test CA',
    '-days',
    '2',
  )
  for (const key of KEYS) await makeKey(reader, key)
}

async function makeKey(reader, { name, key, object, usage }) {
  const [, made] = await reader.send(SELECT, `004700${key}05AC0380010700`)
  writeFileSync(reader.path(`${name}.public`), publicKey(made.data))
  writeFileSync(reader.path(`${name}.ext`), `keyUsage=critical,${usage}\n`)
  await openssl(reader, 'req', '-new', '-key', 'ca.key', '-subj', `/CN=Haruka Sato, ${name}`, '-out', 'request')
  await openssl(
    reader,
    'x509',
    '-req',
    '-in',
    'request',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-force_pubkey',
    `${name}.public`,
    '-extfile',
    `${name}.ext`,
    '-days',
    '2',
    '-out',
    `${name}.pem`,
  )
  await openssl(reader, 'x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
  const content = Buffer.concat([tlv([0x70], readFileSync(reader.path(`${name}.der`))), Buffer.from([0x71, 1, 0, 0xfe, 0])])
  const data = Buffer.concat([Buffer.from([0x5c, 3, 0x5f, 0xc1, Number.parseInt(object, 16)]), tlv([0x53], content)])
  const answers = await reader.send(SELECT, ...chained('DB3FFF', data))
  const refused = answers.find(({ status }) => status !== '9000')
  if (refused) throw new Stop(`The certificate of ${name} could not be written: ${refused.status}.`)
}

/** The card's public key (7F49 with modulus and exponent) as OpenSSL reads it. */
function publicKey(template) {
  const modulus = template.subarray(9, 9 + 256)
  const numbers = Buffer.concat([tlv([2], Buffer.concat([Buffer.from([0]), modulus])), tlv([2], template.subarray(-3))])
  const rsa = Buffer.from('300d06092a864886f70d0101010500', 'hex')
  const key = tlv([0x30], Buffer.concat([rsa, tlv([3], Buffer.concat([Buffer.from([0]), tlv([0x30], numbers)]))]))
  return `-----BEGIN PUBLIC KEY-----\n${key.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`
}

function tlv(tag, value) {
  const length =
    value.length < 0x80 ? [value.length] : value.length < 0x100 ? [0x81, value.length] : [0x82, value.length >> 8, value.length & 0xff]
  return Buffer.concat([Buffer.from([...tag, ...length]), value])
}

/** A PIN as it goes to the card: filled up to eight bytes. */
export const padded = pin => Buffer.concat([Buffer.from(pin), Buffer.alloc(8 - pin.length, 0xff)])

function apdu(header, parts) {
  const data = Buffer.concat(parts)
  return `${header}${Buffer.from([data.length]).toString('hex')}${data.toString('hex')}`
}

/** Command chaining: all pieces but the last with class 10. */
function chained(header, data) {
  const pieces = []
  for (let start = 0; start < data.length; start += 255) pieces.push(data.subarray(start, start + 255))
  return pieces.map((piece, index) => apdu(`${index < pieces.length - 1 ? '10' : '00'}${header}`, [piece]))
}
