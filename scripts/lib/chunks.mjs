// Into which files the extension's modules go. Left to itself the bundler makes a file for each set of pages that share a
// module, and a page that opens reads forty of them; here two are shared: what the service worker needs, and what only pages do.

import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Rolldown's `codeSplitting` for an extension whose service worker is `serviceWorker`, a path from the repository's root. */
export function sharedChunks(serviceWorker) {
  const core = new Set()
  const gather = (id, graph) => {
    if (core.has(id)) return
    core.add(id)
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) gather(next, graph)
  }
  const name = (id, graph) => {
    gather(join(root, serviceWorker), graph)
    return core.has(id) ? 'core' : 'pages'
  }
  // What a module imports stays where its own name puts it: else the service worker would read what only pages need.
  return { includeDependenciesRecursively: false, groups: [{ name, tags: ['$initial'], minShareCount: 2 }] }
}
