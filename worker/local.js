// The entry of the parties' worker in local runs; deployments have that of worker-build, which does the like.
// After a panic the module's memory cannot be trusted: it is made anew, and each book is opened again
// from its tables at its next request.
import * as party from 'bindings'

const state = party.__worker_init_state()

addEventListener('error', ({ error }) => noticed(error))

/** Notes that the module is broken, if that is what an error says. */
function noticed(error) {
  if (error instanceof WebAssembly.RuntimeError) state.criticalError = true
}

/** Runs `work` in a module that is whole. */
async function whole(work) {
  if (state.criticalError) {
    party.__wbg_reset_state()
    state.criticalError = false
    state.instanceId++
  }
  try {
    return await work()
  } catch (error) {
    noticed(error)
    throw error
  }
}

/** A Durable Object around one of the bindings, which it makes again after a panic. */
const lasting = name =>
  class {
    #made
    #instance

    constructor(context, env) {
      this.#made = () => {
        if (this.#instance?.id !== state.instanceId) this.#instance = { book: new party[name](context, env), id: state.instanceId }
        return this.#instance.book
      }
    }

    fetch(request) {
      return whole(() => this.#made().fetch(request))
    }

    alarm() {
      return whole(() => this.#made().alarm())
    }

    webSocketMessage(socket, message) {
      return whole(() => this.#made().webSocketMessage(socket, message))
    }

    webSocketClose(socket, code, reason, wasClean) {
      return whole(() => this.#made().webSocketClose(socket, code, reason, wasClean))
    }

    webSocketError(socket, error) {
      return whole(() => this.#made().webSocketError(socket, error))
    }
  }

export const CaBook = lasting('CaBook')
export const KeyCentreBook = lasting('KeyCentreBook')
export const ShopBook = lasting('ShopBook')
export const IssuerBook = lasting('IssuerBook')
export const CourierBook = lasting('CourierBook')
export const BankBook = lasting('BankBook')
export const BankingSystemBook = lasting('BankingSystemBook')
export const DirectoryBook = lasting('DirectoryBook')
export const RegistrationAuthorityBook = lasting('RegistrationAuthorityBook')
export const HomeProxyBook = lasting('HomeProxyBook')
export const VendingBook = lasting('VendingBook')
export const CouponOfficeBook = lasting('CouponOfficeBook')
export const SecurityServerBook = lasting('SecurityServerBook')

export default {
  fetch: (request, env, context) => whole(() => party.fetch(request, env, context)),
}
