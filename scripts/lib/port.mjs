// Where the parties are reached, as PORT says.
import { Stop } from './say.mjs'

/** The port that this text names; 8787 without one. */
export function portOf(text = '8787') {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Stop(`PORT is ${text}, which is not a port between 1 and 65535.`)
  return port
}
