// What the settlement server's page says, in English: in place of what an issuer's page says, and beside it.
export const settlement = {
  tagline: 'Pay by tapping a card',
  title: 'Open an account for contactless cards',
  intro:
    'It takes under a minute. With it your wallet puts value on a contactless card and pays with it: you hold the card to a reader, and the card signs what it pays. {issuer} is a test server: your account can charge {limit} in all, and no real money is asked for.',
  nameHint: 'Only {issuer} sees it. Any name will do.',
  telephoneHint: 'So that {issuer} can reach you about your account. Any number will do.',
  handing: 'Your wallet is asking whether to take the account. Look for its window.',
  doneTitle: 'Your wallet has the account',
  next1: 'If your wallet is new, you choose a passphrase, which locks it, and a PIN, with which you sign.',
  next3: 'In the wallet you make a card ready, and charge it from this account.',
  purchaseWaits: 'A purchase waits in your wallet. Once you have a card, it goes on with that purchase by itself.',
  purchaseNext: 'Your wallet then goes on with the purchase that waits.',
  next4: 'A shop learns neither which card pays nor what is on it. {issuer} learns what to charge, not what you buy.',
  toWallet: 'Your card waits in the wallet: press its button in the toolbar.',
  cardAlt: 'Picture of a contactless card for {name}',
  test: 'test card',
  charged: 'hold it to the reader',
  numberNote: 'A card has no number that a shop could keep.',
  walletThere: 'Your Tallystick wallet is here and ready to take the account.',
  walletMissing: 'It is a browser extension, and it talks to card and reader. Without it there is no way to pay, so please do this first.',
  moveText:
    'On a new device, or if the old one is lost, the account code brings your account into this wallet. The wallet that has it now can sign no more from that moment on. What is on a card stays on it.',
  move: 'Stop the old device and move the account here',
  movedTitle: 'Your account moves to this wallet',
  movedDone: 'Your cards work with it as before.',
  keepText:
    'With it you move the account to another device, and stop a device you have lost. It is shown once, and whoever has it can do the same: keep it with your PUK, not with the device.',
  errDeclined: 'You declined the account in your wallet. It stays unused; you can hand it over again.',
  errWallet: 'Your wallet did not take the account: {reason}',
  errWalletPlain: 'Your wallet did not take the account. Open it to see why, then hand it over again.',
  console: 'Open the console',
  demoNote: 'A demonstration. No real money, no real cards.',
  tear: 'Turned by the card alone',
  tearText:
    'A kazaguruma is a paper pinwheel: it turns when there is wind, and nobody can blow it from afar. Value leaves a card only when you hold it to a reader and its security server asks for what a shop has signed twice. {issuer}, your browser and whoever is between only carry what the two say to each other.',
} as const
