// From a fresh clone to running parties and a loadable extension that knows them.
import { buildAll, writeDeployment } from './builds.mjs'
import { sideBySide } from './command.mjs'
import { mustBeFree, startParties } from './parties.mjs'
import { PARTIES } from './secrets.mjs'
import { step } from './say.mjs'
import { ensureRust } from './tools.mjs'

/**
 * Makes sure of tools, builds what changed, starts the parties and writes deployment.json. What the
 * caller needs besides, such as a browser, is fetched `meanwhile`.
 *
 * @param {import('./parties.mjs').PartiesOptions & { meanwhile?: () => unknown }} [options]
 */
export async function prepare({ meanwhile = () => undefined, ...options } = {}) {
  if (options.port) await mustBeFree(options.port)
  await ensureRust()
  await sideBySide(buildAll, meanwhile)
  const parties = await step('Starting the parties', () => startParties(options))
  await writeDeployment(await deploymentOf(parties))
  return parties
}

/** What the extension must know of a local deployment: root certificate, key centres, port, who opens accounts where, who issues coupons, where contactless cards are paid with, where revoked certificates are looked up, by whom cards at home are reached. */
export async function deploymentOf(parties) {
  const root = await parties.fetch(parties.domain('ca'), '/v1/root.cer')
  return {
    root_certificates: [root.body.toString('base64')],
    key_centres: domainsOf('key-centre'),
    welcome_url: parties.url('issuer'),
    local_port: parties.port,
    registration: domainsOf('registration-authority')[0] ?? null,
    banks: domainsOf('bank'),
    coupon_offices: domainsOf('coupon-office'),
    settlement_servers: domainsOf('settlement').map((front, place) => ({ front, security: domainsOf('security-server')[place] })),
    directory: domainsOf('directory')[0] ?? null,
    home_proxy: domainsOf('home-proxy')[0] ?? null,
  }
}

const domainsOf = wanted => PARTIES.filter(({ role }) => role === wanted).map(({ domain }) => domain)
