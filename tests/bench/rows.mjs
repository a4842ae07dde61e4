// What each row of the comparison is, and what whoever seals that way gets and does not get.

/** The columns of properties. */
export const PROPERTIES = ['one reader', 'sender authenticated', 'bound to the whole', 'forward secrecy', 'post-quantum', 'non-repudiation']

const rows = (...list) => Object.fromEntries(list.map(([name, title, ...properties]) => [name, { title, properties }]))

/** (a) Under keys that are there already. */
export const READY = rows(
  ['tallystick', 'Tallystick, AES-256-GCM in WebAssembly', 'yes', 'yes', 'yes', 'no', 'no', 'no'],
  ['webcrypto', 'WebCrypto AES-GCM', 'yes', 'yes', 'no', 'no', 'as its keys', 'no'],
  ['jose-dir', 'jose, dir + A256GCM', 'yes', 'yes', 'no', 'no', 'as its keys', 'no'],
)

/** (b) From identifiers. */
export const NAMES = rows(
  ['tallystick', 'Tallystick, keys from names', 'yes, and key centre', 'yes, deniably', 'yes', 'no', 'no', 'no'],
  ['jose-rsa-oaep-256', 'jose, RSA-OAEP-256', 'yes', 'no', 'no', 'no', 'no', 'no'],
  ['jose-ecdh-es', 'jose, ECDH-ES on P-256', 'yes', 'no', 'no', 'sender’s side', 'no', 'no'],
  ['hpke', '@hpke/core, X25519 base mode', 'yes', 'no', 'no', 'sender’s side', 'no', 'no'],
  ['libsodium', 'libsodium sealed boxes', 'yes', 'no', 'no', 'sender’s side', 'no', 'no'],
  ['age', 'age, X25519, a file a reader', 'yes', 'no', 'no', 'sender’s side', 'no', 'no'],
  ['age-one-file', 'age, X25519, one file for all three', 'no, all three', 'no', 'yes', 'sender’s side', 'no', 'no'],
  ['age-hybrid', 'age, ML-KEM-768 + X25519, a file a reader', 'yes', 'no', 'no', 'sender’s side', 'yes', 'no'],
)

/** (c) A complete order. */
export const ORDER = { title: 'A complete order', properties: ['yes, and key centre', 'yes', 'yes', 'no', 'no', 'yes, to the issuer'] }

/** The steps of a complete order. */
export const STEPS = {
  pin: 'card restored, PIN stretched and verified',
  leaves: 'fields, 20 salted leaves, root',
  signature: 'signature of the root (RSA-2048, by APDU)',
  keys: 'six keys derived (by APDU)',
  seal: 'padding to 2 KiB classes, sealing, encoding',
  whole: 'together, but for the PIN',
}

/** The steps of a purchase after Approve. */
export const PURCHASE = {
  approve: 'PIN, splitting, signing, sealing, storing',
  confirm: 'confirming the three parties',
  send: 'sending the order to the shop',
  settle: 'reservation, delivery, and the wallet learning of it',
  total: 'Approve to the courier’s acceptance',
}

/** The lines a card hangs on. */
export const LINES = { software: 'software card', direct: 'pipe', webhid: 'WebHID' }

/** The commands of a card, in the order in which a round gives them. */
export const COMMANDS = {
  'select-identity': 'SELECT identity',
  'pin-tries': 'VERIFY, asking for tries left',
  'change-pin': 'CHANGE REFERENCE DATA',
  'reset-pin': 'RESET RETRY COUNTER',
  'verify-pin': 'VERIFY',
  'generate-signing-key': 'GENERATE ASYMMETRIC, RSA-2048',
  sign: 'GENERAL AUTHENTICATE, a signature',
  'put-certificate': 'PUT DATA, a certificate',
  'get-certificate': 'GET DATA, a certificate',
  'delete-signing-key': 'DELETE KEY',
  'select-keys': 'SELECT keys from names',
  'generate-enrolment-key': 'GENERATE ENROLMENT KEY',
  'put-share': 'PUT SHARE',
  list: 'LIST',
  status: 'STATUS',
  derive: 'DERIVE',
  'delete-slot': 'DELETE SLOT',
}

/** What is to be reached, in the unit of the row. */
export const GOALS = {
  ready: 0.025,
  names: 0.1,
  order: 10,
  paint: 150,
  windowPaint: 60,
  windowPin: 150,
  posting: 1.2,
  movement: 1,
  movementOnWorkerd: 3,
  accounts: 1.2,
  scale: 1.2,
  multiple: 28,
  perSecond: 15,
  besideTls: 1,
  awayTrips: 1,
  awayComputing: 10,
  between: 5,
  besideMint: { 'cdk-mintd': 4, nutshell: 20 },
}

/** What the parties do, and the processor time that it may take, in milliseconds. */
export const REQUESTS = {
  order: ['a complete order, all parties together', 45],
  empty: ['an empty request', undefined],
  health: ['`/health` of a party', undefined],
  forged: ['a forged confirmation', 3],
  console: ['a look at the console', 20],
  share: ['a holder’s share of the key centre, for the shops', 100],
}
