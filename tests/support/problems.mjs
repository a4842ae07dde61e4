// Problems as RFC 9457 says they look.
import assert from 'node:assert/strict'

/** Asserts that `answer` is a problem with this status and, if given, this name. */
export function assertProblem(answer, status, name) {
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, answer.text())
  const problem = answer.json()
  assert.equal(answer.status, status, answer.text())
  assert.equal(problem.status, status)
  assert.match(problem.type, /^https:\/\/tallystick\.example\/problems\/[a-z-]+$/)
  if (name) assert.equal(problem.type.split('/').at(-1), name)
  assert.ok(problem.title.length > 0)
  assert.ok(typeof problem.detail === 'string')
  return problem
}
