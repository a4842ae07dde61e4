// REGISTRATION_KEY=… node scripts/registration-token.mjs ROLE DOMAIN NAME [NUMBER]
//
// Prints the REGISTRATION_TOKEN with which a party of that role, domain and display name registers at the CA whose
// secret REGISTRATION_KEY (64 hexadecimal digits) is in the environment. A token is good for one key of the party; for a
// new one, which replaces it, NUMBER is 2, and so on.
import { Stop, run } from './lib/say.mjs'
import { registrationToken } from './lib/secrets.mjs'

await run(async () => {
  const [role, domain, name, number = '1'] = process.argv.slice(2)
  const key = process.env.REGISTRATION_KEY ?? ''
  if (!role || !domain || !name || !/^[1-9][0-9]{0,8}$/.test(number) || !/^[0-9a-f]{64}$/i.test(key)) {
    throw new Stop('Usage: REGISTRATION_KEY=(64 hexadecimal digits) node scripts/registration-token.mjs ROLE DOMAIN NAME [NUMBER]')
  }
  process.stdout.write(`${registrationToken(Buffer.from(key, 'hex'), role, domain, name, Number(number))}\n`)
})
