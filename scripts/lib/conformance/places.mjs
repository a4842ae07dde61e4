// The steps of a test run whose tests can show statements, and where each runs.

/** Where tests run, in the order of the page, with the words for it. */
export const PLACES = {
  native: 'native',
  simulation: 'simulation',
  exhaustive: 'every state',
  foreign: 'a foreign card',
  tools: 'standard tools',
  iso20022: 'ISO 20022',
  mail: 'a mail server',
  workerd: 'workerd',
  chromium: 'Chromium',
  firefox: 'Firefox',
}

/** The steps of `npm test` by their titles. What is in none of them shows no statement. */
export const STEPS = {
  'Native tests': 'native',
  'Simulation: its own tests': 'simulation',
  'Two purses and a bank: what is planted is found': 'exhaustive',
  'A PIV card that is not ours': 'foreign',
  'Card and standard tools': 'tools',
  'Secure messaging and another host': 'tools',
  'ISO 20022 and other libraries': 'iso20022',
  'Mail and another server': 'mail',
  'Parties on workerd': 'workerd',
  'Wallet and readers in Chromium': 'chromium',
  'End to end in Chromium': 'chromium',
  'Wallet and readers in Firefox': 'firefox',
  'A purchase and payments in Firefox': 'firefox',
}
