// Who is compared: each seals three payloads of 300 bytes for three readers. Everything that can be
// done beforehand is done beforehand, for the peers too: their keys are imported, their ciphers set up.
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { CompactEncrypt, generateKeyPair } from 'jose'
import sodium from 'libsodium-wrappers'

const three = make => Promise.all([0, 1, 2].map(make))
const each = (payloads, seal) => Promise.all(payloads.map(seal))

/** The degree b of the key spaces: how many corrupt parties they withstand. */
export const PARTIES = 64

/** (a) Under keys that are there already. */
export async function withReadyKeys(wasm) {
  const ours = new wasm.ReadySealing()
  const keys = await three(() => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']))
  return {
    tallystick: payloads => ours.seal(...payloads),
    webcrypto: payloads =>
      each(payloads, (payload, i) =>
        crypto.subtle.encrypt({ name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) }, keys[i], payload),
      ),
    'jose-dir': payloads =>
      each(payloads, (payload, i) => new CompactEncrypt(payload).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(keys[i])),
  }
}

/** (b) From what one knows of the reader: its name for ours, its public key for the others. */
export async function fromIdentifiers(wasm) {
  await sodium.ready
  const ours = new wasm.NamesSealing(PARTIES)
  return {
    tallystick: payloads => ours.seal(...payloads),
    'jose-rsa-oaep-256': await jose('RSA-OAEP-256', { modulusLength: 2048 }),
    'jose-ecdh-es': await jose('ECDH-ES', { crv: 'P-256' }),
    libsodium: await sealedBoxes(),
    age: await age(generateX25519Identity),
    'age-one-file': await ageOneFile(generateX25519Identity),
    'age-hybrid': await age(generateHybridIdentity),
    hpke: await hpke(),
  }
}

async function jose(alg, options) {
  const pairs = await three(() => generateKeyPair(alg, options))
  return payloads =>
    each(payloads, (payload, i) => new CompactEncrypt(payload).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(pairs[i].publicKey))
}

async function sealedBoxes() {
  const pairs = [0, 1, 2].map(() => sodium.crypto_box_keypair())
  return payloads => payloads.map((payload, i) => sodium.crypto_box_seal(payload, pairs[i].publicKey))
}

async function recipients(generate) {
  return three(async () => identityToRecipient(await generate()))
}

async function age(generate) {
  const encrypters = (await recipients(generate)).map(recipient => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    return encrypter
  })
  return payloads => each(payloads, (payload, i) => encrypters[i].encrypt(payload))
}

async function ageOneFile(generate) {
  const encrypter = new Encrypter()
  for (const recipient of await recipients(generate)) encrypter.addRecipient(recipient)
  return payloads => {
    const all = new Uint8Array(payloads.reduce((sum, payload) => sum + payload.length, 0))
    payloads.reduce((place, payload) => (all.set(payload, place), place + payload.length), 0)
    return encrypter.encrypt(all)
  }
}

async function hpke() {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
  const pairs = await three(() => suite.kem.generateKeyPair())
  return payloads =>
    each(payloads, async (payload, i) => (await suite.createSenderContext({ recipientPublicKey: pairs[i].publicKey })).seal(payload))
}
