// Opens the wallet in WebAssembly with what the build knows about the parties, and beside it the
// software card, a module with a memory of its own; whoever has the readers gives it the card in one.

import initCard, { SoftwareCard } from '../../wasm/card/pkg/tallystick_software_card.js'
import init, { Wallet } from '../../wasm/pkg/tallystick_wasm.js'
import type { Deployment, WalletApi } from '../shared/wallet-types'
import type { ReaderHost } from './readers'

/** Loads both modules once and opens the wallet's store. */
export async function openWallet(readers: Pick<ReaderHost, 'power'>): Promise<WalletApi> {
  const [deployment] = await Promise.all([readDeployment(), init(), initCard()])
  return Wallet.open(deployment, SoftwareCard, readers)
}

async function readDeployment(): Promise<Deployment> {
  const response = await fetch(chrome.runtime.getURL('deployment.json')).catch(() => undefined)
  if (!response?.ok) throw new DeploymentMissing()
  return (await response.json()) as Deployment
}

/** The build lacks deployment.json: it does not know whose certificates to trust. */
export class DeploymentMissing extends Error {
  override name = 'WalletError'
  kind = 'deployment-missing'
  details = 'deployment.json is not in the extension. npm start writes it.'
}
