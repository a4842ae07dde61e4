// What `npm run deploy` makes sure of before anything leaves this machine. The party's own code refuses the
// same settings when it starts; here the operator hears of it before the deployment.

/** An operator's settings: vars by name, routes, workers_dev, preview_urls, as wrangler reads them. */

/**
 * Why this file must not be deployed as `role`: sentences, none if it may. `rehearsal` lets through what only
 * has to be filled in, so that an example can be tried.
 */
export function refusals(config, role, { rehearsal = false } = {}) {
  const { vars = {}, routes = [], observability } = config
  const reasons = []
  const refuse = (when, sentence) => when && reasons.push(sentence)
  refuse(vars.ROLE !== role, `ROLE is ${quoted(vars.ROLE)}, but this deploys the ${role}.`)
  for (const [name, value] of Object.entries(vars)) {
    refuse(value === 'open', `${name} is open: that is for the demo only. Set it to closed${name === 'CONSOLE' ? ' or token' : ''}.`)
    refuse(/\.localhost\b/.test(value), `${name} is ${quoted(value)}: *.localhost is the demo's and nobody else's.`)
    refuse(!rehearsal && /\.example\b/.test(value), `${name} is ${quoted(value)}, as in the example: fill in your own.`)
    refuse(
      /SECRET|SEALING_KEY|REGISTRATION_KEY|TOKEN|API_KEYS/.test(name),
      `${name} is a secret: take it out of the file and set it with wrangler secret put.`,
    )
  }
  refuse(!rehearsal && role !== 'ca' && !vars.ROOTS, "ROOTS is empty: without the CA's root certificate the party would not start.")
  refuse(
    !rehearsal && role === 'banking-system' && vars.SANDBOX !== 'no-real-money',
    'This bank is a sandbox and keeps no money: it starts only if SANDBOX says "no-real-money".',
  )
  refuse(
    vars.WEBHOOK && !vars.WEBHOOK.startsWith('https://'),
    `WEBHOOK is ${quoted(vars.WEBHOOK)}: events go to an https address, or nowhere if it is empty.`,
  )
  const places = routes.map(route => (typeof route === 'string' ? { pattern: route } : route))
  refuse(
    !isWholeDomain(places, vars.DOMAIN) && !(role === 'shop' && isBesidePages(places, vars.DOMAIN)),
    `The party must be reached at its DOMAIN and nowhere else: routes must be [{ "pattern": ${quoted(vars.DOMAIN)}, "custom_domain": true }]${role === 'shop' ? '; or, where the pages are a server’s of your own, its /v1/* and /health (docs/shops.md)' : ''}.`,
  )
  const limits = (config.ratelimits ?? []).map(({ name }) => name)
  refuse(
    !['BY_ADDRESS', 'DEAR_BY_ADDRESS'].every(name => limits.includes(name)),
    'ratelimits must have BY_ADDRESS and DEAR_BY_ADDRESS, as in the example: without them one address shuts others out.',
  )
  refuse(config.workers_dev !== false, 'workers_dev must be false: a second address would go around the limits of the first.')
  refuse(config.preview_urls !== false, 'preview_urls must be false: old versions would stay reachable.')
  refuse(
    observability?.enabled && observability.logs?.invocation_logs !== false,
    'observability.logs.invocation_logs must be false: the address of an order is all that it takes to see it.',
  )
  return reasons
}

const isWholeDomain = (places, domain) => places.length === 1 && places[0].pattern === domain && places[0].custom_domain === true

/** A shop whose pages are its own server's has what the wallet and that server ask for, and nothing else of the host. */
function isBesidePages(places, domain) {
  const patterns = places.map(({ pattern }) => pattern).sort()
  return patterns.length === 2 && patterns[0] === `${domain}/health` && patterns[1] === `${domain}/v1/*`
}

const quoted = value => JSON.stringify(value ?? '')
